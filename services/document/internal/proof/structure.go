package proof

import "github.com/countersign/countersign/services/document/internal/pdf"

// Bounds on the structure that is looked at for a signature that came in.
const (
	maxNumberNodes = 4_096
	maxNumberDepth = 8
)

const structureChanged = "STRUCTURE_CHANGED"

// prepareStructure lets the structure of a tagged file (ISO 32000-2, 14.7) take in the widgets that came in: an element
// for each below the root or its only child, and the entries that lead from the widgets to these elements.
func (c *comparison) prepareStructure() {
	root := c.old.Dict(c.old.Catalog()["StructTreeRoot"])
	if root == nil {
		return
	}
	c.assign(c.old.Catalog()["StructTreeRoot"], partStructure, c.structure)
	c.prepareKids(root["K"])
	if kids := c.list(c.old, root["K"]); len(kids) == 1 {
		c.assign(kids[0], partElement, c.element)
		c.prepareKids(c.old.Dict(kids[0])["K"])
	}
	left := maxNumberNodes
	c.prepareNumbers(root["ParentTree"], 0, &left)
}

// prepareKids gives a list of elements that is an object of its own its rule.
func (c *comparison) prepareKids(kids pdf.Object) {
	if _, ok := c.old.Resolve(kids).(pdf.Array); ok {
		c.assign(kids, partElements, c.elements)
	}
}

// prepareNumbers gives the nodes of a number tree their rule.
func (c *comparison) prepareNumbers(node pdf.Object, depth int, left *int) {
	if *left--; *left < 0 || depth > maxNumberDepth {
		return
	}
	c.assign(node, partNumbers, c.numbers)
	d := c.old.Dict(node)
	c.assign(d["Nums"], partPairs, c.pairs)
	for _, kid := range c.old.Array(d["Kids"]) {
		c.prepareNumbers(kid, depth+1, left)
	}
}

// list returns the kids of an element, which may be one without an array.
func (c *comparison) list(d *pdf.Document, kids pdf.Object) pdf.Array {
	if a, ok := d.Resolve(kids).(pdf.Array); ok {
		return a
	}
	if kids == nil {
		return nil
	}
	return pdf.Array{kids}
}

// structure compares the root of the structure.
func (c *comparison) structure(old, later pdf.Object) string {
	return c.entries(old, later, func(key pdf.Name, a, b pdf.Object) string {
		switch key {
		case "K":
			return c.elements(c.list(c.old, a), c.list(c.later, b))
		case "ParentTree":
			return c.numbers(c.old.Resolve(a), c.later.Resolve(b))
		case "ParentTreeNextKey":
			was, ok1 := a.(int64)
			is, ok2 := b.(int64)
			if ok1 && ok2 && is > was {
				return ""
			}
		}
		return structureChanged
	})
}

// element compares the element below the root.
func (c *comparison) element(old, later pdf.Object) string {
	return c.entries(old, later, func(key pdf.Name, a, b pdf.Object) string {
		if key != "K" {
			return structureChanged
		}
		return c.elements(c.list(c.old, a), c.list(c.later, b))
	})
}

// numbers compares a node of the tree that leads from widgets to elements.
func (c *comparison) numbers(old, later pdf.Object) string {
	return c.entries(old, later, func(key pdf.Name, a, b pdf.Object) string {
		switch key {
		case "Nums":
			return c.pairs(c.old.Resolve(a), c.later.Resolve(b))
		case "Limits":
			was, is := c.old.Array(a), c.later.Array(b)
			if len(was) == 2 && len(is) == 2 && pdf.Equal(was[0], is[0]) {
				return ""
			}
		}
		return structureChanged
	})
}

// entries asks about every entry of two dictionaries that differs.
func (c *comparison) entries(old, later pdf.Object, differs func(key pdf.Name, a, b pdf.Object) string) string {
	a, ok1 := old.(pdf.Dict)
	b, ok2 := later.(pdf.Dict)
	if !ok1 || !ok2 {
		return unchanged(old, later)
	}
	for key := range union(a, b) {
		if pdf.Equal(a[key], b[key]) {
			continue
		}
		if reason := differs(key, a[key], b[key]); reason != "" {
			return reason
		}
	}
	return ""
}

func (c *comparison) elements(old, later pdf.Object) string {
	return c.grown(old, later, structureChanged, c.forWidget)
}

// pairs lets a list of numbers and elements grow by those of widgets that came in.
func (c *comparison) pairs(old, later pdf.Object) string {
	a, ok1 := old.(pdf.Array)
	b, ok2 := later.(pdf.Array)
	if !ok1 || !ok2 || len(a)%2 != 0 || len(b)%2 != 0 {
		return unchanged(old, later)
	}
	kept := 0
	for i := 0; i < len(b); i += 2 {
		if kept < len(a) && pdf.Equal(a[kept], b[i]) && pdf.Equal(a[kept+1], b[i+1]) {
			kept += 2
			continue
		}
		r, ok := b[i+1].(pdf.Ref)
		if _, number := b[i].(int64); !ok || !number || !c.forWidget(r.Number) {
			return structureChanged
		}
	}
	if kept < len(a) {
		return structureChanged
	}
	return ""
}

// forWidget says that a new element stands for a widget that came in and for nothing else.
func (c *comparison) forWidget(number int) bool {
	d, ok := c.later.Current(number).(pdf.Dict)
	if !ok || c.old.Current(number) != nil || d["S"] != pdf.Name("Form") {
		return false
	}
	kids := c.list(c.later, d["K"])
	if len(kids) != 1 {
		return false
	}
	object := c.later.Dict(kids[0])
	widget, ok := object["Obj"].(pdf.Ref)
	return ok && object["Type"] == pdf.Name("OBJR") && c.touched[widget.Number]
}
