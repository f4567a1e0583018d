package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
)

// Picture is an image on a page.
type Picture struct {
	Image               *Image
	X, Y, Width, Height Length
	// Element is a Figure with Alt, or an artifact.
	Element *Element
}

// Bounds of an image's file and of its sides in pixels.
const (
	maxImageBytes = 1 << 20
	maxImageSide  = 4000
	maxImageScans = 64 // each scan of a progressive JPEG visits the whole image
)

// ErrImage says that a file is no PNG or JPEG image that a PDF/A can hold within the bounds.
var ErrImage = errors.New("not a PNG or JPEG image (gray or RGB) of at most 1 MiB and 4000 x 4000 pixels")

// Image is a raster image, ready for a file. It is read-only.
type Image struct {
	// Width and Height in pixels.
	Width, Height int

	gray   bool
	filter string // of data
	data   []byte
	sum    [sha256.Size]byte
}

// ReadImage decodes a PNG or JPEG file of at most 1 MiB and 4000 x 4000 pixels. A JPEG goes into the file as it is, so it
// may not be CMYK; what is transparent in a PNG becomes white. Fails with ErrImage.
func ReadImage(data []byte) (*Image, error) {
	if len(data) > maxImageBytes {
		return nil, ErrImage
	}
	isJPEG := bytes.HasPrefix(data, []byte("\xff\xd8"))
	measure, decode := png.DecodeConfig, png.Decode
	if isJPEG {
		if bytes.Count(data, []byte("\xff\xda")) > maxImageScans {
			return nil, ErrImage
		}
		measure, decode = jpeg.DecodeConfig, jpeg.Decode
	}
	config, err := measure(bytes.NewReader(data))
	if err != nil || config.Width > maxImageSide || config.Height > maxImageSide || config.ColorModel == color.CMYKModel {
		return nil, ErrImage
	}
	decoded, err := decode(bytes.NewReader(data))
	if err != nil || decoded.Bounds().Empty() {
		return nil, ErrImage
	}
	i := &Image{Width: decoded.Bounds().Dx(), Height: decoded.Bounds().Dy(), sum: sha256.Sum256(data)}
	_, i.gray = decoded.(*image.Gray)
	if isJPEG {
		i.filter, i.data = "DCTDecode", bytes.Clone(data)
		return i, nil
	}
	i.filter = "FlateDecode"
	i.data, err = deflate(zlib.NewWriter(io.Discard), samples(decoded, i.gray))
	return i, err
}

// samples lays an image on white paper.
func samples(from image.Image, gray bool) []byte {
	box := from.Bounds()
	out := make([]byte, 0, 3*box.Dx()*box.Dy())
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			r, g, b, a := from.At(x, y).RGBA() // multiplied with alpha, 16 bits
			white := 0xffff - a
			out = append(out, byte((r+white)>>8))
			if !gray {
				out = append(out, byte((g+white)>>8), byte((b+white)>>8))
			}
		}
	}
	return out
}

// Decode returns the image as it stands on white paper: an *image.Gray when it has no colour. It takes up to four bytes
// per pixel, and another four while it works.
func (i *Image) Decode() (image.RGBA64Image, error) {
	if i.filter == "DCTDecode" {
		decoded, err := jpeg.Decode(bytes.NewReader(i.data))
		if err != nil {
			return nil, ErrImage
		}
		shown, ok := decoded.(image.RGBA64Image)
		if !ok {
			return nil, ErrImage
		}
		return shown, nil
	}
	reader, err := zlib.NewReader(bytes.NewReader(i.data))
	if err != nil {
		return nil, ErrImage
	}
	bounds := image.Rect(0, 0, i.Width, i.Height)
	if i.gray {
		shown := image.NewGray(bounds)
		_, err = io.ReadFull(reader, shown.Pix)
		return shown, err
	}
	shown, row := image.NewRGBA(bounds), make([]byte, 3*i.Width)
	for y := range i.Height {
		if _, err := io.ReadFull(reader, row); err != nil {
			return nil, err
		}
		for x := range i.Width {
			copy(shown.Pix[y*shown.Stride+4*x:], []byte{row[3*x], row[3*x+1], row[3*x+2], 0xff})
		}
	}
	return shown, nil
}

// images are the pictures of a file: the same one is written once.
type images struct {
	names map[[sha256.Size]byte]string
	list  []string // of the resources
}

// image is the name of an image's resource; it is written when first asked for.
func (w *writer) image(i *Image) string {
	if name, known := w.images.names[i.sum]; known {
		return name
	}
	space := "DeviceRGB"
	if i.gray {
		space = "DeviceGray"
	}
	written := w.plain(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/%s/Filter/%s",
		i.Width, i.Height, space, i.filter), i.data)
	name := fmt.Sprintf("I%d", len(w.images.list)+1)
	w.images.names[i.sum] = name
	w.images.list = append(w.images.list, fmt.Sprintf("/%s %s", name, written))
	return name
}
