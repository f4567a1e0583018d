package render

import (
	"context"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

func bodyStyle() style {
	return style{size: 10_500, leading: 14_500, align: justified}
}

func titleStyle() style {
	return style{size: 18 * pdf.Point, leading: 23 * pdf.Point, sans: true, bold: true}
}

func clauseStyle() style {
	return style{size: 11 * pdf.Point, leading: 15 * pdf.Point, sans: true, bold: true}
}

func subclauseStyle() style {
	return style{size: 9_500, leading: 14 * pdf.Point, sans: true, bold: true}
}

// flow turns blocks into rows from top to bottom.
type flow struct {
	*setter
	root     *pdf.Element // of the logical structure
	template paper.Template
	language string
	sheet    sheet
	head     *letterhead
	rows     []row
	height   pdf.Length // of all rows
	indent   pdf.Length // of text in a clause: the column of its number
	section  int        // level of the clause the text stands in; 0 before the first
	space    pdf.Length // above the next row
	fresh    bool       // the next row starts a page
}

func newFlow(s *setter, source Source, language string) *flow {
	root := &pdf.Element{Type: pdf.Whole}
	return &flow{setter: s, root: root, template: source.Template, language: language, sheet: source.sheet, head: source.head}
}

// contract sets all of a contract.
func (f *flow) contract(ctx context.Context, blocks []block) error {
	var err error
	if f.indent, err = f.clauseColumn(blocks); err != nil {
		return err
	}
	f.letterhead()
	return f.blocks(ctx, blocks, frame{width: f.sheet.measure(), into: f.root})
}

// frame is the column a block is set in.
type frame struct {
	x, width pdf.Length
	depth    int // of lists
	level    int // of ordered lists
	// into is the element that blocks become parts of.
	into *pdf.Element
}

func (f frame) inside(by pdf.Length) frame {
	f.x, f.width = f.x+by, f.width-by
	return f
}

func (f *flow) blocks(ctx context.Context, blocks []block, at frame) error {
	for _, b := range blocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if f.height > maxPages*f.sheet.room() {
			return &TooLongError{Limit: maxPages}
		}
		if err := f.block(ctx, b, at); err != nil {
			return err
		}
	}
	return nil
}

func (f *flow) block(ctx context.Context, b block, at frame) error {
	column := at
	if at.depth == 0 && f.section > 0 {
		column = at.inside(f.indent)
	}
	switch b := b.(type) {
	case heading:
		return f.heading(b, at)
	case paragraph:
		return f.paragraph(body(b.text), column)
	case list:
		return f.list(ctx, b, column)
	case table:
		return f.table(ctx, b, column)
	case signatures:
		return f.signatures(b, column)
	case pageBreak:
		f.fresh = true
	}
	return nil
}

// emit adds a row below the others.
func (f *flow) emit(r row) {
	r.before = max(r.before, f.space)
	r.fresh = f.fresh
	f.space, f.fresh = 0, false
	f.height += r.height
	f.rows = append(f.rows, r)
}

// bind keeps the last rows on one page with the next: as many lines as given, headings not counted.
func (f *flow) bind(lines int) {
	for i := len(f.rows) - 1; i >= 0 && lines > 0; i-- {
		f.rows[i].keep = bound
		if !f.rows[i].title {
			lines--
		}
		if f.rows[i].fresh {
			return
		}
	}
}

// para is a paragraph with its look. A label hangs left of its first line.
type para struct {
	element      *pdf.Element // nil for a paragraph of its own
	text         []span
	style        style
	label        string
	item         *pdf.Element // of the label, where it is not the paragraph's own
	anchor       string       // names the place for links; may be empty
	hang         pdf.Length
	above, below pdf.Length
	keep         bool // with what follows
	title        bool
}

func body(text []span) para {
	return para{text: text, style: bodyStyle(), below: 7 * pdf.Point}
}

// paragraph sets a paragraph. No line of it stands alone at the foot or the top of a page.
func (f *flow) paragraph(p para, at frame) error {
	if p.style.element = p.element; p.element == nil {
		p.style.element = at.into.Add(pdf.Paragraph)
	}
	lines, err := f.set(p.text, p.style, at.width)
	if err != nil {
		return err
	}
	f.space = max(f.space, p.above)
	for i, runs := range lines {
		r := row{height: p.style.leading, title: p.title}
		if p.keep || len(lines) > 1 && i == 0 || i == len(lines)-2 {
			r.keep = bound
		}
		if i == 0 {
			if err := f.hang(&r, p, at.x); err != nil {
				return err
			}
			if p.anchor != "" {
				r.ink.Anchors = []pdf.Anchor{{Name: p.anchor}}
			}
		}
		add(&r.ink, pdf.Page{Runs: runs}, at.x, baseline(p.style))
		f.emit(r)
	}
	f.space = p.below
	return nil
}

// baseline is how far below the top of its strip a line stands: text reaches about three quarters of its size up.
func baseline(s style) pdf.Length { return (s.leading + s.size*3/4) / 2 }

func (f *flow) heading(h heading, at frame) error {
	p := para{element: at.into.Add(pdf.Heading1 + pdf.Type(h.level-1)), text: h.text, style: titleStyle(), keep: true, title: true}
	p.above, p.below = 18*pdf.Point, 14*pdf.Point
	f.section = h.level - 1
	if h.level == 1 && h.label != "" {
		annex := para{element: p.element, text: []span{{text: h.label}}, style: subclauseStyle(), below: 2 * pdf.Point, keep: true, title: true}
		if err := f.paragraph(annex, at); err != nil {
			return err
		}
		p.above = 0
	}
	switch h.level {
	case 2:
		p.style, p.above, p.below = clauseStyle(), 15*pdf.Point, 5*pdf.Point
	case 3:
		p.style, p.above, p.below = subclauseStyle(), 9*pdf.Point, 3*pdf.Point
	}
	if h.anchor != nil {
		p.anchor = h.anchor.id
	}
	if f.section > 0 {
		p.label, p.hang = h.label, f.indent
		at = at.inside(f.indent)
	}
	return f.paragraph(p, at)
}
