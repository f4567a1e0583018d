package proof

import (
	"math"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// The reason and the words of a signature that is drawn over much of a page.
const (
	coversPage       = "SIGNATURE_COVERS_PAGE"
	coversPageDetail = "a signature is drawn over much of a page, and may hide what is there: a person should look"
)

// pageShare is the part of a page that all drawings of one signature may take; 1/4 is far above what providers draw.
const pageShare = 0.25

// covers says whether what a signature shows takes so much of a page that it may be there to hide the page. The box of a
// drawing is all that is looked at: whether a small one hides a number nobody can say without reading the page.
func covers(d *pdf.Document, f *field) bool {
	if f.isStamp() {
		return false // one that shows something is refused
	}
	page, drawn := math.Inf(1), 0.0
	for _, n := range f.widgets {
		widget := d.Dict(d.Current(n))
		if widget["AP"] == nil {
			continue
		}
		size, ok := area(d, widget["Rect"])
		if !ok {
			return true
		}
		drawn += size
	}
	for _, p := range d.Pages() {
		box := p.Inherited["CropBox"]
		if box == nil {
			box = p.Inherited["MediaBox"]
		}
		if size, ok := area(d, box); ok {
			page = min(page, size)
		}
	}
	return drawn > pageShare*page
}

// area is that of a rectangle in square points; ok is false when it is none.
func area(d *pdf.Document, rectangle pdf.Object) (size float64, ok bool) {
	box := d.Array(rectangle)
	var corner [4]float64
	if len(box) != len(corner) {
		return 0, false
	}
	for i := range corner {
		if corner[i], ok = pdf.Number(d.Resolve(box[i])); !ok {
			return 0, false
		}
	}
	return math.Abs((corner[2] - corner[0]) * (corner[3] - corner[1])), true
}
