package render

import (
	"strings"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// maxTitle is the contract's bound, in characters.
const maxTitle = 256

const pdfSuffix = ".pdf"

func fileName(name string) string {
	return paper.FileName(strings.TrimSuffix(name, pdfSuffix), pdfSuffix)
}

// clip cuts text to a number of characters and shows that it did.
func clip(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return string(runes[:limit-1]) + "…"
}
