package sfnt

import (
	"bytes"
	"encoding/binary"
	"testing"

	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"github.com/go-text/typesetting/font"
)

func serif(t testing.TB) (*Font, *font.Font) {
	t.Helper()
	f, err := Parse(liberationserifregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	reference, err := font.ParseTTF(bytes.NewReader(liberationserifregular.TTF))
	if err != nil {
		t.Fatal(err)
	}
	return f, reference.Font
}

func TestAdvanceAgreesWithReference(t *testing.T) {
	f, reference := serif(t)
	face := font.NewFace(reference)
	if f.UnitsPerEm != 2048 || f.Ascent <= 0 || f.Descent >= 0 || f.CapHeight <= 0 {
		t.Errorf("metrics: %+v", *f)
	}
	for _, r := range "AaÄé€fiЖΩ .,()" {
		glyph, found := reference.NominalGlyph(r)
		if !found {
			t.Fatalf("no glyph for %U", r)
		}
		if got, want := f.Advance(uint16(glyph)), int(face.HorizontalAdvance(glyph)); got != want {
			t.Errorf("%c: advance %d, want %d", r, got, want)
		}
	}
}

// TestSubsetKeepsShapes compares every outline point of the subset with the whole font, composite glyphs included.
func TestSubsetKeepsShapes(t *testing.T) {
	f, reference := serif(t)
	var glyphs []uint16
	for _, r := range "AgÄéÅ" {
		glyph, _ := reference.NominalGlyph(r)
		glyphs = append(glyphs, uint16(glyph))
	}
	program, err := f.Subset(glyphs)
	if err != nil {
		t.Fatal(err)
	}
	if len(program) > 8000 {
		t.Errorf("five glyphs take %d bytes", len(program))
	}
	subset, err := Parse(complete(program, f))
	if err != nil {
		t.Fatal(err)
	}
	for i, old := range glyphs {
		if got, want := subset.Advance(uint16(i+1)), f.Advance(old); got != want {
			t.Errorf("glyph %d: advance %d, want %d", old, got, want)
		}
		if got, want := points(t, subset, uint16(i+1)), points(t, f, old); !bytes.Equal(got, want) {
			t.Errorf("glyph %d: outline changed", old)
		}
	}
}

// complete adds the tables that an embedded font does without.
func complete(program []byte, f *Font) []byte {
	tables, err := directory(program)
	if err != nil {
		return program
	}
	return write([]table{
		{"OS/2", f.tables["OS/2"]}, {"glyf", tables["glyf"]}, {"head", tables["head"]}, {"hhea", tables["hhea"]},
		{"hmtx", tables["hmtx"]}, {"loca", tables["loca"]}, {"maxp", tables["maxp"]}, {"post", f.tables["post"]},
	})
}

// points flattens a glyph: the outlines of its parts in order, without instructions, padding and part numbers.
func points(t *testing.T, f *Font, glyph uint16) []byte {
	t.Helper()
	outline, err := f.outline(glyph)
	if err != nil {
		t.Fatal(err)
	}
	bare, parts, err := strip(outline)
	if err != nil {
		t.Fatal(err)
	}
	var flat []byte
	for _, at := range parts {
		part := binary.BigEndian.Uint16(bare[at:])
		flat = append(flat, points(t, f, part)...)
		binary.BigEndian.PutUint16(bare[at:], 0)
	}
	return append(flat, bytes.TrimRight(bare, "\x00")...)
}

func TestSubsetUnknownGlyph(t *testing.T) {
	f, _ := serif(t)
	if _, err := f.Subset([]uint16{65000}); err == nil {
		t.Error("a glyph that the font does not have is accepted")
	}
}

func TestParseTruncated(t *testing.T) {
	whole := liberationserifregular.TTF
	for _, length := range []int{0, 11, 12, 100, 300, 5000, len(whole) / 2} {
		if _, err := Parse(whole[:length]); err == nil {
			t.Errorf("%d bytes are accepted", length)
		}
	}
}

func FuzzParse(f *testing.F) {
	font, err := Parse(liberationserifregular.TTF)
	if err != nil {
		f.Fatal(err)
	}
	program, err := font.Subset([]uint16{36, 37, 104, 200})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(complete(program, font))
	f.Add([]byte{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		font, err := Parse(data)
		if err != nil {
			return
		}
		// Whatever parses must not make the subsetter read or write out of bounds.
		_, _ = font.Subset([]uint16{1, 2, 3})
		_ = font.Advance(1)
	})
}
