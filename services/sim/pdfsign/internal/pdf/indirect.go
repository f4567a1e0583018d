package pdf

// indirect reads the object with this reference at offset.
func (f *File) indirect(ref Ref, offset int) (Object, error) {
	p := &parser{text: f.data, pos: offset}
	number, err := p.integer(maxNumber)
	if err != nil {
		return nil, err
	}
	generation, err := p.integer(maxInteger)
	if err != nil {
		return nil, err
	}
	if number != ref.Number || generation != ref.Generation {
		return nil, malformed("an object is not where the cross-reference says")
	}
	o, err := f.body(p)
	if err != nil {
		return nil, err
	}
	return o, f.charge(p.pos - offset)
}

// charge counts bytes that were parsed. Objects that overlap could be read over and over; others are read once.
func (f *File) charge(n int) error {
	if f.parsed += n; f.parsed > len(f.data)+f.decoded+slack {
		return malformed("its objects are too large")
	}
	return nil
}

// body reads what stands between obj and endobj.
func (f *File) body(p *parser) (Object, error) {
	if err := p.expect("obj"); err != nil {
		return nil, err
	}
	o, err := p.object(0)
	if err != nil {
		return nil, err
	}
	end, err := p.object(0)
	if err != nil {
		return nil, err
	}
	d, isDict := o.(Dict)
	switch {
	case end == keyword("endobj") && !isStray(o):
		return o, nil
	case end == keyword("stream") && isDict:
		return f.stream(p, d)
	}
	return nil, malformed("an object does not end")
}

// stream reads the bytes of a stream after its keyword.
func (f *File) stream(p *parser, d Dict) (Object, error) {
	if p.skip('\r'); p.pos >= len(p.text) || p.text[p.pos] != '\n' {
		return nil, malformed("a stream does not begin on a new line")
	}
	p.pos++
	length, err := f.Resolve(d["Length"])
	if err != nil {
		return nil, err
	}
	n, ok := length.(int64)
	if !ok || n < 0 || n > int64(len(p.text)-p.pos) {
		return nil, malformed("the length of a stream is out of range")
	}
	data := p.text[p.pos : p.pos+int(n)]
	p.pos += int(n)
	if err := p.expect("endstream"); err != nil {
		return nil, err
	}
	return &Stream{Dict: d, Data: data}, nil
}
