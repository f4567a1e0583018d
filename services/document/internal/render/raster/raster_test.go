package raster

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"testing"

	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"github.com/go-text/typesetting/font"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// square is an inch of paper: at 72 dots per inch a point is a pixel.
func square(t testing.TB, page pdf.Page) Sheet {
	t.Helper()
	face, err := font.ParseTTF(bytes.NewReader(liberationserifregular.TTF))
	if err != nil {
		t.Fatal(err)
	}
	return Sheet{Page: page, Width: 72 * pdf.Point, Height: 72 * pdf.Point, Fonts: []*font.Font{face.Font}}
}

// text is one glyph with its origin at (10, 50), 48 points high.
func text(t testing.TB, r rune) pdf.Page {
	t.Helper()
	glyph, found := square(t, pdf.Page{}).Fonts[0].NominalGlyph(r)
	if !found {
		t.Fatalf("no glyph for %c", r)
	}
	return pdf.Page{Runs: []pdf.Run{{
		Size: 48 * pdf.Point, X: 10 * pdf.Point, Y: 50 * pdf.Point, Glyphs: []pdf.Glyph{{ID: uint16(glyph), Text: string(r)}},
	}}}
}

func drawn(t testing.TB, s Sheet, resolution int) image.Image {
	t.Helper()
	file, err := PNG(t.Context(), s, resolution)
	if err != nil {
		t.Fatal(err)
	}
	i, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func shadeAt(i image.Image, x, y int) int {
	return int(color.GrayModel.Convert(i.At(x, y)).(color.Gray).Y)
}

// ink bounds everything that is not white.
func ink(i image.Image) image.Rectangle {
	var box image.Rectangle
	for y := range i.Bounds().Dy() {
		for x := range i.Bounds().Dx() {
			if shadeAt(i, x, y) < 255 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

func TestGlyphStandsOnItsBaseline(t *testing.T) {
	page := text(t, 'H')
	// Liberation Serif's H spans 59 to 1419 of 2048 units across and 0 to 1341 upwards.
	for resolution, want := range map[int]image.Rectangle{72: image.Rect(11, 18, 44, 50), 144: image.Rect(22, 37, 87, 100)} {
		if got := ink(drawn(t, square(t, page), resolution)); got != want {
			t.Errorf("%d dpi: ink in %v, want %v", resolution, got, want)
		}
	}
	page.Runs[0].Glyphs[0].X, page.Runs[0].Glyphs[0].Rise = 5*pdf.Point, 3*pdf.Point
	if got, want := ink(drawn(t, square(t, page), 72)), image.Rect(16, 15, 49, 47); got != want {
		t.Errorf("moved: ink in %v, want %v", got, want)
	}
}

func TestHolesOfGlyphsStayWhite(t *testing.T) {
	i := drawn(t, square(t, text(t, 'O')), 72)
	if middle, stem := shadeAt(i, 27, 34), shadeAt(i, 14, 34); middle != 255 || stem > 40 {
		t.Errorf("the hole of an O is %d, its stem %d", middle, stem)
	}
}

func TestRulesCoverWhatTheyTouch(t *testing.T) {
	page := pdf.Page{Rules: []pdf.Rule{
		{X: 10 * pdf.Point, Y: 20 * pdf.Point, Width: 2 * pdf.Point, Height: 1500},
		{X: 30_250, Y: 40_500, Width: 500, Height: 500},
		{X: 60 * pdf.Point, Y: 60 * pdf.Point, Width: 2 * pdf.Point, Height: 2 * pdf.Point, Gray: 60},
		{X: -10 * pdf.Point, Y: -10 * pdf.Point, Width: 11 * pdf.Point, Height: 11 * pdf.Point}, // hangs over the edge
	}}
	i := drawn(t, square(t, page), 72)
	for point, want := range map[image.Point]int{
		{X: 10, Y: 20}: 0, {X: 11, Y: 21}: 127, {X: 12, Y: 20}: 255, {X: 10, Y: 22}: 255, {X: 30, Y: 40}: 191,
		{X: 60, Y: 60}: 153, {X: 0, Y: 0}: 0, {X: 1, Y: 1}: 255,
	} {
		if got := shadeAt(i, point.X, point.Y); got != want {
			t.Errorf("pixel %v is %d, want %d", point, got, want)
		}
	}
}

func TestFieldIsADashedBox(t *testing.T) {
	page := pdf.Page{Fields: []pdf.Field{{X: 10 * pdf.Point, Y: 20 * pdf.Point, Width: 50 * pdf.Point, Height: 30 * pdf.Point}}}
	i := drawn(t, square(t, page), 144)
	if got, want := ink(i), image.Rect(26, 46, 114, 94); got != want {
		t.Errorf("ink in %v, want %v", got, want)
	}
	if inside, on, off := shadeAt(i, 70, 70), shadeAt(i, 27, 46), shadeAt(i, 36, 46); inside != fieldPaper || on != fieldBorder || off != fieldPaper {
		t.Errorf("inside %d, dash %d, gap %d", inside, on, off)
	}
	page.Fields[0].Width = pdf.Point
	if got := ink(drawn(t, square(t, page), 72)); !got.Empty() {
		t.Errorf("a field without room has ink in %v", got)
	}
}

func TestSamePageSameBytes(t *testing.T) {
	sheet := square(t, text(t, 'g'))
	first, err := PNG(t.Context(), sheet, 100)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := PNG(t.Context(), sheet, 100); err != nil || !bytes.Equal(first, second) {
		t.Errorf("other bytes, %v", err)
	}
}

func TestSizeIsBounded(t *testing.T) {
	sheet := square(t, pdf.Page{})
	for _, resolution := range []int{-1, 0, 35, 301} {
		if _, err := PNG(t.Context(), sheet, resolution); !errors.Is(err, ErrSize) {
			t.Errorf("%d dpi: %v", resolution, err)
		}
	}
	for _, side := range []pdf.Length{-1, 0, 1, 1 << 40} {
		sheet.Width = side
		if _, err := PNG(t.Context(), sheet, 72); !errors.Is(err, ErrSize) {
			t.Errorf("width %d: %v", side, err)
		}
	}
	sheet.Width, sheet.Height = 595_276, 841_890
	if got, want := drawn(t, sheet, 300).Bounds(), image.Rect(0, 0, 2480, 3508); got != want {
		t.Errorf("A4 has %v", got)
	}
	sheet.Width, sheet.Height = 612*pdf.Point, 792*pdf.Point
	if got, want := drawn(t, sheet, 36).Bounds(), image.Rect(0, 0, 306, 396); got != want {
		t.Errorf("Letter has %v", got)
	}
}

func TestDrawingEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := PNG(ctx, square(t, text(t, 'a')), 72); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNoHolesInText(t *testing.T) {
	for name, change := range map[string]func(*pdf.Run){
		"glyph":  func(r *pdf.Run) { r.Glyphs[0].ID = 65000 },
		"font":   func(r *pdf.Run) { r.Font = 1 },
		"no one": func(r *pdf.Run) { r.Font = -1 },
	} {
		page := text(t, 'a')
		change(&page.Runs[0])
		if _, err := PNG(t.Context(), square(t, page), 72); !errors.Is(err, errGlyph) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
