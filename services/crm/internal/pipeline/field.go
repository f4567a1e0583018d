package pipeline

import (
	"net/mail"
	"strings"
)

// Field names a piece of data that a person has to fill in. A required value without a name of its own goes by its key in
// upper case with underscores, such as DEAL_FIELDS_IBAN.
type Field string

// The named fields.
const (
	// FieldContact means that the deal has no main contact.
	FieldContact   Field = "CONTACT"
	FieldFirstName Field = "FIRST_NAME"
	FieldLastName  Field = "LAST_NAME"
	// FieldEmail means that the address is missing or is none.
	FieldEmail Field = "EMAIL"
	// FieldPhone means that the number is missing or has no country code.
	FieldPhone   Field = "PHONE"
	FieldCompany Field = "COMPANY"
	// FieldPrice means that the deal has no price, which the CRM shows as 0.
	FieldPrice Field = "PRICE"
)

// fieldOf returns the field behind a value's key.
func fieldOf(key string) Field {
	switch key {
	case "contact.first_name":
		return FieldFirstName
	case "contact.name", "contact.last_name":
		return FieldLastName
	case "contact.email":
		return FieldEmail
	case "contact.phone":
		return FieldPhone
	case "company.name":
		return FieldCompany
	case "deal.price":
		return FieldPrice
	}
	return Field(strings.ToUpper(strings.ReplaceAll(key, ".", "_")))
}

// address returns s when it is one bare e-mail address at a domain with a dot, else nothing.
func address(s string) string {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 {
		return ""
	}
	if _, domain, _ := strings.Cut(s, "@"); !strings.Contains(strings.Trim(domain, "."), ".") {
		return ""
	}
	return s
}

// phoneNumber returns s in E.164, or nothing when it has no country code: which one is not ours to guess.
func phoneNumber(s string) string {
	s = strings.ReplaceAll(s, "(0)", "")
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\u00a0-–/.()", r) {
			return -1
		}
		return r
	}, s)
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		digits = "+" + rest
	}
	number, ok := strings.CutPrefix(digits, "+")
	if !ok || len(number) < 8 || len(number) > 15 || number[0] == '0' || strings.Trim(number, "0123456789") != "" {
		return ""
	}
	return digits
}

// money returns a plain decimal with at least two decimals and its currency, or nothing when price is no such number.
func money(price, currency string) string {
	whole, cents, _ := strings.Cut(price, ".")
	digits := strings.TrimPrefix(whole, "-")
	if digits == "" || len(price) > 30 || strings.Trim(digits+cents, "0123456789") != "" {
		return ""
	}
	for len(cents) > 2 && cents[len(cents)-1] == '0' {
		cents = cents[:len(cents)-1]
	}
	for len(cents) < 2 {
		cents += "0"
	}
	return strings.TrimSpace(whole + "." + cents + " " + currency)
}
