package pdf

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	bigEndianMark = "\xFE\xFF"
	utf8Mark      = "\xEF\xBB\xBF"
)

// Text encodes s as a text string: as it is when it is ASCII, else in UTF-16 with a byte order mark.
func Text(s string) String {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return String(s)
	}
	text := []byte(bigEndianMark)
	for _, unit := range utf16.Encode([]rune(s)) {
		text = binary.BigEndian.AppendUint16(text, unit)
	}
	return String(text)
}

// DecodeText decodes a text string: UTF-16 and UTF-8 by their marks, anything else as Latin-1, which PDFDocEncoding
// mostly is.
func DecodeText(s String) string {
	switch text := string(s); {
	case strings.HasPrefix(text, bigEndianMark):
		var units []uint16
		for rest := []byte(text[2:]); len(rest) > 1; rest = rest[2:] {
			units = append(units, binary.BigEndian.Uint16(rest))
		}
		return string(utf16.Decode(units))
	case strings.HasPrefix(text, utf8Mark):
		return strings.ToValidUTF8(text[3:], "\uFFFD")
	default:
		runes := make([]rune, len(text))
		for i := range len(text) {
			runes[i] = rune(text[i])
		}
		return string(runes)
	}
}
