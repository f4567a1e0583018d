package pdf

import (
	"bytes"
	"errors"
)

type entryKind byte

const (
	free entryKind = iota
	inUse
	packed
)

// entry says where an object is: at an offset, or as the index-th object of an object stream.
type entry struct {
	kind        entryKind
	offset      int
	generation  int
	pack, index int
}

// startxref finds the newest cross-reference section; nothing but white space may follow the end mark.
func (d *Document) startxref() (int, error) {
	from := max(0, len(d.data)-trailerReach)
	at := bytes.LastIndex(d.data[from:], []byte("startxref"))
	if at < 0 {
		return 0, malformed(len(d.data), "no startxref")
	}
	l := &lexer{data: d.data, pos: from + at + len("startxref")}
	start, err := l.integer()
	if err != nil {
		return 0, err
	}
	for l.pos < len(d.data) && isSpace(d.data[l.pos]) {
		l.pos++
	}
	if !l.starts("%%EOF") {
		return 0, malformed(l.pos, "no end mark")
	}
	if rest := d.data[l.pos+len("%%EOF"):]; len(bytes.Trim(rest, "\x00\t\n\f\r ")) > 0 {
		return 0, malformed(l.pos, "data after the end mark")
	}
	return start, nil
}

// readSections follows the chain of sections from newest to oldest; the newest word on an object counts.
func (d *Document) readSections(start int) error {
	seen := map[int]bool{}
	for {
		if seen[start] || len(seen) >= maxSections {
			return malformed(start, "cross-reference sections do not end")
		}
		seen[start] = true
		d.starts = append(d.starts, start)
		section, err := d.section(start)
		if err != nil {
			return err
		}
		if section["Encrypt"] != nil {
			return &Error{Kind: Encrypted, What: "encrypted file"}
		}
		if d.trailer == nil {
			d.trailer = section
		}
		d.updated = d.updated || section["Root"] != nil && !Equal(section["Root"], d.trailer["Root"])
		switch prev := section["Prev"].(type) {
		case nil:
			return nil
		case int64:
			start = int(prev)
		default:
			return malformed(start, "bad Prev")
		}
	}
}

// section takes the entries of one section and returns its trailer.
func (d *Document) section(start int) (Dict, error) {
	found := map[int]entry{}
	trailer, err := d.readSection(start, found)
	if err != nil {
		return nil, err
	}
	return trailer, d.merge(found)
}

// readSection reads one section and returns its trailer.
func (d *Document) readSection(start int, found map[int]entry) (Dict, error) {
	if start < 0 || start >= len(d.data) {
		return nil, malformed(start, "offset outside the file")
	}
	l := d.lexer(start)
	if l.space(); !l.starts("xref") {
		return d.streamSection(start, found)
	}
	l.pos += len("xref")
	if err := d.table(l, found); err != nil {
		return nil, d.cut(l, err)
	}
	o, err := l.value(0)
	if err != nil {
		return nil, d.cut(l, err)
	}
	trailer, ok := o.(Dict)
	if !ok {
		return nil, malformed(start, "no trailer")
	}
	if at, ok := trailer["XRefStm"].(int64); ok {
		if err := d.hybrid(int(at), found); err != nil {
			return nil, err
		}
	}
	return trailer, d.spend(l.pos-start, 0)
}

// hybrid adds the objects that a table hides from old readers. A table and its stream may not contradict each other.
func (d *Document) hybrid(at int, found map[int]entry) error {
	hidden := map[int]entry{}
	if _, err := d.streamSection(at, hidden); err != nil {
		return err
	}
	for n, e := range hidden {
		if known, ok := found[n]; ok && known.kind != free && known != e {
			return malformed(at, "two places for one object")
		}
		found[n] = e
	}
	return nil
}

// merge takes the entries that no newer section defined.
func (d *Document) merge(found map[int]entry) error {
	for n, e := range found {
		newer, known := d.entries[n]
		if !known {
			d.entries[n] = e
		}
		d.updated = d.updated || known && e.kind != free && newer != e
	}
	if d.rows += len(found); d.rows > rowsPerObject*d.limits.Objects || len(d.entries) > d.limits.Objects {
		return tooComplex(0, "too many objects")
	}
	return nil
}

// table reads the subsections of a classic table up to and including the word trailer.
func (d *Document) table(l *lexer, found map[int]entry) error {
	for {
		at := l.pos
		l.space()
		if l.starts("trailer") {
			l.pos += len("trailer")
			return nil
		}
		first, err1 := l.integer()
		count, err2 := l.integer()
		if errors.Join(err1, err2) != nil {
			return malformed(at, "bad cross-reference table")
		}
		if count > d.limits.Objects || first > 1<<31 || len(found) > d.limits.Objects {
			return tooComplex(at, "too many objects")
		}
		for n := first; n < first+count; n++ {
			e, err := l.row()
			if err != nil {
				return err
			}
			if _, twice := found[n]; twice {
				return malformed(l.pos, "object listed twice")
			}
			found[n] = e
		}
	}
}

func (l *lexer) row() (entry, error) {
	at := l.pos
	offset, err1 := l.integer()
	generation, err2 := l.integer()
	word := l.token()
	if errors.Join(err1, err2) != nil || word != "n" && word != "f" {
		return entry{}, malformed(at, "bad cross-reference entry")
	}
	if word == "f" || offset == 0 {
		return entry{}, nil
	}
	return entry{kind: inUse, offset: offset, generation: generation}, nil
}
