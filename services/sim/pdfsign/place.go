package pdfsign

import (
	"maps"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/sim/pdfsign/internal/pdf"
)

const (
	flagPrint, flagLocked          = 1 << 2, 1 << 7 // of an annotation
	flagSignatures, flagAppendOnly = 1 << 0, 1 << 1 // of a form
)

// filling is a signature whose dictionary has its number.
type filling struct {
	Signature
	value pdf.Ref
}

// fill signs an existing field: it gains its value and an appearance in each of its widgets, and nothing else changes.
func (f *form) fill(u *pdf.Update, target field, s filling) error {
	switch {
	case !target.signature:
		return ErrNoField
	case target.signed:
		return ErrSigned
	}
	own, err := f.file.Dict(target.ref)
	if err != nil {
		return err
	}
	own = maps.Clone(own)
	own["V"] = s.value
	for _, ref := range target.widgets {
		if ref == target.ref {
			err = f.show(u, own, s)
		} else {
			err = f.showWidget(u, ref, s)
		}
		if err != nil {
			return err
		}
	}
	if err := u.Set(target.ref, own); err != nil {
		return err
	}
	return f.flag(u, nil)
}

// showWidget gives a widget that is an object of its own its appearance.
func (f *form) showWidget(u *pdf.Update, ref pdf.Ref, s filling) error {
	widget, err := f.file.Dict(ref)
	if err != nil {
		return err
	}
	widget = maps.Clone(widget)
	if err := f.show(u, widget, s); err != nil {
		return err
	}
	return u.Set(ref, widget)
}

// show gives a widget its appearance, unless it has no extent.
func (f *form) show(u *pdf.Update, widget pdf.Dict, s filling) error {
	box, err := f.box(widget["Rect"])
	if err == nil && box.visible() {
		widget["AP"] = pdf.Dict{"N": u.Add(appearance(box, s.Signature))}
	}
	return err
}

// add makes a field with one widget and signs it.
func (f *form) add(u *pdf.Update, s filling) error {
	if s.Page == 0 {
		return ErrNoField
	}
	pages, err := f.file.Pages()
	if err != nil {
		return err
	}
	// A period would make it a field below another.
	if s.Page > len(pages) || strings.Contains(s.Field, ".") {
		return ErrInvalid
	}
	at := pages[s.Page-1]
	widget := pdf.Dict{
		"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"),
		"T": pdf.Text(s.Field), "V": s.value, "F": int64(flagPrint | flagLocked),
		"P": at, "Rect": newBox(s.Rect).array(),
	}
	if err := f.show(u, widget, s); err != nil {
		return err
	}
	ref := u.Add(widget)
	page, err := f.file.Dict(at)
	if err != nil {
		return err
	}
	annotations, err := f.file.Array(page["Annots"])
	if err != nil {
		return err
	}
	page = maps.Clone(page)
	page["Annots"] = append(slices.Clone(annotations), ref)
	if err := u.Set(at, page); err != nil {
		return err
	}
	return f.flag(u, &ref)
}

// flag says in the form that there are signatures, and that later changes are to be appended; it also enters a new
// field. The form may be an object of its own, a part of the catalog, or not there yet.
func (f *form) flag(u *pdf.Update, added *pdf.Ref) error {
	root, catalog, err := f.file.Catalog()
	if err != nil {
		return err
	}
	acroForm, err := f.file.Dict(catalog["AcroForm"])
	if err != nil {
		return err
	}
	acroForm = maps.Clone(acroForm)
	flags, _ := acroForm["SigFlags"].(int64)
	acroForm["SigFlags"] = flags | flagSignatures | flagAppendOnly
	if added != nil {
		fields, err := f.file.Array(acroForm["Fields"])
		if err != nil {
			return err
		}
		acroForm["Fields"] = append(slices.Clone(fields), *added)
	}
	if ref, ok := catalog["AcroForm"].(pdf.Ref); ok {
		return u.Set(ref, acroForm)
	}
	catalog = maps.Clone(catalog)
	catalog["AcroForm"] = acroForm
	return u.Set(root, catalog)
}
