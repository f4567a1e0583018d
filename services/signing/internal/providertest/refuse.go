package providertest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// matrix holds every combination of level, legislation and authentication against what the provider says it offers:
// what it does not offer must be refused with the reason that names it, and neither Refusal nor Send may call anybody.
func matrix(t *testing.T, b *bench) {
	levels := []signature.Level{signature.SES, signature.AES, signature.QES, "", "XES"}
	laws := []signature.Legislation{signature.EIDAS, signature.ZERTES, "", "ESIGN"}
	modes := []signature.Authentication{
		signature.AuthenticationDefault, signature.AuthenticationNone, signature.AuthenticationEmail,
		signature.AuthenticationSMS, "otp_pigeon",
	}
	for _, level := range levels {
		for _, law := range laws {
			for _, mode := range modes {
				order := b.order(t)
				order.Level, order.Legislation, order.Signers[1].Authentication = level, law, mode
				b.refused(t, order, b.expected(level, law, mode))
			}
		}
	}
}

// expected is the reason for which the combination must be refused; empty when it is offered.
func (b *bench) expected(level signature.Level, law signature.Legislation, mode signature.Authentication) signature.RefusalReason {
	offers := b.Provider.Capabilities().Offers
	i := slices.IndexFunc(offers, func(o signature.Offer) bool { return o.Level == level })
	switch {
	case i < 0:
		return signature.ReasonLevelNotOffered
	case !slices.Contains(offers[i].Legislations, law):
		return signature.ReasonLegislationNotOffered
	case mode != signature.AuthenticationDefault && !slices.Contains(offers[i].Authentications, mode):
		return signature.ReasonAuthenticationNotOffered
	}
	return ""
}

// refused checks that the order is refused for the reason, by Refusal and by Send, without a call; or, where the reason
// is empty, that Refusal lets it pass.
func (b *bench) refused(t *testing.T, order signature.Order, want signature.RefusalReason) {
	t.Helper()
	b.line.set(nil)
	refusal := b.Provider.Refusal(order)
	if want == "" {
		if refusal != nil {
			t.Errorf("%s/%s/%s is offered and refused: %v", order.Level, order.Legislation, order.Signers[1].Authentication, refusal)
		}
		return
	}
	if refusal == nil || refusal.Reason != want {
		t.Errorf("refused for %v, want %s", refusal, want)
		return
	}
	if refusal.Detail == "" {
		t.Errorf("the refusal for %s says nothing", want)
	}
	b.discreet(t, refusal)
	_, err := b.Provider.Send(b.context(t), order, false)
	var rejected *signature.RejectedError
	if !errors.As(err, &rejected) || rejected.Reason != want {
		t.Errorf("Send of a refused order: %v, want a rejection for %s", err, want)
	}
	b.discreet(t, err)
	if made := b.line.made(); len(made) > 0 {
		t.Errorf("a refused order caused calls: %v", made)
	}
}

func badSigners(t *testing.T, b *bench) {
	cases := []struct {
		name  string
		spoil func(*signature.Order)
		want  signature.RefusalReason
	}{
		{"no first name", func(o *signature.Order) { o.Signers[1].FirstName = "" }, signature.ReasonSignerNameInvalid},
		{"no last name", func(o *signature.Order) { o.Signers[1].LastName = "  " }, signature.ReasonSignerNameInvalid},
		{"a name without end", func(o *signature.Order) { o.Signers[1].LastName = strings.Repeat("x", 5000) }, signature.ReasonSignerNameInvalid},
		{"no address", func(o *signature.Order) { o.Signers[1].Email = "" }, signature.ReasonSignerEmailInvalid},
		{"no real address", func(o *signature.Order) { o.Signers[1].Email = "Theodore <theodore@example.org>" }, signature.ReasonSignerEmailInvalid},
		{"a shared address", func(o *signature.Order) { o.Signers[1].Email = "KUNIGUNDE@example.org" }, signature.ReasonSignerEmailInvalid},
		{"no phone for AES", func(o *signature.Order) { o.Level, o.Signers[1].Phone = signature.AES, "" }, signature.ReasonSignerPhoneRequired},
		{"a local phone for AES", func(o *signature.Order) { o.Level, o.Signers[1].Phone = signature.AES, "0612345678" }, signature.ReasonSignerPhoneRequired},
		{"a foreign language", func(o *signature.Order) { o.Signers[1].Language = "tlh" }, signature.ReasonLanguageNotOffered},
		{"nobody", func(o *signature.Order) { o.Signers = nil }, signature.ReasonProviderRejected},
		{"half an order", func(o *signature.Order) { o.Signers[1].Order = 1 }, signature.ReasonOrderNotOffered},
		{"a crowd", func(o *signature.Order) {
			o.Signers = slices.Repeat(o.Signers, b.Provider.Capabilities().MaxSigners)
		}, signature.ReasonTooManySigners},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			order := b.order(t)
			c.spoil(&order)
			b.refused(t, order, c.want)
		})
	}
}

func badDocuments(t *testing.T, b *bench) {
	cases := []struct {
		name  string
		spoil func(*signature.Order)
		want  signature.RefusalReason
	}{
		{"no document", func(o *signature.Order) { o.Document = nil }, signature.ReasonDocumentRejected},
		{"no PDF", func(o *signature.Order) { o.Document = []byte("PK\x03\x04") }, signature.ReasonDocumentRejected},
		{"too large", func(o *signature.Order) {
			o.Document = append(o.Document, make([]byte, b.Provider.Capabilities().MaxDocumentBytes)...)
		}, signature.ReasonDocumentTooLarge},
		{"no title", func(o *signature.Order) { o.Title = " " }, signature.ReasonTitleInvalid},
		{"a title without end", func(o *signature.Order) { o.Title = strings.Repeat("x", 5000) }, signature.ReasonTitleInvalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			order := b.order(t)
			c.spoil(&order)
			b.refused(t, order, c.want)
		})
	}
}
