package form

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/services/document/internal/paper"
	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
)

// Fill writes values, by full field name and as they are to be shown, and makes every field but the empty signature
// fields part of its page. A field without a value shows the form's own. It fails with a *ValueError, with the
// typesetter's error for a character without a glyph, and with the context's error when that ends first. The same form,
// values and fonts give the same bytes.
func (f *Form) Fill(ctx context.Context, values map[string]string, imprint Imprint, set Typesetter) (Result, error) {
	p := &painter{form: f, set: set, file: writer.NewFile(set.Fonts()), layers: make([]layer, len(f.pages))}
	for range firstPage - 1 + len(f.pages) + len(f.kept) {
		p.file.Reserve()
	}
	for i, body := range f.kept {
		p.file.Write(firstPage+len(f.pages)+i, body)
	}
	for _, one := range f.fields {
		if ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		value, given := values[one.Name]
		if !given {
			value = one.value
		}
		if err := p.field(one, value); err != nil {
			return Result{}, err
		}
	}
	return p.finish(imprint)
}

// painter makes one result.
type painter struct {
	form   *Form
	set    Typesetter
	file   *writer.File
	layers []layer
}

// layer is what is filled in on one page.
type layer struct {
	strings.Builder
	objects []int // the appearances that it shows
}

func (p *painter) field(f *field, value string) error {
	for _, w := range f.widgets {
		if _, ownLook := w.shown[stateOff]; !ownLook {
			p.frame(f, w)
		}
	}
	switch f.Kind {
	case KindSignature:
		return nil
	case KindCheckbox, KindRadio:
		return p.buttons(f, value)
	case KindChoice:
		text, ok := f.choose(value)
		if !ok {
			return &ValueError{Field: f.Name}
		}
		value = text
	}
	count := utf8.RuneCountInString(value)
	if count > maxValue || f.MaxLength > 0 && count > f.MaxLength {
		return &ValueError{Field: f.Name, TooLong: true}
	}
	if strings.TrimSpace(value) == "" {
		return nil
	}
	for _, w := range f.widgets {
		if err := p.text(f, w, value); err != nil {
			return err
		}
	}
	return nil
}

// choose finds the text of an option by its text or its value.
func (f *field) choose(value string) (string, bool) {
	for _, o := range f.options {
		if o.display == value {
			return value, true
		}
	}
	for _, o := range f.options {
		if o.export == value {
			return o.display, true
		}
	}
	return value, value == "" || f.editable
}

// buttons draws each button's own appearance of the state that it is in.
func (p *painter) buttons(f *field, value string) error {
	found := value == "" || value == stateOff || f.Kind == KindCheckbox && value == "false"
	for _, w := range f.widgets {
		on := value != "" && (value == w.export || value == w.state) || f.Kind == KindCheckbox && value == "true"
		found = found || on
		state := stateOff
		if on {
			state = w.state
		}
		if look, drawn := w.shown[state]; drawn {
			at := &p.layers[w.page]
			fmt.Fprintf(at, "q %s /A%d Do Q\n", look.matrix, look.number)
			if !slices.Contains(at.objects, look.number) {
				at.objects = append(at.objects, look.number)
			}
		}
	}
	if !found {
		return &ValueError{Field: f.Name}
	}
	return nil
}

func (p *painter) finish(imprint Imprint) (Result, error) {
	overlays, err := p.overlays()
	if err != nil {
		return Result{}, err
	}
	widgets := make([][]string, len(p.form.pages))
	var all []string
	result := Result{Pages: len(p.form.pages)}
	for _, f := range p.form.fields {
		if f.Kind == KindSignature {
			page := f.Page - 1
			one := fmt.Sprintf("%d 0 R", p.signature(f))
			widgets[page], all = append(widgets[page], one), append(all, one)
			result.Fields = append(result.Fields, p.form.place(f))
		}
	}
	slices.SortStableFunc(result.Fields, func(a, b paper.SignatureField) int { return cmp.Compare(a.Page, b.Page) })
	if err := p.pages(overlays, widgets); err != nil {
		return Result{}, err
	}
	language := p.form.language
	if language == "" {
		language = imprint.Language
	}
	acroForm := ""
	if len(all) > 0 {
		acroForm = "/AcroForm<</Fields[" + strings.Join(all, " ") + "]/SigFlags 1>>"
	}
	p.file.Write(catalogNumber, fmt.Sprintf("<</Type/Catalog/Pages %d 0 R/Lang %s/ViewerPreferences<</DisplayDocTitle true>>%s>>",
		treeNumber, writer.TextString(language), acroForm))
	p.file.Write(infoNumber, fmt.Sprintf("<</Title %s/Creator %s/Producer(Countersign)>>",
		writer.TextString(imprint.Title), writer.TextString(imprint.Creator)))
	result.PDF = p.file.Finish(catalogNumber, infoNumber)
	return result, nil
}

