package document

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	files, err := templateFolder(folder)
	if err != nil {
		return err
	}
	renderer, err := render.New()
	if err != nil {
		return err
	}
	report, err := renderer.Check(ctx, files)
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

// templateFolder opens a folder; what cannot be listed is none.
func templateFolder(path string) (fs.FS, error) {
	about, err := os.Stat(path)
	if err == nil && !about.IsDir() {
		return nil, fmt.Errorf("%s: not a folder", path)
	}
	if err == nil {
		_, err = os.ReadDir(path)
	}
	var cause *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such folder", path)
	case errors.As(err, &cause):
		return nil, fmt.Errorf("%s: the folder cannot be read: %w", path, cause.Err)
	}
	return os.DirFS(path), err
}

func describe(report render.Report, folder string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for _, m := range report.Mistakes {
		line("%s", inFolder(folder, m, ""))
	}
	for _, m := range report.Warnings {
		line("%s", inFolder(folder, m, "warning: "))
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

// inFolder writes a mistake with the path that an editor can open.
func inFolder(folder string, m *render.LoadError, kind string) string {
	return place(filepath.Join(folder, m.File), m.Line, kind+m.Detail)
}

// place writes what is at a line of a file; 0 is no line.
func place(file string, line int, is string) string {
	if line > 0 {
		file += fmt.Sprintf(":%d", line)
	}
	return file + ": " + is
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
	// Data is one JSON object or YAML mapping of values by variable name. DataName is what people call it.
	Data     []byte
	DataName string
	// Placeholders shows a missing value as its label in brackets instead of refusing.
	Placeholders bool
	// Page to draw, counted from 1; 0 for the PDF.
	Page int
	// Resolution of a drawn page in dots per inch, 36 to 300.
	Resolution int
}

// ChoiceError is a language or a page that a template does not have. It names those that it has.
type ChoiceError struct{ has string }

// Error implements error.
func (e *ChoiceError) Error() string { return e.has }

// RenderTemplate renders a template from its folder and returns the PDF, or a page of it as a PNG. It fails with every
// mistake of the template, or every refused value by its variable, a line each and never with the value; and with a
// *ChoiceError.
func RenderTemplate(ctx context.Context, request TemplateRequest) ([]byte, error) {
	files, err := templateFolder(request.Folder)
	if err != nil {
		return nil, err
	}
	source, err := render.Load(files)
	if err != nil {
		return nil, mistakes(request.Folder, err)
	}
	values, err := render.ParseValues(request.Data)
	var malformed *render.DataError
	if errors.As(err, &malformed) {
		return nil, errors.New(place(request.DataName, malformed.Line, malformed.Detail))
	}
	if err != nil {
		return nil, err
	}
	return request.render(ctx, source, values)
}

func (request TemplateRequest) render(ctx context.Context, source render.Source, values paper.Values) ([]byte, error) {
	renderer, err := render.New()
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
		return nil, &ChoiceError{"name a language of the template: " + strings.Join(languages, ", ")}
	}
	if err != nil {
		return nil, refusals(source.Template, request.DataName, err)
	}
	if request.Page == 0 {
		return result.PDF, nil
	}
	image, err := renderer.PNG(ctx, result, request.Page, request.Resolution)
	var page *render.PageError
	if errors.As(err, &page) {
		return nil, &ChoiceError{"the document has " + count(page.Pages, "page")}
	}
	return image, err
}

// mistakes writes each mistake of a template on a line of its own; another error stays what it is.
func mistakes(folder string, err error) error {
	var all render.Mistakes
	if !errors.As(err, &all) {
		return fmt.Errorf("%s: %w", folder, err)
	}
	lines := []string{"the template has " + count(len(all), "mistake")}
	for _, m := range all {
		lines = append(lines, inFolder(folder, m, ""))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// refusals writes each refused value's variable on a line of its own, with an example where there is one.
func refusals(t paper.Template, data string, err error) error {
	var refused *paper.ValuesError
	if !errors.As(err, &refused) {
		return err
	}
	lines := []string{place(data, 0, count(len(refused.Problems), "value")+" refused")}
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
