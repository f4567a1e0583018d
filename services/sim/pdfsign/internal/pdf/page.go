package pdf

const (
	maxPages     = 50_000
	maxPageDepth = 64
)

// Pages returns the pages in their order. It walks the page tree and does not believe the counts in it.
func (f *File) Pages() ([]Ref, error) {
	_, catalog, err := f.Catalog()
	if err != nil {
		return nil, err
	}
	root, ok := catalog["Pages"].(Ref)
	if !ok {
		return nil, malformed("it has no pages")
	}
	w := pageWalk{file: f, seen: map[Ref]bool{}}
	err = w.visit(root, 0)
	return w.pages, err
}

type pageWalk struct {
	file  *File
	seen  map[Ref]bool
	pages []Ref
}

func (w *pageWalk) visit(ref Ref, depth int) error {
	if w.seen[ref] || depth > maxPageDepth || len(w.seen) >= maxPages {
		return malformed("the page tree is circular or too large")
	}
	w.seen[ref] = true
	node, err := w.file.Dict(ref)
	if err != nil {
		return err
	}
	if node["Kids"] == nil {
		if node["Type"] != Name("Page") {
			return malformed("the page tree holds something else than pages")
		}
		w.pages = append(w.pages, ref)
		return nil
	}
	kids, err := w.file.Array(node["Kids"])
	if err != nil {
		return err
	}
	for _, kid := range kids {
		ref, ok := kid.(Ref)
		if !ok {
			return malformed("the page tree holds something else than pages")
		}
		if err := w.visit(ref, depth+1); err != nil {
			return err
		}
	}
	return nil
}
