package sfnt

import (
	"encoding/binary"
	"slices"
)

// Flags of a component in a composite glyph, from the OpenType specification's glyf table.
const (
	argsAreWords     = 0x0001
	hasScale         = 0x0008
	moreComponents   = 0x0020
	hasXAndYScale    = 0x0040
	hasTwoByTwo      = 0x0080
	hasInstructions  = 0x0100
	outlineHeader    = 10 // contour count and bounding box
	componentMinimum = 4  // flags and glyph index
)

// strip copies an outline without its instructions and says where a composite one names its parts.
func strip(outline []byte) (bare []byte, parts []int, err error) {
	if len(outline) == 0 {
		return nil, nil, nil
	}
	if len(outline) < outlineHeader {
		return nil, nil, errTruncated
	}
	if contours := signed(outline); contours >= 0 {
		bare, err = stripSimple(outline, contours)
		return bare, nil, err
	}
	return stripComposite(outline)
}

func stripSimple(outline []byte, contours int) ([]byte, error) {
	at := outlineHeader + 2*contours
	if len(outline) < at+2 {
		return nil, errTruncated
	}
	end := at + 2 + int(binary.BigEndian.Uint16(outline[at:]))
	if len(outline) < end {
		return nil, errTruncated
	}
	bare := slices.Clone(outline[:at])
	return slices.Concat(bare, []byte{0, 0}, outline[end:]), nil
}

func stripComposite(outline []byte) (bare []byte, parts []int, err error) {
	bare = slices.Clone(outline)
	at, more := outlineHeader, true
	for more {
		if len(bare) < at+componentMinimum {
			return nil, nil, errTruncated
		}
		flags := binary.BigEndian.Uint16(bare[at:])
		binary.BigEndian.PutUint16(bare[at:], flags&^hasInstructions)
		parts = append(parts, at+2)
		at += componentSize(flags)
		more = flags&moreComponents != 0
	}
	if len(bare) < at {
		return nil, nil, errTruncated
	}
	return bare[:at], parts, nil
}

func componentSize(flags uint16) int {
	size := componentMinimum + 2
	if flags&argsAreWords != 0 {
		size += 2
	}
	switch {
	case flags&hasScale != 0:
		size += 2
	case flags&hasXAndYScale != 0:
		size += 4
	case flags&hasTwoByTwo != 0:
		size += 8
	}
	return size
}
