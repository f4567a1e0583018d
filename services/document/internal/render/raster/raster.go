// Package raster draws a page of a contract as a PNG. It draws the layout that the PDF is written from, so no PDF is read
// and no PDF viewer is needed: glyphs stand where the PDF puts them, to 0.03 points.
//
// On one processor architecture the same page gives the same bytes.
package raster

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"

	"github.com/go-text/typesetting/font"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// Bounds of the resolution in dots per inch, and of an image: A4 at the highest resolution has 8.7 million pixels.
const (
	MinResolution, MaxResolution = 36, 300

	maxPixels = 9_000_000
)

// ErrSize says that a page cannot be drawn at a resolution.
var ErrSize = errors.New("a page is drawn at 36 to 300 dots per inch, and is at most as large as A4 or Letter")

// Sheet is a page and the paper it stands on.
type Sheet struct {
	Page          pdf.Page
	Width, Height pdf.Length
	// Fonts are those that runs refer to by place. They are read only.
	Fonts []*font.Font
}

// PNG draws a sheet at a number of dots per inch: 8 bits of gray when it shows no picture in colour, else 24 bits of RGB.
// Signature fields, which a PDF leaves blank, are light boxes with a dashed border. Takes at most 4 bytes per pixel,
// another 8 per pixel of its pictures, and the PNG. Fails with ErrSize, and with the context's error when that ends first.
func PNG(ctx context.Context, s Sheet, resolution int) ([]byte, error) {
	if resolution < MinResolution || resolution > MaxResolution || s.Width <= 0 || s.Height <= 0 {
		return nil, ErrSize
	}
	to := scale(float64(resolution) / (72 * float64(pdf.Point)))
	width, height := to.pixels(s.Width), to.pixels(s.Height)
	if width < 1 || height < 1 || width > maxPixels/height {
		return nil, ErrSize
	}
	pictures, coloured, err := decode(s.Page.Pictures)
	if err != nil {
		return nil, err
	}
	c := newCanvas(width, height, coloured)
	for _, f := range s.Page.Fields {
		c.field(f, to)
	}
	for _, r := range s.Page.Rules {
		c.fill(to.area(r.X, r.Y, r.Width, r.Height), shade(r.Gray))
	}
	for i, p := range s.Page.Pictures {
		c.picture(pictures[i], to.area(p.X, p.Y, p.Width, p.Height))
	}
	p := newPen(c, s.Fonts)
	for _, r := range s.Page.Runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := p.run(r, to); err != nil {
			return nil, err
		}
	}
	return encode(c.image())
}

// encode prefers speed: the default level takes 1.7 times as long for a page of text that is 2 % smaller.
func encode(i image.Image) ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	err := e.Encode(&b, i)
	return b.Bytes(), err
}

// scale is pixels per thousandth of a point.
type scale float64

// pixels is how many a side has.
func (s scale) pixels(l pdf.Length) int { return int(s.of(l) + 0.5) }

func (s scale) of(l pdf.Length) float64 { return float64(l) * float64(s) }

func (s scale) area(x, y, width, height pdf.Length) area {
	return area{left: s.of(x), top: s.of(y), right: s.of(x + width), bottom: s.of(y + height)}
}

// shade is the value of a pixel.
func shade(g pdf.Gray) byte { return byte(min(max(int(g), 0), 100) * 255 / 100) }
