package raster

import (
	"image"
	"math"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// canvas holds the pixels of a page: white paper, one byte of gray or four of RGBA each.
type canvas struct {
	width, height, channels int
	pixels                  []byte
}

func newCanvas(width, height int, coloured bool) *canvas {
	c := &canvas{width: width, height: height, channels: 1}
	if coloured {
		c.channels = 4
	}
	c.pixels = make([]byte, width*height*c.channels)
	for i := range c.pixels {
		c.pixels[i] = 0xff
	}
	return c
}

func (c *canvas) image() image.Image {
	bounds := image.Rect(0, 0, c.width, c.height)
	if c.channels == 1 {
		return &image.Gray{Pix: c.pixels, Stride: c.width, Rect: bounds}
	}
	return &image.RGBA{Pix: c.pixels, Stride: 4 * c.width, Rect: bounds}
}

// at is the pixel in a column and a row.
func (c *canvas) at(x, y int) []byte {
	start := (y*c.width + x) * c.channels
	return c.pixels[start : start+c.channels]
}

// blend covers a part of a pixel, 0 to 255, with a shade. Paper is opaque and stays so.
func blend(pixel []byte, cover, shade byte) {
	for i := range min(len(pixel), 3) {
		paper := int(pixel[i])*(255-int(cover)) + int(shade)*int(cover)
		pixel[i] = byte((paper + 127) / 255)
	}
}

// area is a rectangle in pixels and parts of them.
type area struct{ left, top, right, bottom float64 }

// pixels are those that an area touches and a canvas has.
func (a area) pixels(c *canvas) image.Rectangle {
	const far = 1 << 20 // beyond any canvas, and within an int
	edge := func(v float64) int { return int(min(max(v, -far), far)) }
	touched := image.Rect(edge(math.Floor(a.left)), edge(math.Floor(a.top)), edge(math.Ceil(a.right)), edge(math.Ceil(a.bottom)))
	return touched.Intersect(image.Rect(0, 0, c.width, c.height))
}

// fill covers each pixel as far as the area does.
func (c *canvas) fill(a area, shade byte) {
	touched := a.pixels(c)
	for y := touched.Min.Y; y < touched.Max.Y; y++ {
		down := overlap(a.top, a.bottom, y)
		for x := touched.Min.X; x < touched.Max.X; x++ {
			blend(c.at(x, y), byte(255*down*overlap(a.left, a.right, x)+0.5), shade)
		}
	}
}

// overlap is how much of the pixel at a place lies between two others.
func overlap(from, to float64, at int) float64 {
	return max(0, min(to, float64(at+1))-max(from, float64(at)))
}

// How a signature field looks. Its layout draws a border of its own, which the dashes stay within.
const (
	fieldInset   = 3 * pdf.Point
	fieldPaper   = 0xf4
	fieldBorder  = 0x80
	borderWidth  = 750
	dash, period = 4 * pdf.Point, 7 * pdf.Point
)

// field shows where a person signs.
func (c *canvas) field(f pdf.Field, to scale) {
	x, y, width, height := f.X+fieldInset, f.Y+fieldInset, f.Width-2*fieldInset, f.Height-2*fieldInset
	if width <= 0 || height <= 0 {
		return
	}
	c.fill(to.area(x, y, width, height), fieldPaper)
	for at := pdf.Length(0); at < width; at += period {
		length := min(dash, width-at)
		c.fill(to.area(x+at, y, length, borderWidth), fieldBorder)
		c.fill(to.area(x+at, y+height-borderWidth, length, borderWidth), fieldBorder)
	}
	for at := pdf.Length(0); at < height; at += period {
		length := min(dash, height-at)
		c.fill(to.area(x, y+at, borderWidth, length), fieldBorder)
		c.fill(to.area(x+width-borderWidth, y+at, borderWidth, length), fieldBorder)
	}
}
