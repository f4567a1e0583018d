package pdf

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// Bytes writes the file. It fails when a font cannot be cut down or has no room for more characters, when content of a
// tagged document belongs to no element, when a figure has no Alt and when a link has no anchor.
func (d Document) Bytes() ([]byte, error) {
	f := newFile()
	w := &writer{file: f, document: d, tree: f.reserve(), images: images{names: map[[sha256.Size]byte]string{}}}
	for i, font := range d.Fonts {
		w.fonts = append(w.fonts, newEmbedded(font, i+1))
	}
	var err error
	if w.anchors, err = anchors(d.Pages); err != nil {
		return nil, err
	}
	resources := f.reserve()
	for range d.Pages {
		w.pages = append(w.pages, f.reserve())
	}
	w.structure = newStructure(f, d.Structure)
	for i, p := range d.Pages {
		if err := w.page(p, i, resources); err != nil {
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
	return f.finish(catalog, info)
}

// writer turns pages into objects.
type writer struct {
	*file
	document  Document
	fonts     []*embedded
	images    images
	anchors   map[string]anchor
	structure *structure
	tree      ref
	pages     []ref
	fields    []ref
}

func (w *writer) page(p Page, index int, resources ref) error {
	w.structure.turn()
	c := &content{writer: w}
	if err := c.page(p); err != nil {
		return err
	}
	stream, err := w.stream("", []byte(c.String()))
	if err != nil {
		return err
	}
	annotations, err := w.annotations(p, w.pages[index])
	if err != nil {
		return err
	}
	tags := ""
	if w.document.Structure != nil {
		tags = fmt.Sprintf("/StructParents %d", index)
	}
	w.write(w.pages[index], "<</Type/Page/Parent %s/MediaBox[0 0 %s %s]/Resources %s/Contents %s%s%s>>", w.tree,
		number(w.document.Width), number(w.document.Height), resources, stream, tags, annotations)
	return nil
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
	pictures := ""
	if len(w.images.list) > 0 {
		pictures = "/XObject<<" + strings.Join(w.images.list, "") + ">>"
	}
	w.write(r, "<</Font<<%s>>%s>>", fonts.String(), pictures)
	return nil
}

func (w *writer) catalog() (ref, error) {
	profile, err := w.stream("/N 3", sRGB())
	if err != nil {
		return 0, err
	}
	intent := w.addPacked("<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)/DestOutputProfile %s>>", profile)
	metadata := w.plain("/Type/Metadata/Subtype/XML", xmp(w.document))
	form := ""
	if len(w.fields) > 0 {
		form = "/AcroForm<</Fields" + list(w.fields) + "/SigFlags 1>>"
	}
	tags := w.structure.write(w.file, w.pages) + w.outline()
	return w.add("<</Type/Catalog/Pages %s/Lang %s/Metadata %s/OutputIntents[%s]/ViewerPreferences<</DisplayDocTitle true>>%s%s>>",
		w.tree, text(w.document.Language), metadata, intent, form, tags), nil
}

func list(refs []ref) string {
	parts := make([]string, len(refs))
	for i, r := range refs {
		parts[i] = r.String()
	}
	return "[" + strings.Join(parts, " ") + "]"
}
