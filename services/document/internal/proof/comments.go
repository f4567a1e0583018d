package proof

import (
	"slices"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// prepareComments lets the comments of a page be changed or deleted where the certification says so.
func (c *comparison) prepareComments(p pdf.Page) {
	list, _ := p.Dict["Annots"].(pdf.Ref)
	if c.policy.leeway < annotating || c.parts[list.Number]&partAnnotations != 0 {
		return // nothing to allow, or the list of another page, too
	}
	for _, a := range c.old.Array(p.Dict["Annots"]) {
		if c.isComment(c.old, a) {
			c.assign(a, partComment, c.comment)
		}
	}
}

// comment lets a comment say and show something else. Its object stays, and so does any entry that is none of a
// comment's: it may play another part, too.
func (c *comparison) comment(old, later pdf.Object) string {
	a, ok1 := old.(pdf.Dict)
	b, ok2 := later.(pdf.Dict)
	if !ok1 || !ok2 || !c.isComment(c.later, later) {
		return "ANNOTATION_CHANGED"
	}
	for key := range union(a, b) {
		if pdf.Equal(a[key], b[key]) {
			continue
		}
		switch key {
		case "Rect", "Contents", "RC", "T", "Subj", "M", "CreationDate", "AP", "AS", "C", "IC", "CA", "F", "NM", "BS", "BE",
			"Border", "L", "LE", "CL", "RD", "Vertices", "QuadPoints", "InkList", "DA", "DS", "Q", "IT", "Popup", "Open",
			"Name", "State", "StateModel", "IRT", "RT":
		default:
			return "ANNOTATION_CHANGED"
		}
	}
	return ""
}

// isComment says that an annotation is a mark that people put on a page, and that it does nothing.
func (c *comparison) isComment(d *pdf.Document, o pdf.Object) bool {
	a, ok := d.Resolve(o).(pdf.Dict)
	if !ok || a["A"] != nil || a["AA"] != nil || a["FT"] != nil || a["Parent"] != nil && a["Subtype"] != pdf.Name("Popup") {
		return false
	}
	switch a["Subtype"] {
	case pdf.Name("Text"), pdf.Name("FreeText"), pdf.Name("Line"), pdf.Name("Square"), pdf.Name("Circle"),
		pdf.Name("Polygon"), pdf.Name("PolyLine"), pdf.Name("Highlight"), pdf.Name("Underline"), pdf.Name("Squiggly"),
		pdf.Name("StrikeOut"), pdf.Name("Caret"), pdf.Name("Stamp"), pdf.Name("Ink"), pdf.Name("Popup"):
		return true
	}
	return false
}

// withoutComments takes the comments out of two lists of annotations; what is left is compared as always.
func (c *comparison) withoutComments(old, later pdf.Object) (pdf.Object, pdf.Object, string) {
	a, ok1 := old.(pdf.Array)
	b, ok2 := later.(pdf.Array)
	if old != nil && !ok1 || later != nil && !ok2 {
		return nil, nil, "ANNOTATIONS_CHANGED"
	}
	was := slices.DeleteFunc(slices.Clone(a), func(o pdf.Object) bool { return c.isComment(c.old, o) })
	is := slices.DeleteFunc(slices.Clone(b), func(o pdf.Object) bool { return c.isComment(c.later, o) })
	return was, is, ""
}
