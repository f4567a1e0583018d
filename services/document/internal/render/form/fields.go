package form

import (
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// field is a field with all that filling it needs.
type field struct {
	Field
	label   string
	value   string // the form's own
	options []option
	widgets []widget
}

// option is one entry of a choice: the value that a program reads and the text that people do.
type option struct{ export, display string }

// Flags of fields (ISO 32000-1, tables 221, 226, 228 and 230).
const (
	flagReadOnly   = 1 << 0
	flagRequired   = 1 << 1
	flagMultiline  = 1 << 12
	flagPassword   = 1 << 13
	flagRadio      = 1 << 15
	flagPushbutton = 1 << 16
	flagEdit       = 1 << 18
	flagFileSelect = 1 << 20
	flagComb       = 1 << 24
	flagRichText   = 1 << 25
)

// node is what a field takes from the fields above it.
type node struct {
	name, label                                   string
	kind, flags, da, align, value, options, limit pdf.Object
	depth                                         int
}

func (l *loader) list(nodes pdf.Array, above node) error {
	for _, o := range nodes {
		r, ok := o.(pdf.Ref)
		if !ok || l.seen[r] || above.depth > maxDepth {
			return &LoadError{Field: above.name, Detail: "the tree of fields does not end or holds no fields"}
		}
		l.seen[r] = true
		if l.nodes++; l.nodes > maxNodes {
			return refuse("the form has too many fields")
		}
		if err := l.node(r, above); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) node(r pdf.Ref, above node) error {
	d, ok := l.doc.Resolve(r).(pdf.Dict)
	if !ok {
		return &LoadError{Field: above.name, Detail: "a field is missing"}
	}
	here, err := l.inherit(d, above)
	if err != nil {
		return err
	}
	kids := l.doc.Array(d["Kids"])
	for _, k := range kids {
		if l.doc.Dict(k)["T"] != nil || l.doc.Dict(k)["Kids"] != nil {
			return l.list(kids, here)
		}
	}
	if len(kids) == 0 {
		return l.leaf(here, pdf.Array{r})
	}
	return l.leaf(here, kids)
}

// inherit adds what a field says itself to what it takes from above.
func (l *loader) inherit(d pdf.Dict, above node) (node, error) {
	here := above
	here.depth++
	if d["T"] != nil {
		name, ok := l.text(d["T"])
		if !ok || name == "" || strings.Contains(name, ".") || utf8.RuneCountInString(above.name+name) > maxName {
			return here, &LoadError{Field: above.name, Detail: "a field has no usable name"}
		}
		here.name = strings.TrimPrefix(above.name+"."+name, ".")
	}
	if label, ok := l.text(d["TU"]); ok && len(label) <= maxName {
		here.label = label
	}
	if d["AA"] != nil || d["A"] != nil {
		return here, &LoadError{Field: here.name, Detail: "the field holds a script or an action"}
	}
	for key, place := range map[pdf.Name]*pdf.Object{
		"FT": &here.kind, "Ff": &here.flags, "DA": &here.da, "Q": &here.align, "V": &here.value, "Opt": &here.options,
		"MaxLen": &here.limit,
	} {
		if o := l.doc.Resolve(d[key]); o != nil {
			*place = o
		}
	}
	return here, nil
}

// leaf adds a field that has no fields below it.
func (l *loader) leaf(n node, places pdf.Array) error {
	at := func(detail string) error { return &LoadError{Field: n.name, Detail: detail} }
	f := &field{Field: Field{Name: n.name}, label: n.label}
	switch {
	case n.name == "":
		return refuse("a field has no name")
	case l.names[n.name]:
		return at("there are two fields of this name")
	case len(l.form.fields) >= maxFields:
		return refuse("more than %d fields", maxFields)
	}
	l.names[n.name] = true
	if detail := l.describe(f, n); detail != "" {
		return at(detail)
	}
	for _, o := range places {
		r, ok := o.(pdf.Ref)
		if !ok || len(f.widgets) >= maxNodes {
			return at("the field has a place that is no object of its own")
		}
		l.seen[r] = true
		w, detail := l.widget(r, f, n)
		if detail != "" {
			return at(detail)
		}
		f.widgets = append(f.widgets, w)
	}
	f.Page = f.widgets[0].page + 1
	if detail := l.settle(f, n); detail != "" {
		return at(detail)
	}
	l.form.fields = append(l.form.fields, f)
	return nil
}
