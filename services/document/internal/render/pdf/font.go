package pdf

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
)

// maxCharacters is how many codes one font can give out: codes have two bytes and 0 is taken.
const maxCharacters = 1<<16 - 1

// character is what one code of an embedded font means. The same glyph gets a code of its own for each text it stands
// for, so that copying text out of the file never guesses: a no-break space stays one.
type character struct {
	glyph uint16
	text  string
}

// embedded is one font as the file holds it.
type embedded struct {
	font   Font
	name   string // of the resource
	codes  map[character]uint16
	listed []character // by code less one
	glyphs []uint16    // in the subset, in order of first use
	place  map[uint16]uint16
}

func newEmbedded(font Font, index int) *embedded {
	return &embedded{font: font, name: fmt.Sprintf("F%d", index), codes: map[character]uint16{}, place: map[uint16]uint16{}}
}

// code gives out the two-byte code of a character.
func (e *embedded) code(c character) (uint16, error) {
	if code, known := e.codes[c]; known {
		return code, nil
	}
	if len(e.listed) == maxCharacters {
		return 0, fmt.Errorf("pdf: font %s: more than %d characters", e.font.Name, maxCharacters)
	}
	e.listed = append(e.listed, c)
	code := uint16(len(e.listed))
	e.codes[c] = code
	if _, known := e.place[c.glyph]; !known && c.glyph != 0 {
		e.glyphs = append(e.glyphs, c.glyph)
		e.place[c.glyph] = uint16(len(e.glyphs))
	}
	return code, nil
}

// width is the advance of a glyph in thousandths of the em, rounded as the file's widths are.
func (e *embedded) width(glyph uint16) int { return e.scaled(e.font.Face.Advance(glyph)) }

func (e *embedded) scaled(units int) int {
	em := e.font.Face.UnitsPerEm
	if units < 0 {
		return -((-units*1000 + em/2) / em)
	}
	return (units*1000 + em/2) / em
}

func (e *embedded) write(f *file) (ref, error) {
	program, err := e.font.Face.Subset(e.glyphs)
	if err != nil {
		return 0, err
	}
	name := e.tag(program) + "+" + e.font.Name
	programRef, err := f.stream(fmt.Sprintf("/Length1 %d", len(program)), program)
	if err != nil {
		return 0, err
	}
	var places []byte
	places = binary.BigEndian.AppendUint16(places, 0)
	var widths strings.Builder
	for _, c := range e.listed {
		places = binary.BigEndian.AppendUint16(places, e.place[c.glyph])
		fmt.Fprintf(&widths, "%d ", e.width(c.glyph))
	}
	placesRef, err := f.stream("", places)
	if err != nil {
		return 0, err
	}
	unicodeRef, err := f.stream("", e.unicode())
	if err != nil {
		return 0, err
	}
	descriptor := e.descriptor(f, name, programRef)
	descendant := f.addPacked("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"+
		"/Supplement 0>>/FontDescriptor %s/DW 0/W[1[%s]]/CIDToGIDMap %s>>", name, descriptor, widths.String(), placesRef)
	return f.addPacked("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%s]/ToUnicode %s>>",
		name, descendant, unicodeRef), nil
}

// descriptor flags a symbolic font (4), for its codes follow no standard encoding, and an italic one (64).
func (e *embedded) descriptor(f *file, name string, program ref) ref {
	face := e.font.Face
	flags := 4
	if face.ItalicAngle != 0 {
		flags |= 64
	}
	return f.addPacked("<</Type/FontDescriptor/FontName/%s/Flags %d/FontBBox[%d %d %d %d]/ItalicAngle %d/Ascent %d/Descent %d"+
		"/CapHeight %d/StemV 80/FontFile2 %s>>", name, flags, e.scaled(face.Box[0]), e.scaled(face.Box[1]),
		e.scaled(face.Box[2]), e.scaled(face.Box[3]), face.ItalicAngle, e.scaled(face.Ascent), e.scaled(face.Descent),
		e.scaled(face.CapHeight), program)
}

// tag is the six letters that mark a subset, made from its content.
func (e *embedded) tag(program []byte) string {
	sum := sha256.Sum256(program)
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag)
}

// unicode is the map from codes to text, in blocks of 100 as the format allows.
func (e *embedded) unicode() []byte {
	var b strings.Builder
	b.WriteString("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo<</Registry(Adobe)" +
		"/Ordering(UCS)/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	for start := 0; start < len(e.listed); start += 100 {
		block := e.listed[start:min(start+100, len(e.listed))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for i, c := range block {
			fmt.Fprintf(&b, "<%04X><%s>\n", start+i+1, hexUTF16(c.text))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n")
	return []byte(b.String())
}
