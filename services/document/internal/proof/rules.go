package proof

import (
	"strings"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// free says which entries of the catalog a reader never shows and the policy lets anybody write: validation data with
// the extension that announces it, and, unless only timestamps may follow, metadata and the declared version.
func (c *comparison) free(key pdf.Name) bool {
	switch key {
	case "DSS", "Extensions":
		return true
	case "Metadata", "Version":
		return c.policy.leeway > stampsOnly
	}
	return false
}

func (c *comparison) withoutFree(o pdf.Object) pdf.Object {
	d, ok := o.(pdf.Dict)
	if !ok {
		return o
	}
	kept := pdf.Dict{}
	for k, v := range d {
		if !c.free(k) {
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
		if c.free(key) || pdf.Equal(a[key], b[key]) {
			continue
		}
		compare := c.acroForm
		switch key {
		case "AcroForm":
		case "StructTreeRoot":
			compare = c.structure
		default:
			return "CATALOG_CHANGED"
		}
		if reason := compare(c.old.Resolve(a[key]), c.later.Resolve(b[key])); reason != "" {
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
	if c.policy.leeway >= annotating {
		var reason string
		if old, later, reason = c.withoutComments(old, later); reason != "" {
			return reason
		}
	}
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
