package pdfscan

import (
	"encoding/hex"
	"strconv"
)

// The values of a PDF file. Numbers are float64, texts are literal, names start with a slash, an operator or
// keyword is a word.
type (
	dict map[string]any
	list []any
	name string
	text string
	word string
	ref  int
)

const maxDepth = 64

// lexer reads values from b; it never fails, it ends: a damaged file yields what can be read of it.
type lexer struct {
	b []byte
	p int
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func (l *lexer) skip() {
	for l.p < len(l.b) {
		switch c := l.b[l.p]; {
		case isSpace(c):
			l.p++
		case c == '%':
			for l.p < len(l.b) && l.b[l.p] != '\n' && l.b[l.p] != '\r' {
				l.p++
			}
		default:
			return
		}
	}
}

// next returns the next value; ok is false at the end.
func (l *lexer) next(depth int) (v any, ok bool) {
	l.skip()
	if l.p >= len(l.b) || depth > maxDepth {
		return nil, false
	}
	switch c := l.b[l.p]; {
	case c == '(':
		return l.literal(), true
	case c == '<' && l.p+1 < len(l.b) && l.b[l.p+1] == '<':
		l.p += 2
		return l.dict(depth), true
	case c == '<':
		return l.hex(), true
	case c == '[':
		l.p++
		return l.list(depth), true
	case c == '/':
		l.p++
		return name(l.run()), true
	case isDelimiter(c):
		l.p++
		return word(c), true
	}
	return l.plain(), true
}

func (l *lexer) run() string {
	start := l.p
	for l.p < len(l.b) && !isSpace(l.b[l.p]) && !isDelimiter(l.b[l.p]) {
		l.p++
	}
	return string(l.b[start:l.p])
}

// plain reads a number, a reference or a word.
func (l *lexer) plain() any {
	s := l.run()
	if c := s[0]; c > '9' || c < '0' && c != '-' && c != '+' && c != '.' {
		return word(s)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return word(s)
	}
	if id := int(f); float64(id) == f && id > 0 && l.reference() {
		return ref(id)
	}
	return f
}

// reference consumes "generation R" when that follows.
func (l *lexer) reference() bool {
	back := l.p
	l.skip()
	if _, err := strconv.ParseUint(l.run(), 10, 16); err == nil {
		l.skip()
		if l.run() == "R" {
			return true
		}
	}
	l.p = back
	return false
}

func (l *lexer) dict(depth int) dict {
	d := dict{}
	for {
		k, ok := l.next(depth + 1)
		if !ok {
			return d
		}
		key, isName := k.(name)
		if !isName {
			if k == word('>') && l.p < len(l.b) && l.b[l.p] == '>' {
				l.p++
				return d
			}
			continue
		}
		v, ok := l.next(depth + 1)
		if !ok {
			return d
		}
		d[string(key)] = v
	}
}

func (l *lexer) list(depth int) list {
	var out list
	for {
		v, ok := l.next(depth + 1)
		if !ok || v == word(']') {
			return out
		}
		out = append(out, v)
	}
}

func (l *lexer) hex() text {
	l.p++
	var digits []byte
	for l.p < len(l.b) && l.b[l.p] != '>' {
		if !isSpace(l.b[l.p]) {
			digits = append(digits, l.b[l.p])
		}
		l.p++
	}
	l.p = min(l.p+1, len(l.b))
	if len(digits)%2 == 1 {
		digits = append(digits, '0')
	}
	out := make([]byte, len(digits)/2)
	n, _ := hex.Decode(out, digits) // a wrong digit ends the string
	return text(out[:n])
}

func (l *lexer) literal() text {
	l.p++
	var out []byte
	for depth := 1; l.p < len(l.b); l.p++ {
		c := l.b[l.p]
		switch c {
		case '\\':
			l.p++
			out = l.escape(out)
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.p++
				return text(out)
			}
		}
		out = append(out, c)
	}
	return text(out)
}

// escape appends what the escape at p means and leaves p on its last byte.
func (l *lexer) escape(out []byte) []byte {
	if l.p >= len(l.b) {
		return out
	}
	c := l.b[l.p]
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case '\n':
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	v := 0
	for i := 0; i < 3 && l.p < len(l.b) && l.b[l.p] >= '0' && l.b[l.p] <= '7'; i++ {
		v = v*8 + int(l.b[l.p]-'0')
		l.p++
	}
	l.p--
	return append(out, byte(v))
}
