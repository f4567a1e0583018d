package pdf

// pack is a decoded object stream.
type pack struct {
	text    []byte
	numbers []int
	offsets []int // in text
}

// unpack reads an object from the object stream that e names.
func (f *File) unpack(number int, e entry) (Object, error) {
	k := f.packs[e.a]
	if k == nil {
		var err error
		if k, err = f.openPack(e.a); err != nil {
			return nil, err
		}
		f.packs[e.a] = k
	}
	if e.b >= len(k.numbers) || k.numbers[e.b] != number {
		return nil, malformed("an object is not in the object stream that the cross-reference says")
	}
	p := &parser{text: k.text, pos: k.offsets[e.b]}
	o, err := p.object(0)
	if err != nil {
		return nil, err
	}
	if isStray(o) {
		return nil, malformed("an object stream holds a stray word")
	}
	return o, f.charge(p.pos - k.offsets[e.b])
}

// openPack decodes an object stream. The specification forbids one inside another, so that this never recurses.
func (f *File) openPack(number int) (*pack, error) {
	e := f.entries[number]
	if e.kind != entryPlain {
		return nil, malformed("an object stream is missing")
	}
	o, err := f.load(Ref{Number: number, Generation: e.b})
	if err != nil {
		return nil, err
	}
	s, ok := o.(*Stream)
	if !ok || s.Dict["Type"] != Name("ObjStm") {
		return nil, malformed("an object stream is missing")
	}
	count, ok1 := s.Dict["N"].(int64)
	first, ok2 := s.Dict["First"].(int64)
	text, err := f.decode(s)
	if err != nil {
		return nil, err
	}
	if !ok1 || !ok2 || count < 0 || count > maxObjects || first < 0 || first > int64(len(text)) {
		return nil, malformed("the header of an object stream is out of range")
	}
	k := &pack{text: text}
	p := &parser{text: text[:first]}
	for range count {
		number, err := p.integer(maxNumber)
		if err != nil {
			return nil, err
		}
		offset, err := p.integer(int64(len(text)) - first)
		if err != nil {
			return nil, err
		}
		k.numbers = append(k.numbers, number)
		k.offsets = append(k.offsets, int(first)+offset)
	}
	return k, nil
}
