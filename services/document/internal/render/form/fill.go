package form

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
)

// Fill writes values, by full field name and as they are to be shown, and makes every field but the empty signature
// fields part of its page. A field without a value shows the form's own. It fails with a *ValueError, with the
// typesetter's error for a character without a glyph, and with the context's error when that ends first. The same form,
// values and fonts give the same bytes.
func (f *Form) Fill(ctx context.Context, values map[string]string, imprint Imprint, set Typesetter) (Result, error) {
	if name := f.unknown(values); name != "" {
		return Result{}, &ValueError{Field: name}
	}
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

// unknown finds a name that is no field of the form.
func (f *Form) unknown(values map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.ContainsFunc(f.fields, func(one *field) bool { return one.Name == name }) {
			return name
		}
	}
	return ""
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
	return value, value == "" || f.Editable
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
