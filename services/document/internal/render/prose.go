package render

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"
)

func (r *reader) paragraph(n ast.Node, at place) (block, error) {
	raw, err := r.raw(n)
	if err != nil {
		return nil, err
	}
	var p paragraph
	r.lookalikes(n)
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
	if len(raw) == 0 {
		return nil, r.fail(n, "a heading without text")
	}
	if h.anchor, raw, err = r.anchor(n, raw, true); err != nil {
		return nil, err
	}
	h.text, err = r.inline(n, raw, slotRule{required: true, oneLine: true})
	return h, err
}

// lookalikes notes lines of a paragraph that somebody may have meant as something else.
func (r *reader) lookalikes(n ast.Node) {
	for i, line := range r.lines(n) {
		if len(line) == 0 {
			continue
		}
		marks := len(line) - len(bytes.TrimLeft(line, "#"))
		at := n.Lines().At(i).Start
		switch {
		case marks > 0 && marks <= maxHeading && len(line) > marks && line[marks] != '\\':
			r.odd(at, "printed as it is: a heading has a space after #")
		case line[0] == '|':
			r.odd(at, "printed as it is: a table begins with its head and a line |---|---| with as many columns, after an empty line")
		}
	}
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
