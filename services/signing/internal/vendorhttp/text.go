package vendorhttp

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// maxDetail is the length in characters of a vendor's text that is passed on, and maxRaw in bytes of what is looked at.
const (
	maxDetail = 300
	maxRaw    = 4 << 10
)

// firstYear and lastYear bound what is taken for a point in time.
const (
	firstYear = 1970
	lastYear  = 9000
)

// Detail returns a vendor's text made safe to show and to log: bounded, printable, and without e-mail addresses, links,
// long numbers and the given private values, which vendors like to echo.
func Detail(text string, private ...string) string {
	text = text[:min(len(text), maxRaw)]
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	longestFirst := func(a, b string) int { return len(b) - len(a) } // a name may begin another
	for _, value := range slices.SortedFunc(slices.Values(private), longestFirst) {
		text = without(text, strings.TrimSpace(strings.ToValidUTF8(value, "")))
	}
	text = regexp.MustCompile(`\S+@\S+|https?://\S+|\+?\d(?: ?\d){5,}`).ReplaceAllLiteralString(text, "…")
	if runes := []rune(text); len(runes) > maxDetail {
		text = string(runes[:maxDetail]) + "…"
	}
	return strings.TrimSpace(text)
}

// without replaces the value in whatever case; where that is not possible, it keeps nothing of the text.
func without(text, value string) string {
	if value == "" {
		return text
	}
	pattern, err := regexp.Compile("(?i)" + regexp.QuoteMeta(value))
	if err != nil {
		return ""
	}
	return pattern.ReplaceAllLiteralString(text, "…")
}

// Time is a vendor's point in time, read with tolerance: RFC 3339, or a date, which is its midnight in UTC. Anything
// else is the zero time, so that an odd date never costs the whole answer; so is one that no clock shows, because JSON and
// the contracts cannot tell every year.
type Time struct{ time.Time }

// UnmarshalJSON never fails.
func (t *Time) UnmarshalJSON(raw []byte) error {
	t.Time = time.Time{}
	var text string
	if json.Unmarshal(bytes.TrimSpace(raw), &text) != nil {
		return nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999999999Z0700", time.DateOnly} {
		if parsed, err := time.Parse(layout, text); err == nil {
			if parsed = parsed.UTC(); parsed.Year() >= firstYear && parsed.Year() <= lastYear {
				t.Time = parsed
			}
			return nil
		}
	}
	return nil
}
