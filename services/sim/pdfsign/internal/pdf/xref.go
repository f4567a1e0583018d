package pdf

import "bytes"

const maxSections = 1000

type entryKind int

const (
	entryFree entryKind = iota
	entryPlain
	entryPacked
)

// entry says where an object is: a plain one at offset a with generation b, a packed one in the object stream with
// number a at index b.
type entry struct {
	kind entryKind
	a, b int
}

func (e entry) generation() int {
	if e.kind == entryPacked {
		return 0
	}
	return e.b
}

// findStart finds the offset of the newest cross-reference section.
func (f *File) findStart() error {
	from := max(0, len(f.data)-tailLength)
	at := bytes.LastIndex(f.data[from:], []byte("startxref"))
	if at < 0 {
		return malformed("it has no startxref")
	}
	p := &parser{text: f.data, pos: from + at + len("startxref")}
	var err error
	f.start, err = p.integer(int64(len(f.data) - 1))
	return err
}

// readSections reads the cross-reference sections from the newest to the oldest. The first entry for an object counts.
func (f *File) readSections() error {
	seen := map[int]bool{}
	for at := f.start; ; {
		if seen[at] || len(seen) >= maxSections {
			return malformed("the cross-reference sections form a circle or are too many")
		}
		seen[at] = true
		trailer, streamed, err := f.readSection(at)
		if err != nil {
			return err
		}
		if f.trailer == nil {
			f.trailer, f.streamed = trailer, streamed
		}
		if trailer["Prev"] == nil {
			return nil
		}
		if at, err = f.offset(trailer["Prev"]); err != nil {
			return err
		}
	}
}

func (f *File) offset(o Object) (int, error) {
	if n, ok := o.(int64); ok && n > 0 && n < int64(len(f.data)) {
		return int(n), nil
	}
	return 0, malformed("a cross-reference offset is out of range")
}

// readSection reads the section at an offset and returns its trailer.
func (f *File) readSection(at int) (trailer Dict, streamed bool, err error) {
	p := &parser{text: f.data, pos: at}
	p.space()
	if !p.at("xref") {
		trailer, err = f.readStreamSection(p)
		return trailer, true, err
	}
	p.pos += len("xref")
	free, err := f.readTable(p)
	if err != nil {
		return nil, false, err
	}
	o, err := p.object(0)
	if err != nil {
		return nil, false, err
	}
	trailer, ok := o.(Dict)
	if !ok {
		return nil, false, malformed("it has no trailer")
	}
	// A file with both kinds calls the objects of its stream free in its table, for readers that know only tables.
	if trailer["XRefStm"] != nil {
		at, err := f.offset(trailer["XRefStm"])
		if err != nil {
			return nil, false, err
		}
		if _, err := f.readStreamSection(&parser{text: f.data, pos: at}); err != nil {
			return nil, false, err
		}
	}
	for _, number := range free {
		if err := f.enter(number, entry{}); err != nil {
			return nil, false, err
		}
	}
	return trailer, false, nil
}

// readTable reads a table up to its trailer and returns the numbers it calls free.
func (f *File) readTable(p *parser) (free []int, err error) {
	for {
		p.space()
		if p.at("trailer") {
			p.pos += len("trailer")
			return free, nil
		}
		first, err := p.integer(maxNumber)
		if err != nil {
			return nil, err
		}
		count, err := p.integer(maxObjects)
		if err != nil {
			return nil, err
		}
		for number := first; number < first+count; number++ {
			e, err := readRow(p)
			if err != nil {
				return nil, err
			}
			if e.kind == entryFree {
				free = append(free, number)
			} else if err := f.enter(number, e); err != nil {
				return nil, err
			}
		}
	}
}

func readRow(p *parser) (entry, error) {
	offset, err := p.integer(1e10)
	if err != nil {
		return entry{}, err
	}
	generation, err := p.integer(1e5)
	if err != nil {
		return entry{}, err
	}
	kind, err := p.object(0)
	switch {
	case err == nil && kind == keyword("f"):
		return entry{}, nil
	case err == nil && kind == keyword("n") && offset < len(p.text):
		return entry{kind: entryPlain, a: offset, b: generation}, nil
	}
	return entry{}, malformed("a cross-reference entry cannot be read")
}

// enter keeps an entry unless a newer section has one for the number.
func (f *File) enter(number int, e entry) error {
	if _, newer := f.entries[number]; newer {
		return nil
	}
	if len(f.entries) >= maxObjects {
		return malformed("it has too many objects")
	}
	f.entries[number] = e
	return nil
}
