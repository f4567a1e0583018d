package proof

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// text decodes a PDF text string well enough for a report.
func text(b []byte) string {
	if len(b) >= 2 && b[0] == 0xFE && b[1] == 0xFF {
		units := make([]uint16, 0, len(b)/2)
		for i := 2; i+1 < len(b); i += 2 {
			units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
		}
		return string(utf16.Decode(units))
	}
	return strings.TrimPrefix(string(b), "\xEF\xBB\xBF")
}

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
