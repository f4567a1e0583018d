package proof

import (
	"bytes"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// maxComparisons bounds the values compared between two files.
const maxComparisons = 4_000_000

// likeness compares what two files show, whatever their object numbers and compression: a is the document sent, b the
// signed one.
type likeness struct {
	a, b    *pdf.Document
	was, is form
	// pages maps the page objects of each file to their position.
	pages   [2]map[pdf.Ref]int
	seen    map[[2]pdf.Ref]bool
	count   int
	tooMuch bool
	// unread says that a stream was not compared, because its encoding is unknown or it is too large.
	unread bool
	// added says that a page shows all it showed, and more.
	added bool
}

// documents returns a reason when the files show different things or do different things when opened.
func (l *likeness) documents() string {
	a, b := l.a.Pages(), l.b.Pages()
	if len(a) != len(b) {
		return "PAGE_COUNT_DIFFERS"
	}
	l.pages = [2]map[pdf.Ref]int{{}, {}}
	for i := range a {
		l.pages[0][a[i].Ref], l.pages[1][b[i].Ref] = i, i
	}
	// What can hide or replace content (layers, actions, scripts, another form technology) must be as it was.
	was, is := l.a.Catalog(), l.b.Catalog()
	for _, key := range []pdf.Name{"OCProperties", "OpenAction", "AA", "Collection", "NeedsRendering", "Requirements"} {
		if !l.same(was[key], is[key]) {
			return "DOCUMENT_BEHAVIOUR_DIFFERS"
		}
	}
	for _, key := range []pdf.Name{"ViewArea", "ViewClip", "PrintArea", "PrintClip"} {
		if !l.same(l.a.Dict(was["ViewerPreferences"])[key], l.b.Dict(is["ViewerPreferences"])[key]) {
			return "DOCUMENT_BEHAVIOUR_DIFFERS"
		}
	}
	if !l.same(l.a.Dict(was["Names"])["JavaScript"], l.b.Dict(is["Names"])["JavaScript"]) {
		return "DOCUMENT_BEHAVIOUR_DIFFERS"
	}
	formA, formB := l.a.Dict(was["AcroForm"]), l.b.Dict(is["AcroForm"])
	if !l.same(formA["XFA"], formB["XFA"]) || l.b.Resolve(formB["NeedAppearances"]) == true && formA["NeedAppearances"] == nil {
		return "DOCUMENT_BEHAVIOUR_DIFFERS"
	}
	for i := range a {
		if reason := l.page(a[i], b[i]); reason != "" {
			return reason
		}
	}
	return ""
}

func (l *likeness) page(a, b pdf.Page) string {
	for _, key := range []pdf.Name{"MediaBox", "CropBox", "Rotate"} {
		if !l.same(shape(a, key), shape(b, key)) {
			return "PAGE_GEOMETRY_DIFFERS"
		}
	}
	for _, key := range []pdf.Name{"UserUnit", "Group", "AA"} {
		if !l.same(a.Dict[key], b.Dict[key]) {
			return "PAGE_GEOMETRY_DIFFERS"
		}
	}
	if reason := l.contents(a, b); reason != "" {
		return reason
	}
	return l.annotations(a, b)
}

// shape is an entry of a page with the default that a writer may put in its place (ISO 32000-2, table 31).
func shape(p pdf.Page, key pdf.Name) pdf.Object {
	value := p.Inherited[key]
	switch {
	case value == nil && key == "CropBox":
		return p.Inherited["MediaBox"]
	case value == nil && key == "Rotate":
		return int64(0)
	}
	return value
}

// contents compares what a page draws. Content put before or after the original, with resources of its own, is noted
// apart: some providers stamp pages, and only a person can say whether a stamp covers something.
func (l *likeness) contents(a, b pdf.Page) string {
	if l.same(a.Dict["Contents"], b.Dict["Contents"]) && l.same(a.Inherited["Resources"], b.Inherited["Resources"]) {
		return ""
	}
	was, ok1 := drawn(l.a, a.Dict["Contents"])
	is, ok2 := drawn(l.b, b.Dict["Contents"])
	if !ok1 || !ok2 {
		l.unread = true
		return "PAGE_CONTENT_DIFFERS"
	}
	equal := bytes.Equal(was, is)
	if !equal && (len(bytes.TrimSpace(was)) == 0 || !bytes.Contains(is, bytes.TrimSpace(was))) {
		return "PAGE_CONTENT_DIFFERS"
	}
	if l.same(a.Inherited["Resources"], b.Inherited["Resources"]) {
		l.added = l.added || !equal
		return ""
	}
	if equal || !l.within(a.Inherited["Resources"], b.Inherited["Resources"]) {
		return "PAGE_RESOURCES_DIFFER"
	}
	l.added = true
	return ""
}

// within says that the resources b hold all of a under the same names.
func (l *likeness) within(a, b pdf.Object) bool {
	is := l.b.Dict(b)
	for kind, group := range l.a.Dict(a) {
		names, ok := l.a.Resolve(group).(pdf.Dict)
		if !ok {
			continue // the list of procedure sets, which readers ignore
		}
		other := l.b.Dict(is[kind])
		for name, v := range names {
			if !l.same(v, other[name]) {
				return false
			}
		}
	}
	return true
}

// drawn joins the content streams of a page, as a reader does.
func drawn(d *pdf.Document, contents pdf.Object) ([]byte, bool) {
	var parts [][]byte
	list, ok := d.Resolve(contents).(pdf.Array)
	if !ok && contents != nil {
		list = pdf.Array{contents}
	}
	for _, one := range list {
		s, ok := d.Resolve(one).(*pdf.Stream)
		if !ok || s.Dict["F"] != nil { // what it draws is in another file
			return nil, false
		}
		data, ok := d.Decode(s)
		if !ok {
			return nil, false
		}
		parts = append(parts, bytes.TrimRight(data, "\x00\t\n\f\r "))
	}
	return bytes.Join(parts, []byte("\n")), true
}

// annotations compares everything on a page that is not a signature. A signature's appearance is covered by the
// signature; an empty field may show only what it showed before.
func (l *likeness) annotations(a, b pdf.Page) string {
	var was, is pdf.Array
	for _, v := range l.a.Array(a.Dict["Annots"]) {
		if l.fieldOf(l.was, v) == nil {
			was = append(was, v)
		}
	}
	for _, v := range l.b.Array(b.Dict["Annots"]) {
		f := l.fieldOf(l.is, v)
		switch {
		case f == nil:
			is = append(is, v)
		case l.b.Dict(v)["A"] != nil || l.b.Dict(v)["AA"] != nil:
			return "DOCUMENT_BEHAVIOUR_DIFFERS"
		case f.value == nil && l.b.Dict(v)["AP"] != nil && !l.shown(f.name, l.b.Dict(v)):
			return "EMPTY_FIELD_SHOWS_SOMETHING"
		}
	}
	if len(was) != len(is) {
		return "ANNOTATIONS_DIFFER"
	}
	for i := range was {
		if !l.same(was[i], is[i]) || !l.sameField(l.a.Dict(was[i]), l.b.Dict(is[i])) {
			return "ANNOTATIONS_DIFFER"
		}
	}
	return ""
}

func (l *likeness) fieldOf(f form, o pdf.Object) *field {
	if r, ok := o.(pdf.Ref); ok {
		return f.byObject[r.Number]
	}
	return nil
}

// shown says that the document sent had an empty field of the name with the same appearance in the same place.
func (l *likeness) shown(name string, widget pdf.Dict) bool {
	for _, f := range l.was.fields {
		if f.name != name || f.value != nil {
			continue
		}
		for _, n := range f.widgets {
			if was := l.a.Dict(l.a.Current(n)); l.same(was["AP"], widget["AP"]) && l.same(was["Rect"], widget["Rect"]) {
				return true
			}
		}
	}
	return false
}
