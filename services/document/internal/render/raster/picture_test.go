package raster

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

func picture(t *testing.T, file []byte) pdf.Page {
	t.Helper()
	i, err := pdf.ReadImage(file)
	if err != nil {
		t.Fatal(err)
	}
	return pdf.Page{Pictures: []pdf.Picture{
		{Image: i, X: 8 * pdf.Point, Y: 16 * pdf.Point, Width: 32 * pdf.Point, Height: 32 * pdf.Point},
	}}
}

// halves is black on the left, and on the right red with a transparent lower part.
func halves(side int) *image.NRGBA {
	i := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			switch {
			case x < side/2:
				i.Set(x, y, color.Black)
			case y < side/2:
				i.Set(x, y, color.NRGBA{R: 255, A: 255})
			}
		}
	}
	return i
}

func TestPicturesFillTheirArea(t *testing.T) {
	for _, side := range []int{2, 32, 640} {
		var file bytes.Buffer
		if err := png.Encode(&file, halves(side)); err != nil {
			t.Fatal(err)
		}
		i := drawn(t, square(t, picture(t, file.Bytes())), 72)
		for point, want := range map[image.Point]color.RGBA{
			{X: 7, Y: 16}: {255, 255, 255, 255}, {X: 8, Y: 16}: {0, 0, 0, 255}, {X: 23, Y: 47}: {0, 0, 0, 255},
			{X: 24, Y: 31}: {255, 0, 0, 255}, {X: 24, Y: 32}: {255, 255, 255, 255}, {X: 39, Y: 16}: {255, 0, 0, 255},
			{X: 40, Y: 16}: {255, 255, 255, 255},
		} {
			if got := color.RGBAModel.Convert(i.At(point.X, point.Y)); got != want {
				t.Errorf("%d samples: pixel %v is %v, want %v", side, point, got, want)
			}
		}
	}
}

func TestPhotographs(t *testing.T) {
	for _, from := range []image.Image{image.NewGray(image.Rect(0, 0, 50, 50)), halves(50)} {
		var file bytes.Buffer
		if err := jpeg.Encode(&file, from, nil); err != nil {
			t.Fatal(err)
		}
		if got := shadeAt(drawn(t, square(t, picture(t, file.Bytes())), 72), 12, 40); got > 8 {
			t.Errorf("%T: black became %d", from, got)
		}
	}
}

func TestOnlyColourTakesColour(t *testing.T) {
	var gray, red bytes.Buffer
	if err := errors.Join(png.Encode(&gray, image.NewGray(image.Rect(0, 0, 4, 4))), png.Encode(&red, halves(4))); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		page pdf.Page
		want color.Model
	}{
		"text":         {text(t, 'a'), color.GrayModel},
		"gray picture": {picture(t, gray.Bytes()), color.GrayModel},
		"red picture":  {picture(t, red.Bytes()), color.RGBAModel},
	} {
		if got := drawn(t, square(t, test.page), 72).ColorModel(); got != test.want {
			t.Errorf("%s: another model of colour", name)
		}
	}
}
