package vendorspec

import (
	"encoding/base64"
	"errors"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// spaced is a pattern that minds white space at the ends, which Go's expressions cannot.
type spaced struct {
	*regexp.Regexp
	first, last bool
}

// MatchString tells whether the text fits.
func (p spaced) MatchString(s string) bool {
	return p.Regexp.MatchString(s) && (!p.first || strings.TrimLeft(s, " \t\r\n") == s) &&
		(!p.last || strings.TrimRight(s, " \t\r\n") == s)
}

func pattern(text string) (openapi3.RegexMatcher, error) {
	const first, last = `(?!\s)`, `(?<!\s)`
	compiled, err := regexp.Compile(strings.NewReplacer(first, "", last, "").Replace(text))
	if err != nil {
		return nil, err
	}
	return spaced{compiled, strings.Contains(text, first), strings.Contains(text, last)}, nil
}

// formats are those that the vendors' files have for a text.
func formats() map[string]openapi3.StringFormatValidator {
	letters := regexp.MustCompile(`^[A-Za-z]{2}$`)
	// Skribble's have not the version bits of a UUID.
	identifier := regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	all := map[string]openapi3.StringFormatValidator{}
	for name, fits := range map[string]func(string) bool{
		"binary":             func(string) bool { return true },
		"uuid":               identifier.MatchString,
		"ISO 639-1":          letters.MatchString,
		"ISO 3166-1 alpha-2": letters.MatchString,
		"date-time":          func(s string) bool { _, err := time.Parse(time.RFC3339Nano, s); return err == nil },
		"date":               func(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil },
		"byte":               func(s string) bool { _, err := base64.StdEncoding.DecodeString(s); return err == nil },
		"ipv4":               func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is4() },
		"ipv6":               func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is6() },
		"email":              func(s string) bool { a, err := mail.ParseAddress(s); return err == nil && a.Address == s },
		"uri":                func(s string) bool { u, err := url.Parse(s); return err == nil && u.IsAbs() },
		// Yousign: no markup, no address of a page; that of a mailbox in some fields.
		"safe-string": func(s string) bool { return !strings.ContainsAny(s, "<>") && !strings.Contains(s, "://") },
	} {
		all[name] = openapi3.NewCallbackValidator(func(s string) error {
			if !fits(s) {
				return errors.New("it is no " + name)
			}
			return nil
		})
	}
	return all
}
