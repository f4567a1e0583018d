package render

import (
	"context"
	"strconv"
	"strings"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// step is how far a list within a list moves to the right.
const step = 18 * pdf.Point

// list sets a list. Neither the words that lead to an enumeration nor its last item stand alone on a page. An ordered list directly in a clause is that clause's sub-clauses and goes on with its numbers,
// also after a table or a paragraph between; one within it counts (a), (b), and one within that (i), (ii).
func (f *flow) list(ctx context.Context, l list, at frame) error {
	clauses := l.ordered && at.depth == 0 && f.section > 0
	inner := at
	hang := indent
	if !clauses {
		inner, hang = at.inside(step), step
	}
	inner.into = at.into.Add(pdf.List)
	inner.into.Numbering = numbering(l, clauses, at)
	inner.depth++
	if l.ordered {
		inner.level++
	}
	if !clauses {
		f.bind()
	}
	for i, item := range l.items {
		label := "–"
		switch {
		case clauses:
			label = f.next(f.section + 1)
		case l.ordered:
			label = counter(i+1, at)
		}
		if i > 0 && i == len(l.items)-1 && !clauses {
			f.bind()
		}
		if err := f.item(ctx, item, label, hang, inner); err != nil {
			return err
		}
	}
	return nil
}

func (f *flow) item(ctx context.Context, blocks []block, label string, hang pdf.Length, at frame) error {
	var first []span
	if p, starts := blocks[0].(paragraph); starts {
		first, blocks = p.text, blocks[1:]
	}
	element := at.into.Add(pdf.ListItem)
	p := body(first)
	p.item = element.Add(pdf.ListLabel)
	at.into = element.Add(pdf.ListBody)
	p.label, p.hang, p.below = label, hang, 4*pdf.Point
	p.keep = len(first) == 0
	if err := f.paragraph(p, at); err != nil {
		return err
	}
	return f.blocks(ctx, blocks, at)
}

// numbering says how the labels of a list count.
func numbering(l list, clauses bool, at frame) pdf.Numbering {
	switch {
	case !l.ordered:
		return pdf.Unnumbered
	case clauses || at.level == 0:
		return pdf.Decimal
	case at.level == 1:
		return pdf.LowerAlpha
	default:
		return pdf.LowerRoman
	}
}

// counter is the label of an ordered list's item, by how deep the list is.
func counter(n int, at frame) string {
	switch at.level {
	case 0:
		return strconv.Itoa(n) + "."
	case 1:
		return "(" + letters(n) + ")"
	default:
		return "(" + roman(n) + ")"
	}
}

// letters counts a, b, ... z, aa, ab.
func letters(n int) string {
	text := ""
	for ; n > 0; n = (n - 1) / 26 {
		text = string(rune('a'+(n-1)%26)) + text
	}
	return text
}

// roman counts i, ii, iii, iv; a list of thousands is still a number.
func roman(n int) string {
	var b strings.Builder
	values := []int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	for i, digit := range strings.Fields("m cm d cd c xc l xl x ix v iv i") {
		for ; n >= values[i]; n -= values[i] {
			b.WriteString(digit)
		}
	}
	return b.String()
}
