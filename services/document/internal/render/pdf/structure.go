package pdf

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// structure collects where the content of each element stands, and writes the tree.
type structure struct {
	nodes []*node // in reading order
	of    map[*Element]*node
	// parents holds the elements of the marked content of each page, objects those of annotations.
	parents [][]ref
	objects []ref
}

// node is an element as the file holds it.
type node struct {
	*Element
	ref    ref
	parent *node
	index  int      // among the parent's kids
	listed int      // how many of the element's kids stand in items
	items  []string // of the entry K
	page   int      // of the first content, counted from 1; 0 before there is any
	// words and top of a heading, for its bookmark.
	words strings.Builder
	top   Length
}

var (
	errUntagged = errors.New("pdf: content belongs to no element of the structure")
	errMute     = errors.New("pdf: a figure has no description")
)

// newStructure reserves an object for each element.
func newStructure(f *file, root *Element) *structure {
	s := &structure{of: map[*Element]*node{}}
	if root != nil {
		s.grow(f, root, nil, 0)
	}
	return s
}

func (s *structure) grow(f *file, e *Element, parent *node, index int) {
	n := &node{Element: e, ref: f.reserve(), parent: parent, index: index}
	s.nodes = append(s.nodes, n)
	s.of[e] = n
	for i, kid := range e.kids {
		s.grow(f, kid, n, i)
	}
}

// turn starts the next page.
func (s *structure) turn() { s.parents = append(s.parents, nil) }

// mark enters a piece of content of the current page and returns its number.
func (s *structure) mark(e *Element, pages []ref) (int, error) {
	n, known := s.of[e]
	if !known {
		return 0, errUntagged
	}
	if n.Type == Figure && n.Alt == "" {
		return 0, errMute
	}
	n.reach()
	current := len(s.parents)
	marks := &s.parents[current-1]
	id := len(*marks)
	*marks = append(*marks, n.ref)
	switch n.page {
	case 0:
		n.page = current
		fallthrough
	case current:
		n.items = append(n.items, strconv.Itoa(id))
	default:
		n.items = append(n.items, fmt.Sprintf("<</Type/MCR/Pg %s/MCID %d>>", pages[current-1], id))
	}
	return id, nil
}

// object enters an annotation of the current page and returns the entry that the annotation needs; pages is how many
// there are, for their keys come first.
func (s *structure) object(e *Element, annotation, page ref, pages int) (string, error) {
	if len(s.nodes) == 0 {
		return "", nil
	}
	n, known := s.of[e]
	if !known {
		return "", errUntagged
	}
	n.reach()
	n.items = append(n.items, fmt.Sprintf("<</Type/OBJR/Pg %s/Obj %s>>", page, annotation))
	s.objects = append(s.objects, n.ref)
	return fmt.Sprintf("/StructParent %d", pages+len(s.objects)-1), nil
}

// heading collects the words of a heading for its bookmark, which leads to the line above its first baseline.
func (s *structure) heading(r Run) {
	n, known := s.of[r.Element]
	if !known || n.Type.level() == 0 {
		return
	}
	if n.words.Len() == 0 {
		n.top = r.Y - 2*r.Size
	}
	for _, g := range r.Glyphs {
		n.words.WriteString(g.Text)
	}
}

// plainText leaves out what only guides the setting: soft hyphens, spaces of no width, space at the end.
func plainText(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\u00ad", "", "\u200b", "").Replace(s))
}

// reach lists an element within its parent at the latest when its content begins, behind the content before it. The
// kids keep their order, whatever the order of their content on the page.
func (n *node) reach() {
	if n.parent == nil || n.index < n.parent.listed {
		return
	}
	n.parent.reach()
	n.parent.list(n.index + 1)
}

// list brings the first kids into the items.
func (n *node) list(count int) {
	for ; n.listed < count; n.listed++ {
		n.items = append(n.items, "")
	}
}

// write writes the elements, the way back from content to them, and the root. It returns the catalog's entries.
func (s *structure) write(f *file, pages []ref) string {
	if len(s.nodes) == 0 {
		return ""
	}
	root := f.reserve()
	for _, n := range s.nodes {
		s.element(f, n, root, pages)
	}
	var keys strings.Builder
	for i, marks := range s.parents {
		if len(marks) > 0 {
			fmt.Fprintf(&keys, "%d %s", i, list(marks))
		}
	}
	for i, r := range s.objects {
		fmt.Fprintf(&keys, "%d %s ", len(s.parents)+i, r)
	}
	f.pack(root, "<</Type/StructTreeRoot/K %s/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d>>",
		s.nodes[0].ref, keys.String(), len(s.parents)+len(s.objects))
	return fmt.Sprintf("/MarkInfo<</Marked true>>/StructTreeRoot %s", root)
}

func (s *structure) element(f *file, n *node, root ref, pages []ref) {
	up, page := root, ""
	if n.parent != nil {
		up = n.parent.ref
	}
	if n.page > 0 {
		page = "/Pg " + pages[n.page-1].String()
	}
	n.list(len(n.kids))
	next := 0
	for i, item := range n.items {
		if item == "" {
			n.items[i] = s.of[n.kids[next]].ref.String()
			next++
		}
	}
	f.pack(n.ref, "<</Type/StructElem/S/%s/P %s%s%s/K[%s]>>", n.Type.name(), up, page, n.attributes(), strings.Join(n.items, " "))
}
