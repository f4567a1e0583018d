package signature

import (
	"cmp"
	"net/mail"
	"regexp"
)

// LanguageOf is the language of a signer's mails: their own, else the order's.
func (o Order) LanguageOf(s Signer) string { return cmp.Or(s.Language, o.Language) }

// IsEmail tells whether text is one e-mail address (RFC 5322) and nothing around it.
func IsEmail(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text
}

// IsPhone tells whether text is a phone number in E.164 with its plus.
func IsPhone(text string) bool {
	return regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`).MatchString(text)
}
