package render

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/render/form"
)

// formText is the text of a template in one language as a PDF form.
type formText struct {
	form *form.Form
	// fields finds the field of a variable.
	fields map[string]form.Field
}

const formSuffix = ".pdf"

// suffix is that of the template's texts.
func (s Source) suffix() string {
	if s.Template.Form {
		return formSuffix
	}
	return textSuffix
}

// hasForm says whether a template's folder has a form for any language; then it is to have one for all.
func hasForm(fsys fs.FS, t paper.Template) bool {
	return slices.ContainsFunc(t.Languages(), func(language string) bool {
		_, err := fs.Stat(fsys, language+formSuffix)
		return err == nil
	})
}

// loadForms reads <language>.pdf for every language. Each variable has its field and each field its variable, except
// those that are read-only; the roles are the signature fields.
func (s *Source) loadForms(fsys fs.FS) (Mistakes, error) {
	var all Mistakes
	names, err := fieldNames(fsys)
	if !all.add(err) && err != nil {
		return nil, err
	}
	s.forms = map[string]formText{}
	for _, language := range s.Template.Languages() {
		name := language + formSuffix
		file, err := readFile(fsys, name, form.MaxBytes)
		if all.add(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if _, err := fs.Stat(fsys, language+textSuffix); err == nil {
			all.add(&LoadError{File: name, Detail: "there is also a " + language + textSuffix})
		}
		f, err := form.Load(file)
		if err != nil {
			all.add(&LoadError{File: name, Detail: err.Error()})
			continue
		}
		text := formText{form: f, fields: map[string]form.Field{}}
		for _, detail := range text.match(s.Template, names) {
			all.add(&LoadError{File: name, Detail: detail})
		}
		s.forms[language] = text
		s.texts[language] = content{notes: notes{used: text.used()}}
	}
	return all, nil
}

// fieldNames reads which field the manifest names for a variable whose field has another name. The manifest was read
// before; what is wrong in it is known.
func fieldNames(fsys fs.FS) (map[string]string, error) {
	text, err := read(fsys, manifestFile, maxManifest)
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := decodeYAML(text, &m); err != nil {
		return nil, manifestError(err)
	}
	if len(m.Annexes) > 0 || m.Page != (manifestPage{}) || m.Head != (manifestLetterhead{}) {
		return nil, &LoadError{File: manifestFile, Detail: "a form is whole: it takes no annexes, page or letterhead"}
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

func (f formText) used() map[string]bool {
	used := map[string]bool{}
	for name := range f.fields {
		used[name] = true
	}
	return used
}

// match finds the field of each variable and role; the answer is what has none.
func (f formText) match(t paper.Template, names map[string]string) []string {
	var wrong []string
	open := map[string]form.Field{}
	for _, one := range f.form.Fields() {
		open[one.Name] = one
	}
	for _, v := range t.Variables {
		field, found := open[names[v.Name]]
		switch {
		case !found || field.Kind == form.KindSignature:
			wrong = append(wrong, fmt.Sprintf("variable %q: the form has no field %q for it alone", v.Name, names[v.Name]))
			continue
		case !takes(field.Kind, v.Type):
			wrong = append(wrong, fmt.Sprintf("variable %q: a %s field does not take a value of type %s", v.Name, field.Kind, v.Type))
		}
		f.fields[v.Name] = field
		delete(open, field.Name)
	}
	for _, r := range t.Roles {
		if open[r.ID].Kind != form.KindSignature {
			wrong = append(wrong, fmt.Sprintf("role %q: the form has no signature field of this name", r.ID))
		}
		delete(open, r.ID)
	}
	for _, one := range f.form.Fields() {
		if _, left := open[one.Name]; left && (one.Kind == form.KindSignature || !one.ReadOnly) {
			wrong = append(wrong, fmt.Sprintf("field %q: no variable or role of the manifest belongs to it", one.Name))
		}
	}
	return wrong
}

// takes says which types of variable a kind of field shows. A check box has no words, lines need room below each other.
func takes(kind form.Kind, t paper.Type) bool {
	switch kind {
	case form.KindCheckbox:
		return t == paper.TypeBoolean
	case form.KindLines:
		return true
	}
	return t != paper.TypeLines
}

// fillForm fills a template's form.
func (r *Renderer) fillForm(ctx context.Context, source Source, language string, given given) (Result, error) {
	text := source.forms[language]
	filled := map[string]string{}
	for name, field := range text.fields {
		if value, is := entry(field, strings.TrimSpace(given.values[name]), given.shown[name]); is {
			filled[field.Name] = value
		}
	}
	names := source.Template.Texts[language]
	result := Result{Title: clip(replace(names.Title, given.shown), maxTitle), FileName: fileName(replace(names.FileName, given.shown))}
	made, err := text.form.Fill(ctx, filled, form.Imprint{
		Title: result.Title, Language: language, Creator: creator(source.Template),
	}, formTypes{newSetter(r.fonts, language)})
	if err != nil {
		return Result{}, text.fault(err)
	}
	result.PDF, result.Fields, result.Pages = made.PDF, made.Fields, made.Pages
	return result, nil
}

// entry is what goes into a field; false leaves the form's own value. Buttons know their states by the value itself and
// not by the word for it, and so does a list of options that has no such word. They have no room for a placeholder.
func entry(f form.Field, value, shown string) (string, bool) {
	switch f.Kind {
	case form.KindCheckbox, form.KindRadio:
		return value, value != ""
	case form.KindChoice:
		if !f.Editable && !slices.Contains(f.Options, shown) {
			return value, value != ""
		}
	}
	return shown, shown != ""
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
