package form

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// pdfDoc are the codes 0x18 to 0x1F and 0x80 to 0xA0 of PDFDocEncoding (ISO 32000-1, D.2); all others above the
// controls are those of Latin-1.
const (
	pdfDocLow  = "˘ˇˆ˙˝˛˚˜"
	pdfDocHigh = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\uFFFD€"
)

// decodeText reads a text string: UTF-16BE or UTF-8 by its byte order mark, else PDFDocEncoding.
func decodeText(s []byte) string {
	if rest, ok := strings.CutPrefix(string(s), "\xFE\xFF"); ok {
		units := make([]uint16, 0, len(rest)/2)
		for i := 0; i+1 < len(rest); i += 2 {
			units = append(units, uint16(rest[i])<<8|uint16(rest[i+1]))
		}
		return string(utf16.Decode(units))
	}
	if rest, ok := strings.CutPrefix(string(s), "\xEF\xBB\xBF"); ok {
		return strings.ToValidUTF8(rest, string(utf8.RuneError))
	}
	low, high := []rune(pdfDocLow), []rune(pdfDocHigh)
	var b strings.Builder
	for _, c := range s {
		switch {
		case c >= 0x18 && c <= 0x1F:
			b.WriteRune(low[c-0x18])
		case c >= 0x80 && c <= 0xA0:
			b.WriteRune(high[c-0x80])
		default:
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}

// text reads a value that is written as a text string or a name; false for anything else.
func (l *loader) text(o pdf.Object) (string, bool) {
	switch x := l.doc.Resolve(o).(type) {
	case pdf.String:
		return decodeText(x.Bytes), true
	case pdf.Name:
		return string(x), true
	}
	return "", false
}

// lines brings line ends into one form and leaves out what nobody would see.
func lines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}
