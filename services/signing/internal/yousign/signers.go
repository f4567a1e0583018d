package yousign

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Limits of API v3 on a signer, in characters.
const (
	maxName  = 255
	maxEmail = 100
	// chineseNumbers get no code by SMS.
	chineseNumbers = "+86"
)

// emailDetail tells what an e-mail address must be.
const emailDetail = "Yousign needs a bare e-mail address of at most 100 characters, such as anna@example.org"

// refuseSigner checks who a signer is: what can change after the invitation, too.
func refuseSigner(order signature.Order, signer signature.Signer) *signature.Refusal {
	if detail := nameFault(signer.FirstName); detail != "" {
		return refuse(signature.ReasonSignerNameInvalid, "first_name", "Yousign refuses the first name, which "+detail)
	}
	if detail := nameFault(signer.LastName); detail != "" {
		return refuse(signature.ReasonSignerNameInvalid, "last_name", "Yousign refuses the last name, which "+detail)
	}
	if !validEmail(signer.Email) {
		return refuse(signature.ReasonSignerEmailInvalid, "email", emailDetail)
	}
	mode := authenticationOf(order.Level, signer.Authentication)
	if mode == signature.AuthenticationSMS && strings.HasPrefix(signer.Phone, chineseNumbers) {
		return refuse(signature.ReasonSignerPhoneRequired, "phone_number", "Yousign sends no codes to Chinese numbers: give another mobile number")
	}
	if mode == signature.AuthenticationSMS && !signature.IsPhone(signer.Phone) {
		return refuse(signature.ReasonSignerPhoneRequired, "phone_number",
			"Yousign sends the code to a mobile number with plus and country code, such as +41791234567: give the signer's")
	}
	return nil
}

// refuseFieldsOf checks the signer's boxes. They are never enlarged to fit: they could cover the text beside them.
func refuseFieldsOf(order signature.Order, signer signature.Signer) *signature.Refusal {
	fields := 0
	for _, box := range order.Fields {
		if box.Role != signer.Role {
			continue
		}
		fields++
		if !fits(box) {
			return refuse(signature.ReasonSignatureFieldMissing, "role", fmt.Sprintf(
				"Yousign takes signature fields of %d to %d points in width and %d to %d in height that start on their page",
				minFieldWidth, maxFieldWidth, minFieldHeight, maxFieldHeight))
		}
	}
	if fields == 0 {
		return refuse(signature.ReasonSignatureFieldMissing, "role", "the document has no signature field for the signer's role")
	}
	if order.Level == signature.QES && fields > 1 {
		return refuse(signature.ReasonSignatureFieldMissing, "role", "Yousign takes exactly one field per signer for QES")
	}
	return nil
}

func fits(box signature.Field) bool {
	within := func(value, low, high float64) bool { return value >= low && value <= high }
	// The rounded box is what is sent; NaN fails the first comparison.
	if !within(box.X, 0, maxCoordinate) || !within(box.Y, 0, maxCoordinate) ||
		!within(box.Width, 0, maxCoordinate) || !within(box.Height, 0, maxCoordinate) {
		return false
	}
	sent := fieldOf(box, "")
	return box.Page >= 1 && within(float64(sent.Width), minFieldWidth, maxFieldWidth) &&
		within(float64(sent.Height), minFieldHeight, maxFieldHeight)
}

// nameFault tells why Yousign would refuse a name; empty when it would not. A name is never altered to fit, because on a
// contract it is somebody's. The offending character alone is no personal data.
func nameFault(name string) string {
	if !utf8.ValidString(name) {
		return "is not valid text"
	}
	if name == "" || name != strings.TrimSpace(name) || utf8.RuneCountInString(name) > maxName {
		return fmt.Sprintf("must have 1 to %d characters and no spaces around it", maxName)
	}
	for _, r := range name {
		if !nameCharacter(r) {
			return fmt.Sprintf("holds %q (%U)", r, r)
		}
	}
	return ""
}

// nameCharacter is the character set measured from API v3's pattern for human names.
func nameCharacter(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return true
	case strings.ContainsRune(" '()-`", r):
		return true
	case r >= 'À' && r <= 'ſ':
		return !strings.ContainsRune("Ð×Þð÷þ", r)
	}
	return r >= 'Ș' && r <= 'ț'
}

func validEmail(email string) bool {
	return signature.IsEmail(email) && utf8.RuneCountInString(email) <= maxEmail
}

// isSafe tells whether text is what API v3 calls a safe string: no markup, link or e-mail address.
func isSafe(text string) bool {
	return utf8.ValidString(text) && !regexp.MustCompile(`(?i)[<>]|://|\bwww\.|`+emailPattern).MatchString(text)
}

const emailPattern = `[^\s@]+@[^\s@]+\.[^\s@]+`

// withoutEmails prepares a text in which API v3 allows e-mail addresses.
func withoutEmails(text string) string {
	return regexp.MustCompile(emailPattern).ReplaceAllLiteralString(text, "")
}

func isExternalID(id string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9_\-@.%+]+$`).MatchString(id)
}
