package pdf

import (
	"errors"
	"fmt"
	"strings"
)

// errAnchor marks a link that leads nowhere, or an anchor that stands twice.
var errAnchor = errors.New("pdf: links and anchors do not match")

// anchor is where a link leads.
type anchor struct {
	page int
	y    Length
}

func anchors(pages []Page) (map[string]anchor, error) {
	found := map[string]anchor{}
	for i, p := range pages {
		for _, a := range p.Anchors {
			if _, twice := found[a.Name]; twice {
				return nil, errAnchor
			}
			found[a.Name] = anchor{page: i, y: a.Y}
		}
	}
	return found, nil
}

// annotations writes the fields and links of a page and returns the page's entries.
func (w *writer) annotations(p Page, page ref) (string, error) {
	var refs []ref
	for _, f := range p.Fields {
		r, err := w.field(f, page)
		if err != nil {
			return "", err
		}
		w.fields = append(w.fields, r)
		refs = append(refs, r)
	}
	for _, text := range p.Runs {
		if text.To == "" || len(text.Glyphs) == 0 {
			continue
		}
		r, err := w.link(text, page)
		if err != nil {
			return "", err
		}
		refs = append(refs, r)
	}
	if len(refs) == 0 {
		return "", nil
	}
	return "/Annots" + list(refs) + "/Tabs/S", nil
}

// field is a signature field and its widget in one. PDF/A wants an appearance and the print flag (4) even where there
// is nothing to see yet.
func (w *writer) field(f Field, page ref) (ref, error) {
	empty := w.plain(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %s %s]/Resources<<>>", number(f.Width), number(f.Height)), nil)
	r := w.reserve()
	parent, err := w.structure.object(f.Element, r, page, len(w.pages))
	w.write(r, "<</Type/Annot/Subtype/Widget/FT/Sig/T %s/TU %s/F 4/P %s%s%s/AP<</N %s>>>>",
		text(f.Name), text(f.Label), page, parent, w.rectangle(f.X, f.Y, f.Width, f.Height), empty)
	return r, err
}

// link covers a run's text. It shows no border: its text says what it is. PDF/A wants the print flag and lets a link do
// without an appearance.
func (w *writer) link(text Run, page ref) (ref, error) {
	to, found := w.anchors[text.To]
	if !found {
		return 0, errAnchor
	}
	r := w.reserve()
	parent, err := w.structure.object(text.Element, r, page, len(w.pages))
	label, width := w.extent(text)
	w.write(r, "<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Contents %s/P %s%s%s/Dest%s>>", label, page, parent,
		w.rectangle(text.X, text.Y-text.Size, width, text.Size+text.Size/4), w.destination(to.page, to.y))
	return r, err
}

// extent is what a run says and how wide it is, the space at its end left out.
func (w *writer) extent(r Run) (label string, width Length) {
	var words strings.Builder
	for _, g := range r.Glyphs {
		words.WriteString(g.Text)
		if g.Text != " " {
			width = g.X + Length(w.fonts[r.Font].width(g.ID))*r.Size/1000
		}
	}
	return text(plainText(words.String())), width
}

func (w *writer) rectangle(x, y, width, height Length) string {
	bottom := w.document.Height - y - height
	return fmt.Sprintf("/Rect[%s %s %s %s]", number(x), number(bottom), number(x+width), number(bottom+height))
}
