package render

import (
	"io/fs"
	"regexp"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// manifestLetterhead is the key letterhead: of the manifest.
type manifestLetterhead struct {
	// File is a PNG or JPEG image in the template's folder, at most 1 MiB and 4000 x 4000 pixels.
	File string `yaml:"file"`
	// Width on paper in whole millimetres.
	Width int `yaml:"width"`
	// Align is left, right or center; left when left out.
	Align string `yaml:"align"`
}

const (
	minLetterhead, maxLetterhead = 10, 200 // millimetres
	maxLetterheadFile            = 1 << 20
)

// letterhead is an image above the title on the first page; nil for none.
type letterhead struct {
	picture pdf.Picture // placed from the left margin
}

// load reads the image and places it between the margins of a sheet.
func (m manifestLetterhead) load(fsys fs.FS, on sheet) (*letterhead, error) {
	if m == (manifestLetterhead{}) {
		return nil, nil
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\.(png|jpg)$`).MatchString(m.File) {
		return nil, &LoadError{File: manifestFile, Detail: "letterhead: file is the name of a .png or .jpg file beside the manifest"}
	}
	if m.Width < minLetterhead || m.Width > maxLetterhead || millimetres(m.Width) > on.measure() {
		return nil, &LoadError{File: manifestFile, Detail: "letterhead: width is whole millimetres, from 10 to what fits between the margins"}
	}
	data, err := readFile(fsys, m.File, maxLetterheadFile)
	if err != nil {
		return nil, err
	}
	image, err := pdf.ReadImage(data)
	if err != nil {
		return nil, &LoadError{File: m.File, Detail: err.Error()}
	}
	p := pdf.Picture{Image: image, Width: millimetres(m.Width), Element: &pdf.Element{Type: pdf.Header}}
	if p.Height = p.Width * pdf.Length(image.Height) / pdf.Length(image.Width); p.Height > on.room()/3 {
		return nil, &LoadError{File: m.File, Detail: "at this width the letterhead is higher than a third of the page's text"}
	}
	switch m.Align {
	case "", "left":
	case "right":
		p.X = on.measure() - p.Width
	case "center":
		p.X = (on.measure() - p.Width) / 2
	default:
		return nil, &LoadError{File: manifestFile, Detail: "letterhead: align is left, right or center"}
	}
	return &letterhead{picture: p}, nil
}

// letterhead sets the image as the first row.
func (f *flow) letterhead() {
	l := f.head
	if l == nil {
		return
	}
	f.emit(row{height: l.picture.Height, keep: bound, title: true, ink: pdf.Page{Pictures: []pdf.Picture{l.picture}}})
	f.space = 24 * pdf.Point
}
