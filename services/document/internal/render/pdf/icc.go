package pdf

import (
	"encoding/binary"
	"unicode/utf16"
)

// sRGB is a minimal ICC version 4 display profile of IEC 61966-2-1: matrix and parametric curve, D50 adapted.
// The numbers are the standard's, as s15Fixed16.
func sRGB() []byte {
	curve := element("para", fixed16{3 << 16, 157286, 62119, 3417, 5072, 2651}) // type 3: gamma 2.4, a, b, c, d
	tags := []tag{
		{"desc", multilingual("sRGB")},
		{"cprt", multilingual("No copyright, use freely")},
		{"wtpt", element("XYZ ", fixed16{63190, 65536, 54061})},
		{"chad", element("sf32", fixed16{68674, 1502, -3290, 1940, 64912, -1118, -605, 988, 49262})},
		{"rXYZ", element("XYZ ", fixed16{28578, 14581, 912})},
		{"gXYZ", element("XYZ ", fixed16{25241, 46981, 6362})},
		{"bXYZ", element("XYZ ", fixed16{9371, 3974, 46787})},
		{"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve},
	}
	const header = 128
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	var data []byte
	base := header + 4 + 12*len(tags)
	for _, t := range tags {
		table = append(table, t.signature...)
		table = binary.BigEndian.AppendUint32(table, uint32(base+len(data)))
		table = binary.BigEndian.AppendUint32(table, uint32(len(t.data)))
		data = append(data, t.data...)
		data = append(data, make([]byte, -len(data)&3)...)
	}
	profile := make([]byte, header)
	binary.BigEndian.PutUint32(profile, uint32(base+len(data)))
	binary.BigEndian.PutUint32(profile[8:], 0x04200000) // version 4.2
	copy(profile[12:], "mntrRGB XYZ ")
	for i, v := range []uint16{2026, 1, 1} {
		binary.BigEndian.PutUint16(profile[24+2*i:], v)
	}
	copy(profile[36:], "acsp")
	for i, v := range []uint32{63190, 65536, 54061} { // D50, the connection space's white
		binary.BigEndian.PutUint32(profile[68+4*i:], v)
	}
	return append(append(profile, table...), data...)
}

type tag struct {
	signature string
	data      []byte
}

// fixed16 are numbers with 16 bits behind the point.
type fixed16 []int32

func element(kind string, numbers fixed16) []byte {
	data := append([]byte(kind), 0, 0, 0, 0)
	for _, n := range numbers {
		data = binary.BigEndian.AppendUint32(data, uint32(n))
	}
	return data
}

// multilingual is a text tag with one record, in American English as the specification asks for by default.
func multilingual(s string) []byte {
	data := append([]byte("mluc"), 0, 0, 0, 0)
	units := utf16.Encode([]rune(s))
	for _, n := range []uint32{1, 12} {
		data = binary.BigEndian.AppendUint32(data, n)
	}
	data = append(data, "enUS"...)
	for _, n := range []uint32{uint32(2 * len(units)), 28} {
		data = binary.BigEndian.AppendUint32(data, n)
	}
	for _, u := range units {
		data = binary.BigEndian.AppendUint16(data, u)
	}
	return data
}
