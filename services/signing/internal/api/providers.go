package api

import (
	"math"
	"strings"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// fromProvider encodes what an account can honour, and whether new requests go to it.
func fromProvider(id string, c signature.Capabilities, down bool) *signingv1.Provider {
	c = through(c)
	out := &signingv1.Provider{
		Name: providerPrefix + id, Vendor: c.Name, Sandbox: c.Sandbox, Languages: c.Languages, Region: string(c.Region),
		Health: signingv1.Provider_HEALTH_UP, OrderedSigners: c.OrderedSigners, SignerGroups: c.SignerGroups,
		MaxSigners: int32(c.MaxSigners), MaxDocumentBytes: c.MaxDocumentBytes, MaxExpiryDays: int32(c.MaxExpiryDays),
		OwnExpiry: c.ExpiryZone != nil, ReminderPauseHours: int32(math.Ceil(c.ReminderPause.Hours())), RemindOne: c.RemindOne,
		SignerUpdates: fromSignerUpdates(c.SignerUpdates), Reactivates: c.Reactivates, SigningLinks: c.SigningLinks,
		Templates: c.Templates, Subjects: c.Subjects, Translations: c.Translations, Brands: c.Brands,
		Redirecting: fromRedirecting(c.Redirecting), MaxAttachments: int32(c.MaxAttachments), MaxObservers: int32(c.MaxObservers),
		DeliveryLog: c.DeliveryLog, MaxTitleLength: int32(c.MaxTitle), MaxMessageLength: int32(c.MaxMessage),
	}
	for _, state := range c.Remindable {
		out.RemindableStates = append(out.RemindableStates, fromSignerState(state))
	}
	if down {
		out.Health = signingv1.Provider_HEALTH_DOWN
	}
	for _, o := range c.Offers {
		offer := &signingv1.Provider_Offer{Level: fromLevel(o.Level), StrongestVerdict: fromVerdict(o.Verdict)}
		for _, l := range o.Legislations {
			offer.Legislations = append(offer.Legislations, fromLegislation(l))
		}
		for _, a := range o.Authentications {
			offer.Authentications = append(offer.Authentications, fromAuthentication(a))
		}
		out.Offers = append(out.Offers, offer)
	}
	return out
}

func fromSignerUpdates(u signature.SignerUpdates) signingv1.Provider_SignerUpdates {
	return signingv1.Provider_SignerUpdates(signingv1.Provider_SignerUpdates_value["SIGNER_UPDATES_"+strings.ToUpper(string(u))])
}

func fromRedirecting(r signature.Redirecting) signingv1.Provider_Redirecting {
	return signingv1.Provider_Redirecting(signingv1.Provider_Redirecting_value["REDIRECTING_"+strings.ToUpper(string(r))])
}

// names are the resource names of accounts, separated by commas.
func names(ids []string) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = providerPrefix + id
	}
	return strings.Join(all, ",")
}
