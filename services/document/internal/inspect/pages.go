package inspect

import (
	"math"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/pdf"
)

// page is a page with what stands on it.
type page struct {
	number int
	sheet  sheet
	annots pdf.Array
}

// pages walks the page tree and inspects boxes and annotations.
func (i *inspection) pages() ([]page, error) {
	if i.treePage {
		return nil, malformed("a page that is a tree")
	}
	var out []page
	for n, leaf := range i.doc.Pages() {
		if i.ctx.Err() != nil {
			return nil, i.ctx.Err()
		}
		if i.name(leaf.Dict["Type"]) != "Page" {
			return nil, malformed("a page of another type")
		}
		p := page{number: n + 1, annots: i.doc.Array(leaf.Dict["Annots"])}
		var err error
		if p.sheet, err = i.sheet(leaf, n+1); err != nil {
			return nil, err
		}
		if i.annots += len(p.annots); i.annots > maxAnnots {
			return nil, &Error{Kind: TooComplex, What: "too many annotations"}
		}
		i.annotations(p)
		i.report.Pages = append(i.report.Pages, p.sheet.size())
		out = append(out, p)
	}
	if err := i.doc.Err(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, malformed("no page")
	}
	if i.linked && len(i.remarks.pages[externalLink]) == 0 {
		i.remarks.add(externalLink, 0)
	}
	return out, nil
}

// Flags of an annotation (ISO 32000-1, table 165).
const hidden, noView = 1 << 1, 1 << 5

func (i *inspection) annotations(p page) {
	for _, o := range p.annots {
		a := i.doc.Dict(o)
		flags, _ := i.doc.Resolve(a["F"]).(int64)
		if flags&(hidden|noView) != 0 && i.name(a["Subtype"]) != "Popup" {
			i.remarks.add(hiddenAnnotation, p.number)
		}
		if i.name(i.doc.Dict(a["A"])["S"]) == "URI" {
			i.remarks.add(externalLink, p.number)
		}
	}
}

// sheet reads the boxes of a page.
func (i *inspection) sheet(p pdf.Page, number int) (sheet, error) {
	media, ok := i.box(p.Inherited["MediaBox"])
	if !ok {
		return sheet{}, malformed("a page has no usable MediaBox")
	}
	s := sheet{box: media, unit: 1}
	if o := i.doc.Resolve(p.Inherited["CropBox"]); o != nil {
		crop, ok := i.box(o)
		if s.box = media.within(crop); !ok || s.box.empty() {
			return sheet{}, malformed("a page has no usable CropBox")
		}
	}
	if o := i.doc.Resolve(p.Inherited["Rotate"]); o != nil {
		turn, ok := pdf.Number(o)
		if !ok || math.Mod(turn, 90) != 0 {
			return sheet{}, malformed("a page is turned by something else than right angles")
		}
		s.turn = (int(math.Mod(turn, 360)) + 360) % 360
	}
	if o := i.doc.Resolve(p.Dict["UserUnit"]); o != nil {
		unit, ok := pdf.Number(o)
		if !ok || unit <= 0 || unit > maxPageSide {
			return sheet{}, malformed("a page has no usable unit")
		}
		s.unit = unit
	}
	i.note(s, media, number)
	return s, nil
}

func (i *inspection) note(s sheet, media box, number int) {
	size := s.size()
	for code, is := range map[string]bool{
		rotatedPage:    s.turn != 0,
		unusualPageBox: media.x0 != 0 || media.y0 != 0 || s.box != media,
		userUnit:       s.unit != 1,
		pageTooLarge:   size.Width > maxPageSide || size.Height > maxPageSide,
	} {
		if is {
			i.remarks.add(code, number)
		}
	}
}

// box reads a rectangle whose area is not empty.
func (i *inspection) box(o pdf.Object) (box, bool) {
	b, ok := i.rectangle(o)
	return b, ok && !b.empty()
}

// rectangle reads two opposite corners, whichever they are (ISO 32000-1, 7.9.5).
func (i *inspection) rectangle(o pdf.Object) (box, bool) {
	corners := i.doc.Array(o)
	if len(corners) != 4 {
		return box{}, false
	}
	var n [4]float64
	for k, c := range corners {
		v, ok := pdf.Number(i.doc.Resolve(c))
		if !ok || math.Abs(v) > 1e6 {
			return box{}, false
		}
		n[k] = v
	}
	return box{min(n[0], n[2]), min(n[1], n[3]), max(n[0], n[2]), max(n[1], n[3])}, true
}

// box is a rectangle in a page's own units, from the lower left corner.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) empty() bool { return b.x1-b.x0 < 1 || b.y1-b.y0 < 1 }

func (b box) within(c box) box {
	return box{max(b.x0, c.x0), max(b.y0, c.y0), min(b.x1, c.x1), min(b.y1, c.y1)}
}

// sheet is how a page is displayed: the visible box, turned clockwise by turn degrees, one of its units being unit points.
type sheet struct {
	box  box
	turn int
	unit float64
}

func (s sheet) size() paper.PageSize {
	width, height := (s.box.x1-s.box.x0)*s.unit, (s.box.y1-s.box.y0)*s.unit
	if s.turn%180 != 0 {
		width, height = height, width
	}
	return paper.PageSize{Width: width, Height: height}
}

// place converts a rectangle of the page to points from the top left corner of what is displayed.
func (s sheet) place(r box) (x, y, width, height float64) {
	left, right := r.x0-s.box.x0, s.box.x1-r.x1
	below, above := r.y0-s.box.y0, s.box.y1-r.y1
	width, height = r.x1-r.x0, r.y1-r.y0
	switch s.turn {
	case 90: // what was at the bottom left is at the top left
		x, y, width, height = below, left, height, width
	case 180:
		x, y = right, below
	case 270:
		x, y, width, height = above, right, height, width
	default:
		x, y = left, above
	}
	return x * s.unit, y * s.unit, width * s.unit, height * s.unit
}
