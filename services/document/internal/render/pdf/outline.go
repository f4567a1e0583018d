package pdf

import "fmt"

// bookmark is a heading in the document's outline.
type bookmark struct {
	ref  ref
	node *node
	kids []*bookmark
}

// outline writes a bookmark for each heading, nested by level, and returns the catalog's entry.
func (w *writer) outline() string {
	root := &bookmark{}
	open := []*bookmark{root} // from the root to the last bookmark
	levels := []int{0}
	for _, n := range w.structure.nodes {
		level := n.Type.level()
		if level == 0 || n.page == 0 {
			continue
		}
		for levels[len(levels)-1] >= level {
			open, levels = open[:len(open)-1], levels[:len(levels)-1]
		}
		b := &bookmark{ref: w.reserve(), node: n}
		above := open[len(open)-1]
		above.kids = append(above.kids, b)
		open, levels = append(open, b), append(levels, level)
	}
	if len(root.kids) == 0 {
		return ""
	}
	root.ref = w.reserve()
	count := w.bookmarks(root)
	w.pack(root.ref, "<</Type/Outlines%s/Count %d>>", span(root), count)
	return "/Outlines " + root.ref.String()
}

// bookmarks writes all that lies below a bookmark and returns how many there are.
func (w *writer) bookmarks(above *bookmark) int {
	count := len(above.kids)
	for i, b := range above.kids {
		below := w.bookmarks(b)
		count += below
		links := ""
		if i > 0 {
			links += "/Prev " + above.kids[i-1].ref.String()
		}
		if i+1 < len(above.kids) {
			links += "/Next " + above.kids[i+1].ref.String()
		}
		if below > 0 {
			links += span(b) + fmt.Sprintf("/Count %d", below)
		}
		w.pack(b.ref, "<</Title %s/Parent %s%s/Dest%s>>", text(plainText(b.node.words.String())), above.ref, links,
			w.destination(b.node.page-1, b.node.top))
	}
	return count
}

func span(b *bookmark) string {
	return fmt.Sprintf("/First %s/Last %s", b.kids[0].ref, b.kids[len(b.kids)-1].ref)
}

// destination shows a page with a height at the top of the window.
func (w *writer) destination(page int, y Length) string {
	return fmt.Sprintf("[%s/XYZ 0 %s null]", w.pages[page], number(w.document.Height-y))
}
