// Package sfnt reads the metrics of a TrueType font and cuts it down to the glyphs that one document shows, so that a
// contract carries a few kilobytes of font and not four hundred. Shaping is not its business: go-text does that.
package sfnt

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Font is a TrueType font with glyf outlines. Lengths are font units, UnitsPerEm to the em, y upwards.
type Font struct {
	// UnitsPerEm is the font's own scale, 2048 for Liberation.
	UnitsPerEm int
	// Ascent, Descent (negative) and CapHeight of the design.
	Ascent, Descent, CapHeight int
	// Box bounds all glyphs: left, bottom, right, top.
	Box [4]int
	// ItalicAngle in degrees counter-clockwise, rounded; 0 for upright.
	ItalicAngle int

	tables  map[string][]byte
	offsets []uint32 // of glyphs in glyf, one more than there are glyphs
	metrics int      // number of full entries in hmtx
}

// errTruncated is a font that ends before its own tables do.
var errTruncated = errors.New("sfnt: truncated font")

// Parse reads a TrueType file. It keeps the slice; the caller must not change it.
func Parse(ttf []byte) (*Font, error) {
	tables, err := directory(ttf)
	if err != nil {
		return nil, err
	}
	f := &Font{tables: tables}
	for name, least := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "OS/2": 90, "post": 8, "loca": 4} {
		if len(tables[name]) < least {
			return nil, fmt.Errorf("sfnt: table %s: %w", name, errTruncated)
		}
	}
	head, hhea, os2 := tables["head"], tables["hhea"], tables["OS/2"]
	f.UnitsPerEm = int(binary.BigEndian.Uint16(head[18:]))
	for i := range f.Box {
		f.Box[i] = signed(head[36+2*i:])
	}
	f.Ascent, f.Descent = signed(hhea[4:]), signed(hhea[6:])
	f.CapHeight = signed(os2[88:])
	f.ItalicAngle = signed(tables["post"][4:])
	f.metrics = int(binary.BigEndian.Uint16(hhea[34:]))
	glyphs := int(binary.BigEndian.Uint16(tables["maxp"][4:]))
	if f.UnitsPerEm == 0 || f.metrics == 0 || f.metrics > glyphs || len(tables["hmtx"]) < 4*f.metrics {
		return nil, fmt.Errorf("sfnt: metrics: %w", errTruncated)
	}
	long := binary.BigEndian.Uint16(head[50:]) != 0
	f.offsets, err = offsets(tables["loca"], glyphs, long, uint32(len(tables["glyf"])))
	return f, err
}

// Advance is the width of a glyph; 0 for a glyph the font does not have.
func (f *Font) Advance(glyph uint16) int {
	if int(glyph) >= len(f.offsets)-1 {
		return 0
	}
	entry := min(int(glyph), f.metrics-1)
	return int(binary.BigEndian.Uint16(f.tables["hmtx"][4*entry:]))
}

// bearing is the left side bearing of a glyph.
func (f *Font) bearing(glyph uint16) uint16 {
	at := 4*int(glyph) + 2
	if int(glyph) >= f.metrics {
		at = 4*f.metrics + 2*(int(glyph)-f.metrics)
	}
	hmtx := f.tables["hmtx"]
	if at+2 > len(hmtx) {
		return 0
	}
	return binary.BigEndian.Uint16(hmtx[at:])
}

// outline is the glyph's description in glyf; empty for a space.
func (f *Font) outline(glyph uint16) ([]byte, error) {
	if int(glyph) >= len(f.offsets)-1 {
		return nil, fmt.Errorf("sfnt: no glyph %d", glyph)
	}
	return f.tables["glyf"][f.offsets[glyph]:f.offsets[glyph+1]], nil
}

func directory(ttf []byte) (map[string][]byte, error) {
	if len(ttf) < 12 || binary.BigEndian.Uint32(ttf) != 0x00010000 {
		return nil, errors.New("sfnt: not a TrueType font")
	}
	count := int(binary.BigEndian.Uint16(ttf[4:]))
	if len(ttf) < 12+16*count {
		return nil, errTruncated
	}
	tables := make(map[string][]byte, count)
	for i := range count {
		record := ttf[12+16*i:]
		start := uint64(binary.BigEndian.Uint32(record[8:]))
		end := start + uint64(binary.BigEndian.Uint32(record[12:]))
		if end > uint64(len(ttf)) {
			return nil, errTruncated
		}
		tables[string(record[:4])] = ttf[start:end]
	}
	return tables, nil
}

func offsets(loca []byte, glyphs int, long bool, limit uint32) ([]uint32, error) {
	width := 2
	if long {
		width = 4
	}
	if len(loca) < width*(glyphs+1) {
		return nil, fmt.Errorf("sfnt: table loca: %w", errTruncated)
	}
	list := make([]uint32, glyphs+1)
	for i := range list {
		if long {
			list[i] = binary.BigEndian.Uint32(loca[4*i:])
		} else {
			list[i] = 2 * uint32(binary.BigEndian.Uint16(loca[2*i:]))
		}
		if list[i] > limit || i > 0 && list[i] < list[i-1] {
			return nil, fmt.Errorf("sfnt: table loca: %w", errTruncated)
		}
	}
	return list, nil
}

func signed(b []byte) int { return int(int16(binary.BigEndian.Uint16(b))) }
