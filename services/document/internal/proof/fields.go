package proof

import (
	"errors"
	"strings"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// Bounds on a form.
const (
	maxFields     = 5_000
	maxFieldDepth = 32
	maxFieldName  = 256
	maxSignatures = 32
)

// field is a signature field of one state of the file.
type field struct {
	number  int
	name    string
	widgets []int
	// value is the signature dictionary, nil when the field is empty.
	value pdf.Dict
	// contents is the token of the signature; its offset identifies a signature.
	contents pdf.String
}

// form holds the signature fields of one state of the file.
type form struct {
	fields []*field
	// byObject finds the field of a field or widget object.
	byObject map[int]*field
	// inputs finds the fields that people fill in, again by the number of the field or a widget.
	inputs map[int]*input
}

func (f form) signed() []*field {
	var out []*field
	for _, one := range f.fields {
		if one.value != nil {
			out = append(out, one)
		}
	}
	return out
}

var errForm = errors.New("proof: the form is malformed")

// readForm collects the signature fields. The error is errForm or the document's own.
func readForm(d *pdf.Document) (form, error) {
	w := formWalk{doc: d, seen: map[int]bool{}, form: form{byObject: map[int]*field{}, inputs: map[int]*input{}}}
	err := w.list(d.Array(d.Dict(d.Catalog()["AcroForm"])["Fields"]), branch{})
	if d.Err() != nil {
		return form{}, d.Err()
	}
	return w.form, err
}

type formWalk struct {
	doc  *pdf.Document
	seen map[int]bool
	form form
}

// branch is what a field inherits from the fields above it.
type branch struct {
	kind, flags pdf.Object
	name        string
	depth       int
}

func (w *formWalk) list(nodes pdf.Array, from branch) error {
	for _, n := range nodes {
		r, ok := n.(pdf.Ref)
		if !ok || w.seen[r.Number] || len(w.seen) >= maxFields || from.depth > maxFieldDepth {
			return errForm
		}
		w.seen[r.Number] = true
		if err := w.node(r, from); err != nil {
			return err
		}
	}
	return nil
}

func (w *formWalk) node(r pdf.Ref, from branch) error {
	node, ok := w.doc.Resolve(r).(pdf.Dict)
	if !ok {
		return errForm
	}
	here := branch{kind: from.kind, flags: from.flags, name: from.name, depth: from.depth + 1}
	if kind := w.doc.Resolve(node["FT"]); kind != nil {
		here.kind = kind
	}
	if flags := w.doc.Resolve(node["Ff"]); flags != nil {
		here.flags = flags
	}
	if t, ok := w.doc.Resolve(node["T"]).(pdf.String); ok {
		here.name = strings.TrimPrefix(here.name+"."+pdf.Text(t.Bytes), ".")
	}
	kids := w.doc.Array(node["Kids"])
	if len(kids) > 0 && !w.onlyWidgets(kids) {
		if node["V"] != nil && here.kind == pdf.Name("Sig") {
			return errForm // a signature that several fields would share
		}
		return w.list(kids, here)
	}
	if here.kind != pdf.Name("Sig") {
		w.input(r, kids, here)
		return nil
	}
	return w.leaf(r, kids, here.name)
}

// onlyWidgets says that no kid is a field of its own.
func (w *formWalk) onlyWidgets(kids pdf.Array) bool {
	for _, k := range kids {
		if d := w.doc.Dict(k); d["T"] != nil || d["Kids"] != nil || d["V"] != nil || d["FT"] != nil {
			return false
		}
	}
	return true
}

func (w *formWalk) leaf(r pdf.Ref, kids pdf.Array, name string) error {
	f := &field{number: r.Number, name: clip(name)}
	w.form.byObject[r.Number] = f
	for _, k := range kids {
		widget, ok := k.(pdf.Ref)
		if !ok || w.form.byObject[widget.Number] != nil {
			return errForm
		}
		w.form.byObject[widget.Number] = f
		f.widgets = append(f.widgets, widget.Number)
	}
	if len(kids) == 0 {
		f.widgets = []int{r.Number}
	}
	w.form.fields = append(w.form.fields, f)
	v := w.doc.Resolve(w.doc.Dict(r)["V"])
	if v == nil {
		return nil
	}
	value, ok := v.(pdf.Dict)
	if !ok {
		return errForm
	}
	f.value = value
	f.contents = contentsOf(value)
	return nil
}
