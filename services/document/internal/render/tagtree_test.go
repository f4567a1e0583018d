package render

import (
	"slices"
	"strings"
	"testing"

	strict "github.com/countersign/countersign/services/document/internal/pdf"
)

// mcid names a piece of marked content: its page, counted from 0, and its number there.
type mcid struct{ page, id int }

// tagged is the logical structure of a file, read by the strict reader.
type tagged struct {
	t     *testing.T
	doc   *strict.Document
	pages []strict.Page
	// text is what each piece of marked content shows, artifacts what stands outside of the structure.
	text      map[mcid]string
	artifacts []string
	// owner is the element that lists a piece or, by object number, an annotation.
	owner   map[mcid]strict.Ref
	objects map[int]strict.Ref
	// elements are in reading order, "type text" with an indent by depth.
	elements []string
	kinds    []strict.Name
}

func readTags(t *testing.T, file []byte) *tagged {
	t.Helper()
	doc, err := strict.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	g := &tagged{
		t: t, doc: doc, pages: doc.Pages(), text: map[mcid]string{},
		owner: map[mcid]strict.Ref{}, objects: map[int]strict.Ref{},
	}
	for i := range g.pages {
		g.content(i)
	}
	root, _ := doc.Catalog()["StructTreeRoot"].(strict.Ref)
	whole, _ := doc.Dict(root)["K"].(strict.Ref)
	g.element(whole, root, 0)
	g.parents()
	if doc.Err() != nil {
		t.Fatal(doc.Err())
	}
	return g
}

// element walks the tree in reading order.
func (g *tagged) element(r, parent strict.Ref, depth int) {
	g.t.Helper()
	e := g.doc.Dict(r)
	kind, _ := e["S"].(strict.Name)
	if e["Type"] != strict.Name("StructElem") || e["P"] != parent || kind == "" {
		g.t.Fatalf("element %v of %v: %v", r, parent, e)
	}
	if _, described := e["Alt"].(strict.String); kind == "Figure" && !described {
		g.t.Errorf("a figure has no words")
	}
	at := len(g.elements)
	g.elements = append(g.elements, "")
	g.kinds = append(g.kinds, kind)
	text := ""
	for _, k := range g.doc.Array(e["K"]) {
		switch k := k.(type) {
		case strict.Ref:
			g.element(k, r, depth+1)
		case int64:
			text += g.claim(e["Pg"], k, r)
		case strict.Dict:
			if k["Type"] == strict.Name("MCR") {
				text += g.claim(k["Pg"], k["MCID"], r)
			} else {
				object, _ := k["Obj"].(strict.Ref)
				g.objects[object.Number] = r
			}
		}
	}
	g.elements[at] = strings.TrimRight(strings.Repeat(" ", depth)+string(kind)+" "+text, " ")
}

// claim notes that an element lists a piece, and returns what it shows.
func (g *tagged) claim(page, id strict.Object, by strict.Ref) string {
	g.t.Helper()
	number, _ := id.(int64)
	piece := mcid{slices.IndexFunc(g.pages, func(p strict.Page) bool { return p.Ref == page }), int(number)}
	text, found := g.text[piece]
	if _, twice := g.owner[piece]; !found || twice {
		g.t.Errorf("element %v: piece %v is not there or listed twice", by, piece)
	}
	g.owner[piece] = by
	return text
}

// parents checks the way back from content to elements.
func (g *tagged) parents() {
	g.t.Helper()
	root := g.doc.Dict(g.doc.Catalog()["StructTreeRoot"])
	keys := map[int64]strict.Object{}
	nums := g.doc.Array(g.doc.Dict(root["ParentTree"])["Nums"])
	last := int64(-1)
	for i := 0; i+1 < len(nums); i += 2 {
		key, _ := nums[i].(int64)
		if key <= last {
			g.t.Errorf("key %d after %d", key, last)
		}
		last, keys[key] = key, nums[i+1]
	}
	if next, _ := root["ParentTreeNextKey"].(int64); next <= last {
		g.t.Errorf("next key %d, last key %d", next, last)
	}
	count, objects := 0, 0
	for i, p := range g.pages {
		key, _ := p.Dict["StructParents"].(int64)
		marks := g.doc.Array(keys[key])
		for id, r := range marks {
			if g.owner[mcid{i, id}] != r {
				g.t.Errorf("page %d: piece %d belongs to %v, listed by %v", i+1, id, r, g.owner[mcid{i, id}])
			}
		}
		count += len(marks)
		for _, a := range g.doc.Array(p.Dict["Annots"]) {
			objects++
			key, _ := g.doc.Dict(a)["StructParent"].(int64)
			if r, _ := a.(strict.Ref); keys[key] == nil || keys[key] != strict.Object(g.objects[r.Number]) {
				g.t.Errorf("page %d: annotation %v has no element", i+1, a)
			}
		}
	}
	if count != len(g.text) || count != len(g.owner) || objects != len(g.objects) {
		g.t.Errorf("%d pieces, %d listed by elements, %d by pages; %d annotations, %d listed",
			len(g.text), len(g.owner), count, objects, len(g.objects))
	}
}

// words is the text in reading order as a reader takes it out: soft hyphens join.
func (g *tagged) words() string {
	var b strings.Builder
	for _, e := range g.elements {
		_, text, _ := strings.Cut(strings.TrimLeft(e, " "), " ")
		b.WriteString(text + "\n")
	}
	return strings.ReplaceAll(b.String(), string(softHyphen), "")
}

func (g *tagged) count(kind strict.Name) int {
	n := 0
	for _, k := range g.kinds {
		if k == kind {
			n++
		}
	}
	return n
}
