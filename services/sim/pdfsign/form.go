package pdfsign

import (
	"fmt"
	"slices"

	"github.com/countersign/countersign/services/sim/pdfsign/internal/pdf"
)

const (
	maxFields     = 20_000
	maxFieldDepth = 32
)

// form is the interactive form of a file, as far as signatures are concerned.
type form struct {
	file   *pdf.File
	fields []field // in the order of the form
}

// field is a field that has no fields below it.
type field struct {
	name      string
	ref       pdf.Ref
	signature bool      // its type is Sig
	signed    bool      // it has a value
	widgets   []pdf.Ref // often only ref itself
}

func readForm(file []byte) (*form, error) {
	f, err := pdf.Read(file)
	if err != nil {
		return nil, err
	}
	_, catalog, err := f.Catalog()
	if err != nil {
		return nil, err
	}
	acroForm, err := f.Dict(catalog["AcroForm"])
	if err != nil {
		return nil, err
	}
	roots, err := f.Array(acroForm["Fields"])
	if err != nil {
		return nil, err
	}
	w := fieldWalk{form: &form{file: f}, seen: map[pdf.Ref]bool{}}
	for _, root := range roots {
		if err := w.visit(root, inherited{}); err != nil {
			return nil, err
		}
	}
	return w.form, nil
}

// find returns the field with the full name, of whatever type.
func (f *form) find(name string) (field, bool) {
	i := slices.IndexFunc(f.fields, func(one field) bool { return one.name == name })
	if i < 0 {
		return field{}, false
	}
	return f.fields[i], true
}

// signatureNames orders the signature fields by where their first widget stands among the pages' annotations.
func (f *form) signatureNames() ([]string, error) {
	places, err := f.places()
	if err != nil {
		return nil, err
	}
	place := func(one field) int {
		first := len(places)
		for _, widget := range one.widgets {
			if at, ok := places[widget]; ok {
				first = min(first, at)
			}
		}
		return first
	}
	ordered := slices.Clone(f.fields)
	slices.SortStableFunc(ordered, func(a, b field) int { return place(a) - place(b) })
	var names []string
	for _, one := range ordered {
		if one.signature {
			names = append(names, one.name)
		}
	}
	return names, nil
}

// places numbers the annotations of all pages.
func (f *form) places() (map[pdf.Ref]int, error) {
	pages, err := f.file.Pages()
	if err != nil {
		return nil, err
	}
	places := map[pdf.Ref]int{}
	for _, ref := range pages {
		page, err := f.file.Dict(ref)
		if err != nil {
			return nil, err
		}
		annotations, err := f.file.Array(page["Annots"])
		if err != nil {
			return nil, err
		}
		for _, annotation := range annotations {
			ref, ok := annotation.(pdf.Ref)
			if _, twice := places[ref]; ok && !twice {
				places[ref] = len(places)
			}
		}
	}
	return places, nil
}

// fieldWalk collects the fields of a form.
type fieldWalk struct {
	form *form
	seen map[pdf.Ref]bool
}

// inherited is what a field takes from the fields above it.
type inherited struct {
	name  string
	kind  pdf.Object
	depth int
}

func (w *fieldWalk) visit(o pdf.Object, from inherited) error {
	ref, ok := o.(pdf.Ref)
	if !ok || w.seen[ref] || len(w.seen) >= maxFields || from.depth > maxFieldDepth {
		return malformed("the fields of the form are circular, too many or not objects")
	}
	w.seen[ref] = true
	d, err := w.form.file.Dict(ref)
	if err != nil {
		return err
	}
	if len(d) == 0 { // the number may become that of a new object
		return malformed("a field of the form is missing")
	}
	own, err := w.inherit(d, from)
	if err != nil {
		return err
	}
	below, widgets, err := w.split(d)
	if err != nil {
		return err
	}
	for _, kid := range below {
		if err := w.visit(kid, own); err != nil {
			return err
		}
	}
	if len(below) > 0 {
		return nil
	}
	if len(widgets) == 0 {
		widgets = []pdf.Ref{ref}
	}
	value, err := w.form.file.Resolve(d["V"])
	w.form.fields = append(w.form.fields, field{
		name: own.name, ref: ref, signature: own.kind == pdf.Name("Sig"), signed: value != nil, widgets: widgets,
	})
	return err
}

// inherit returns what the field d hands down.
func (w *fieldWalk) inherit(d pdf.Dict, from inherited) (inherited, error) {
	own := inherited{name: from.name, kind: from.kind, depth: from.depth + 1}
	partial, err := w.form.file.Resolve(d["T"])
	if err != nil {
		return own, err
	}
	if text, ok := partial.(pdf.String); ok {
		if own.name != "" {
			own.name += "."
		}
		own.name += pdf.DecodeText(text)
	}
	kind, err := w.form.file.Resolve(d["FT"])
	if kind != nil {
		own.kind = kind
	}
	return own, err
}

// split tells the kids of a field that are fields themselves, which have a partial name, from those that are widgets.
func (w *fieldWalk) split(d pdf.Dict) (below []pdf.Object, widgets []pdf.Ref, err error) {
	kids, err := w.form.file.Array(d["Kids"])
	if err != nil {
		return nil, nil, err
	}
	for _, kid := range kids {
		one, err := w.form.file.Dict(kid)
		if err != nil {
			return nil, nil, err
		}
		ref, ok := kid.(pdf.Ref)
		switch {
		case one["T"] != nil:
			below = append(below, kid)
		case ok:
			widgets = append(widgets, ref)
		}
	}
	return below, widgets, nil
}

func malformed(what string) error {
	return fmt.Errorf("%w: %s", ErrMalformed, what)
}
