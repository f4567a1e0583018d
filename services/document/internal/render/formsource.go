package render

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/render/form"
	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// formText is the text of a template in one language as a PDF form.
type formText struct {
	form *form.Form
	// fields finds the field of a variable.
	fields map[string]form.Field
}

// hasForm says whether a template's folder has a form for a language.
func hasForm(fsys fs.FS, language string) (bool, error) {
	_, err := fs.Stat(fsys, language+".pdf")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("template: %w", err)
	}
	return true, nil
}

// loadForms reads <language>.pdf for every language. Each variable has its field and each field its variable, except
// those that are read-only; the roles are the signature fields.
func loadForms(fsys fs.FS, t paper.Template) (map[string]formText, error) {
	names, err := fieldNames(fsys)
	if err != nil {
		return nil, err
	}
	forms := map[string]formText{}
	for _, language := range t.Languages() {
		name := language + ".pdf"
		if _, err := fs.Stat(fsys, language+".md"); err == nil {
			return nil, &LoadError{File: name, Detail: "there is also a " + language + ".md"}
		}
		content, err := readBytes(fsys, name, form.MaxBytes)
		if err != nil {
			return nil, err
		}
		f, err := form.Load(content)
		if err != nil {
			return nil, &LoadError{File: name, Detail: err.Error()}
		}
		text := formText{form: f, fields: map[string]form.Field{}}
		if detail := text.match(t, names); detail != "" {
			return nil, &LoadError{File: name, Detail: detail}
		}
		forms[language] = text
	}
	return forms, nil
}

// fieldNames reads which field the manifest names for a variable whose field has another name.
func fieldNames(fsys fs.FS) (map[string]string, error) {
	text, err := read(fsys, manifestFile, maxManifest)
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := yaml.Unmarshal(text, &m); err != nil {
		return nil, manifestError(err)
	}
	names := map[string]string{}
	for _, v := range m.Variables {
		names[v.Name] = v.Name
		if v.Field != "" {
			names[v.Name] = v.Field
		}
	}
	return names, nil
}

// match finds the field of each variable and role; the answer is what has none.
func (f formText) match(t paper.Template, names map[string]string) string {
	open := map[string]form.Field{}
	for _, one := range f.form.Fields() {
		open[one.Name] = one
	}
	for _, v := range t.Variables {
		field, found := open[names[v.Name]]
		switch {
		case !found || field.Kind == form.KindSignature:
			return fmt.Sprintf("variable %q: the form has no field %q of its own for it", v.Name, names[v.Name])
		case !takes(field.Kind, v.Type):
			return fmt.Sprintf("variable %q: a %s field does not take a value of type %s", v.Name, field.Kind, v.Type)
		}
		f.fields[v.Name] = field
		delete(open, field.Name)
	}
	for _, r := range t.Roles {
		if open[r.ID].Kind != form.KindSignature {
			return fmt.Sprintf("role %q: the form has no signature field of this name", r.ID)
		}
		delete(open, r.ID)
	}
	for _, one := range f.form.Fields() {
		if _, left := open[one.Name]; left && (one.Kind == form.KindSignature || !one.ReadOnly) {
			return fmt.Sprintf("field %q: no variable or role of the manifest belongs to it", one.Name)
		}
	}
	return ""
}

// takes says which types of variable a kind of field shows. A check box has no words, lines need room below each other.
func takes(kind form.Kind, t paper.Type) bool {
	const boolean, lines = "boolean", "lines"
	switch kind {
	case form.KindCheckbox:
		return t == boolean
	case form.KindRadio:
		return t != lines
	case form.KindLines:
		return true
	}
	return t != lines
}

// fillForm fills a template's form.
func (r *Renderer) fillForm(ctx context.Context, source Source, language string, values, shown map[string]string) (Result, error) {
	text := source.forms[language]
	filled := map[string]string{}
	for name, field := range text.fields {
		// Buttons know their states by the value itself and not by the word for it.
		if value, given := shown[name]; given && (field.Kind == form.KindCheckbox || field.Kind == form.KindRadio) {
			filled[field.Name] = strings.TrimSpace(values[name])
		} else if given {
			filled[field.Name] = value
		}
	}
	names := source.Template.Texts[language]
	result := Result{Title: clip(replace(names.Title, shown), maxTitle), FileName: fileName(replace(names.FileName, shown))}
	made, err := text.form.Fill(ctx, filled, form.Imprint{
		Title: result.Title, Language: language, Creator: creator(source.Template),
	}, formTypes{newSetter(r.fonts, language)})
	if err != nil {
		return Result{}, text.fault(err)
	}
	result.PDF, result.Fields, result.Pages = made.PDF, made.Fields, made.Pages
	return result, nil
}

// fault names the variable whose field could not show its value.
func (f formText) fault(err error) error {
	var refused *form.ValueError
	if !errors.As(err, &refused) {
		return err
	}
	problem := paper.Problem{Fault: paper.FaultMalformed}
	if refused.TooLong {
		problem.Fault = paper.FaultTooLong
	}
	for name, field := range f.fields {
		if field.Name == refused.Field {
			problem.Variable = name
		}
	}
	return &paper.ValuesError{Problems: []paper.Problem{problem}}
}

// formTypes sets a form's text with the built-in fonts.
type formTypes struct{ *setter }

func (t formTypes) Fonts() []pdf.Font { return embeddable(t.fonts) }

func (t formTypes) Face(look form.Look) int {
	switch {
	case !look.Serif && look.Bold:
		return int(sansBold)
	case !look.Serif:
		return int(sans)
	}
	chosen := serif
	if look.Bold {
		chosen += serifBold
	}
	if look.Italic {
		chosen += serifItalic
	}
	return int(chosen)
}

// Shape sets word by word, for a word is of one script and a line is not.
func (t formTypes) Shape(font int, size pdf.Length, text string) ([]pdf.Glyph, pdf.Length, error) {
	f := face(font)
	var glyphs []pdf.Glyph
	var at int
	spaceID, spaceWidth := t.spaceGlyph(f)
	for i, part := range strings.Split(text, " ") {
		if i > 0 {
			glyphs = append(glyphs, pdf.Glyph{ID: spaceID, Text: " ", X: t.scale(f, at, size)})
			at += spaceWidth
		}
		if part == "" {
			continue
		}
		w, err := t.shape(f, part)
		if err != nil {
			return nil, 0, err
		}
		for _, g := range w.glyphs {
			glyphs = append(glyphs, pdf.Glyph{
				ID: g.id, Text: g.text, X: t.scale(f, at+g.x, size), Rise: t.scale(f, g.rise, size),
			})
		}
		at += w.width
	}
	return slices.Clip(glyphs), t.scale(f, at, size), nil
}
