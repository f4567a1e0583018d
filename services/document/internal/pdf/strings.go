package pdf

import (
	"bytes"
	"strings"
	"unicode/utf16"
)

// Text decodes a text string (ISO 32000-1, 7.9.2.2): UTF-16BE or UTF-8 with a byte order mark, else PDFDocEncoding. What
// no encoding defines becomes U+FFFD.
func Text(b []byte) string {
	if utf8Text, ok := strings.CutPrefix(string(b), "\xEF\xBB\xBF"); ok {
		return strings.ToValidUTF8(utf8Text, "\uFFFD")
	}
	if len(b) >= 2 && b[0] == 0xFE && b[1] == 0xFF {
		units := make([]uint16, 0, len(b)/2)
		for i := 2; i+1 < len(b); i += 2 {
			units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
		}
		return string(utf16.Decode(units))
	}
	// The bytes of PDFDocEncoding that are not those of Latin-1 (ISO 32000-1, D.2), from 0x18 and from 0x80.
	low := []rune("\u02D8\u02C7\u02C6\u02D9\u02DD\u02DB\u02DA\u02DC")
	high := []rune("•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\uFFFD€")
	var out strings.Builder
	for _, c := range b {
		switch {
		case c >= 0x18 && c < 0x20:
			out.WriteRune(low[c-0x18])
		case c >= 0x80 && c <= 0xA0:
			out.WriteRune(high[c-0x80])
		case c == 0x7F || c == 0xAD:
			out.WriteRune('\uFFFD')
		default:
			out.WriteRune(rune(c))
		}
	}
	return out.String()
}

// name reads a name object; pos stands on the slash.
func (l *lexer) name() (Name, error) {
	l.pos++
	var out []byte
	for l.pos < len(l.data) && isRegular(l.data[l.pos]) {
		c := l.data[l.pos]
		if c == '#' {
			if len(l.data)-l.pos < 3 {
				return "", malformed(l.pos, "cut escape")
			}
			hi, lo := nibble(l.data[l.pos+1]), nibble(l.data[l.pos+2])
			if hi < 0 || lo < 0 {
				return "", malformed(l.pos, "bad escape in a name")
			}
			c = byte(hi<<4 | lo)
			l.pos += 2
		}
		out = append(out, c)
		l.pos++
	}
	return Name(out), l.take(3 * len(out))
}

func nibble(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (l *lexer) located(s String, start int) String {
	s.Start, s.End = start, l.pos
	if l.embedded {
		s.Start, s.End = -1, -1
	}
	return s
}

// hex reads <...>; pos stands on the bracket.
func (l *lexer) hex() (Object, error) {
	start := l.pos
	l.pos++
	length := max(0, bytes.IndexByte(l.data[l.pos:], '>'))
	if err := l.take(3 * (length / 2)); err != nil {
		return nil, err
	}
	out, high, clean := make([]byte, 0, length/2+1), -1, true
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		l.pos++
		if c == '>' {
			if high >= 0 {
				out, clean = append(out, byte(high<<4)), false
			}
			return l.located(String{Bytes: out, Hex: clean}, start), nil
		}
		n := nibble(c)
		switch {
		case n < 0 && isSpace(c):
			clean = false
		case n < 0:
			return nil, malformed(l.pos, "bad hexadecimal digit")
		case high < 0:
			high = n
		default:
			out, high = append(out, byte(high<<4|n)), -1
		}
	}
	return nil, malformed(start, "string without end")
}

// literal reads (...); pos stands on the parenthesis.
func (l *lexer) literal() (Object, error) {
	start := l.pos
	l.pos++
	out, open := []byte{}, 1
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		l.pos++
		switch c {
		case '\\':
			out = l.escape(out)
			continue
		case '\r':
			if l.starts("\n") {
				l.pos++
			}
			c = '\n'
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return l.located(String{Bytes: out}, start), l.take(3 * len(out))
			}
		}
		out = append(out, c)
	}
	return nil, malformed(start, "string without end")
}

// escape appends what follows a backslash.
func (l *lexer) escape(out []byte) []byte {
	if l.pos >= len(l.data) {
		return out
	}
	c := l.data[l.pos]
	l.pos++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\r':
		if l.starts("\n") {
			l.pos++
		}
		return out
	case '\n':
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	n := int(c - '0')
	for i := 0; i < 2 && l.pos < len(l.data) && l.data[l.pos] >= '0' && l.data[l.pos] <= '7'; i++ {
		n = n<<3 | int(l.data[l.pos]-'0')
		l.pos++
	}
	return append(out, byte(n))
}
