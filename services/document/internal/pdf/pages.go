package pdf

// Page is one leaf of the page tree.
type Page struct {
	Ref  Ref
	Dict Dict
	// Inherited holds Resources, MediaBox, CropBox and Rotate as they apply to this page, its own or a parent's.
	Inherited Dict
}

// Pages walks the page tree. It is empty when the tree is malformed; then Err says why.
func (d *Document) Pages() []Page {
	w := pageWalk{doc: d, seen: map[Ref]bool{}}
	if root, ok := d.Catalog()["Pages"].(Ref); ok {
		w.node(root, Ref{}, Dict{}, 0)
	} else {
		d.fail(malformed(0, "no page tree"))
	}
	if d.err != nil {
		return nil
	}
	return w.pages
}

type pageWalk struct {
	doc   *Document
	seen  map[Ref]bool
	pages []Page
}

func (w *pageWalk) node(r, parent Ref, inherited Dict, depth int) {
	if w.seen[r] || depth > maxDepth || len(w.pages) >= maxPages {
		w.doc.fail(malformed(0, "page tree does not end"))
		return
	}
	w.seen[r] = true
	node, ok := w.doc.Resolve(r).(Dict)
	if !ok {
		w.doc.fail(malformed(0, "page is missing"))
		return
	}
	if depth > 0 && node["Parent"] != parent { // some readers inherit upwards, some downwards
		w.doc.fail(malformed(0, "page names another parent"))
		return
	}
	inherited = inherit(inherited, node)
	kids, isTree := w.doc.Resolve(node["Kids"]).(Array)
	if !isTree {
		w.pages = append(w.pages, Page{Ref: r, Dict: node, Inherited: inherited})
		return
	}
	before := len(w.pages)
	for _, kid := range kids {
		k, ok := kid.(Ref)
		if !ok {
			w.doc.fail(malformed(0, "page is not an object of its own"))
			return
		}
		if w.node(k, r, inherited, depth+1); w.doc.err != nil {
			return
		}
	}
	if w.doc.Resolve(node["Count"]) != int64(len(w.pages)-before) {
		w.doc.fail(malformed(0, "page count is wrong"))
	}
}

func inherit(from, node Dict) Dict {
	out := Dict{}
	for _, key := range []Name{"Resources", "MediaBox", "CropBox", "Rotate"} {
		if v, ok := node[key]; ok {
			out[key] = v
		} else if v, ok := from[key]; ok {
			out[key] = v
		}
	}
	return out
}
