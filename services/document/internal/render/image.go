package render

import (
	"errors"
	"fmt"
)

// ErrImageUnavailable means that a page cannot be shown as an image.
var ErrImageUnavailable = errors.New("the template's documents cannot be shown as an image")

// PageError is a page that a document does not have.
type PageError struct {
	// Pages that it has.
	Pages int
}

func (e *PageError) Error() string { return fmt.Sprintf("the document has %d pages", e.Pages) }

// PNG draws a page, counted from 1, with a number of dots per inch. Fails with a *PageError or ErrImageUnavailable.
func (r Result) PNG(page, _ int) ([]byte, error) {
	if page < 1 || page > r.Pages {
		return nil, &PageError{Pages: r.Pages}
	}
	return nil, ErrImageUnavailable
}
