package pdf

// readStreamSection reads a cross-reference stream and returns its dictionary, which is the trailer.
func (f *File) readStreamSection(p *parser) (Dict, error) {
	for range 2 { // the number and generation, which nothing else states
		if _, err := p.integer(maxInteger); err != nil {
			return nil, err
		}
	}
	o, err := f.body(p)
	if err != nil {
		return nil, err
	}
	s, ok := o.(*Stream)
	if !ok || s.Dict["Type"] != Name("XRef") {
		return nil, malformed("a cross-reference section is missing")
	}
	rows, err := f.decode(s)
	if err != nil {
		return nil, err
	}
	widths, err := fieldWidths(s.Dict["W"])
	if err != nil {
		return nil, err
	}
	index, ok := s.Dict["Index"].(Array)
	if !ok {
		index = Array{int64(0), s.Dict["Size"]}
	}
	for ; len(index) > 1; index = index[2:] {
		first, ok1 := index[0].(int64)
		count, ok2 := index[1].(int64)
		if !ok1 || !ok2 || first < 0 || first > maxNumber || count < 0 || count > maxObjects {
			return nil, malformed("the index of a cross-reference stream is out of range")
		}
		if rows, err = f.readRows(rows, widths, span{int(first), int(count)}); err != nil {
			return nil, err
		}
	}
	return s.Dict, nil
}

func fieldWidths(o Object) (widths [3]int, err error) {
	a, ok := o.(Array)
	if !ok || len(a) < len(widths) {
		return widths, malformed("a cross-reference stream has no widths")
	}
	for i := range widths {
		n, ok := a[i].(int64)
		if !ok || n < 0 || n > 8 {
			return widths, malformed("the widths of a cross-reference stream are out of range")
		}
		widths[i] = int(n)
	}
	return widths, nil
}

// span is a run of object numbers.
type span struct{ first, count int }

// readRows enters the rows of one subsection and returns the rows after it.
func (f *File) readRows(rows []byte, widths [3]int, of span) ([]byte, error) {
	length := widths[0] + widths[1] + widths[2]
	if length == 0 || len(rows)/length < of.count {
		return nil, malformed("a cross-reference stream is too short")
	}
	for number := of.first; number < of.first+of.count; number++ {
		e, err := f.entry(rows[:length], widths)
		if err != nil {
			return nil, err
		}
		if err := f.enter(number, e); err != nil {
			return nil, err
		}
		rows = rows[length:]
	}
	return rows, nil
}

// entry reads one row. A row without a kind is that of a plain object.
func (f *File) entry(row []byte, widths [3]int) (entry, error) {
	fields := [3]uint64{uint64(entryPlain), 0, 0}
	for i, width := range widths {
		if width == 0 {
			continue
		}
		fields[i] = 0
		for _, b := range row[:width] {
			fields[i] = fields[i]<<8 | uint64(b)
		}
		row = row[width:]
	}
	kind := entryKind(fields[0])
	if kind != entryPlain && kind != entryPacked { // other kinds are reserved and read as null
		return entry{}, nil
	}
	if kind == entryPlain && fields[1] >= uint64(len(f.data)) || fields[1] > maxInteger || fields[2] > maxInteger {
		return entry{}, malformed("a cross-reference entry is out of range")
	}
	return entry{kind: kind, a: int(fields[1]), b: int(fields[2])}, nil
}
