package pdf

import (
	"fmt"
	"strings"
)

// Bytes writes the file. It fails when a font cannot be cut down or has no room for more characters.
func (d Document) Bytes() ([]byte, error) {
	f := newFile()
	w := &writer{file: f, document: d, tree: f.reserve()}
	for i, font := range d.Fonts {
		w.fonts = append(w.fonts, newEmbedded(font, i+1))
	}
	resources := f.reserve()
	for _, p := range d.Pages {
		if err := w.page(p, resources); err != nil {
			return nil, err
		}
	}
	if err := w.resources(resources); err != nil {
		return nil, err
	}
	f.write(w.tree, "<</Type/Pages/Count %d/Kids%s>>", len(w.pages), list(w.pages))
	info := f.add("<</Title %s/Creator %s/Producer %s%s>>", text(d.Title), text(d.Creator), text(producer), infoDates(d))
	catalog, err := w.catalog()
	if err != nil {
		return nil, err
	}
	return f.finish(catalog, info), nil
}

// writer turns pages into objects.
type writer struct {
	*file
	document Document
	fonts    []*embedded
	tree     ref
	pages    []ref
	fields   []ref
}

func (w *writer) page(p Page, resources ref) error {
	c := &content{height: w.document.Height, fonts: w.fonts}
	if err := c.page(p); err != nil {
		return err
	}
	stream, err := w.stream("", []byte(c.String()))
	if err != nil {
		return err
	}
	page := w.reserve()
	widgets := ""
	if len(p.Fields) > 0 {
		var refs []ref
		for _, field := range p.Fields {
			refs = append(refs, w.field(field, page))
		}
		w.fields = append(w.fields, refs...)
		widgets = "/Annots" + list(refs) + "/Tabs/S"
	}
	w.write(page, "<</Type/Page/Parent %s/MediaBox[0 0 %s %s]/Resources %s/Contents %s%s>>", w.tree,
		number(w.document.Width), number(w.document.Height), resources, stream, widgets)
	w.pages = append(w.pages, page)
	return nil
}

// field is a signature field and its widget in one. PDF/A wants an appearance and the print flag (4) even where there
// is nothing to see yet.
func (w *writer) field(f Field, page ref) ref {
	empty := w.plain(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %s %s]/Resources<<>>", number(f.Width), number(f.Height)), nil)
	bottom := w.document.Height - f.Y - f.Height
	return w.add("<</Type/Annot/Subtype/Widget/FT/Sig/T %s/TU %s/F 4/P %s/Rect[%s %s %s %s]/AP<</N %s>>>>",
		text(f.Name), text(f.Label), page, number(f.X), number(bottom), number(f.X+f.Width), number(bottom+f.Height), empty)
}

func (w *writer) resources(r ref) error {
	var fonts strings.Builder
	for _, font := range w.fonts {
		if len(font.listed) == 0 {
			continue
		}
		written, err := font.write(w.file)
		if err != nil {
			return err
		}
		fmt.Fprintf(&fonts, "/%s %s", font.name, written)
	}
	w.write(r, "<</Font<<%s>>>>", fonts.String())
	return nil
}

func (w *writer) catalog() (ref, error) {
	profile, err := w.stream("/N 3", sRGB())
	if err != nil {
		return 0, err
	}
	intent := w.add("<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)/DestOutputProfile %s>>", profile)
	metadata := w.plain("/Type/Metadata/Subtype/XML", xmp(w.document))
	form := ""
	if len(w.fields) > 0 {
		form = "/AcroForm<</Fields" + list(w.fields) + "/SigFlags 1>>"
	}
	return w.add("<</Type/Catalog/Pages %s/Lang %s/Metadata %s/OutputIntents[%s]/ViewerPreferences<</DisplayDocTitle true>>%s>>",
		w.tree, text(w.document.Language), metadata, intent, form), nil
}

func list(refs []ref) string {
	parts := make([]string, len(refs))
	for i, r := range refs {
		parts[i] = r.String()
	}
	return "[" + strings.Join(parts, " ") + "]"
}
