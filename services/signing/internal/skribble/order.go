package skribble

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// requestPlaceholder is replaced by Skribble in a callback URL. It must stand bare: no braces, no escapes.
const requestPlaceholder = "SKRIBBLE_SIGNATURE_REQUEST_ID"

// reference is the short mark in the title by which a lost request is found again: 40 bits of the correlation's hash.
func reference(correlation string) string {
	hash := sha256.Sum256([]byte(correlation))
	return "CS-" + base32.StdEncoding.EncodeToString(hash[:5])
}

// title of the order with its reference.
func title(order signature.Order) string {
	return order.Title + " [" + reference(order.Correlation) + "]"
}

// creationOf translates the order, whose document was uploaded as documentID.
func (p *Provider) creationOf(order signature.Order, documentID string) creation {
	body := creation{
		Title:           title(order),
		Message:         messageOf(order),
		DocumentID:      documentID,
		Quality:         string(order.Level),
		Legislation:     string(order.Legislation),
		Custom:          order.Correlation,
		AttachOnSuccess: []string{},
		CallbackSuccess: p.callback("success", order.CallbackToken),
		CallbackUpdate:  p.callback("update", order.CallbackToken),
		CallbackError:   p.callback("error", order.CallbackToken),
	}
	for _, observer := range order.Observers {
		body.Observers = append(body.Observers, observer.Email)
	}
	body.Signatures = inviteesOf(order)
	return body
}

// messageOf the order that its signers' languages select. They select the same: Skribble has one for all.
func messageOf(order signature.Order) string {
	language := order.Language
	if len(order.Signers) > 0 {
		language = order.Signers[0].Language
	}
	return order.TextFor(language).Message
}

func inviteesOf(order signature.Order) []invitee {
	invitees := make([]invitee, 0, len(order.Signers))
	for _, signer := range order.Signers {
		invitees = append(invitees, inviteeOf(order, signer))
	}
	return invitees
}

func inviteeOf(order signature.Order, signer signature.Signer) invitee {
	language := order.LanguageOf(signer)
	body := invitee{
		Identity: identity{
			EmailAddress: signer.Email, FirstName: signer.FirstName, LastName: signer.LastName, Language: language,
		},
		Sequence: signer.Order,
		Language: language,
	}
	// An account holder has no link that the caller could deliver.
	if signer.OwnCompany && !order.CallerDelivers {
		body.AccountEmail = signer.Email
	}
	if order.CallerDelivers {
		notify := false
		body.Notify = &notify
	}
	if order.Level != signature.SES {
		body.Identity.MobileNumber = strings.TrimPrefix(signer.Phone, "+")
	}
	for _, field := range order.Fields {
		if field.Role == signer.Role {
			body.Visual = &visual{FormField: field.FormField}
		}
	}
	return body
}

// callback is the URL for one kind of callback. It is a path and nothing else, because Skribble HTML-encodes what it
// calls: an ampersand would not survive.
func (p *Provider) callback(kind, token string) string {
	if p.config.CallbackBase == "" {
		return ""
	}
	return p.config.CallbackBase + vendorhttp.Path("webhooks", "skribble", kind, token, requestPlaceholder)
}

// private lists what a vendor's message must not carry into an error.
func private(order signature.Order) []string {
	values := []string{order.CallbackToken}
	for _, signer := range order.Signers {
		values = append(values, signer.Email, strings.TrimPrefix(signer.Phone, "+"), signer.FirstName, signer.LastName)
	}
	for _, observer := range order.Observers {
		values = append(values, observer.Email)
	}
	for _, enclosed := range order.Attachments {
		values = append(values, enclosed.FileName)
	}
	values = append(values, order.Redirects.Success, order.Redirects.Decline, order.Redirects.Error)
	return append(values, order.Words()...)
}
