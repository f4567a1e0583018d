package proof

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clip makes a text of the file safe to keep: valid, printable, of bounded length.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxFieldName {
		return string(runes[:maxFieldName])
	}
	return s
}
