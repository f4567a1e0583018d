package inspect

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/pdf"
)

// fieldWalk goes through the form's field tree.
type fieldWalk struct {
	*inspection
	// onPage finds the page of a widget.
	onPage map[pdf.Ref]page
	seen   map[pdf.Ref]bool
	names  map[string]bool
}

// branch is what a field inherits from those above it (ISO 32000-1, table 220).
type branch struct {
	kind, value, flags pdf.Object
	name               string
	depth              int
}

// fields lists the empty signature fields and remarks on what else could be filled in.
func (i *inspection) fields(pages []page) error {
	w := &fieldWalk{inspection: i, onPage: map[pdf.Ref]page{}, seen: map[pdf.Ref]bool{}, names: map[string]bool{}}
	for _, p := range pages {
		for _, o := range p.annots {
			if r, ok := o.(pdf.Ref); ok && i.name(i.doc.Dict(r)["Subtype"]) == "Widget" {
				if _, twice := w.onPage[r]; twice {
					return malformed("a form field is in two places at once")
				}
				w.onPage[r] = p
			}
		}
	}
	if err := w.list(i.doc.Array(i.doc.Dict(i.doc.Catalog()["AcroForm"])["Fields"]), branch{}); err != nil {
		return err
	}
	for _, p := range pages {
		for _, o := range p.annots {
			if r, _ := o.(pdf.Ref); !w.seen[r] && i.name(i.doc.Dict(o)["Subtype"]) == "Widget" {
				i.remarks.add(formFields, p.number) // in no form: readers do with it what they want
			}
		}
	}
	slices.SortStableFunc(i.report.Fields, func(a, b paper.SignatureField) int {
		return cmp.Or(cmp.Compare(a.Page, b.Page), cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X))
	})
	return i.doc.Err()
}

func (w *fieldWalk) list(nodes pdf.Array, from branch) error {
	for _, o := range nodes {
		r, ok := o.(pdf.Ref)
		if !ok || w.seen[r] {
			return malformed("the form does not end, or a field is no object of its own")
		}
		if w.seen[r] = true; len(w.seen) > maxFields || from.depth > maxAncestors {
			return &Error{Kind: TooComplex, What: "too many form fields"}
		}
		if err := w.field(r, from); err != nil {
			return err
		}
	}
	return nil
}

func (w *fieldWalk) field(r pdf.Ref, from branch) error {
	d, ok := w.doc.Resolve(r).(pdf.Dict)
	if !ok {
		return malformed("a form field is missing")
	}
	here := branch{kind: from.kind, value: from.value, flags: from.flags, name: from.name, depth: from.depth + 1}
	for key, inherited := range map[pdf.Name]*pdf.Object{"FT": &here.kind, "V": &here.value, "Ff": &here.flags} {
		if own := w.doc.Resolve(d[key]); own != nil {
			*inherited = own
		}
	}
	if t, ok := w.doc.Resolve(d["T"]).(pdf.String); ok {
		part, err := partialName(t)
		if err != nil {
			return err
		}
		here.name = strings.TrimPrefix(from.name+"."+part, ".")
	}
	kids := w.doc.Array(d["Kids"])
	if slices.ContainsFunc(kids, func(k pdf.Object) bool { return w.doc.Dict(k)["T"] != nil }) {
		return w.list(kids, here)
	}
	widgets := pdf.Array{r}
	if len(kids) > 0 {
		widgets = kids
	}
	return w.leaf(r, widgets, here)
}

// partialName reads a field's own name. Names are shown to people and compared byte by byte, so nothing invisible is in
// them, and a period would make two names of one (ISO 32000-1, 12.7.3.2).
func partialName(t pdf.String) (string, error) {
	name := pdf.Text(t.Bytes)
	if name == "" || len(name) > 256 || strings.ContainsFunc(name, func(r rune) bool {
		return r == '.' || r == utf8.RuneError || !unicode.IsPrint(r)
	}) {
		return "", malformed("a form field has no usable name")
	}
	return name, nil
}

// leaf inspects a field that has no fields below it.
func (w *fieldWalk) leaf(own pdf.Ref, widgets pdf.Array, f branch) error {
	for _, o := range widgets {
		r, ok := o.(pdf.Ref)
		if !ok || w.seen[r] && r != own {
			return malformed("a widget is no object of its own, or one of two fields")
		}
		w.seen[r] = true
	}
	if f.kind != pdf.Name("Sig") {
		w.fillable(widgets, f)
		return nil
	}
	if f.value != nil {
		w.signed = true
		return nil
	}
	if f.name == "" || w.names[f.name] || len(widgets) != 1 {
		return malformed("a signature field has no name or place of its own")
	}
	w.names[f.name] = true
	r, _ := widgets[0].(pdf.Ref)
	p, ok := w.onPage[r]
	rect, valid := w.rectangle(w.doc.Dict(r)["Rect"])
	if !ok || !valid || rect.empty() {
		w.remarks.add(unplacedField, p.number)
		return nil
	}
	box := paper.SignatureField{FormField: f.name, Page: p.number}
	box.X, box.Y, box.Width, box.Height = p.sheet.place(rect)
	w.report.Fields = append(w.report.Fields, box)
	return nil
}

// Flags of a field (ISO 32000-1, tables 221 and 226).
const readOnly, pushButton = 1 << 0, 1 << 16

// fillable remarks on a field that a signer could still change.
func (w *fieldWalk) fillable(widgets pdf.Array, f branch) {
	flags, _ := f.flags.(int64)
	if flags&readOnly != 0 || f.kind == pdf.Name("Btn") && flags&pushButton != 0 {
		return
	}
	for _, o := range widgets {
		r, _ := o.(pdf.Ref)
		w.remarks.add(formFields, w.onPage[r].number)
	}
}
