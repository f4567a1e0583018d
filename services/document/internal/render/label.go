package render

import "github.com/countersign/countersign/services/document/internal/render/pdf"

const (
	// indent is the column that clause numbers stand in, unless one of them is wider.
	indent = 28 * pdf.Point
	// step is how far a list within a list moves to the right, unless one of its labels is wider.
	step = 18 * pdf.Point
	// gutter is the least space between a label and its text.
	gutter = 6 * pdf.Point
)

// column is a width that labels fit, no narrower than the least.
func (s *setter) column(labels []string, look style, least pdf.Length) (pdf.Length, error) {
	f := look.face(false, false)
	for _, label := range labels {
		w, err := s.shape(f, label)
		if err != nil {
			return 0, err
		}
		least = max(least, s.scale(f, w.width, look.size)+gutter)
	}
	return least, nil
}

// clauseColumn is the column for the numbers of all clauses and sub-clauses, so that all text starts at one edge.
func (s *setter) clauseColumn(blocks []block) (pdf.Length, error) {
	var clauses, items []string
	for _, b := range blocks {
		switch b := b.(type) {
		case heading:
			if b.level > 1 {
				clauses = append(clauses, b.label)
			}
		case list:
			if b.clauses {
				items = append(items, b.labels()...)
			}
		}
	}
	width, err := s.column(clauses, clauseStyle(), indent)
	if err != nil {
		return 0, err
	}
	return s.column(items, bodyStyle(), width)
}

func (l list) labels() []string {
	labels := make([]string, 0, len(l.items))
	for _, i := range l.items {
		labels = append(labels, i.label)
	}
	return labels
}

// hang draws a paragraph's label before its text, so that it is also read before it.
func (f *flow) hang(r *row, p para, x pdf.Length) error {
	if p.label == "" {
		return nil
	}
	look := p.style
	look.align = left
	if p.item != nil {
		look.element = p.item
	}
	label, err := f.set([]span{{text: p.label}}, look, p.hang)
	if err != nil {
		return err
	}
	add(&r.ink, pdf.Page{Runs: label[0]}, x-p.hang, baseline(p.style))
	return nil
}
