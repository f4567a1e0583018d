package render

import (
	"fmt"

	"github.com/yuin/goldmark/ast"
)

func (r *reader) paragraph(n ast.Node, at place) (block, error) {
	raw, err := r.raw(n)
	if err != nil {
		return nil, err
	}
	var p paragraph
	if item, within := n.Parent().(*ast.ListItem); within && n.PreviousSibling() == nil && item.Parent().(*ast.List).IsOrdered() {
		if p.anchor, raw, err = r.anchor(n, raw, false); err != nil {
			return nil, err
		}
	}
	p.text, err = r.inline(n, raw, slotRule{required: at.numbered})
	hyphenate(r.polish, p.text)
	return p, err
}

// heading reads a heading. Its words are not broken.
func (r *reader) heading(n *ast.Heading) (block, error) {
	if n.Level > maxHeading {
		return nil, r.fail(n, "headings have at most %d levels", maxHeading)
	}
	raw, err := r.raw(n)
	if err != nil {
		return nil, err
	}
	r.note(n, fmt.Sprintf("a heading of level %d", n.Level))
	h := heading{level: n.Level}
	if h.anchor, raw, err = r.anchor(n, raw, true); err != nil {
		return nil, err
	}
	h.text, err = r.inline(n, raw, slotRule{required: true, oneLine: true})
	return h, err
}

func (r *reader) anchor(n ast.Node, raw []span, atEnd bool) (*anchor, []span, error) {
	id, rest := cutAnchor(raw, atEnd)
	if id == "" {
		return nil, raw, nil
	}
	a, err := r.anchors.place(id, r.name, r.line(r.position(n)))
	return a, rest, err
}

func (r *reader) cell(n ast.Node, head bool) (cell, error) {
	raw, err := r.raw(n)
	if err != nil {
		return nil, err
	}
	spans, err := r.inline(n, raw, slotRule{required: head, oneLine: head})
	hyphenate(r.polish, spans)
	return spans, err
}
