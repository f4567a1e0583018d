// Package form makes a contract from an AcroForm PDF that a lawyer approved (ISO 32000-1, 12.7): it fills the fields,
// makes them part of the page, and leaves nothing interactive but the empty signature fields. Nothing is left for a
// viewer to decide: values are drawn with embedded fonts, and no appearance is asked for.
//
// The result is a new, complete file with what the pages need and nothing else. Document-level metadata and the
// structure tree are left out: the one could claim a conformance that the result does not have, the other would not
// know the values.
package form

import (
	"fmt"

	"github.com/countersign/countersign/services/document/internal/paper"
	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
)

// Bounds of a form.
const (
	// MaxBytes is the largest file that is read.
	MaxBytes = 16 << 20

	maxPages   = 200
	maxFields  = 500
	maxNodes   = 5_000
	maxDepth   = 32
	maxName    = 256
	maxOptions = 500
	maxDA      = 1 << 10
	maxSide    = 14_400 * writer.Point // ISO 32000-1, annex C
)

// Kind says what a field takes.
type Kind string

// The kinds of field.
const (
	// KindText takes one line of text.
	KindText Kind = "text"
	// KindLines takes lines of text, wrapped to the width of the field.
	KindLines Kind = "lines"
	// KindCheckbox takes "true", "false" or the name of its on state.
	KindCheckbox Kind = "checkbox"
	// KindRadio takes one of its options.
	KindRadio Kind = "radio"
	// KindChoice takes one of its options, and any text when it is editable.
	KindChoice Kind = "choice"
	// KindSignature takes nothing: it stays for a signer.
	KindSignature Kind = "signature"
)

// Field is one field of a form.
type Field struct {
	// Name is the full name, partial names joined by dots; unique in the form.
	Name string
	Kind Kind
	// Page of its first place, counted from 1.
	Page int
	// Options are what a radio group or a choice accepts; empty for other kinds.
	Options []string
	// MaxLength in characters; 0 when only the space limits it.
	MaxLength int
	// Required, ReadOnly, Comb, and Editable for a choice that takes any text, as the form says.
	Required, ReadOnly, Comb, Editable bool
}

// Imprint is what the file says about itself.
type Imprint struct {
	// Title for people.
	Title string
	// Language of the text, ISO 639-1, used where the form names none.
	Language string
	// Creator names what the document was made from.
	Creator string
}

// Result is a filled form.
type Result struct {
	// PDF is the file.
	PDF []byte
	// Fields are the signature fields in page order; the role of each is the field's full name.
	Fields []paper.SignatureField
	// Pages is the number of pages.
	Pages int
}

// Typesetter sets text in fonts that can be embedded.
type Typesetter interface {
	// Fonts lists the fonts; Face and Shape name one by its place.
	Fonts() []writer.Font
	// Face picks the font that comes closest to a look.
	Face(look Look) int
	// Shape sets text on one line: glyphs from 0, and how wide they are together. It fails for a character without a
	// glyph with an error of its own, which Fill returns.
	Shape(font int, size writer.Length, text string) ([]writer.Glyph, writer.Length, error)
}

// Look is how a form wants its text to look, as far as fonts of another family can follow.
type Look struct {
	Serif, Bold, Italic bool
}

// LoadError says why a file cannot be used as a form, for the person who made it.
type LoadError struct {
	// Page counts from 1; 0 when the reason is not on one page.
	Page int
	// Field is the full name of the field at fault; empty when it is none.
	Field string
	// Detail says what is wrong.
	Detail string
}

func (e *LoadError) Error() string {
	where := ""
	if e.Page > 0 {
		where = fmt.Sprintf("page %d: ", e.Page)
	}
	if e.Field != "" {
		where += fmt.Sprintf("field %q: ", e.Field)
	}
	return where + e.Detail
}

// ValueError is a value that its field cannot show. It names the field, never the value.
type ValueError struct {
	Field string
	// TooLong says that there is no room for it; else the field has no such option.
	TooLong bool
}

func (e *ValueError) Error() string {
	if e.TooLong {
		return fmt.Sprintf("field %q: value does not fit", e.Field)
	}
	return fmt.Sprintf("field %q: value is not one of its options", e.Field)
}

func refuse(format string, args ...any) error {
	return &LoadError{Detail: fmt.Sprintf(format, args...)}
}
