package form

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// copier takes what the pages need out of a file, under new numbers. What nothing refers to stays behind.
type copier struct {
	doc     *pdf.Document
	numbers map[pdf.Ref]int
	next    int
	queue   []pdf.Ref
}

// number is the number that an object has in the result.
func (c *copier) number(r pdf.Ref) int {
	n, known := c.numbers[r]
	if !known {
		n = c.next
		c.numbers[r] = n
		c.next++
		c.queue = append(c.queue, r)
	}
	return n
}

// drain spells every object that was referred to, in the order of their numbers.
func (c *copier) drain() ([]string, error) {
	var bodies []string
	for len(c.queue) > 0 {
		r := c.queue[0]
		c.queue = c.queue[1:]
		body, err := c.value(c.doc.Resolve(r))
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, body)
	}
	return bodies, c.doc.Err()
}

// value spells one value.
func (c *copier) value(o pdf.Object) (string, error) {
	var b strings.Builder
	err := c.spell(&b, o)
	return b.String(), err
}

func (c *copier) spell(b *strings.Builder, o pdf.Object) error {
	switch x := o.(type) {
	case pdf.Ref:
		fmt.Fprintf(b, "%d 0 R", c.number(x))
	case pdf.Name:
		b.WriteString(spellName(x))
	case pdf.String:
		b.WriteString("<" + hex.EncodeToString(x.Bytes) + ">")
	case int64:
		b.WriteString(strconv.FormatInt(x, 10))
	case float64:
		b.WriteString(strconv.FormatFloat(x, 'f', -1, 64))
	case bool:
		b.WriteString(strconv.FormatBool(x))
	case pdf.Array:
		b.WriteString("[")
		for i, v := range x {
			if i > 0 {
				b.WriteString(" ")
			}
			if err := c.spell(b, v); err != nil {
				return err
			}
		}
		b.WriteString("]")
	case pdf.Dict:
		return c.dict(b, x)
	case *pdf.Stream:
		return c.stream(b, x)
	default:
		b.WriteString("null")
	}
	return nil
}

func (c *copier) dict(b *strings.Builder, d pdf.Dict) error {
	if d["EF"] != nil || d["Type"] == pdf.Name("Filespec") || d["JS"] != nil && d["S"] == pdf.Name("JavaScript") {
		return refuse("something on a page holds a file or a script")
	}
	if d["BaseFont"] != nil && !c.shown(d) {
		return refuse("a font is not embedded and is none of the standard fonts, so that viewers would show others")
	}
	b.WriteString("<<")
	for _, key := range slices.Sorted(maps.Keys(d)) {
		if key == "StructParent" || key == "StructParents" {
			continue // places in a structure tree that is left out
		}
		b.WriteString(spellName(key) + " ")
		if err := c.spell(b, d[key]); err != nil {
			return err
		}
	}
	b.WriteString(">>")
	return nil
}

// shown says whether every viewer shows the text of a font alike: it is embedded, or one of the standard 14 fonts (ISO
// 32000-1, 9.6.2.2), whose shapes and widths viewers agree on. Other dictionaries show no text.
func (c *copier) shown(d pdf.Dict) bool {
	switch c.doc.Resolve(d["Subtype"]) {
	case pdf.Name("Type1"), pdf.Name("MMType1"), pdf.Name("TrueType"), pdf.Name("CIDFontType0"), pdf.Name("CIDFontType2"):
	default:
		return true
	}
	descriptor := c.doc.Dict(d["FontDescriptor"])
	if descriptor["FontFile"] != nil || descriptor["FontFile2"] != nil || descriptor["FontFile3"] != nil {
		return true
	}
	switch c.doc.Resolve(d["BaseFont"]) {
	case pdf.Name("Helvetica"), pdf.Name("Helvetica-Bold"), pdf.Name("Helvetica-Oblique"), pdf.Name("Helvetica-BoldOblique"),
		pdf.Name("Times-Roman"), pdf.Name("Times-Bold"), pdf.Name("Times-Italic"), pdf.Name("Times-BoldItalic"),
		pdf.Name("Courier"), pdf.Name("Courier-Bold"), pdf.Name("Courier-Oblique"), pdf.Name("Courier-BoldOblique"),
		pdf.Name("Symbol"), pdf.Name("ZapfDingbats"):
		return true
	}
	return false
}

// stream keeps the bytes as they are encoded. One whose bytes are in another file is refused: nobody signed those.
func (c *copier) stream(b *strings.Builder, s *pdf.Stream) error {
	if s.Dict["F"] != nil || s.Dict["FFilter"] != nil || s.Dict["Ref"] != nil || s.Dict["Subtype"] == pdf.Name("PS") {
		return refuse("something on a page is outside of the file or a program")
	}
	if err := c.dict(b, s.Dict); err != nil {
		return err
	}
	b.WriteString("\nstream\n")
	b.Write(s.Raw)
	b.WriteString("\nendstream")
	return nil
}

func spellName(n pdf.Name) string {
	var b strings.Builder
	b.WriteByte('/')
	for _, c := range []byte(n) {
		if c <= ' ' || c >= 0x7F || strings.IndexByte("()<>[]{}/%#", c) >= 0 {
			fmt.Fprintf(&b, "#%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
