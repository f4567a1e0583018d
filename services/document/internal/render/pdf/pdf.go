// Package pdf writes finished pages as a PDF 1.7 file with the structure of PDF/A-2u: fonts embedded and mapped to
// Unicode, an sRGB output intent, XMP metadata, and one empty signature field per box. The same document gives the same
// bytes on any machine: no clock, no random number, no floating point.
//
// A document with a Structure is a tagged PDF (ISO 32000-1, 14.7 and 14.8): whatever shows on a page belongs to one
// element of the structure or is an artifact, the elements stand in reading order, and headings become bookmarks. The
// file still claims PDF/A-2u and not 2a, which asks for more than tags.
package pdf

import (
	"time"

	"github.com/countersign/countersign/services/document/internal/render/sfnt"
)

// Length is a distance in thousandths of a point (1/72 inch), an integer so that layout is the same on every processor.
type Length int

// Point is one PDF point.
const Point Length = 1000

// Points is the length as a number of points.
func (l Length) Points() float64 { return float64(l) / float64(Point) }

// Document is everything a file says.
type Document struct {
	Title string
	// Language of the text, ISO 639-1.
	Language string
	// Creator names what the document was made from.
	Creator string
	// Date of creation; zero to name none.
	Date  time.Time
	Fonts []Font
	// Width and Height of every page.
	Width, Height Length
	Pages         []Page
	// Structure is the root element, of type Whole; nil writes a file without tags. With it, every run, picture and
	// field needs an Element.
	Structure *Element
}

// Font is a font that runs refer to by its place in Document.Fonts. Fonts that no run uses are not written.
type Font struct {
	// Name is the PostScript name, such as LiberationSerif-Bold.
	Name string
	Face *sfnt.Font
}

// Page is what stands on one page. All places are from the top left corner.
type Page struct {
	// Runs stand in reading order.
	Runs []Run
	// Rules are decoration: always artifacts, and below everything else.
	Rules    []Rule
	Pictures []Picture
	Fields   []Field
	Anchors  []Anchor
}

// Run is text of one font and size on one baseline.
type Run struct {
	Font int
	Size Length
	// X and Y of the first glyph's origin on the baseline.
	X, Y   Length
	Gray   Gray
	Glyphs []Glyph
	// Element is what the text belongs to, or an artifact.
	Element *Element
	// To names the anchor that the text leads to; empty for plain text. The element is then of type Reference.
	To string
}

// Gray is a shade in percent: 0 is black, 100 is white.
type Gray int

// Glyph is one glyph of a run.
type Glyph struct {
	ID uint16
	// Text the glyph stands for; a reader copies and searches this.
	Text string
	// X is the distance from the run's X, Rise the distance upwards from its baseline.
	X, Rise Length
}

// Rule is a filled rectangle: a line of a table, a border.
type Rule struct {
	X, Y, Width, Height Length
	Gray                Gray
}

// Field is an empty signature field.
type Field struct {
	// Name is unique in the document and has no dot.
	Name string
	// Label tells a screen reader what the field is.
	Label               string
	X, Y, Width, Height Length
	// Element is of type Form.
	Element *Element
}

// Anchor is a place that runs lead to.
type Anchor struct {
	// Name is unique in the document.
	Name string
	Y    Length
}
