package raster

import (
	"image"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// decode reads the pictures of a page and says whether one of them has colour.
func decode(pictures []pdf.Picture) (decoded []image.RGBA64Image, coloured bool, err error) {
	for _, p := range pictures {
		i, err := p.Image.Decode()
		if err != nil {
			return nil, false, err
		}
		_, gray := i.(*image.Gray)
		coloured = coloured || !gray
		decoded = append(decoded, i)
	}
	return decoded, coloured, nil
}

// picture draws an image in an area. A pixel shows the mean of the samples below it, or the nearest one.
func (c *canvas) picture(from image.RGBA64Image, a area) {
	touched, size := a.pixels(c), from.Bounds().Size()
	across, down := float64(size.X)/(a.right-a.left), float64(size.Y)/(a.bottom-a.top)
	for y := touched.Min.Y; y < touched.Max.Y; y++ {
		top, bottom := samples(float64(y)-a.top, down, size.Y)
		cover := overlap(a.top, a.bottom, y)
		for x := touched.Min.X; x < touched.Max.X; x++ {
			left, right := samples(float64(x)-a.left, across, size.X)
			red, green, blue := mean(from, image.Rect(left, top, right, bottom).Add(from.Bounds().Min))
			part := byte(255*cover*overlap(a.left, a.right, x) + 0.5)
			pixel := c.at(x, y)
			for i, value := range []byte{red, green, blue}[:min(len(pixel), 3)] {
				blend(pixel[i:i+1], part, value)
			}
		}
	}
}

// samples are those of an image's row or column that a pixel at a distance from its edge shows, at least one.
func samples(distance, each float64, count int) (from, to int) {
	from = min(max(int(distance*each), 0), count-1)
	to = min(max(int((distance+1)*each), from+1), count)
	return from, to
}

func mean(of image.RGBA64Image, box image.Rectangle) (red, green, blue byte) {
	var sum [3]uint64
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			sample := of.RGBA64At(x, y)
			sum[0], sum[1], sum[2] = sum[0]+uint64(sample.R), sum[1]+uint64(sample.G), sum[2]+uint64(sample.B)
		}
	}
	n := uint64(box.Dx()*box.Dy()) * 257
	return byte(sum[0] / n), byte(sum[1] / n), byte(sum[2] / n)
}
