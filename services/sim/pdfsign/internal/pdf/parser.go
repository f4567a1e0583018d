package pdf

import (
	"bytes"
	"math"
	"strconv"
)

const (
	maxDepth   = 64
	maxInteger = math.MaxInt32 // what the specification lets a writer count on
)

// parser reads objects from text, starting at pos.
type parser struct {
	text []byte
	pos  int
}

// object reads one object. A bare word that is not one of null, true and false is returned as a keyword for the caller
// to judge.
func (p *parser) object(depth int) (Object, error) {
	if depth > maxDepth {
		return nil, malformed("objects are nested too deeply")
	}
	p.space()
	if p.pos >= len(p.text) {
		return nil, malformed("it ends inside an object")
	}
	switch c := p.text[p.pos]; {
	case c == '/':
		p.pos++
		return p.name()
	case c == '(':
		p.pos++
		return p.literal()
	case c == '[':
		p.pos++
		return p.array(depth)
	case c == '<' && p.at("<<"):
		p.pos += 2
		return p.dict(depth)
	case c == '<':
		p.pos++
		return p.hex()
	case p.at(">>"):
		p.pos += 2
		return closer(">>"), nil
	case c == ']':
		p.pos++
		return closer("]"), nil
	case c == '+' || c == '-' || c == '.' || isDigit(c):
		return p.number()
	}
	return p.word()
}

func (p *parser) word() (Object, error) {
	start := p.pos
	for p.pos < len(p.text) && isRegular(p.text[p.pos]) {
		p.pos++
	}
	switch word := string(p.text[start:p.pos]); word {
	case "":
		return nil, malformed("a delimiter is out of place")
	case "null":
		return nil, nil
	case "true", "false":
		return word == "true", nil
	default:
		return keyword(word), nil
	}
}

// number reads a number, or a reference when two whole numbers and an R follow each other.
func (p *parser) number() (Object, error) {
	start := p.pos
	for p.pos < len(p.text) && isRegular(p.text[p.pos]) {
		p.pos++
	}
	word := string(p.text[start:p.pos])
	whole, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		// PDF has no exponents, infinities, hexadecimals or underscores, which ParseFloat would take.
		if bytes.ContainsAny(p.text[start:p.pos], "eEnNxXpP_iI") {
			return nil, malformed("a number cannot be read")
		}
		real, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, malformed("a number cannot be read")
		}
		return real, nil
	}
	if ref, ok := p.reference(whole); ok {
		return ref, nil
	}
	return whole, nil
}

// reference looks whether number begins a reference, and reads the rest of it then.
func (p *parser) reference(number int64) (Ref, bool) {
	ahead := parser{text: p.text, pos: p.pos}
	ahead.space()
	start := ahead.pos
	for ahead.pos < len(ahead.text) && isDigit(ahead.text[ahead.pos]) && ahead.pos-start < 6 {
		ahead.pos++
	}
	generation, err := strconv.Atoi(string(ahead.text[start:ahead.pos]))
	if err != nil || number < 1 || number > maxNumber {
		return Ref{}, false
	}
	gap := ahead.pos
	ahead.space()
	if ahead.pos == gap || !ahead.at("R") {
		return Ref{}, false
	}
	ahead.pos++
	if ahead.pos < len(ahead.text) && isRegular(ahead.text[ahead.pos]) {
		return Ref{}, false
	}
	p.pos = ahead.pos
	return Ref{Number: int(number), Generation: generation}, true
}

func (p *parser) array(depth int) (Object, error) {
	items := Array{}
	for {
		item, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if item == closer("]") {
			return items, nil
		}
		if isStray(item) {
			return nil, malformed("an array holds a stray word")
		}
		items = append(items, item)
	}
}

func (p *parser) dict(depth int) (Object, error) {
	d := Dict{}
	for {
		key, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if key == closer(">>") {
			return d, nil
		}
		name, ok := key.(Name)
		if !ok {
			return nil, malformed("a dictionary key is not a name")
		}
		// Readers disagree about which of two equal keys counts, so that a file could have two meanings.
		if _, twice := d[name]; twice {
			return nil, malformed("a dictionary has a key twice")
		}
		value, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if isStray(value) {
			return nil, malformed("a dictionary holds a stray word")
		}
		d[name] = value
	}
}

// space skips white space and comments.
func (p *parser) space() {
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case isSpace(c):
			p.pos++
		case c == '%':
			for p.pos < len(p.text) && p.text[p.pos] != '\n' && p.text[p.pos] != '\r' {
				p.pos++
			}
		default:
			return
		}
	}
}

func (p *parser) at(s string) bool {
	return bytes.HasPrefix(p.text[p.pos:], []byte(s))
}

// integer reads a whole number between 0 and limit.
func (p *parser) integer(limit int64) (int, error) {
	o, err := p.object(0)
	if err != nil {
		return 0, err
	}
	if n, ok := o.(int64); ok && n >= 0 && n <= limit {
		return int(n), nil
	}
	return 0, malformed("a count or offset is out of range")
}

// expect reads the bare word.
func (p *parser) expect(word keyword) error {
	if o, err := p.object(0); err != nil || o != word {
		return malformed("the word " + string(word) + " is missing")
	}
	return nil
}
