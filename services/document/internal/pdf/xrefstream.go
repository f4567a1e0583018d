package pdf

// streamSection reads a cross-reference stream and returns its dictionary, which is the trailer as well.
func (d *Document) streamSection(start int, found map[int]entry) (Dict, error) {
	_, o, err := d.indirect(start)
	if err != nil {
		return nil, err
	}
	s, ok := o.(*Stream)
	if !ok || s.Dict["Type"] != Name("XRef") {
		return nil, malformed(start, "no cross-reference section")
	}
	data, err := d.decode(s)
	if err != nil {
		return nil, undecodable(start, err)
	}
	widths, err := fieldWidths(s.Dict["W"])
	if err != nil {
		return nil, err
	}
	index, ok := s.Dict["Index"].(Array)
	if !ok {
		index = Array{int64(0), s.Dict["Size"]}
	}
	return s.Dict, d.readRows(data, widths, index, found)
}

func fieldWidths(o Object) ([3]int, error) {
	var widths [3]int
	w, _ := o.(Array)
	if len(w) != len(widths) {
		return widths, malformed(0, "bad field widths")
	}
	for i, v := range w {
		n, ok := v.(int64)
		if !ok || n < 0 || n > 8 {
			return widths, malformed(0, "bad field width")
		}
		widths[i] = int(n)
	}
	return widths, nil
}

func (d *Document) readRows(data []byte, widths [3]int, index Array, found map[int]entry) error {
	width := widths[0] + widths[1] + widths[2]
	if width == 0 || len(index)%2 != 0 {
		return malformed(0, "bad cross-reference stream")
	}
	for i := 0; i < len(index); i += 2 {
		first, ok1 := index[i].(int64)
		count, ok2 := index[i+1].(int64)
		if !ok1 || !ok2 || first < 0 || first > 1<<31 || count < 0 || count > int64(len(data)/width) {
			return malformed(0, "bad cross-reference index")
		}
		if len(found)+int(count) > d.limits.Objects {
			return tooComplex(0, "too many objects")
		}
		for n := int(first); n < int(first+count); n++ {
			e, err := readRow(data[:width], widths)
			if err != nil {
				return err
			}
			if _, twice := found[n]; twice {
				return malformed(0, "object listed twice")
			}
			found[n] = e
			data = data[width:]
		}
	}
	return nil
}

func readRow(row []byte, widths [3]int) (entry, error) {
	kind, fields, at := 1, [3]int{}, 0
	for i, w := range widths {
		for _, b := range row[at : at+w] {
			fields[i] = fields[i]<<8 | int(b)
		}
		if fields[i] < 0 {
			return entry{}, malformed(0, "bad cross-reference entry")
		}
		at += w
	}
	if widths[0] > 0 {
		kind = fields[0]
	}
	switch kind {
	case 0:
		return entry{}, nil
	case 1:
		return entry{kind: inUse, offset: fields[1], generation: fields[2]}, nil
	case 2:
		return entry{kind: packed, pack: fields[1], index: fields[2]}, nil
	}
	return entry{}, malformed(0, "unknown cross-reference entry")
}
