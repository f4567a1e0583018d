package sfnt

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Subset is a font program with the given glyphs only: glyph i+1 of the result is glyphs[i], glyph 0 is the font's own
// .notdef, and parts that composite glyphs need follow. Hinting is left out: it is half of the bytes and no printer or
// screen that shows a contract uses it. Glyphs must be unique and must not hold 0.
func (f *Font) Subset(glyphs []uint16) ([]byte, error) {
	order := append([]uint16{0}, glyphs...)
	place := make(map[uint16]uint16, len(order))
	for i, g := range order {
		place[g] = uint16(i)
	}
	var glyf []byte
	loca := []byte{0, 0, 0, 0}
	for i := 0; i < len(order); i++ {
		outline, err := f.outline(order[i])
		if err != nil {
			return nil, err
		}
		bare, parts, err := strip(outline)
		if err != nil {
			return nil, fmt.Errorf("sfnt: glyph %d: %w", order[i], err)
		}
		for _, at := range parts {
			part := binary.BigEndian.Uint16(bare[at:])
			if _, known := place[part]; !known {
				place[part] = uint16(len(order))
				order = append(order, part)
			}
			binary.BigEndian.PutUint16(bare[at:], place[part])
		}
		glyf = append(glyf, bare...)
		glyf = append(glyf, make([]byte, -len(bare)&3)...)
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	}
	return f.assemble(order, glyf, loca), nil
}

func (f *Font) assemble(order []uint16, glyf, loca []byte) []byte {
	var hmtx []byte
	for _, g := range order {
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(f.Advance(g)))
		hmtx = binary.BigEndian.AppendUint16(hmtx, f.bearing(g))
	}
	head := slices.Clone(f.tables["head"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checksum of the whole: nobody checks it in an embedded font
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	hhea := slices.Clone(f.tables["hhea"])
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(order)))
	maxp := slices.Clone(f.tables["maxp"])
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(order)))
	return write([]table{{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}})
}

type table struct {
	name string
	data []byte
}

// write lays tables out behind a directory; they must come in alphabetical order.
func write(tables []table) []byte {
	power := 0
	for 2<<power <= len(tables) {
		power++
	}
	file := binary.BigEndian.AppendUint32(nil, 0x00010000)
	file = binary.BigEndian.AppendUint16(file, uint16(len(tables)))
	file = binary.BigEndian.AppendUint16(file, 16<<power)
	file = binary.BigEndian.AppendUint16(file, uint16(power))
	file = binary.BigEndian.AppendUint16(file, uint16(16*len(tables)-16<<power))
	at := 12 + 16*len(tables)
	for _, t := range tables {
		file = append(file, t.name...)
		file = binary.BigEndian.AppendUint32(file, checksum(t.data))
		file = binary.BigEndian.AppendUint32(file, uint32(at))
		file = binary.BigEndian.AppendUint32(file, uint32(len(t.data)))
		at += (len(t.data) + 3) &^ 3
	}
	for _, t := range tables {
		file = append(file, t.data...)
		file = append(file, make([]byte, -len(t.data)&3)...)
	}
	return file
}

func checksum(data []byte) uint32 {
	var sum uint32
	for len(data) >= 4 {
		sum += binary.BigEndian.Uint32(data)
		data = data[4:]
	}
	var rest [4]byte
	copy(rest[:], data)
	return sum + binary.BigEndian.Uint32(rest[:])
}
