package render

import (
	"fmt"
	"slices"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// The page is A4 with margins that leave about 80 characters to a line of body text.
const (
	pageWidth  pdf.Length = 595_276
	pageHeight pdf.Length = 841_890
	margin                = 72 * pdf.Point
	textTop               = 80 * pdf.Point
	textBottom            = pageHeight - 80*pdf.Point
	textWidth             = pageWidth - 2*margin
	maxPages              = 300
)

// TooLongError says that a contract would have more pages than any contract has.
type TooLongError struct {
	// Limit is the largest number of pages.
	Limit int
}

func (e *TooLongError) Error() string { return fmt.Sprintf("document has more than %d pages", e.Limit) }

// row is a horizontal strip of a document: the unit that page breaks fall between.
type row struct {
	// before is space above; it vanishes at the top of a page.
	before, height pdf.Length
	// keep holds the next row on the same page.
	keep bool
	// fresh starts a new page.
	fresh bool
	// ink is what the row shows, placed from the strip's top left corner.
	ink pdf.Page
	// head is repeated above the row when a page starts with it.
	head []row
}

// paginate lays rows out on pages. Rows that keep together move together, unless they fill more than a page.
func paginate(rows []row) ([]pdf.Page, error) {
	p := &paginator{pages: make([]pdf.Page, 1), y: textTop}
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n-1].keep && !rows[n].fresh {
			n++
		}
		p.group(rows[:n])
		rows = rows[n:]
		if len(p.pages) > maxPages {
			return nil, &TooLongError{Limit: maxPages}
		}
	}
	return p.pages, nil
}

type paginator struct {
	pages []pdf.Page
	y     pdf.Length
}

func (p *paginator) group(rows []row) {
	if rows[0].fresh && p.y > textTop {
		p.turn()
	}
	if p.y > textTop && p.y+extent(rows) > textBottom && extent(rows)-rows[0].before <= textBottom-textTop {
		p.turn()
	}
	for _, r := range rows {
		if p.y > textTop && p.y+r.before+r.height > textBottom {
			p.turn()
		}
		if p.y == textTop {
			for _, h := range r.head {
				p.place(h)
			}
		}
		p.place(r)
	}
}

func (p *paginator) turn() {
	p.pages = append(p.pages, pdf.Page{})
	p.y = textTop
}

func (p *paginator) place(r row) {
	if p.y > textTop {
		p.y += r.before
	}
	page := &p.pages[len(p.pages)-1]
	add(page, r.ink, margin, p.y)
	p.y += r.height
}

func extent(rows []row) pdf.Length {
	var sum pdf.Length
	for _, r := range rows {
		sum += r.before + r.height
	}
	return sum
}

// add draws ink at a distance from the corner of a page or strip.
func add(page *pdf.Page, ink pdf.Page, x, y pdf.Length) {
	for _, r := range ink.Runs {
		r.X, r.Y = r.X+x, r.Y+y
		page.Runs = append(page.Runs, r)
	}
	for _, r := range ink.Rules {
		r.X, r.Y = r.X+x, r.Y+y
		page.Rules = append(page.Rules, r)
	}
	for _, p := range ink.Pictures {
		p.X, p.Y = p.X+x, p.Y+y
		page.Pictures = append(page.Pictures, p)
	}
	for _, f := range ink.Fields {
		f.X, f.Y = f.X+x, f.Y+y
		page.Fields = append(page.Fields, f)
	}
	for _, a := range ink.Anchors {
		a.Y += y
		page.Anchors = append(page.Anchors, a)
	}
}

// decorate writes the header on every page but the first, where the title itself stands, and the footer on all.
func decorate(s *setter, pages []pdf.Page, title, language string) error {
	small := style{size: 8 * pdf.Point, sans: true, gray: 40, element: &pdf.Element{Type: pdf.Header}}
	header, err := s.oneLine(title, small, textWidth)
	if err != nil {
		return err
	}
	small.align, small.element = right, &pdf.Element{Type: pdf.Footer}
	for i := range pages {
		number := fmt.Sprintf(phrasesOf(language).page, i+1, len(pages))
		footer, err := s.set([]span{{text: number}}, small, textWidth)
		if err != nil {
			return err
		}
		var whole pdf.Page
		if i > 0 {
			line := pdf.Rule{Y: 6 * pdf.Point, Width: textWidth, Height: 400, Gray: 60}
			add(&whole, pdf.Page{Runs: header, Rules: []pdf.Rule{line}}, margin, 48*pdf.Point)
		}
		add(&whole, pages[i], 0, 0)
		add(&whole, pdf.Page{Runs: slices.Concat(footer...)}, margin, pageHeight-44*pdf.Point)
		pages[i] = whole
	}
	return nil
}

// oneLine sets as much of a text as one line holds.
func (s *setter) oneLine(text string, look style, width pdf.Length) ([]pdf.Run, error) {
	for {
		lines, err := s.set([]span{{text: text}}, look, width)
		if err != nil {
			return nil, err
		}
		if len(lines) == 1 {
			return lines[0], nil
		}
		text = clip(text, len([]rune(text))*9/10)
	}
}

// phrases are the few words that the renderer itself prints.
type phrases struct {
	page, placeAndDate, signature string
}

func phrasesOf(language string) phrases {
	switch language {
	case "de":
		return phrases{page: "Seite %d von %d", placeAndDate: "Ort, Datum", signature: "Unterschrift"}
	case "fr":
		return phrases{page: "Page %d sur %d", placeAndDate: "Lieu, date", signature: "Signature"}
	case "it":
		return phrases{page: "Pagina %d di %d", placeAndDate: "Luogo, data", signature: "Firma"}
	default:
		return phrases{page: "Page %d of %d", placeAndDate: "Place, date", signature: "Signature"}
	}
}
