// Package render turns a template and values into a contract: a PDF with its signature fields. The template's Markdown
// is parsed first and values go into text only, so that no value can add a clause, a link or markup. The same template
// version, language and values give the same bytes.
package render

import (
	"context"
	"fmt"
	"strings"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// Renderer renders templates. It is safe for concurrent use.
type Renderer struct {
	fonts []typeface
}

// Result is a rendered contract.
type Result struct {
	// PDF is the file.
	PDF []byte
	// Fields are the signature fields in page order.
	Fields []paper.SignatureField
	// Pages is the number of pages.
	Pages int
	// Title for people, at most 256 characters.
	Title string
	// FileName with extension, at most 128 characters, without anything a file system or a header could misread.
	FileName string

	// pages, on what they are printed and in which language: nothing for a form.
	pages    []pdf.Page
	sheet    sheet
	language string
}

// New loads the built-in fonts.
func New() (*Renderer, error) {
	fonts, err := typefaces()
	if err != nil {
		return nil, err
	}
	return &Renderer{fonts: fonts}, nil
}

// Render fills the template's text in one language with values and lays it out on pages. It fails with a
// *paper.LanguageError, a *paper.ValuesError, a *GlyphError or a *TooLongError, and with the context's error when that
// ends first.
func (r *Renderer) Render(ctx context.Context, source Source, language string, values map[string]string) (Result, error) {
	shown, err := source.Template.Show(language, values)
	if err != nil {
		return Result{}, err
	}
	return r.set(ctx, source, language, given{values: values, shown: shown})
}

// RenderPlaceholders is Render with each missing value of a required variable shown as its label in brackets.
func (r *Renderer) RenderPlaceholders(ctx context.Context, source Source, language string, values map[string]string) (Result, error) {
	shown, err := source.Template.ShowPlaceholders(language, values)
	if err != nil {
		return Result{}, err
	}
	return r.set(ctx, source, language, given{values: values, shown: shown})
}

// given are values as the caller gave them, and as they are shown.
type given struct{ values, shown map[string]string }

func (r *Renderer) set(ctx context.Context, source Source, language string, given given) (Result, error) {
	text, err := source.Template.Text(language)
	if err != nil {
		return Result{}, err
	}
	if source.Template.Form {
		return r.fillForm(ctx, source, language, given)
	}
	shown := given.shown
	s := newSetter(r.fonts, language)
	result := Result{
		Title:    clip(replace(text.Title, shown), maxTitle),
		FileName: fileName(replace(text.FileName, shown)),
		sheet:    source.sheet, language: language,
	}
	s.expired = ctx.Err
	f := newFlow(s, source, language)
	if err := f.contract(ctx, fill(source.texts[language].blocks, shown)); err != nil {
		return Result{}, err
	}
	if result.pages, err = paginate(f.rows, source.sheet); err != nil {
		return Result{}, err
	}
	s.text = 0 // lines above and below the text are no part of it
	if err := source.texts[language].running.decorate(s, result.pages, source.sheet, shown); err != nil {
		return Result{}, err
	}
	result.Pages = len(result.pages)
	result.Fields = fields(result.pages)
	result.PDF, err = r.document(source, language, result.Title, result.pages, f.root).Bytes()
	return result, err
}

func (r *Renderer) document(source Source, language, title string, pages []pdf.Page, root *pdf.Element) pdf.Document {
	t := source.Template
	d := pdf.Document{
		Title: title, Language: language, Creator: creator(t), Fonts: embeddable(r.fonts),
		Date: t.Date, Width: source.sheet.width, Height: source.sheet.height, Pages: pages, Structure: root,
	}
	return d
}

func creator(t paper.Template) string {
	return fmt.Sprintf("Countersign, template %s@%s", t.ID, t.Version)
}

func embeddable(faces []typeface) []pdf.Font {
	var list []pdf.Font
	for _, f := range faces {
		list = append(list, pdf.Font{Name: f.name, Face: f.metrics})
	}
	return list
}

func fields(pages []pdf.Page) []paper.SignatureField {
	var list []paper.SignatureField
	for i, p := range pages {
		for _, f := range p.Fields {
			list = append(list, paper.SignatureField{
				Role: f.Name, FormField: f.Name, Page: i + 1,
				X: f.X.Points(), Y: f.Y.Points(), Width: f.Width.Points(), Height: f.Height.Points(),
			})
		}
	}
	return list
}

// replace writes values into a pattern that was checked when the template was loaded.
func replace(pattern string, shown map[string]string) string {
	var b strings.Builder
	for _, s := range slots(pattern) {
		if s.slot {
			b.WriteString(shown[s.text])
		} else {
			b.WriteString(s.text)
		}
	}
	return b.String()
}
