package yousign

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// creationOf translates the order into a draft without documents and signers, or with those of its template. Declining is
// always allowed: where it is not, which is Yousign's default, a signer who disagrees can only stay silent. Reminders of
// Yousign's own are never asked for: the service sends them.
func (p *Provider) creationOf(order signature.Order) creation {
	body := creation{
		Name:                    order.Title,
		DeliveryMode:            deliveryMode(order),
		OrderedSigners:          ordered(order) && !inGroups(order),
		CustomRecipientOrder:    inGroups(order),
		Timezone:                p.config.Timezone,
		ExternalID:              order.Correlation,
		SignersAllowedToDecline: true,
		CustomExperienceID:      order.Brand,
		TemplateID:              order.Template,
		Placeholders:            placeholdersOf(order),
	}
	if !order.ExpireTime.IsZero() {
		body.ExpirationDate = p.day(order.ExpireTime)
	}
	// The audit trail speaks other languages than the mails do.
	if slices.Contains([]string{"de", "en", "es", "fr", "it", "pt", "ro"}, order.Language) {
		body.AuditTrailLocale = order.Language
	}
	if order.Text != (signature.MailText{}) {
		body.EmailNotification = &notification{textOf(order.Text)}
	}
	return body
}

func deliveryMode(order signature.Order) string {
	if order.CallerDelivers {
		return "none"
	}
	return "email"
}

func textOf(text signature.MailText) customText {
	return customText{RequestSubject: text.Subject, RequestBody: text.Message}
}

// day is the last one of a request that ends at a time: Yousign ends it when this day ends. An end in the first minute of a
// day leaves Yousign its own end at midnight, after which a request can be opened again; any other end comes before Yousign's.
func (p *Provider) day(at time.Time) string {
	return at.Add(-time.Minute - 1).In(p.zone).Format(time.DateOnly)
}

func inviteeOf(order signature.Order, signer signature.Signer, documentID string) invitee {
	body := invitee{person: personOf(order, signer)}
	for _, box := range order.Fields {
		if box.Role == signer.Role {
			body.Fields = append(body.Fields, fieldOf(box, documentID))
		}
	}
	return body
}

// personOf says who the signer is and how this one signs. A signer of the own company is one like any other: Yousign
// knows no account that would let somebody sign without the link.
func personOf(order signature.Order, signer signature.Signer) person {
	body := person{
		Info: info{
			FirstName: signer.FirstName, LastName: signer.LastName, Email: signer.Email, Locale: order.LanguageOf(signer),
		},
		Level:          levelWord(order.Level),
		Authentication: authenticationWord(order, signer),
		CustomText:     ownText(order, signer),
	}
	if authenticationOf(order.Level, signer.Authentication) == signature.AuthenticationSMS {
		body.Info.PhoneNumber = &signer.Phone
	}
	if order.Redirects != (signature.Redirects{}) {
		body.RedirectURLs = &redirects{
			Success: order.Redirects.Success, Error: order.Redirects.Error, Decline: order.Redirects.Decline,
		}
	}
	return body
}

// ownText is the text of a signer whose language has another one than the request; nil where the request's serves.
func ownText(order signature.Order, signer signature.Signer) *customText {
	text := order.TextFor(order.LanguageOf(signer))
	if text == order.Text || text == (signature.MailText{}) {
		return nil
	}
	own := textOf(text)
	return &own
}

// authenticationWord is the mode as Yousign writes it; nil, for its null, where the level leaves no choice.
func authenticationWord(order signature.Order, signer signature.Signer) *string {
	mode := authenticationOf(order.Level, signer.Authentication)
	if mode == signature.AuthenticationDefault {
		return nil
	}
	word := string(mode)
	return &word
}

// noCode is Yousign's word for a signer who needs no code.
const noCode signature.Authentication = "no_otp"

// authenticationOf is the mode that is sent; the level drives it, never the other way round.
func authenticationOf(level signature.Level, asked signature.Authentication) signature.Authentication {
	switch {
	case level == signature.AES:
		return signature.AuthenticationSMS
	case level == signature.QES:
		return signature.AuthenticationDefault
	case asked == signature.AuthenticationDefault || asked == signature.AuthenticationNone:
		return noCode
	}
	return asked
}

func levelWord(level signature.Level) string {
	switch level {
	case signature.AES:
		return "advanced_electronic_signature"
	case signature.QES:
		return "qualified_electronic_signature"
	}
	return "electronic_signature"
}

// fieldOf rounds the box to whole points: Yousign takes integers only.
func fieldOf(box signature.Field, documentID string) field {
	round := func(points float64) int { return int(math.Round(points)) }
	return field{
		DocumentID: documentID, Type: "signature", Page: box.Page,
		X: round(box.X), Y: round(box.Y), Width: round(box.Width), Height: round(box.Height),
	}
}

// private lists what a vendor's message must not carry into an error.
func private(order signature.Order) []string {
	values := order.Words()
	for _, signer := range order.Signers {
		values = append(values, signer.Email, strings.TrimPrefix(signer.Phone, "+"), signer.FirstName, signer.LastName)
	}
	return values
}
