package pdf

import (
	"bytes"
	"io"
)

// Document is one state of a file. Objects are read when asked for. The first failure sticks: from then on values come
// back as null and Err says why, so a caller asks once at the end of a step.
type Document struct {
	data    []byte
	entries map[int]entry
	trailer Dict
	// starts holds the offsets of all cross-reference sections, newest first.
	starts  []int
	objects map[int]Object
	packs   map[int]pack
	// loading guards against a stream whose length is the stream itself.
	loading map[int]bool
	limits  Limits
	// left is what remains of the limits, rows what all cross-reference sections listed.
	left    Limits
	rows    int
	work    int
	updated bool
	zlib    io.Reader
	err     error
}

// pack is a decoded object stream: the bytes and the place of each object in them.
type pack struct {
	data    []byte
	numbers []int
	offsets []int
}

// Open reads the cross-reference data of a complete file. The error is an *Error.
func Open(data []byte) (*Document, error) { return OpenWithin(data, DefaultLimits()) }

// OpenWithin is Open with limits of the caller's.
func OpenWithin(data []byte, limits Limits) (*Document, error) {
	d := &Document{
		limits:  limits,
		left:    limits,
		data:    data,
		entries: map[int]entry{},
		objects: map[int]Object{},
		packs:   map[int]pack{},
		loading: map[int]bool{},
	}
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return nil, malformed(0, "no PDF header")
	}
	start, err := d.startxref()
	if err != nil {
		return nil, err
	}
	if err := d.readSections(start); err != nil {
		return nil, err
	}
	if _, ok := d.trailer["Root"].(Ref); !ok {
		return nil, malformed(start, "no catalog")
	}
	return d, d.err
}

// Err returns the first failure, nil when there was none. It is an *Error.
func (d *Document) Err() error { return d.err }

// Root returns the reference of the catalog.
func (d *Document) Root() Ref {
	root, _ := d.trailer["Root"].(Ref)
	return root
}

// Catalog returns the document catalog.
func (d *Document) Catalog() Dict { return d.Dict(d.trailer["Root"]) }

// Extends says whether this file's cross-reference data continues that of an earlier state of the same file.
func (d *Document) Extends(earlier *Document) bool {
	for _, s := range d.starts {
		if s == earlier.starts[0] {
			return true
		}
	}
	return false
}

// SamePlace says whether both documents find r at the same offset. When one document's bytes begin with the other's, the
// object is then the same but for an indirect stream length, which is an object of its own.
func (d *Document) SamePlace(other *Document, r Ref) bool {
	a, b := d.entries[r.Number], other.entries[r.Number]
	return a.kind == inUse && a == b
}

// Resolve follows references until it finds a value. An undefined object is null.
func (d *Document) Resolve(o Object) Object {
	for range 16 {
		r, ok := o.(Ref)
		if !ok {
			return o
		}
		o = d.object(r)
	}
	d.fail(malformed(0, "endless reference"))
	return nil
}

// Dict resolves o to a dictionary, that of a stream included; nil when it is something else.
func (d *Document) Dict(o Object) Dict {
	switch x := d.Resolve(o).(type) {
	case Dict:
		return x
	case *Stream:
		return x.Dict
	}
	return nil
}

// Array resolves o to an array; nil when it is something else.
func (d *Document) Array(o Object) Array {
	a, _ := d.Resolve(o).(Array)
	return a
}

// Current returns the object of a number, whatever its generation.
func (d *Document) Current(number int) Object {
	return d.Resolve(Ref{Number: number, Generation: d.entries[number].generation})
}

func (d *Document) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// spend counts bytes that were looked at, because offsets may make a small file be read many times over: those of
// objects, and those of a stream, which cost less.
func (d *Document) spend(lexed, raw int) error {
	d.work += lexed + raw
	d.left.Lexed -= lexed
	if d.work > workFactor*len(d.data)+workFloor || d.left.Lexed < 0 {
		return tooComplex(0, "too much to read")
	}
	return nil
}

// lexer reads the file from offset on, as far as the limits allow.
func (d *Document) lexer(offset int) *lexer {
	l := &lexer{data: d.data, pos: offset, memory: &d.left.Memory}
	if d.left.Lexed < len(d.data)-offset {
		l.data = d.data[:offset+max(0, d.left.Lexed)]
	}
	return l
}

// cut says so when it is the limits, and not the file, that made a lexer fail.
func (d *Document) cut(l *lexer, err error) error {
	if len(l.data) < len(d.data) && l.pos >= len(l.data) {
		return tooComplex(l.pos, "too much to read")
	}
	return err
}

func (d *Document) object(r Ref) Object {
	if d.err != nil {
		return nil
	}
	e := d.entries[r.Number]
	if e.kind == free {
		return nil
	}
	if e.generation != r.Generation {
		d.fail(malformed(e.offset, "reference to another generation"))
		return nil
	}
	if o, ok := d.objects[r.Number]; ok {
		return o
	}
	if d.loading[r.Number] {
		d.fail(malformed(e.offset, "object needs itself"))
		return nil
	}
	d.loading[r.Number] = true
	o, err := d.load(r, e)
	if err != nil {
		d.fail(err)
		return nil
	}
	delete(d.loading, r.Number)
	d.objects[r.Number] = o
	return o
}

func (d *Document) load(r Ref, e entry) (Object, error) {
	if e.kind == packed {
		return d.unpack(r.Number, e)
	}
	got, o, err := d.indirect(e.offset)
	if err == nil && got != r {
		err = malformed(e.offset, "another object stands there")
	}
	return o, err
}
