package render

import (
	"context"
	"errors"
	"io/fs"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// Report is what a check of a template's folder found, for the person who wrote it.
type Report struct {
	Template paper.Template
	// Mistakes keep the template from being used.
	Mistakes Mistakes
	// Warnings are odd and do not.
	Warnings Mistakes
	// Rendered has one document per language, made from the variables' examples; empty when there are mistakes.
	Rendered []Rendered
}

// Rendered is a document that a check made.
type Rendered struct {
	Language string
	Result   Result
}

// Check looks for everything that is wrong or odd in a template's folder, and renders each language with the
// variables' examples, and with placeholders where there is none. It fails when the files cannot be read, or with the
// context's error.
func (r *Renderer) Check(ctx context.Context, fsys fs.FS) (Report, error) {
	source, mistakes, err := load(fsys)
	report := Report{Template: source.Template, Mistakes: mistakes}
	if err != nil {
		return report, err
	}
	for _, language := range source.Template.Languages() {
		for _, name := range source.texts[language].files {
			text, err := read(fsys, name, maxBody)
			if report.Mistakes.add(err) {
				continue
			}
			if err != nil {
				return report, err
			}
			report.Mistakes = append(report.Mistakes, r.unprintable(language, name, text)...)
		}
	}
	report.Mistakes.sort()
	if len(report.Mistakes) > 0 {
		return report, nil
	}
	manifest, err := read(fsys, manifestFile, maxManifest)
	if err != nil {
		return report, err
	}
	report.Warnings = source.warnings(manifest)
	return report, r.examples(ctx, source, &report)
}

func (r *Renderer) examples(ctx context.Context, source Source, report *Report) error {
	for _, language := range source.Template.Languages() {
		result, err := r.RenderPlaceholders(ctx, source, language, source.Template.Examples())
		var glyph *GlyphError
		var long *TooLongError
		var refused *paper.ValuesError
		switch {
		case errors.As(err, &glyph), errors.As(err, &long), errors.As(err, &refused):
			report.Mistakes = append(report.Mistakes, &LoadError{File: language + source.suffix(), Detail: "rendered with the examples: " + err.Error()})
		case err != nil:
			return err
		default:
			report.Rendered = append(report.Rendered, Rendered{Language: language, Result: result})
		}
	}
	return nil
}
