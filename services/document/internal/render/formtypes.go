package render

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/services/document/internal/render/form"
	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

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
