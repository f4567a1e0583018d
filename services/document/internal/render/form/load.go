package form

import (
	"errors"
	"slices"

	"github.com/countersign/countersign/services/document/internal/pdf"
	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
)

// Form is a form that was read and checked. It is read-only and safe for concurrent use.
type Form struct {
	language string
	pages    []page
	fields   []*field
	// kept are the objects of the form that its pages need, numbered from firstKept and spelled for the result.
	kept []string
}

// The numbers of the objects that every result begins with: catalog, page tree, information, then the pages.
const (
	catalogNumber = 1 + iota
	treeNumber
	infoNumber
	firstPage
)

// Load reads a form and refuses with a *LoadError what cannot be filled so that every viewer shows the same: a file that
// is encrypted or signed, scripts and actions, XFA, embedded files, layers, annotations that are no fields, pages that
// are rotated or scaled or do not begin at the origin, and forms larger than the bounds.
func Load(file []byte) (*Form, error) {
	if len(file) > MaxBytes {
		return nil, refuse("more than %d bytes", MaxBytes)
	}
	doc, err := pdf.Open(file)
	if err != nil {
		return nil, unreadable(err)
	}
	l := &loader{doc: doc, form: &Form{}, places: map[pdf.Ref]int{}, seen: map[pdf.Ref]bool{}, names: map[string]bool{}}
	err = l.load()
	if doc.Err() != nil {
		return nil, unreadable(doc.Err())
	}
	if err != nil {
		return nil, err
	}
	return l.form, nil
}

// unreadable keeps what the reader says, which never quotes the file.
func unreadable(err error) error {
	var broken *pdf.Error
	if errors.As(err, &broken) && broken.Kind == pdf.Encrypted {
		return refuse("the file is encrypted")
	}
	return refuse("the file cannot be read: %v", err)
}

// Fields lists the fields in the order of the form.
func (f *Form) Fields() []Field {
	list := make([]Field, len(f.fields))
	for i, one := range f.fields {
		list[i] = one.Field
		list[i].Options = slices.Clone(one.Options)
	}
	return list
}

type loader struct {
	doc  *pdf.Document
	form *Form
	copy *copier
	// places finds the page of an annotation, by its place among the pages.
	places map[pdf.Ref]int
	seen   map[pdf.Ref]bool
	names  map[string]bool
	acro   pdf.Dict
	nodes  int
}

func (l *loader) load() error {
	if err := l.catalog(); err != nil {
		return err
	}
	pages := l.doc.Pages()
	if len(pages) == 0 || len(pages) > maxPages {
		return refuse("a form has 1 to %d pages", maxPages)
	}
	l.copy = &copier{doc: l.doc, numbers: map[pdf.Ref]int{}, next: firstPage + len(pages)}
	l.copy.numbers[l.doc.Root()] = catalogNumber
	if tree, ok := l.doc.Catalog()["Pages"].(pdf.Ref); ok {
		l.copy.numbers[tree] = treeNumber
	}
	for i, p := range pages {
		l.copy.numbers[p.Ref] = firstPage + i
	}
	for i, p := range pages {
		if err := l.page(i, p); err != nil {
			return err
		}
	}
	if err := l.list(l.doc.Array(l.acro["Fields"]), node{da: l.acro["DA"], align: l.acro["Q"]}); err != nil {
		return err
	}
	if page, found := unplaced(l.places, l.seen); found {
		return &LoadError{Page: page + 1, Detail: "a place for a field belongs to no field of the form"}
	}
	if len(l.form.fields) == 0 {
		return refuse("the form has no fields")
	}
	var err error
	l.form.kept, err = l.copy.drain()
	return err
}

// catalog refuses what acts, hides or changes.
func (l *loader) catalog() error {
	c := l.doc.Catalog()
	l.acro = l.doc.Dict(c["AcroForm"])
	names := l.doc.Dict(c["Names"])
	_, destination := l.doc.Resolve(c["OpenAction"]).(pdf.Array)
	switch {
	case l.acro == nil:
		return refuse("the file is no form: it has no AcroForm")
	case l.acro["XFA"] != nil || c["NeedsRendering"] != nil:
		return refuse("the form is an XFA form")
	case names["JavaScript"] != nil || c["AA"] != nil || c["OpenAction"] != nil && !destination || l.acro["CO"] != nil:
		return refuse("the file holds a script or an action")
	case names["EmbeddedFiles"] != nil || c["Collection"] != nil || c["AF"] != nil:
		return refuse("the file holds embedded files")
	case c["OCProperties"] != nil:
		return refuse("the file has layers, which a viewer may hide")
	case c["Perms"] != nil:
		return refuse("the file is signed")
	}
	if language, ok := l.text(c["Lang"]); ok && len(language) <= maxName {
		l.form.language = language
	}
	return nil
}

// rectangle reads two opposite corners in any order: left, bottom, right, top.
func (l *loader) rectangle(o pdf.Object) ([4]writer.Length, bool) {
	var r [4]writer.Length
	corners := l.doc.Array(o)
	if len(corners) != len(r) {
		return r, false
	}
	for i, corner := range corners {
		v, ok := l.length(corner)
		if !ok {
			return r, false
		}
		r[i] = v
	}
	return [4]writer.Length{min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]), max(r[1], r[3])}, true
}

// length reads a number of points that fits a page.
func (l *loader) length(o pdf.Object) (writer.Length, bool) {
	v, ok := pdf.Number(l.doc.Resolve(o))
	if !ok || !(v >= -maxSide.Points() && v <= maxSide.Points()) {
		return 0, false
	}
	return toLength(v), true
}
