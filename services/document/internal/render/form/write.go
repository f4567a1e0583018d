package form

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/document/internal/paper"
	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
)

// finish writes what was not drawn yet and ends the file.
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
	result.PDF, err = p.file.Finish(catalogNumber, infoNumber)
	return result, err
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
