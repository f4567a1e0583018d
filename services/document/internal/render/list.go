package render

import (
	"context"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// list sets a list. Neither the words that lead to an enumeration nor its last item stand alone on a page.
func (f *flow) list(ctx context.Context, l list, at frame) error {
	inner, hang := at, f.indent
	if !l.clauses {
		var err error
		if hang, err = f.column(l.labels(), bodyStyle(), step); err != nil {
			return err
		}
		inner = at.inside(hang)
		f.bind(1)
	}
	inner.into = at.into.Add(pdf.List)
	inner.into.Numbering = numbering(l, at)
	inner.depth++
	if l.ordered {
		inner.level++
	}
	for i, item := range l.items {
		if i > 0 && i == len(l.items)-1 && !l.clauses {
			f.bind(1)
		}
		if err := f.item(ctx, item, hang, inner); err != nil {
			return err
		}
	}
	return nil
}

func (f *flow) item(ctx context.Context, i item, hang pdf.Length, at frame) error {
	var first []span
	blocks := i.blocks
	if p, starts := blocks[0].(paragraph); starts {
		first, blocks = p.text, blocks[1:]
	}
	element := at.into.Add(pdf.ListItem)
	p := body(first)
	p.item = element.Add(pdf.ListLabel)
	at.into = element.Add(pdf.ListBody)
	if i.anchor != nil {
		p.anchor = i.anchor.id
	}
	p.label, p.hang, p.below = i.label, hang, 4*pdf.Point
	p.keep = len(first) == 0
	if err := f.paragraph(p, at); err != nil {
		return err
	}
	return f.blocks(ctx, blocks, at)
}

// numbering says how the labels of a list count.
func numbering(l list, at frame) pdf.Numbering {
	switch {
	case !l.ordered:
		return pdf.Unnumbered
	case l.clauses || at.level == 0:
		return pdf.Decimal
	case at.level == 1:
		return pdf.LowerAlpha
	default:
		return pdf.LowerRoman
	}
}
