package proof

import "github.com/countersign/countersign/services/document/internal/pdf"

// kind is the part that an object plays in a file.
type kind int

const (
	kindOther kind = iota
	kindCatalog
	kindForm
	kindField
	kindSignature
	kindPageTree
	kindPage
	kindContents
	kindFont
	kindResource
	kindAnnotation
	kindAppearance
	kindStructure
)

// words say it to people.
func (k kind) words() string {
	return [...]string{"an object", "the catalog", "the form", "a form field", "a signature", "the page tree", "the page",
		"page content", "a font", "a resource of a page", "an annotation", "an appearance", "the structure for assistive readers"}[k]
}

// reason says it to programs.
func (k kind) reason() string {
	return [...]string{objectChanged, "CATALOG_CHANGED", "FORM_CHANGED", "FORM_FIELD_CHANGED", "SIGNATURE_CHANGED",
		"PAGES_CHANGED", "PAGE_CHANGED", "PAGE_CHANGED_CONTENTS", "FONT_CHANGED", "PAGE_CHANGED_RESOURCES",
		"ANNOTATION_CHANGED", "APPEARANCE_CHANGED", "STRUCTURE_CHANGED"}[k]
}

// origin is the part that an object plays and the page it is on, counted from 1; 0 when it is on none.
type origin struct {
	kind kind
	page int
}

// place says what the changed object is in the state where it was signed, or else where it came in.
func (c *comparison) place(found *change) {
	origin, known := originsOf(c.old, c.before)[found.number]
	if !known {
		origin = originsOf(c.later, c.after)[found.number]
	}
	found.origin = origin
	if found.reason == objectChanged {
		found.reason = origin.kind.reason()
	}
}

// originsOf finds the part that every object plays; the first one counts for an object that plays several.
func originsOf(d *pdf.Document, f form) map[int]origin {
	m := &originMap{doc: d, of: map[int]origin{}, left: maxPlaces}
	m.one(d.Root(), origin{kind: kindCatalog})
	for i, p := range d.Pages() {
		at := i + 1
		m.one(p.Ref, origin{kindPage, at})
		m.all(p.Dict["Contents"], origin{kindContents, at})
		for _, a := range d.Array(p.Dict["Annots"]) {
			if m.left--; m.left < 0 {
				break
			}
			m.annotation(a, f, at)
		}
		m.one(p.Dict["Annots"], origin{kindAnnotation, at})
		resources := d.Dict(p.Inherited["Resources"])
		m.all(resources["Font"], origin{kindFont, at})
		m.all(p.Inherited["Resources"], origin{kindResource, at})
	}
	for number, s := range f.byObject {
		m.one(pdf.Ref{Number: number}, origin{kind: kindField})
		m.all(d.Dict(d.Current(s.number))["V"], origin{kind: kindSignature})
	}
	catalog := d.Catalog()
	m.all(catalog["StructTreeRoot"], origin{kind: kindStructure})
	m.all(catalog["Pages"], origin{kind: kindPageTree})
	m.all(catalog["AcroForm"], origin{kind: kindForm})
	m.all(d.Root(), origin{kind: kindOther})
	return m.of
}

// maxPlaces bounds the references that are followed to place one object.
const maxPlaces = 1 << 20

type originMap struct {
	doc  *pdf.Document
	of   map[int]origin
	left int
}

func (m *originMap) annotation(a pdf.Object, f form, page int) {
	part := kindAnnotation
	if m.doc.Dict(a)["Subtype"] == pdf.Name("Widget") {
		part = kindField
	}
	m.one(a, origin{part, page})
	if r, ok := a.(pdf.Ref); ok && f.byObject[r.Number] != nil {
		m.all(m.doc.Dict(m.doc.Current(f.byObject[r.Number].number))["V"], origin{kindSignature, page})
	}
	m.all(m.doc.Dict(a)["AP"], origin{kindAppearance, page})
}

// one marks a single object and returns false when it was marked before.
func (m *originMap) one(o pdf.Object, as origin) bool {
	r, ok := o.(pdf.Ref)
	if !ok {
		return true
	}
	if _, known := m.of[r.Number]; known {
		return false
	}
	m.of[r.Number] = as
	return true
}

// all marks an object and what it leads to, as far as that is not marked yet.
func (m *originMap) all(o pdf.Object, as origin) {
	queue := []pdf.Object{o}
	for first := true; len(queue) > 0 && m.left > 0; first = false {
		next := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if !m.one(next, as) && !first {
			continue
		}
		pdf.Refs(m.doc.Resolve(next), func(r pdf.Ref) {
			m.left--
			if _, known := m.of[r.Number]; !known {
				queue = append(queue, r)
			}
		})
	}
}
