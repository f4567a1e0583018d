package pdf

import (
	"bytes"
	"strconv"
)

// lexer reads values from data, starting at pos.
type lexer struct {
	data []byte
	pos  int
	// embedded is set inside an object stream, where offsets mean nothing.
	embedded bool
	// memory counts down the bytes that values may take; nil means that nobody counts.
	memory *int
}

// Estimates of what a value takes in memory beside its bytes: its place in a list, and a dictionary's own.
const (
	valueSize = 48
	dictSize  = 320
)

// take counts the memory of a value.
func (l *lexer) take(n int) error {
	if l.memory == nil {
		return nil
	}
	if *l.memory -= n; *l.memory < 0 {
		return tooComplex(l.pos, "too many values")
	}
	return nil
}

func isSpace(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}

func isDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

func isRegular(c byte) bool { return !isSpace(c) && !isDelimiter(c) }

// space skips white space and comments.
func (l *lexer) space() {
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		if c == '%' {
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
			continue
		}
		if !isSpace(c) {
			return
		}
		l.pos++
	}
}

func (l *lexer) starts(s string) bool {
	return len(l.data)-l.pos >= len(s) && string(l.data[l.pos:l.pos+len(s)]) == s
}

// token reads a run of regular characters; it is empty before a delimiter or the end.
func (l *lexer) token() string { return string(l.run()) }

func (l *lexer) run() []byte {
	l.space()
	start := l.pos
	for l.pos < len(l.data) && isRegular(l.data[l.pos]) {
		l.pos++
	}
	return l.data[start:l.pos]
}

// keyword reads exactly word.
func (l *lexer) keyword(word string) error {
	at := l.pos
	if l.token() != word {
		return malformed(at, "expected "+word)
	}
	return nil
}

// integer reads a number without a fraction that is not negative.
func (l *lexer) integer() (int, error) {
	at := l.pos
	n, err := strconv.ParseUint(l.token(), 10, 40)
	if err != nil {
		return 0, malformed(at, "expected an integer")
	}
	return int(n), nil
}

// value reads one value; depth is how many arrays and dictionaries are open.
func (l *lexer) value(depth int) (Object, error) {
	if depth > maxDepth {
		return nil, tooComplex(l.pos, "nested too deeply")
	}
	l.space()
	if l.pos >= len(l.data) {
		return nil, malformed(l.pos, "unexpected end")
	}
	if err := l.take(valueSize); err != nil {
		return nil, err
	}
	switch c := l.data[l.pos]; {
	case c == '/':
		return l.name()
	case c == '(':
		return l.literal()
	case l.starts("<<"):
		return l.dict(depth)
	case c == '<':
		return l.hex()
	case c == '[':
		return l.array(depth)
	}
	return l.atom()
}

// atom reads a boolean, null, a number or a reference.
func (l *lexer) atom() (Object, error) {
	at := l.pos
	word := l.run()
	switch string(word) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	if n, err := strconv.ParseInt(string(word), 10, 64); err == nil {
		if ref, ok := l.reference(n); ok {
			return ref, nil
		}
		return n, nil
	}
	if !isReal(word) {
		return nil, malformed(at, "unknown word")
	}
	f, err := strconv.ParseFloat(string(word), 64)
	if err != nil {
		return nil, malformed(at, "bad number")
	}
	return f, nil
}

// isReal accepts [+-]digits.digits only; other languages' number forms are not PDF.
func isReal(word []byte) bool {
	if len(word) > 0 && (word[0] == '+' || word[0] == '-') {
		word = word[1:]
	}
	dots, digits := 0, 0
	for _, c := range word {
		switch {
		case c == '.':
			dots++
		case c >= '0' && c <= '9':
			digits++
		default:
			return false
		}
	}
	return dots == 1 && digits > 0
}

// reference looks past an integer for "generation R" and goes back when it is not there.
func (l *lexer) reference(number int64) (Ref, bool) {
	back := l.pos
	generation, ok := small(l.run())
	if ok && number > 0 && number < 1<<31 && string(l.run()) == "R" {
		return Ref{Number: int(number), Generation: generation}, true
	}
	l.pos = back
	return Ref{}, false
}

// small reads a generation number, 0 to 65,535. Most integers are followed by none: that must cost nothing.
func small(word []byte) (int, bool) {
	n := 0
	for _, c := range word {
		if c < '0' || c > '9' || n > 65535 {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, len(word) > 0 && n <= 65535
}

func (l *lexer) array(depth int) (Object, error) {
	l.pos++
	list := Array{}
	for {
		l.space()
		if l.starts("]") {
			l.pos++
			return list, nil
		}
		v, err := l.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

func (l *lexer) dict(depth int) (Object, error) {
	l.pos += len("<<")
	if err := l.take(dictSize); err != nil {
		return nil, err
	}
	d := Dict{}
	for {
		l.space()
		if l.starts(">>") {
			l.pos += len(">>")
			return d, nil
		}
		at := l.pos
		if !l.starts("/") {
			return nil, malformed(at, "expected a key")
		}
		key, err := l.name()
		if err != nil {
			return nil, err
		}
		v, err := l.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, twice := d[key]; twice {
			return nil, malformed(at, "key occurs twice")
		}
		d[key] = v
	}
}
