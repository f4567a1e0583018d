// Package formtest writes AcroForm PDFs for tests, by hand and object by object, so that a test can spoil any of them.
package formtest

import (
	"bytes"
	"fmt"
	"strings"
)

// Form is a form under construction: the values of its objects, the first of which has number 1. Object 1 is the
// catalog, 2 the page tree, 3 the interactive form.
type Form struct{ Objects []string }

// Add adds an object and returns its number.
func (f *Form) Add(value string) int {
	f.Objects = append(f.Objects, value)
	return len(f.Objects)
}

// Stream adds a stream.
func (f *Form) Stream(entries, data string) int {
	return f.Add(fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", entries, len(data), data))
}

// Replace replaces text in every object.
func (f *Form) Replace(old, replacement string) {
	for i := range f.Objects {
		f.Objects[i] = strings.ReplaceAll(f.Objects[i], old, replacement)
	}
}

// Bytes writes the file.
func (f *Form) Bytes() []byte {
	var b, table bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	for i, value := range f.Objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, value)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n%s", len(f.Objects)+1, table.Bytes())
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(f.Objects)+1, start)
	return b.Bytes()
}

// Contract is a form of two A4 pages with a field of every kind:
//
//	deal.name        text, below a field "deal"      accept  check box
//	contact.name     text, centred, two places       plan    radio: monthly, yearly
//	address          lines                           payment choice: Transfer (TRF), Card (CRD)
//	iban             comb of 22 cells                note    text, blue, its own value "net"
//	client, provider signatures on page 2
//
// Its second page leaves a scaled graphics state open, as careless producers do.
func Contract() *Form {
	f := &Form{Objects: make([]string, 3)}
	font := f.Add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	times := f.Add("<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>")
	first, second := f.Add(""), f.Add("")
	one := f.Stream("", "BT /F1 14 Tf 72 780 Td (Agreement) Tj ET")
	two := f.Stream("", "q 2 0 0 2 0 0 cm BT /F1 7 Tf 36 390 Td (Signatures \\(Q\\)) Tj ET")
	var fields, places [2][]string
	refer := func(n int) string { return fmt.Sprintf("%d 0 R", n) }
	put := func(page int, format string, args ...any) {
		n := refer(f.Add("<</Type/Annot/Subtype/Widget" + fmt.Sprintf(format, args...) + ">>"))
		fields[page], places[page] = append(fields[page], n), append(places[page], n)
	}
	kid := func(page int, value string) string {
		n := refer(f.Add("<</Type/Annot/Subtype/Widget" + value + ">>"))
		places[page] = append(places[page], n)
		return n
	}
	parent := len(f.Objects) + 2
	name := kid(0, fmt.Sprintf("/Parent %d 0 R/T(name)/FT/Tx/Ff 2/Rect[72 720 320 740]/MK<</BC[0.5]/BG[0.9 0.95 1]>>", parent))
	fields[0] = append(fields[0], refer(f.Add("<</T(deal)/Kids["+name+"]>>")))
	parent = len(f.Objects) + 3
	names := kid(0, fmt.Sprintf("/Parent %d 0 R/Rect[72 690 320 710]", parent)) + " " +
		kid(1, fmt.Sprintf("/Parent %d 0 R/Rect[72 600 320 620]", parent))
	contact := refer(f.Add("<</FT/Tx/T(name)/Q 1/DA(/TiRo 11 Tf 0 g)/Kids[" + names + "]>>"))
	fields[0] = append(fields[0], refer(f.Add("<</T(contact)/Kids["+contact+"]>>")))
	put(0, "/FT/Tx/Ff 4096/T(address)/Rect[72 610 320 670]/MK<</BC[0 0 0]>>/DA(/Helv 10 Tf 0 g)")
	put(0, "/FT/Tx/Ff 16777216/MaxLen 22/T(iban)/Rect[72 570 468 590]/MK<</BC[0.6]>>")
	on := f.Stream("/Type/XObject/Subtype/Form/BBox[0 0 10 10]/Resources<<>>", "1 w 0.5 0.5 9 9 re S 2 2 m 8 8 l S 2 8 m 8 2 l S")
	off := f.Stream("/Type/XObject/Subtype/Form/BBox[0 0 10 10]/Resources<<>>", "1 w 0.5 0.5 9 9 re S")
	put(0, "/FT/Btn/T(accept)/Rect[72 540 86 554]/AS/Off/AP<</N<</Yes %d 0 R/Off %d 0 R>>>>", on, off)
	parent = len(f.Objects) + 3
	plans := kid(0, fmt.Sprintf("/Parent %d 0 R/Rect[120 540 134 554]/AP<</N<</monthly %d 0 R/Off %d 0 R>>>>", parent, on, off)) + " " +
		kid(0, fmt.Sprintf("/Parent %d 0 R/Rect[150 540 164 554]/AP<</N<</yearly %d 0 R/Off %d 0 R>>>>", parent, on, off))
	fields[0] = append(fields[0], refer(f.Add("<</FT/Btn/Ff 32768/T(plan)/Kids["+plans+"]>>")))
	put(0, "/FT/Ch/Ff 131072/T(payment)/Opt[[(TRF)(Transfer)][(CRD)(Card)]]/Rect[200 538 320 556]")
	put(0, "/FT/Tx/T(note)/V(net)/Q 2/DA(0 0 1 rg /Helv 9 Tf)/Rect[340 538 468 556]")
	put(1, "/FT/Sig/T(client)/TU(Client)/Rect[268 185 72 100]/F 4/MK<</BC[0.5]>>")
	put(1, "/FT/Sig/T(provider)/Rect[300 100 496 185]/F 4")
	page := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.28 841.89]/Resources<</Font<</F1 %d 0 R>>>>/Contents %d 0 R/Annots[%s]>>"
	f.Objects[first-1] = fmt.Sprintf(page, font, one, strings.Join(places[0], " "))
	f.Objects[second-1] = fmt.Sprintf(page, font, two, strings.Join(places[1], " "))
	f.Objects[0] = "<</Type/Catalog/Pages 2 0 R/AcroForm 3 0 R/Lang(en-GB)>>"
	f.Objects[1] = fmt.Sprintf("<</Type/Pages/Count 2/Kids[%d 0 R %d 0 R]>>", first, second)
	f.Objects[2] = fmt.Sprintf("<</Fields[%s %s]/NeedAppearances true/DA(/Helv 0 Tf 0 g)/DR<</Font<</Helv %d 0 R/TiRo %d 0 R>>>>>>",
		strings.Join(fields[0], " "), strings.Join(fields[1], " "), font, times)
	return f
}
