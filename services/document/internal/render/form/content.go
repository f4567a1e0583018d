package form

import "bytes"

// openStates counts the graphics states that page content saves and does not restore, so that what is drawn after it
// can start from none of them. It is false when more are restored than saved.
func openStates(content []byte) (int, bool) {
	s := scanner{data: content}
	open := 0
	for {
		word, more := s.next()
		switch {
		case !more:
			return open, true
		case word == "q":
			open++
		case word == "Q":
			if open--; open < 0 {
				return 0, false
			}
		case word == "ID":
			s.image()
		}
	}
}

// scanner finds the operators of a content stream; operands are passed over.
type scanner struct {
	data []byte
	pos  int
}

// next returns the next word outside of strings and comments; a name keeps its slash, so that it is no operator.
func (s *scanner) next() (string, bool) {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '(':
			s.literal()
		case c == '%':
			s.until("\r\n")
		case c == '<' && s.pos+1 < len(s.data) && s.data[s.pos+1] != '<':
			s.until(">")
		case c == '/' || !bytes.ContainsRune([]byte("\x00\t\n\f\r )<>[]{}"), rune(c)):
			start := s.pos
			s.pos++
			s.untilAny("\x00\t\n\f\r ()<>[]{}/%")
			return string(s.data[start:s.pos]), true
		case c == '<':
			s.pos += 2
		default:
			s.pos++
		}
	}
	return "", false
}

func (s *scanner) untilAny(set string) {
	if i := bytes.IndexAny(s.data[s.pos:], set); i >= 0 {
		s.pos += i
	} else {
		s.pos = len(s.data)
	}
}

func (s *scanner) until(set string) {
	if s.untilAny(set); s.pos < len(s.data) {
		s.pos++
	}
}

func (s *scanner) literal() {
	open := 0
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		s.pos++
		switch c {
		case '\\':
			s.pos++
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return
			}
		}
	}
}

// image passes over the bytes of an inline image, which end with EI between white space.
func (s *scanner) image() {
	for from := s.pos; ; {
		i := bytes.Index(s.data[min(from, len(s.data)):], []byte("EI"))
		if i < 0 {
			s.pos = len(s.data)
			return
		}
		at := from + i
		after := at + len("EI")
		if at > 0 && space(s.data[at-1]) && (after == len(s.data) || space(s.data[after])) {
			s.pos = after
			return
		}
		from = after
	}
}

func space(c byte) bool { return bytes.IndexByte([]byte("\x00\t\n\f\r "), c) >= 0 }
