package proof

import (
	"context"
	"strings"

	"github.com/countersign/countersign/services/document/internal/proof/pdf"
)

// rule compares one object of two states and returns a reason when it changed in a way that is not permitted.
type rule func(old, later pdf.Object) string

// comparison goes through everything that can be reached in the older state. An object may differ only where a rule for
// it says so; objects that are new are reachable only from such places, and are checked there.
type comparison struct {
	old, later    *pdf.Document
	before, after form
	allowed       map[int]bool
	rules         map[int]rule
	// touched holds the widgets that came in or were filled in between.
	touched map[int]bool
}

// prepare gives the objects that signing touches their rules, and checks the fields that are new or newly filled.
func (c *comparison) prepare() string {
	c.assign(c.old.Root(), c.catalog)
	catalog := c.old.Catalog()
	c.assign(catalog["AcroForm"], c.acroForm)
	c.assign(c.old.Dict(catalog["AcroForm"])["Fields"], c.fields)
	for _, p := range c.old.Pages() {
		c.assign(p.Ref, c.page)
		c.assign(p.Dict["Annots"], c.annotations)
	}
	for number, f := range c.before.byObject {
		if f.value == nil {
			c.assignNumber(number, c.emptyField(number))
		}
	}
	for _, f := range c.after.fields {
		if reason := c.newcomer(f); reason != "" {
			return reason
		}
	}
	return ""
}

func (c *comparison) assign(o pdf.Object, r rule) {
	if ref, ok := o.(pdf.Ref); ok {
		c.assignNumber(ref.Number, r)
	}
}

// assignNumber gives an object that plays two parts the leeway that both leave.
func (c *comparison) assignNumber(number int, r rule) {
	if first := c.rules[number]; first != nil {
		second := r
		r = func(old, later pdf.Object) string {
			if reason := first(old, later); reason != "" {
				return reason
			}
			return second(old, later)
		}
	}
	c.rules[number] = r
}

func unchanged(old, later pdf.Object) string {
	if !pdf.Equal(old, later) {
		return "OBJECT_CHANGED"
	}
	return ""
}

// walk visits every object that can be reached in the older state.
func (c *comparison) walk(ctx context.Context) (string, error) {
	queue, seen := []pdf.Ref{c.old.Root()}, map[pdf.Ref]bool{c.old.Root(): true}
	for n := 0; len(queue) > 0; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return "", ctx.Err()
		}
		r := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		o := c.old.Resolve(r)
		if reason := c.visit(r, o); reason != "" {
			return reason, nil
		}
		if r == c.old.Root() {
			o = withoutFree(o)
		}
		pdf.Refs(o, func(next pdf.Ref) {
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		})
	}
	return "", nil
}

func (c *comparison) visit(r pdf.Ref, old pdf.Object) string {
	if c.later.SamePlace(c.old, r) {
		return ""
	}
	check := c.rules[r.Number]
	if check == nil {
		check = unchanged
	}
	return check(old, c.later.Resolve(r))
}

// isFree says which entries of the catalog a reader never shows: validation data, metadata, the declared version.
func isFree(key pdf.Name) bool {
	switch key {
	case "DSS", "Extensions", "Metadata", "Version":
		return true
	}
	return false
}

func withoutFree(o pdf.Object) pdf.Object {
	d, ok := o.(pdf.Dict)
	if !ok {
		return o
	}
	kept := pdf.Dict{}
	for k, v := range d {
		if !isFree(k) {
			kept[k] = v
		}
	}
	return kept
}

func (c *comparison) catalog(old, later pdf.Object) string {
	a, ok1 := old.(pdf.Dict)
	b, ok2 := later.(pdf.Dict)
	if !ok1 || !ok2 {
		return "CATALOG_CHANGED"
	}
	for key := range union(a, b) {
		if isFree(key) || pdf.Equal(a[key], b[key]) {
			continue
		}
		if key != "AcroForm" {
			return "CATALOG_CHANGED"
		}
		if reason := c.acroForm(c.old.Resolve(a[key]), c.later.Resolve(b[key])); reason != "" {
			return reason
		}
	}
	return ""
}

func union(a, b pdf.Dict) pdf.Dict {
	keys := pdf.Dict{}
	for k := range a {
		keys[k] = nil
	}
	for k := range b {
		keys[k] = nil
	}
	return keys
}

// acroForm lets signature fields come in, flags be set and default resources be given where there were none.
func (c *comparison) acroForm(old, later pdf.Object) string {
	a, ok1 := old.(pdf.Dict)
	b, ok2 := later.(pdf.Dict)
	if old != nil && !ok1 || !ok2 {
		return "FORM_CHANGED"
	}
	for key := range union(a, b) {
		was, is := c.old.Resolve(a[key]), c.later.Resolve(b[key])
		switch {
		case pdf.Equal(a[key], b[key]):
		case key == "Fields":
			if reason := c.fields(was, is); reason != "" {
				return reason
			}
		case key == "SigFlags":
			if _, ok := is.(int64); !ok {
				return "FORM_CHANGED"
			}
		case (key == "DA" || key == "DR") && was == nil:
		case key == "NeedAppearances" && (is == nil || is == false):
		default:
			return "FORM_CHANGED"
		}
	}
	return ""
}

// fields lets signature fields be added.
func (c *comparison) fields(old, later pdf.Object) string {
	return c.grown(old, later, "FORM_CHANGED", func(n int) bool {
		f := c.after.byObject[n]
		return f != nil && f.number == n && c.before.byObject[n] == nil
	})
}

// page lets signature widgets be added; nothing else of a page may change.
func (c *comparison) page(old, later pdf.Object) string {
	a, ok1 := old.(pdf.Dict)
	b, ok2 := later.(pdf.Dict)
	if !ok1 || !ok2 {
		return "PAGE_CHANGED"
	}
	for key := range union(a, b) {
		if pdf.Equal(a[key], b[key]) {
			continue
		}
		if key != "Annots" {
			return "PAGE_CHANGED_" + strings.ToUpper(safe(key))
		}
		if reason := c.annotations(c.old.Resolve(a[key]), c.later.Resolve(b[key])); reason != "" {
			return reason
		}
	}
	return ""
}

// safe keeps reasons to the page entries of the standard, so that a file cannot put its own words into a report.
func safe(key pdf.Name) string {
	switch key {
	case "Contents", "Resources", "MediaBox", "CropBox", "Rotate", "Parent":
		return string(key)
	}
	return "ENTRY"
}

func (c *comparison) annotations(old, later pdf.Object) string {
	return c.grown(old, later, "ANNOTATIONS_CHANGED", func(n int) bool { return c.touched[n] })
}

// grown checks that a list kept its elements in their order and that what came in is welcome.
func (c *comparison) grown(old, later pdf.Object, reason string, welcome func(number int) bool) string {
	a, ok1 := old.(pdf.Array)
	b, ok2 := later.(pdf.Array)
	if old != nil && !ok1 || later != nil && !ok2 {
		return reason
	}
	kept := 0
	for _, v := range b {
		if kept < len(a) && pdf.Equal(a[kept], v) {
			kept++
			continue
		}
		r, ok := v.(pdf.Ref)
		if !ok || !welcome(r.Number) {
			return reason
		}
	}
	if kept < len(a) {
		return reason
	}
	return ""
}
