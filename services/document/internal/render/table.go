package render

import (
	"context"
	"slices"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// padding is the space on either side of a cell's text and above and below it.
const (
	padding  = 6 * pdf.Point
	hairline = pdf.Length(500)
)

func cellStyle() style {
	return style{size: 9_500, leading: 13 * pdf.Point}
}

func headStyle() style {
	return style{size: 8_500, leading: 13 * pdf.Point, sans: true, bold: true}
}

// table sets a table as wide as its column. Its head stands again on each page that it reaches; a row stays on one page
// as long as a page can hold it.
func (f *flow) table(ctx context.Context, t table, at frame) error {
	widths, err := f.columns(t, at.width)
	if err != nil {
		return err
	}
	f.space = max(f.space, 4*pdf.Point)
	f.bind(1)
	element := at.into.Add(pdf.Table)
	first := len(f.rows)
	var head []row
	for i, cells := range t.rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := f.tableRow(cells, t.right, widths, element.Add(pdf.TableRow), i == 0)
		if err != nil {
			return err
		}
		for j := range rows {
			shifted := pdf.Page{}
			add(&shifted, rows[j].ink, at.x, 0)
			rows[j].ink, rows[j].head = shifted, head
			rows[j].keep = rowKeep(i, len(t.rows), j, len(rows))
			f.emit(rows[j])
		}
		if i == 0 && extent(f.rows[first:]) <= f.sheet.room()/3 {
			head = repeated(f.rows[first:])
		}
	}
	f.space = 11 * pdf.Point
	return nil
}

// rowKeep says how firmly a line of a table's row stays with the next: a head with the first row, no line of a row alone
// on a page, and the last row, often the total, not alone either.
func rowKeep(i, rows, j, lines int) keep {
	switch {
	case i == 0 && rows > 1, j < lines-1 && (j == 0 || j == lines-2):
		return bound
	case j < lines-1:
		return together
	case rows > 3 && i == rows-2:
		return near
	default:
		return loose
	}
}

// repeated copies rows for further pages, where they are no longer part of the text.
func repeated(rows []row) []row {
	artifact := &pdf.Element{Type: pdf.Repeated}
	copies := slices.Clone(rows)
	for i := range copies {
		runs := slices.Clone(copies[i].ink.Runs)
		for j := range runs {
			runs[j].Element, runs[j].To = artifact, ""
		}
		copies[i].ink.Runs, copies[i].ink.Anchors = runs, nil
	}
	return copies
}

// tableRow sets one row of cells as strips, one per line of its longest cell.
func (f *flow) tableRow(cells []cell, flushRight []bool, widths []pdf.Length, element *pdf.Element, head bool) ([]row, error) {
	look, kind := cellStyle(), pdf.TableCell
	if head {
		look, kind = headStyle(), pdf.ColumnHead
	}
	var rows []row
	x := pdf.Length(0)
	for i, c := range cells {
		look.align, look.element = left, element.Add(kind)
		if flushRight[i] {
			look.align = right
		}
		lines, err := f.set(c, look, widths[i]-2*padding)
		if err != nil {
			return nil, err
		}
		for j, runs := range lines {
			if j == len(rows) {
				rows = append(rows, row{height: look.leading})
			}
			add(&rows[j].ink, pdf.Page{Runs: runs}, x+padding, baseline(look))
		}
		x += widths[i]
	}
	frameRow(rows, x, head)
	return rows, nil
}

// frameRow gives a row of a table air and a line below, a strong one below the head.
func frameRow(rows []row, width pdf.Length, head bool) {
	const air = 3 * pdf.Point
	raised := pdf.Page{}
	add(&raised, rows[0].ink, 0, air)
	rows[0].ink = raised
	rows[0].height += air
	last := &rows[len(rows)-1]
	last.height += air
	line := pdf.Rule{Y: last.height - hairline, Width: width, Height: hairline, Gray: 70}
	if head {
		line.Y, line.Height, line.Gray = last.height-2*hairline, 2*hairline, 0
	}
	last.ink.Rules = append(last.ink.Rules, line)
}
