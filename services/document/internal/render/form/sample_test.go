package form_test

import (
	"bytes"
	"errors"
	"testing"

	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"github.com/go-text/typesetting/font"

	"github.com/countersign/countersign/services/document/internal/render/form"
	"github.com/countersign/countersign/services/document/internal/render/form/formtest"
	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
	"github.com/countersign/countersign/services/document/internal/render/sfnt"
)

// plainType sets one glyph per character, sans as font 0 and serif as font 1.
type plainType struct {
	fonts  []writer.Font
	shapes []*font.Face
}

var errNoGlyph = errors.New("no glyph")

func newPlainType(tb testing.TB) plainType {
	tb.Helper()
	var t plainType
	for _, ttf := range [][]byte{liberationsansregular.TTF, liberationserifregular.TTF} {
		face := must(sfnt.Parse(ttf))(tb)
		t.fonts = append(t.fonts, writer.Font{Name: "Test", Face: face})
		t.shapes = append(t.shapes, must(font.ParseTTF(bytes.NewReader(ttf)))(tb))
	}
	return t
}

func (t plainType) Fonts() []writer.Font { return t.fonts }

func (t plainType) Face(look form.Look) int {
	if look.Serif {
		return 1
	}
	return 0
}

func (t plainType) Shape(at int, size writer.Length, text string) ([]writer.Glyph, writer.Length, error) {
	var glyphs []writer.Glyph
	var width writer.Length
	for _, r := range text {
		id, found := t.shapes[at].NominalGlyph(r)
		if !found {
			return nil, 0, errNoGlyph
		}
		glyphs = append(glyphs, writer.Glyph{ID: uint16(id), Text: string(r), X: width})
		width += size * writer.Length(t.fonts[at].Face.Advance(uint16(id))) / writer.Length(t.fonts[at].Face.UnitsPerEm)
	}
	return glyphs, width, nil
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

func values() map[string]string {
	return map[string]string{
		"deal.name": "Łukasz Żółć, Ελένη, Цветан", "contact.name": "Nguyễn Thị Ánh", "iban": "DE89370400440532013000",
		"address": "Łukasz Żółć\nul. Długa 1 z bardzo długim opisem, który się nie mieści w jednym wierszu\n00-238 Warszawa",
		"accept":  "true", "plan": "yearly", "payment": "CRD",
	}
}

func imprint() form.Imprint {
	return form.Imprint{Title: "Agreement Łódź", Language: "de", Creator: "test"}
}

func fill(tb testing.TB, f *formtest.Form, values map[string]string) form.Result {
	tb.Helper()
	loaded := must(form.Load(f.Bytes()))(tb)
	return must(loaded.Fill(tb.Context(), values, imprint(), newPlainType(tb)))(tb)
}
