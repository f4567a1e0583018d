package render

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
	"github.com/countersign/countersign/services/document/internal/render/raster"
)

// ErrImageUnavailable means that a page cannot be shown as an image: it comes from a PDF form, which another program
// laid out.
var ErrImageUnavailable = errors.New("a document that is filled into a PDF form cannot be shown as an image, only as a PDF")

// PageError is a page that a document does not have.
type PageError struct {
	// Pages that it has.
	Pages int
}

func (e *PageError) Error() string { return fmt.Sprintf("the document has %d pages", e.Pages) }

// PNG draws a page, counted from 1, at 36 to 300 dots per inch. Where a person signs stands a dashed box with the
// role's label, which the PDF does not have. Fails with a *PageError, ErrImageUnavailable or raster.ErrSize, and with
// the context's error when that ends first.
func (r *Renderer) PNG(ctx context.Context, result Result, page, resolution int) ([]byte, error) {
	if page < 1 || page > result.Pages {
		return nil, &PageError{Pages: result.Pages}
	}
	if len(result.pages) == 0 {
		return nil, ErrImageUnavailable
	}
	shown := result.pages[page-1]
	labels, err := newSetter(r.fonts, result.language).fieldLabels(shown.Fields)
	if err != nil {
		return nil, err
	}
	shown.Runs = slices.Concat(shown.Runs, labels)
	sheet := raster.Sheet{Page: shown, Width: result.sheet.width, Height: result.sheet.height}
	for _, f := range r.fonts {
		sheet.Fonts = append(sheet.Fonts, f.shape)
	}
	return raster.PNG(ctx, sheet, resolution)
}

// fieldLabels writes in the middle of each field what it is, on one line.
func (s *setter) fieldLabels(fields []pdf.Field) ([]pdf.Run, error) {
	const margin = 8 * pdf.Point
	look := style{size: 9 * pdf.Point, sans: true, gray: 45, align: centred}
	var all pdf.Page
	for _, f := range fields {
		line, err := s.oneLine(f.Label, look, f.Width-2*margin)
		if err != nil {
			return nil, err
		}
		add(&all, pdf.Page{Runs: line}, f.X+margin, f.Y+f.Height/2+look.size/3)
	}
	return all.Runs, nil
}
