package render

import (
	"strings"
	"unicode"
)

// Bounds of the contract's fields, in characters.
const (
	maxTitle    = 256
	maxFileName = 128
	pdfSuffix   = ".pdf"
)

// fileName keeps letters, digits and a few harmless marks; anything else, a slash above all, becomes one hyphen.
func fileName(name string) string {
	name = strings.TrimSuffix(name, pdfSuffix)
	var b strings.Builder
	gap := false
	for _, r := range name {
		if !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune("._", r) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	runes := []rune(b.String())
	stem := strings.Trim(string(runes[:min(len(runes), maxFileName-len(pdfSuffix))]), "._-")
	if stem == "" {
		stem = "document"
	}
	return stem + pdfSuffix
}

// clip cuts text to a number of characters and shows that it did.
func clip(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return string(runes[:limit-1]) + "…"
}
