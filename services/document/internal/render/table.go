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
	f.bind()
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
			rows[j].keep = i == 0 && len(t.rows) > 1 || j < len(rows)-1
			f.emit(rows[j])
		}
		if i == 0 {
			head = repeated(f.rows[first:])
		}
	}
	f.space = 11 * pdf.Point
	return nil
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

// columns shares the width out: every column gets its longest word, and of what is left as much as its text asks for.
func (f *flow) columns(t table, width pdf.Length) ([]pdf.Length, error) {
	least, most := make([]pdf.Length, len(t.right)), make([]pdf.Length, len(t.right))
	for i, cells := range t.rows {
		look := cellStyle()
		if i == 0 {
			look = headStyle()
		}
		for j, c := range cells {
			low, high, err := f.extremes(c, look, width)
			if err != nil {
				return nil, err
			}
			least[j], most[j] = max(least[j], low), max(most[j], high)
		}
	}
	return share(least, most, width), nil
}

// extremes are the widths of a cell set as narrow and as wide as its text goes.
func (f *flow) extremes(c cell, look style, limit pdf.Length) (low, high pdf.Length, err error) {
	atoms, err := f.atomize(c, look, limit)
	if err != nil {
		return 0, 0, err
	}
	var line pdf.Length
	for _, a := range atoms {
		low = max(low, a.width+a.tail)
		line += a.width
		high = max(high, line)
		line += a.space
		if a.after == gapForced {
			line = 0
		}
	}
	return low + 2*padding, high + 2*padding, nil
}

// share divides a width among columns that want between least and most each.
func share(least, most []pdf.Length, width pdf.Length) []pdf.Length {
	widths := make([]pdf.Length, len(least))
	var low, high pdf.Length
	for i := range least {
		low, high = low+least[i], high+most[i]
	}
	left := width
	for i := range widths {
		switch {
		case high <= width:
			widths[i] = most[i] + (width-high)*most[i]/high
		case low < width:
			widths[i] = least[i] + (width-low)*(most[i]-least[i])/(high-low)
		default:
			widths[i] = max(least[i]*width/low, 2*padding+cellStyle().size)
		}
		left -= widths[i]
	}
	widest := slices.Index(widths, slices.Max(widths))
	widths[widest] += left
	return widths
}
