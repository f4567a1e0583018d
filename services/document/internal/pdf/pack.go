package pdf

import "errors"

// unpack reads an object out of an object stream.
func (d *Document) unpack(number int, e entry) (Object, error) {
	p, ok := d.packs[e.pack]
	if !ok {
		var err error
		if p, err = d.openPack(e.pack); err != nil {
			return nil, err
		}
		d.packs[e.pack] = p
	}
	if e.index >= len(p.numbers) || p.numbers[e.index] != number {
		return nil, malformed(0, "object is not in its object stream")
	}
	end := len(p.data)
	if e.index+1 < len(p.offsets) {
		end = p.offsets[e.index+1]
	}
	l := &lexer{data: p.data[:end], pos: p.offsets[e.index], embedded: true, memory: &d.left.Memory}
	o, err := l.value(0)
	if err != nil {
		return nil, err
	}
	if l.space(); l.pos != end {
		return nil, malformed(0, "object stream entry has a rest")
	}
	return o, d.spend(end-p.offsets[e.index], 0)
}

func (d *Document) openPack(number int) (pack, error) {
	e := d.entries[number]
	if e.kind != inUse {
		return pack{}, malformed(0, "object stream is missing")
	}
	s, ok := d.object(Ref{Number: number, Generation: e.generation}).(*Stream)
	if !ok || s.Dict["Type"] != Name("ObjStm") {
		return pack{}, malformed(e.offset, "not an object stream")
	}
	data, err := d.decode(s)
	if err != nil {
		return pack{}, undecodable(e.offset, err)
	}
	count, first := d.intOr(s.Dict["N"], -1), d.intOr(s.Dict["First"], -1)
	if count < 0 || count > d.limits.Objects || first < 0 || first > len(data) {
		return pack{}, malformed(e.offset, "bad object stream")
	}
	if d.rows += count; d.rows > rowsPerObject*d.limits.Objects || len(d.packs) >= maxPacks {
		return pack{}, tooComplex(e.offset, "too many objects")
	}
	return readPack(data, count, first)
}

// readPack reads the table of numbers and offsets; offsets must ascend so that entries cannot overlap.
func readPack(data []byte, count, first int) (pack, error) {
	p, last := pack{data: data}, first
	l := &lexer{data: data[:first]}
	for range count {
		number, err1 := l.integer()
		offset, err2 := l.integer()
		if err := errors.Join(err1, err2); err != nil {
			return pack{}, malformed(0, "bad object stream table")
		}
		if offset += first; offset < last || offset > len(data) {
			return pack{}, malformed(0, "bad object stream offset")
		}
		p.numbers, p.offsets, last = append(p.numbers, number), append(p.offsets, offset), offset
	}
	return p, nil
}
