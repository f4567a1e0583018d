package skribble

import (
	"fmt"
	"strings"
	"unicode"
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

// observersHaveAccounts says what Skribble asks of an observer (Sign API v2, cc_email_addresses).
const observersHaveAccounts = "each observer must have a Skribble account under this address"

// Refusal tells why Skribble could not honour the order, before anything leaves; nil when it could.
func (p *Provider) Refusal(order signature.Order) *signature.Refusal {
	can := p.Capabilities()
	for _, check := range []func(signature.Order) *signature.Refusal{
		can.Refusal, refuseSigners, refuseFields, refuseObservers, refuseRedirects, refuseFileNames, can.DocumentRefusal,
	} {
		if refusal := check(order); refusal != nil {
			return refusal
		}
	}
	return nil
}

func refuse(reason signature.RefusalReason, field, detail string) *signature.Refusal {
	return &signature.Refusal{Reason: reason, Field: field, Detail: detail}
}

func refuseSigners(order signature.Order) *signature.Refusal {
	seen := map[string]bool{}
	for i, signer := range order.Signers {
		if refusal := refuseSigner(order, signer); refusal != nil {
			refusal.Field = fmt.Sprintf("signers[%d].%s", i, refusal.Field)
			return refusal
		}
		address := strings.ToLower(signer.Email)
		if seen[address] {
			return refuse(signature.ReasonSignerEmailInvalid, fmt.Sprintf("signers[%d].email", i),
				"Skribble takes two signers with one e-mail address for one person: give each signer an own address")
		}
		seen[address] = true
	}
	return nil
}

func refuseSigner(order signature.Order, signer signature.Signer) *signature.Refusal {
	switch {
	case !validName(signer.FirstName):
		return refuse(signature.ReasonSignerNameInvalid, "first_name",
			fmt.Sprintf("Skribble needs a first name of 1 to %d printable characters", maxName))
	case !validName(signer.LastName):
		return refuse(signature.ReasonSignerNameInvalid, "last_name",
			fmt.Sprintf("Skribble needs a last name of 1 to %d printable characters", maxName))
	case !signature.IsEmail(signer.Email):
		return refuse(signature.ReasonSignerEmailInvalid, "email",
			"Skribble needs a bare e-mail address, such as anna@example.org")
	case signer.Order < 0 || signer.Order > maxSequence:
		return refuse(signature.ReasonOrderNotOffered, "order_group",
			fmt.Sprintf("Skribble takes order groups from 0 to %d", maxSequence))
	case order.Level != signature.SES && !signature.IsPhone(signer.Phone):
		return refuse(signature.ReasonSignerPhoneRequired, "phone_number",
			"Skribble sends the code for AES and QES by SMS: give a mobile number with plus and country code, such as +41791234567")
	}
	return nil
}

// refuseFields accepts a signer without a field: Skribble then lets the signer place the signature. A field that cannot
// be handed over by its name is refused, since the meaning of Skribble's coordinates is disputed between its own texts.
func refuseFields(order signature.Order) *signature.Refusal {
	for i, signer := range order.Signers {
		name := ""
		for _, field := range order.Fields {
			switch {
			case field.Role != signer.Role:
				continue
			case field.FormField == "":
				return refuse(signature.ReasonSignatureFieldMissing, fmt.Sprintf("signers[%d].role", i),
					"Skribble finds a signature field by its name and not by coordinates: put an empty signature form field (AcroForm,"+
						" type Sig) into the PDF, give its name as the field's form field, or leave the field out and let the signer place it")
			case name != "" && field.FormField != name:
				return refuse(signature.ReasonSignatureFieldMissing, fmt.Sprintf("signers[%d].role", i),
					"Skribble takes one form field name for each signer: give all signature fields of this role the same name")
			}
			name = field.FormField
		}
	}
	return nil
}

func refuseObservers(order signature.Order) *signature.Refusal {
	for i, observer := range order.Observers {
		if !signature.IsEmail(observer.Email) {
			return refuse(signature.ReasonObserverNotOffered, fmt.Sprintf("observers[%d].email", i),
				"Skribble needs a bare e-mail address, and "+observersHaveAccounts)
		}
	}
	return nil
}

// refuseRedirects holds what Skribble would ignore without a word (Sign API v2, parameters of the signing URL).
func refuseRedirects(order signature.Order) *signature.Refusal {
	to := order.Redirects
	if to.Success == "" && to != (signature.Redirects{}) {
		return refuse(signature.ReasonRedirectNotOffered, "redirects.success_url",
			"Skribble redirects after a decline or an error only where it redirects after a signature: give success_url too")
	}
	return nil
}

// refuseFileNames holds that an attachment has a name, by which it is found again. One that is not read yet has none.
func refuseFileNames(order signature.Order) *signature.Refusal {
	for i, attachment := range order.Attachments {
		if len(attachment.Content) > 0 && strings.TrimSpace(attachment.FileName) == "" {
			return refuse(signature.ReasonAttachmentNotOffered, fmt.Sprintf("attachments[%d]", i),
				"Skribble shows attachments by their file names: this one has none")
		}
	}
	return nil
}

func validName(name string) bool {
	return strings.TrimSpace(name) != "" && utf8.RuneCountInString(name) <= maxName && !strings.ContainsFunc(name, unicode.IsControl)
}
