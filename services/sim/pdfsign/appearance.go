package pdfsign

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/countersign/countersign/services/sim/pdfsign/internal/pdf"
)

const (
	padding  = 0.08 // of the height of the box, on each side
	leading  = 1.25 // of the size of a line
	longest  = 64   // characters of a line; the signature dictionary has all of them
	largest  = 16.0 // points
	ascender = 0.75 // of the size of a line, above its base
)

// line is one line of an appearance. scale is its size beside the others.
type line struct {
	text  string
	font  pdf.Name
	scale float64
}

// appearance draws what a reader shows in the box: a frame, who signed, when and why. The text is as large as the box
// allows.
func appearance(b box, s Signature) *pdf.Stream {
	lines := wording(s)
	margin := padding * b.height()
	size := fit(lines, b.width()-2*margin, b.height()-2*margin)

	var ink bytes.Buffer
	fmt.Fprintf(&ink, "q 0.45 0.52 0.62 RG 0.75 w 0.5 0.5 %.2f %.2f re S Q\n", b.width()-1, b.height()-1)
	ink.WriteString("BT 0.1 0.15 0.25 rg\n")
	base := (b.height() + size*extent(lines)) / 2
	for _, l := range lines {
		height := size * l.scale
		fmt.Fprintf(&ink, "/%s %.2f Tf 1 0 0 1 %.2f %.2f Tm (%s) Tj\n",
			l.font, height, margin, base-ascender*height, escape(l.text))
		base -= leading * height
	}
	ink.WriteString("ET\n")
	return &pdf.Stream{
		Dict: pdf.Dict{
			"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"),
			"BBox": pdf.Array{int64(0), int64(0), b.width(), b.height()},
			"Resources": pdf.Dict{"Font": pdf.Dict{
				"F1": font("Helvetica"), "F2": font("Helvetica-Oblique"),
			}},
		},
		Data: ink.Bytes(),
	}
}

// wording says who signed. A name that the standard fonts cannot show is left to the certificate rather than printed
// with holes.
func wording(s Signature) []line {
	const small = 0.5
	lines := []line{{"Digitally signed by", "F1", small}}
	name, ok := printable(s.Name)
	if !ok || name == "" {
		name = "the person in the certificate"
	}
	lines = append(lines, line{name, "F2", 1})
	lines = append(lines, line{s.Time.UTC().Format("2006-01-02 15:04:05 UTC"), "F1", small})
	if reason, ok := printable(s.Reason); ok && reason != "" {
		lines = append(lines, line{reason, "F1", small})
	}
	return lines
}

// fit returns the size in points of a line of scale 1.
func fit(lines []line, width, height float64) float64 {
	size := largest
	for _, l := range lines {
		if w := textWidth(l.text) * l.scale; w > 0 {
			size = min(size, width/w)
		}
	}
	return max(0, min(size, height/extent(lines)))
}

// extent is the height of the lines when one of scale 1 is one point large.
func extent(lines []line) float64 {
	total := 0.0
	for _, l := range lines {
		total += leading * l.scale
	}
	return total
}

func font(name pdf.Name) pdf.Dict {
	return pdf.Dict{
		"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": name,
		"Encoding": pdf.Name("WinAnsiEncoding"),
	}
}

// escape writes printable text, whose runes are those of Latin-1, in that encoding, for a literal string.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`()\`, r) {
			b.WriteByte('\\')
		}
		b.WriteByte(byte(r))
	}
	return b.String()
}
