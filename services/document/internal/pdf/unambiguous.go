package pdf

import (
	"regexp"
	"slices"
)

// Unambiguous says why a reader that repairs files could find other objects in this file than this package does; nil when
// none could. A reader repairs what it thinks is broken by collecting everything that looks like an object, so each byte
// must belong to an object that the cross-reference data lists, to that data, to white space or to a comment, and the
// data must be written so that every reader believes it. Bytes that belong to an earlier state of the file, nil for none,
// are left out.
func (d *Document) Unambiguous(earlier *Document) error {
	t := tiles{doc: d, listed: map[int]int{}, sections: map[int]bool{}}
	if earlier != nil {
		t.from, t.known = len(earlier.data), earlier.entries
	}
	if d.starts[0] < t.from {
		return t.cover(d.starts[0])
	}
	for _, start := range d.starts {
		if start < t.from {
			continue
		}
		if err := t.list(start); err != nil {
			return err
		}
	}
	if size, ok := d.trailer["Size"].(int64); !ok || d.beyond(size) {
		return ambiguous(d.starts[0], "an object beyond the size of the file")
	}
	return t.cover(-1)
}

func ambiguous(offset int, what string) error {
	return &Error{Kind: Ambiguous, Offset: offset, What: what}
}

// beyond says that an object has a number that the trailer denies.
func (d *Document) beyond(size int64) bool {
	for number, e := range d.entries {
		if e.kind != free && int64(number) >= size {
			return true
		}
	}
	return false
}

// tiles are the pieces that a part of a file must consist of.
type tiles struct {
	doc  *Document
	from int
	// known are the objects of the earlier state.
	known map[int]entry
	// listed maps the offset of each object that a section lists to its number.
	listed map[int]int
	// sections holds the offsets of cross-reference streams, which need not list themselves.
	sections map[int]bool
}

// list notes the objects of one section.
func (t *tiles) list(start int) error {
	d, found := t.doc, map[int]entry{}
	trailer, err := d.readSection(start, found)
	if err != nil {
		return err
	}
	if c := d.data[start]; c != 'x' && (c < '0' || c > '9') {
		return ambiguous(start, "a section that does not start where it says")
	}
	t.sections[start] = true
	if at, ok := trailer["XRefStm"].(int64); ok {
		if err := t.hybrid(int(at)); err != nil {
			return err
		}
	}
	for number, e := range found {
		if e.kind != inUse {
			continue
		}
		at := e.offset
		for at < len(d.data) && isSpace(d.data[at]) {
			at++
		}
		if at >= t.from {
			t.listed[at] = number
			continue
		}
		if r, _, err := d.indirect(at); err != nil || r.Number != number {
			return ambiguous(at, "an object that is not where it is listed")
		}
	}
	return nil
}

// hybrid asks that a stream beside a table only adds objects: readers do not agree on which of the two counts for others.
func (t *tiles) hybrid(at int) error {
	t.sections[at] = true
	hidden := map[int]entry{}
	if _, err := t.doc.streamSection(at, hidden); err != nil {
		return err
	}
	for number, e := range hidden {
		if e.kind != free && t.known[number].kind != free {
			return ambiguous(at, "an object that is hidden from some readers")
		}
	}
	return nil
}

// cover goes through the file piece by piece. newest is the section that counts before the first piece, -1 for none.
func (t *tiles) cover(newest int) error {
	d := t.doc
	l := d.lexer(t.from)
	for {
		l.space()
		at := l.pos
		var err error
		switch {
		case at >= len(d.data):
			if len(t.listed) > 0 || newest != d.starts[0] {
				return ambiguous(at, "an object that is not where it is listed")
			}
			return nil
		case l.starts("xref"):
			err = t.table(l)
		case l.starts("startxref"):
			newest, err = t.startxref(l)
		default:
			err = t.object(l)
		}
		if err != nil {
			return err
		}
	}
}

func (t *tiles) object(l *lexer) error {
	at := l.pos
	number, ok := t.listed[at]
	if !ok && !t.sections[at] {
		return ambiguous(at, "something that is not listed")
	}
	r, _, err := t.doc.indirectAt(l)
	if err != nil || ok && r.Number != number {
		return ambiguous(at, "an object that is not where it is listed")
	}
	delete(t.listed, at)
	return nil
}

func (t *tiles) table(l *lexer) error {
	at := l.pos
	if !t.sections[at] || !strictTable().Match(l.data[at:]) {
		return ambiguous(at, "a table that not every reader can read")
	}
	l.pos += len("xref")
	if err := t.doc.table(l, map[int]entry{}); err != nil {
		return err
	}
	_, err := l.value(0)
	return err
}

// strictTable matches a table whose rows have the 20 bytes that ISO 32000-2, 7.5.4, gives them: some readers count on it.
func strictTable() *regexp.Regexp {
	return regexp.MustCompile(`^xref[ ]*(\r\n|\r|\n)(\d+ \d+[ ]*(\r\n|\r|\n)(\d{10} \d{5} [nf]( \r| \n|\r\n))*)*\s*trailer`)
}

// startxref reads the offset of a section; a linearized file gives 0 for its first one (ISO 32000-2, F.3.2).
func (t *tiles) startxref(l *lexer) (int, error) {
	l.pos += len("startxref")
	for l.pos < len(l.data) && isSpace(l.data[l.pos]) {
		l.pos++
	}
	at := l.pos
	if l.starts("%") {
		return 0, ambiguous(at, "an offset that not every reader finds")
	}
	start, err := l.integer()
	if err == nil && start != 0 && !slices.Contains(t.doc.starts, start) {
		err = ambiguous(at, "a section that belongs to nothing")
	}
	return start, err
}
