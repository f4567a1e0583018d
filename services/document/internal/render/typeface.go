package render

import (
	"bytes"
	"fmt"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-fonts/liberation/liberationserifbold"
	"codeberg.org/go-fonts/liberation/liberationserifbolditalic"
	"codeberg.org/go-fonts/liberation/liberationserifitalic"
	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"github.com/go-text/typesetting/font"

	"github.com/countersign/countersign/services/document/internal/render/sfnt"
)

// face is the place of a typeface in typefaces. Body text is set in the serif faces: face is then italic + 2*bold.
type face int

const (
	serif face = iota
	serifItalic
	serifBold
	serifBoldItalic
	sans
	sansBold
)

// typeface is one built-in font, for shaping and for embedding. It is read-only.
type typeface struct {
	name    string // PostScript name
	shape   *font.Font
	metrics *sfnt.Font
}

// typefaces are the Liberation fonts, SIL Open Font License 1.1: they cover Latin, Greek, Cyrillic and Vietnamese.
func typefaces() ([]typeface, error) {
	list := []typeface{
		serif:           {name: "LiberationSerif"},
		serifItalic:     {name: "LiberationSerif-Italic"},
		serifBold:       {name: "LiberationSerif-Bold"},
		serifBoldItalic: {name: "LiberationSerif-BoldItalic"},
		sans:            {name: "LiberationSans"},
		sansBold:        {name: "LiberationSans-Bold"},
	}
	files := [][]byte{
		serif: liberationserifregular.TTF, serifItalic: liberationserifitalic.TTF, serifBold: liberationserifbold.TTF,
		serifBoldItalic: liberationserifbolditalic.TTF, sans: liberationsansregular.TTF, sansBold: liberationsansbold.TTF,
	}
	for i, file := range files {
		shape, err := font.ParseTTF(bytes.NewReader(file))
		if err != nil {
			return nil, fmt.Errorf("font %s: %w", list[i].name, err)
		}
		metrics, err := sfnt.Parse(file)
		if err != nil {
			return nil, fmt.Errorf("font %s: %w", list[i].name, err)
		}
		list[i].shape, list[i].metrics = shape.Font, metrics
	}
	return list, nil
}
