package document

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/render"
)

// CheckTemplate looks for everything that is wrong or odd in a template's folder and writes it to out, a line each, as
// file:line: what it is. A template without mistakes is then rendered in each language with its examples, to tell pages,
// size and signature fields. Fails when there is a mistake, and when the folder cannot be read.
func CheckTemplate(ctx context.Context, folder string, out io.Writer) error {
	renderer, err := render.New()
	if err != nil {
		return err
	}
	report, err := renderer.Check(ctx, os.DirFS(folder))
	if err != nil {
		return fmt.Errorf("%s: %w", folder, err)
	}
	if _, err := io.WriteString(out, describe(report, folder)); err != nil {
		return err
	}
	if n := len(report.Mistakes); n > 0 {
		return fmt.Errorf("%s: %s", folder, count(n, "mistake"))
	}
	return nil
}

func describe(report render.Report, folder string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for _, m := range report.Mistakes {
		line("%s", place(folder, m, ""))
	}
	for _, m := range report.Warnings {
		line("%s", place(folder, m, "warning: "))
	}
	t := report.Template
	for _, d := range report.Rendered {
		line("%s@%s %s: %s, %s, %d kB", t.ID, t.Version, d.Language, d.Result.FileName, count(d.Result.Pages, "page"), (len(d.Result.PDF)+999)/1000)
		for _, f := range d.Result.Fields {
			line("  %s signs on page %d, %.0f pt from the left and %.0f pt from the top, %.0f x %.0f pt",
				f.Role, f.Page, f.X, f.Y, f.Width, f.Height)
		}
	}
	line("%s, %s", count(len(report.Mistakes), "mistake"), count(len(report.Warnings), "warning"))
	return b.String()
}

// place writes a mistake with the path that an editor can open.
func place(folder string, m *render.LoadError, kind string) string {
	file := filepath.Join(folder, m.File)
	if m.Line > 0 {
		file += fmt.Sprintf(":%d", m.Line)
	}
	return fmt.Sprintf("%s: %s%s", file, kind, m.Detail)
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// TemplateRequest says what RenderTemplate renders.
type TemplateRequest struct {
	// Folder of the template.
	Folder string
	// Language of the text, ISO 639-1; may be empty when the template has only one.
	Language string
	// Data is one JSON object or YAML mapping of values by variable name.
	Data []byte
	// Placeholders shows a missing value as its label in brackets instead of refusing.
	Placeholders bool
	// Page to draw, counted from 1; 0 for the PDF.
	Page int
	// Resolution of a drawn page in dots per inch, 36 to 300.
	Resolution int
}

// RenderTemplate renders a template from its folder and returns the PDF, or a page of it as a PNG. It fails with every mistake of the template, or
// every refused value by its variable, a line each and never with the value.
func RenderTemplate(ctx context.Context, request TemplateRequest) ([]byte, error) {
	renderer, err := render.New()
	if err != nil {
		return nil, err
	}
	source, err := render.Load(os.DirFS(request.Folder))
	if err != nil {
		return nil, mistakes(request.Folder, err)
	}
	values, err := render.ParseValues(request.Data)
	if err != nil {
		return nil, err
	}
	languages := source.Template.Languages()
	if request.Language == "" && len(languages) == 1 {
		request.Language = languages[0]
	}
	draw := renderer.Render
	if request.Placeholders {
		draw = renderer.RenderPlaceholders
	}
	result, err := draw(ctx, source, request.Language, values)
	var language *paper.LanguageError
	if errors.As(err, &language) {
		return nil, fmt.Errorf("name a language of the template: %s", strings.Join(languages, ", "))
	}
	if err != nil {
		return nil, refusals(source.Template, err)
	}
	if request.Page != 0 {
		return renderer.PNG(ctx, result, request.Page, request.Resolution)
	}
	return result.PDF, nil
}

// mistakes writes each mistake of a template on a line of its own; another error stays what it is.
func mistakes(folder string, err error) error {
	var all render.Mistakes
	if !errors.As(err, &all) {
		return fmt.Errorf("%s: %w", folder, err)
	}
	lines := []string{"the template has " + count(len(all), "mistake")}
	for _, m := range all {
		lines = append(lines, place(folder, m, ""))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// refusals writes each refused value's variable on a line of its own, with an example where there is one.
func refusals(t paper.Template, err error) error {
	var refused *paper.ValuesError
	if !errors.As(err, &refused) {
		return err
	}
	lines := []string{count(len(refused.Problems), "value") + " refused"}
	for _, p := range refused.Problems {
		line := fmt.Sprintf("%s: %s", p.Variable, p.Fault)
		if p.Variable == "" {
			line = "a name that is no variable's: " + string(p.Fault)
		}
		if v, _ := t.Variable(p.Variable); v.Example != "" {
			line += fmt.Sprintf("; for example %q", v.Example)
		}
		lines = append(lines, line)
	}
	return errors.New(strings.Join(lines, "\n"))
}
