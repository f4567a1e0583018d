package yousign

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// maxFileName in characters (API v3, documents).
const maxFileName = 128

// creationOf translates the order into a draft without documents and signers. Declining is always allowed: where it is
// not, which is Yousign's default, a signer who disagrees can only stay silent.
func (p *Provider) creationOf(order signature.Order) creation {
	body := creation{
		Name:                    order.Title,
		DeliveryMode:            "email",
		OrderedSigners:          ordered(order),
		Timezone:                p.config.Timezone,
		ExternalID:              order.Correlation,
		SignersAllowedToDecline: true,
	}
	if !order.ExpireTime.IsZero() {
		body.ExpirationDate = p.lastDay(order)
	}
	// The audit trail speaks other languages than the mails do.
	if slices.Contains([]string{"de", "en", "es", "fr", "it", "pt", "ro"}, order.Language) {
		body.AuditTrailLocale = order.Language
	}
	if order.Text.Message != "" {
		body.EmailNotification = &notification{customText{order.Text.Message}}
	}
	return body
}

// lastDay on which can be signed. Yousign ends a request when this day ends, so never before the order's own end.
func (p *Provider) lastDay(order signature.Order) string {
	return order.ExpireTime.In(p.zone).Format(time.DateOnly)
}

// ordered tells whether signers are asked one after another. For QES Yousign knows no other way.
func ordered(order signature.Order) bool {
	if order.Level == signature.QES {
		return true
	}
	for _, signer := range order.Signers {
		if signer.Order != order.Signers[0].Order {
			return true
		}
	}
	return false
}

// inSigningOrder returns the order's signers as Yousign must create them, which is the order it asks them in.
func inSigningOrder(order signature.Order) []signature.Signer {
	sorted := slices.Clone(order.Signers)
	slices.SortStableFunc(sorted, func(a, b signature.Signer) int { return cmp.Compare(a.Order, b.Order) })
	return sorted
}

func inviteeOf(order signature.Order, signer signature.Signer, documentID string) invitee {
	mode := authenticationOf(order.Level, signer.Authentication)
	body := invitee{
		Info: info{
			FirstName: signer.FirstName, LastName: signer.LastName, Email: signer.Email, Locale: languageOf(order, signer),
		},
		Level: levelWord(order.Level),
	}
	if mode != signature.AuthenticationDefault {
		word := string(mode)
		body.Authentication = &word
	}
	if mode == signature.AuthenticationSMS {
		body.Info.PhoneNumber = &signer.Phone
	}
	for _, box := range order.Fields {
		if box.Role == signer.Role {
			body.Fields = append(body.Fields, fieldOf(box, documentID))
		}
	}
	return body
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

func languageOf(order signature.Order, signer signature.Signer) string {
	return cmp.Or(signer.Language, order.Language)
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

// uploadOf is the order's document as the multipart body that Yousign takes, and its content type.
func uploadOf(order signature.Order) (body []byte, contentType string, err error) {
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	natureErr := writer.WriteField("nature", natureSignable)
	part, partErr := writer.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", fileName(order.FileName))},
		"Content-Type":        {"application/pdf"},
	})
	if err := errors.Join(natureErr, partErr); err != nil {
		return nil, "", err
	}
	_, writeErr := part.Write(order.Document)
	if err := errors.Join(writeErr, writer.Close()); err != nil {
		return nil, "", err
	}
	return buffer.Bytes(), writer.FormDataContentType(), nil
}

// fileName keeps what Yousign accepts of a file's name: no slashes, nothing unprintable, no spaces around it.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || !unicode.IsPrint(r) {
			return '-'
		}
		return r
	}, strings.ToValidUTF8(name, "-"))
	if characters := []rune(name); len(characters) > maxFileName {
		name = string(characters[len(characters)-maxFileName:])
	}
	return cmp.Or(strings.TrimSpace(name), "document.pdf")
}

// private lists what a vendor's message must not carry into an error.
func private(order signature.Order) []string {
	var values []string
	for _, signer := range order.Signers {
		values = append(values, signer.Email, strings.TrimPrefix(signer.Phone, "+"), signer.FirstName, signer.LastName)
	}
	return values
}
