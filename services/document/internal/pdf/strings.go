package pdf

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
	return Name(out), nil
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
	out, high, clean := []byte{}, -1, true
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
				return l.located(String{Bytes: out}, start), nil
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
