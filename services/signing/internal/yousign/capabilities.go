package yousign

import (
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Limits of API v3. Expiry is one year after the initiation, which is a day less than a year to be safe in every zone.
const (
	maxSigners       = 100
	maxDocumentBytes = 50_000_000
	maxDocuments     = 50
	maxObservers     = 100
	maxExpiryDays    = 364
	// In characters.
	maxTitle   = 128
	maxMessage = 2000
	// reminderPause is ours: API v3 names none.
	reminderPause = time.Hour
)

// Capabilities tells what Yousign can honour. QES has no authentication to choose: the identification is one. A trial
// account cannot redirect, whatever is said here: Yousign refuses it when the signer is made.
func (p *Provider) Capabilities() signature.Capabilities {
	return signature.Capabilities{
		Name:             "yousign",
		Sandbox:          p.config.Sandbox,
		Offers:           offers(),
		Languages:        []string{"de", "en", "es", "fr", "it", "nl", "pl"},
		OrderedSigners:   true,
		SignerGroups:     true,
		MaxSigners:       maxSigners,
		MaxDocumentBytes: maxDocumentBytes,
		MaxAttachments:   maxDocuments - 1,
		MaxObservers:     maxObservers,
		MaxTitle:         maxTitle,
		MaxMessage:       maxMessage,
		Region:           signature.RegionEU,
		MaxExpiryDays:    maxExpiryDays,
		ExpiryZone:       p.zone,
		ReminderPause:    reminderPause,
		RemindOne:        true,
		Remindable:       []signature.SignerState{signature.SignerInvited, signature.SignerBounced},
		SignerUpdates:    signature.UpdatesUntilSigned,
		Reactivates:      true,
		SigningLinks:     true,
		Templates:        true,
		Subjects:         true,
		Translations:     true,
		Brands:           true,
		Redirecting:      signature.RedirectsAlways,
	}
}

// offers: the files of simple and advanced signatures carry Yousign's seal, those of qualified ones the signers' own
// certificates.
func offers() []signature.Offer {
	eidas := []signature.Legislation{signature.EIDAS}
	return []signature.Offer{
		{Level: signature.SES, Legislations: eidas, Verdict: signature.AttestedByProvider, Authentications: []signature.Authentication{
			signature.AuthenticationNone, signature.AuthenticationEmail, signature.AuthenticationSMS,
		}},
		{Level: signature.AES, Legislations: eidas, Verdict: signature.AttestedByProvider, Authentications: []signature.Authentication{
			signature.AuthenticationSMS,
		}},
		{Level: signature.QES, Legislations: eidas, Verdict: signature.Proven},
	}
}
