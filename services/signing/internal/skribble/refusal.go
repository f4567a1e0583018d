package skribble

import (
	"bytes"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Limits in characters. Sign API v2 names none; client libraries hold these.
const (
	maxTitle    = 1024 - len(" [CS-XXXXXXXX]")
	maxMessage  = 1024
	maxName     = 1024
	maxSequence = 999
)

// Refusal tells why Skribble could not honour the order, before anything leaves; nil when it could.
func (p *Provider) Refusal(order signature.Order) *signature.Refusal {
	checks := []func(signature.Order) *signature.Refusal{p.refuseLevel, p.refuseDocument, refuseTexts, refuseSequence}
	for _, check := range checks {
		if refusal := check(order); refusal != nil {
			return refusal
		}
	}
	seen := map[string]bool{}
	for i, signer := range order.Signers {
		if refusal := p.refuseSigner(order, signer); refusal != nil {
			refusal.Field = fmt.Sprintf("signers[%d].%s", i, refusal.Field)
			return refusal
		}
		address := strings.ToLower(signer.Email)
		if seen[address] {
			return refuse(signature.ReasonSignerEmailInvalid, fmt.Sprintf("signers[%d].email", i),
				"two signers share an e-mail address: Skribble would take them for one person")
		}
		seen[address] = true
	}
	return nil
}

func refuse(reason signature.RefusalReason, field, detail string) *signature.Refusal {
	return &signature.Refusal{Reason: reason, Field: field, Detail: detail}
}

func (p *Provider) refuseLevel(order signature.Order) *signature.Refusal {
	offer, ok := p.offer(order.Level)
	if !ok {
		return refuse(signature.ReasonLevelNotOffered, "level", "Skribble does not offer this signature level")
	}
	if !slices.Contains(offer.Legislations, order.Legislation) {
		return refuse(signature.ReasonLegislationNotOffered, "legislation", "Skribble signs under EIDAS or ZERTES only")
	}
	return nil
}

func (p *Provider) offer(level signature.Level) (signature.Offer, bool) {
	for _, offer := range p.Capabilities().Offers {
		if offer.Level == level {
			return offer, true
		}
	}
	return signature.Offer{}, false
}

func (p *Provider) refuseDocument(order signature.Order) *signature.Refusal {
	if len(order.Document) > maxDocumentBytes {
		return refuse(signature.ReasonDocumentTooLarge, "document",
			fmt.Sprintf("the document has more than %d bytes", maxDocumentBytes))
	}
	if !bytes.HasPrefix(order.Document, []byte("%PDF-")) {
		return refuse(signature.ReasonDocumentRejected, "document", "the document is not a PDF")
	}
	return nil
}

func refuseTexts(order signature.Order) *signature.Refusal {
	if strings.TrimSpace(order.Title) == "" || utf8.RuneCountInString(order.Title) > maxTitle {
		return refuse(signature.ReasonTitleInvalid, "title", fmt.Sprintf("the title must have 1 to %d characters", maxTitle))
	}
	if utf8.RuneCountInString(order.Text.Message) > maxMessage {
		return refuse(signature.ReasonTitleInvalid, "message", fmt.Sprintf("the message has more than %d characters", maxMessage))
	}
	return nil
}

// refuseSequence checks the signers as a group: either all are asked at once, or each has its place.
func refuseSequence(order signature.Order) *signature.Refusal {
	if len(order.Signers) == 0 {
		return refuse(signature.ReasonProviderRejected, "signers", "a request needs a signer")
	}
	if len(order.Signers) > maxSigners {
		return refuse(signature.ReasonTooManySigners, "signers", fmt.Sprintf("there are more than %d signers", maxSigners))
	}
	placed := 0
	for _, signer := range order.Signers {
		if signer.Order < 0 || signer.Order > maxSequence {
			return refuse(signature.ReasonOrderNotOffered, "signers", fmt.Sprintf("an order must be 0 to %d", maxSequence))
		}
		placed += min(signer.Order, 1)
	}
	if placed != 0 && placed != len(order.Signers) {
		return refuse(signature.ReasonOrderNotOffered, "signers", "some signers have an order and some have none")
	}
	return nil
}

func (p *Provider) refuseSigner(order signature.Order, signer signature.Signer) *signature.Refusal {
	offer, _ := p.offer(order.Level)
	switch {
	case !validName(signer.FirstName):
		return refuse(signature.ReasonSignerNameInvalid, "first_name", "the first name is missing or too long")
	case !validName(signer.LastName):
		return refuse(signature.ReasonSignerNameInvalid, "last_name", "the last name is missing or too long")
	case !validEmail(signer.Email):
		return refuse(signature.ReasonSignerEmailInvalid, "email", "the e-mail address is missing or malformed")
	case signer.Authentication != signature.AuthenticationDefault &&
		!slices.Contains(offer.Authentications, signer.Authentication):
		return refuse(signature.ReasonAuthenticationNotOffered, "authentication",
			"Skribble chooses the authentication by the level: a code by e-mail for SES, by SMS for AES and QES")
	case order.Level != signature.SES && !validPhone(signer.Phone):
		return refuse(signature.ReasonSignerPhoneRequired, "phone_number",
			"AES and QES need the signer's mobile number, with plus and country code")
	case !slices.Contains(p.Capabilities().Languages, languageOf(order, signer)):
		return refuse(signature.ReasonLanguageNotOffered, "language", "Skribble writes in de, en, fr and it only")
	}
	return refuseFields(order, signer)
}

// refuseFields accepts a signer without a field: Skribble then lets the signer place the signature. A field that cannot
// be handed over by its name is refused, since the meaning of Skribble's coordinates is disputed between its own texts.
func refuseFields(order signature.Order, signer signature.Signer) *signature.Refusal {
	name := ""
	for _, field := range order.Fields {
		if field.Role != signer.Role {
			continue
		}
		if field.FormField == "" || name != "" && field.FormField != name {
			return refuse(signature.ReasonSignatureFieldMissing, "role",
				"Skribble needs exactly one name for a signer's signature fields in the PDF")
		}
		name = field.FormField
	}
	return nil
}

func validName(name string) bool {
	return strings.TrimSpace(name) != "" && utf8.RuneCountInString(name) <= maxName
}

func validEmail(email string) bool {
	parsed, err := mail.ParseAddress(email)
	return err == nil && parsed.Address == email
}

func validPhone(phone string) bool {
	return regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`).MatchString(phone)
}
