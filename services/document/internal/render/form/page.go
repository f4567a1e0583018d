package form

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/services/document/internal/pdf"
	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
)

// page is a page of the form as the result spells it, without what is filled in.
type page struct {
	width, height writer.Length
	// entries of its dictionary beside the resources and the content.
	entries string
	// resources are spelled without the outer brackets and without external objects, which are in objects.
	resources, objects string
	// overlay is a name that objects does not hold.
	overlay string
	// contents are the numbers of its content streams; unclosed is how many graphics states they leave open.
	contents []int
	unclosed int
}

func toLength(v float64) writer.Length { return writer.Length(math.Round(v * float64(writer.Point))) }

// points spells a length.
func points(l writer.Length) string { return strconv.FormatFloat(l.Points(), 'f', -1, 64) }

func (l *loader) page(index int, source pdf.Page) error {
	at := func(detail string) error { return &LoadError{Page: index + 1, Detail: detail} }
	box, ok := l.rectangle(source.Inherited["MediaBox"])
	rotate, isNumber := pdf.Number(l.doc.Resolve(source.Inherited["Rotate"]))
	unit, isUnit := pdf.Number(l.doc.Resolve(source.Dict["UserUnit"]))
	switch {
	case !ok || box[2] <= 0 || box[3] <= 0:
		return at("the page has no size")
	case box[0] != 0 || box[1] != 0 || !l.uncropped(source, box):
		return at("the page does not begin at the origin or is cropped")
	case source.Inherited["Rotate"] != nil && (!isNumber || math.Mod(rotate, 360) != 0):
		return at("the page is rotated")
	case source.Dict["UserUnit"] != nil && (!isUnit || unit != 1):
		return at("the page is scaled")
	case source.Dict["AA"] != nil:
		return at("the page holds an action")
	case source.Dict["AF"] != nil:
		return at("the page holds embedded files")
	}
	p := page{width: box[2], height: box[3]}
	if !l.content(&p, source) {
		return at("the page's content cannot be read or restores a graphics state that it did not save")
	}
	p.entries = fmt.Sprintf("/MediaBox[0 0 %s %s]", points(p.width), points(p.height))
	if group := source.Dict["Group"]; group != nil {
		spelled, err := l.copy.value(group)
		if err != nil {
			return err
		}
		p.entries += "/Group " + spelled
	}
	if err := l.resources(&p, l.doc.Dict(source.Inherited["Resources"])); err != nil {
		return err
	}
	l.form.pages = append(l.form.pages, p)
	return l.annotations(index, source)
}

func (l *loader) uncropped(source pdf.Page, box [4]writer.Length) bool {
	if source.Inherited["CropBox"] == nil {
		return true
	}
	crop, ok := l.rectangle(source.Inherited["CropBox"])
	return ok && crop == box
}

// content notes the page's streams; false when they cannot be read or do not balance.
func (l *loader) content(p *page, source pdf.Page) bool {
	list := pdf.Array{source.Dict["Contents"]}
	if parts, ok := l.doc.Resolve(source.Dict["Contents"]).(pdf.Array); ok {
		list = parts
	}
	var whole []byte
	for _, part := range list {
		if part == nil {
			continue
		}
		r, isRef := part.(pdf.Ref)
		s, isStream := l.doc.Resolve(part).(*pdf.Stream)
		if !isRef || !isStream {
			return false
		}
		decoded, ok := l.doc.Decode(s)
		if !ok {
			return false
		}
		whole = append(append(whole, decoded...), '\n')
		p.contents = append(p.contents, l.copy.number(r))
	}
	var balanced bool
	p.unclosed, balanced = openStates(whole)
	return balanced && p.unclosed <= maxDepth
}

func (l *loader) resources(p *page, resources pdf.Dict) error {
	rest := maps.Clone(resources)
	delete(rest, "XObject")
	others, err := l.copy.value(rest)
	if err != nil {
		return err
	}
	named := l.doc.Dict(resources["XObject"])
	objects, err := l.copy.value(named)
	if err != nil {
		return err
	}
	inner := func(s string) string { return strings.TrimSuffix(strings.TrimPrefix(s, "<<"), ">>") }
	p.resources, p.objects = inner(others), inner(objects)
	p.overlay = "Filled"
	for named[pdf.Name(p.overlay)] != nil {
		p.overlay += "0"
	}
	return nil
}

// annotations notes where fields stand. Anything else that lies over a page is refused: a viewer decides how it looks.
func (l *loader) annotations(index int, source pdf.Page) error {
	for _, o := range l.doc.Array(source.Dict["Annots"]) {
		r, isRef := o.(pdf.Ref)
		d := l.doc.Dict(o)
		if !isRef || d["Subtype"] != pdf.Name("Widget") {
			return &LoadError{Page: index + 1, Detail: "the page holds an annotation that is no field, such as a link or a comment"}
		}
		if _, twice := l.places[r]; twice || len(l.places) >= maxNodes {
			return &LoadError{Page: index + 1, Detail: "a place for a field is there twice, or there are too many"}
		}
		l.places[r] = index
	}
	return nil
}

// unplaced finds the first page with a place that no field claimed.
func unplaced(places map[pdf.Ref]int, seen map[pdf.Ref]bool) (int, bool) {
	var pages []int
	for r, page := range places {
		if !seen[r] {
			pages = append(pages, page)
		}
	}
	if len(pages) == 0 {
		return 0, false
	}
	return slices.Min(pages), true
}