// overlays writes what is filled in on each page as an object of its own, so that neither the page's content nor its
// resources can change how it looks; 0 where a page has none.
func (p *painter) overlays() ([]int, error) {
	fonts, err := p.file.Fonts()
	if err != nil {
		return nil, err
	}
	shared := p.file.Add(fonts)
	numbers := make([]int, len(p.layers))
	for i := range p.layers {
		l, page := &p.layers[i], p.form.pages[i]
		if l.Len() == 0 {
			continue
		}
		var objects strings.Builder
		for _, n := range l.objects {
			fmt.Fprintf(&objects, "/A%d %d 0 R", n, n)
		}
		entries := fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %s %s]/Resources<</Font %d 0 R/XObject<<%s>>>>",
			points(page.width), points(page.height), shared, objects.String())
		if numbers[i], err = p.file.Stream(entries, []byte(l.String())); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

func (p *painter) pages(overlays []int, widgets [][]string) error {
	begin, err := p.file.Stream("", []byte("q\n"))
	if err != nil {
		return err
	}
	var kids []string
	for i, page := range p.form.pages {
		contents, objects := page.contents, page.objects
		if overlays[i] != 0 {
			// A page may leave graphics states open; the value is drawn from none of them.
			closing := strings.Repeat("Q\n", page.unclosed+1)
			end, err := p.file.Stream("", fmt.Appendf(nil, "\n%s/%s Do\n", closing, page.overlay))
			if err != nil {
				return err
			}
			contents = slices.Concat([]int{begin}, contents, []int{end})
			objects += fmt.Sprintf("/%s %d 0 R", page.overlay, overlays[i])
		}
		var streams strings.Builder
		for _, n := range contents {
			fmt.Fprintf(&streams, "%d 0 R ", n)
		}
		annotations := ""
		if len(widgets[i]) > 0 {
			annotations = "/Annots[" + strings.Join(widgets[i], " ") + "]"
		}
		p.file.Write(firstPage+i, fmt.Sprintf("<</Type/Page/Parent %d 0 R%s/Resources<<%s/XObject<<%s>>>>/Contents[%s]%s>>",
			treeNumber, page.entries, page.resources, objects, streams.String(), annotations))
		kids = append(kids, fmt.Sprintf("%d 0 R", firstPage+i))
	}
	p.file.Write(treeNumber, fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(kids), strings.Join(kids, " ")))
	return nil
}

// signature writes an empty signature field that prints (flag 4) and shows nothing; its frame is on the page.
func (p *painter) signature(f *field) int {
	w := f.widgets[0]
	look := p.file.Add(fmt.Sprintf("<</Type/XObject/Subtype/Form/BBox[0 0 %s %s]/Resources<<>>/Length 0>>\nstream\n\nendstream",
		points(w.width()), points(w.height())))
	label := f.label
	if label == "" {
		label = f.Name
	}
	return p.file.Add(fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Sig/T %s/TU %s/F 4/P %d 0 R/Rect[%s %s %s %s]/AP<</N %d 0 R>>>>",
		writer.TextString(f.Name), writer.TextString(label), firstPage+w.page,
		points(w.left), points(w.bottom), points(w.right), points(w.top), look))
}

func (f *Form) place(one *field) paper.SignatureField {
	w := one.widgets[0]
	return paper.SignatureField{
		Role: one.Name, FormField: one.Name, Page: one.Page, X: w.left.Points(), Y: (f.pages[w.page].height - w.top).Points(),
		Width: w.width().Points(), Height: w.height().Points(),
	}
}
