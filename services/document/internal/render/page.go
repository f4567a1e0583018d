package render

import (
	"fmt"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

const maxPages = 300

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
	// keep says how firmly the next row stays on the same page.
	keep keep
	// fresh starts a new page.
	fresh bool
	// title marks a line of a heading.
	title bool
	// ink is what the row shows, placed from the strip's top left corner.
	ink pdf.Page
	// head is repeated above the row when a page starts with it.
	head []row
}

// keep is how firmly rows stay on one page.
type keep int

const (
	loose    keep = iota
	near          // unless all that is near fills more than a page: the last two rows of a table
	together      // unless even that fills more than a page: the lines of a table row, the boxes of signers
	bound         // unless even that does: a heading and what it is the heading of
)

// paginate lays rows out on pages.
func paginate(rows []row, on sheet) ([]pdf.Page, error) {
	p := &paginator{sheet: on, pages: make([]pdf.Page, 1), y: on.top}
	for len(rows) > 0 {
		n := chain(rows, near)
		if rows[0].fresh && p.y > on.top {
			p.turn()
		}
		p.group(rows[:n], near)
		rows = rows[n:]
		if len(p.pages) > maxPages {
			return nil, &TooLongError{Limit: maxPages}
		}
	}
	return p.pages, nil
}

// chain counts the first rows that stay together so firmly, or firmer.
func chain(rows []row, firm keep) int {
	n := 1
	for n < len(rows) && rows[n-1].keep >= firm && !rows[n].fresh {
		n++
	}
	return n
}

type paginator struct {
	sheet
	pages []pdf.Page
	y     pdf.Length
}

// group places rows that stay together on this page or else on the next. If no page holds them, only rows that stay
// together more firmly do.
func (p *paginator) group(rows []row, firm keep) {
	here := p.y == p.top && fresh(rows) <= p.room() || p.y > p.top && p.y+extent(rows) <= p.foot()
	if !here && fresh(rows) > p.room() && len(rows) > 1 {
		for len(rows) > 0 {
			n := chain(rows, firm+1)
			p.group(rows[:n], firm+1)
			rows = rows[n:]
		}
		return
	}
	if !here && p.y > p.top {
		p.turn()
	}
	for _, r := range rows {
		if p.y == p.top {
			for _, h := range r.head {
				p.place(h)
			}
		}
		p.place(r)
	}
}

func (p *paginator) turn() {
	p.pages = append(p.pages, pdf.Page{})
	p.y = p.top
}

func (p *paginator) place(r row) {
	if p.y > p.top {
		p.y += r.before
	}
	page := &p.pages[len(p.pages)-1]
	add(page, r.ink, p.left, p.y)
	p.y += r.height
}

func extent(rows []row) pdf.Length {
	var sum pdf.Length
	for _, r := range rows {
		sum += r.before + r.height
	}
	return sum
}

// fresh is the extent of rows at the top of a page.
func fresh(rows []row) pdf.Length { return extent(rows) - rows[0].before + extent(rows[0].head) }

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
