package paper

import (
	"strings"
	"unicode"
)

// maxFileName is the contract's bound, in characters.
const maxFileName = 128

// FileName makes a file name of a title: it keeps letters, digits and a few harmless marks; anything else, a slash above
// all, becomes one hyphen. The ending, such as ".pdf", is never cut.
func FileName(title, ending string) string {
	var b strings.Builder
	gap := false
	for _, r := range title {
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
	stem := strings.Trim(string(runes[:min(len(runes), maxFileName-len(ending))]), "._-")
	if stem == "" {
		stem = "document"
	}
	return stem + ending
}
