package pdf

import "errors"

// indirect reads "n g obj ... endobj" at offset.
func (d *Document) indirect(offset int) (Ref, Object, error) {
	if offset < 0 || offset >= len(d.data) {
		return Ref{}, nil, malformed(offset, "offset outside the file")
	}
	return d.indirectAt(d.lexer(offset))
}

// indirectAt is indirect where a lexer stands, and leaves it behind the object.
func (d *Document) indirectAt(l *lexer) (Ref, Object, error) {
	offset := l.pos
	number, err1 := l.integer()
	generation, err2 := l.integer()
	if err := errors.Join(err1, err2, l.keyword("obj")); err != nil {
		return Ref{}, nil, d.cut(l, malformed(offset, "no object there"))
	}
	o, err := l.value(0)
	if err != nil {
		return Ref{}, nil, d.cut(l, err)
	}
	l.data = d.data // what a stream holds is not counted
	raw := 0
	if dict, ok := o.(Dict); ok {
		if l.space(); l.starts("stream") {
			o, raw, err = d.stream(l, dict)
		}
	}
	if err == nil {
		err = l.keyword("endobj")
	}
	if err == nil {
		err = d.spend(l.pos-offset-raw, raw)
	}
	return Ref{Number: number, Generation: generation}, o, err
}

// stream reads the bytes after a stream's dictionary and says how many they are; pos stands on the keyword.
func (d *Document) stream(l *lexer, dict Dict) (Object, int, error) {
	l.pos += len("stream")
	switch {
	case l.starts("\r\n"):
		l.pos += 2
	case l.starts("\n"):
		l.pos++
	default:
		return nil, 0, malformed(l.pos, "no line end after stream")
	}
	length, ok := d.Resolve(dict["Length"]).(int64)
	if !ok || length < 0 || length > int64(len(l.data)-l.pos) {
		return nil, 0, malformed(l.pos, "bad stream length")
	}
	raw := l.data[l.pos : l.pos+int(length)]
	l.pos += int(length)
	for l.pos < len(l.data) && isSpace(l.data[l.pos]) {
		l.pos++
	}
	if !l.starts("endstream") {
		return nil, 0, malformed(l.pos, "stream does not end where it says")
	}
	l.pos += len("endstream")
	return &Stream{Dict: dict, Raw: raw}, len(raw), nil
}
