package pdf

import "encoding/hex"

// name reads a name after its slash. A # that no two hexadecimal digits follow stands for itself, as in PDF 1.1.
func (p *parser) name() (Object, error) {
	var name []byte
	for p.pos < len(p.text) && isRegular(p.text[p.pos]) {
		c := p.text[p.pos]
		p.pos++
		if c == '#' && p.pos+2 <= len(p.text) {
			if b, err := hex.DecodeString(string(p.text[p.pos : p.pos+2])); err == nil {
				c = b[0]
				p.pos += 2
			}
		}
		name = append(name, c)
	}
	return Name(name), nil
}

// hex reads a hexadecimal string after its opening bracket.
func (p *parser) hex() (Object, error) {
	var digits []byte
	for ; p.pos < len(p.text); p.pos++ {
		c := p.text[p.pos]
		if c == '>' {
			p.pos++
			if len(digits)%2 == 1 {
				digits = append(digits, '0')
			}
			text := make([]byte, len(digits)/2)
			if _, err := hex.Decode(text, digits); err != nil {
				break
			}
			return String(text), nil
		}
		if !isSpace(c) {
			digits = append(digits, c)
		}
	}
	return nil, malformed("a hexadecimal string cannot be read")
}

// literal reads a literal string after its opening parenthesis.
func (p *parser) literal() (Object, error) {
	var text []byte
	for open := 1; p.pos < len(p.text); {
		c := p.text[p.pos]
		p.pos++
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return String(text), nil
			}
		case '\\':
			text = p.escape(text)
			continue
		case '\r': // every end of line reads as one newline
			p.skip('\n')
			c = '\n'
		}
		text = append(text, c)
	}
	return nil, malformed("a string does not end")
}

// escape appends what stands after a backslash.
func (p *parser) escape(text []byte) []byte {
	if p.pos >= len(p.text) {
		return text
	}
	c := p.text[p.pos]
	p.pos++
	switch c {
	case 'n':
		return append(text, '\n')
	case 'r':
		return append(text, '\r')
	case 't':
		return append(text, '\t')
	case 'b':
		return append(text, '\b')
	case 'f':
		return append(text, '\f')
	case '\r':
		p.skip('\n')
		return text
	case '\n':
		return text
	}
	if c < '0' || c > '7' {
		return append(text, c)
	}
	value := int(c - '0')
	for range 2 {
		if p.pos < len(p.text) && p.text[p.pos] >= '0' && p.text[p.pos] <= '7' {
			value = value<<3 | int(p.text[p.pos]-'0')
			p.pos++
		}
	}
	return append(text, byte(value))
}

func (p *parser) skip(c byte) {
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
	}
}
