package render

import "github.com/countersign/countersign/services/document/internal/render/pdf"

// The signature box has the ratio 2.3:1 that Yousign forces on a signature, at a size both providers fill well.
const (
	boxWidth  = 196 * pdf.Point
	boxHeight = 85 * pdf.Point
	perRow    = 2
)

// signatures sets the boxes in pairs and keeps each with its label, name and place on one page, and all of them
// together, and with the words above them, as long as a page can hold that.
func (f *flow) signatures(s signatures, at frame) error {
	f.bind(2)
	f.space = max(f.space, 12*pdf.Point)
	block := at.into.Add(pdf.Section)
	for start := 0; start < len(s.signers); start += perRow {
		pair := s.signers[start:min(start+perRow, len(s.signers))]
		strips := make([]row, 0, 4)
		for i, signer := range pair {
			x := at.x + pdf.Length(i)*(at.width-boxWidth)
			var err error
			if strips, err = f.signer(strips, signer, block.Add(pdf.Division), x); err != nil {
				return err
			}
		}
		for i, strip := range strips {
			switch {
			case i < len(strips)-1:
				strip.keep = bound
			case start+perRow < len(s.signers):
				strip.keep = together
			}
			f.emit(strip)
		}
		f.space = 20 * pdf.Point
	}
	return nil
}

// signer draws one signer's column into the strips that a pair shares: label, box, printed name, place and date.
func (f *flow) signer(strips []row, s signer, element *pdf.Element, x pdf.Length) ([]row, error) {
	label := f.label(s.role)
	caption := style{size: 8_500, leading: 13 * pdf.Point, sans: true, bold: true}
	small := style{size: 7_500, leading: 11 * pdf.Point, sans: true, gray: 40}
	name := bodyStyle()
	name.align = left

	caption.element = element.Add(pdf.Paragraph)
	field := element.Add(pdf.Form)
	name.element, small.element = element.Add(pdf.Paragraph), element.Add(pdf.Paragraph)
	head, err := f.strip([]span{{text: label}}, caption, x)
	if err != nil {
		return nil, err
	}
	printed, err := f.strip(s.name, name, x)
	if err != nil {
		return nil, err
	}
	words := phrasesOf(f.language)
	place, err := f.strip([]span{{text: words.placeAndDate}}, small, x)
	if err != nil {
		return nil, err
	}
	place.before = 24 * pdf.Point
	place.ink.Rules = []pdf.Rule{{X: x, Width: boxWidth, Height: hairline, Gray: 40}}

	box := row{height: boxHeight + 4*pdf.Point}
	box.ink.Rules = outline(x)
	box.ink.Fields = []pdf.Field{{
		Name: s.role, Label: words.signature + ": " + label, X: x, Width: boxWidth, Height: boxHeight, Element: field,
	}}
	for i, r := range []row{head, box, printed, place} {
		if i == len(strips) {
			strips = append(strips, row{})
		}
		strips[i].before, strips[i].height = max(strips[i].before, r.before), max(strips[i].height, r.height)
		add(&strips[i].ink, r.ink, 0, 0)
	}
	return strips, nil
}

// strip sets text below a signature box, all lines in one row.
func (f *flow) strip(text []span, look style, x pdf.Length) (row, error) {
	lines, err := f.set(text, look, boxWidth)
	if err != nil {
		return row{}, err
	}
	var r row
	for _, runs := range lines {
		add(&r.ink, pdf.Page{Runs: runs}, x, r.height+baseline(look))
		r.height += look.leading
	}
	return r, nil
}

func (f *flow) label(role string) string {
	for _, r := range f.template.Roles {
		if r.ID == role {
			return r.Labels[f.language]
		}
	}
	return role
}

// outline is a thin border on the inside of a signature box.
func outline(x pdf.Length) []pdf.Rule {
	const gray = 55
	return []pdf.Rule{
		{X: x, Width: boxWidth, Height: hairline, Gray: gray},
		{X: x, Y: boxHeight - hairline, Width: boxWidth, Height: hairline, Gray: gray},
		{X: x, Width: hairline, Height: boxHeight, Gray: gray},
		{X: x + boxWidth - hairline, Width: hairline, Height: boxHeight, Gray: gray},
	}
}
