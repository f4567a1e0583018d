package paper

import (
	"cmp"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Bounds on the signature fields of one document and on a role's name.
const (
	maxFields = 50
	maxRole   = 64
)

// slack is how far, in points, a box may stand out of its page or into another one: rounding, and nothing that is seen.
const slack = 0.01

// FieldFault is what is wrong with a signature field.
type FieldFault string

// The faults of a signature field.
const (
	FieldRole     FieldFault = "a role has 1 to 64 printable characters"
	FieldUnknown  FieldFault = "the PDF has no such empty signature field that can be seen"
	FieldBoth     FieldFault = "a field has the name of a form field or a place of its own, not both"
	FieldOutside  FieldFault = "the field is not on its page"
	FieldTooSmall FieldFault = "the field is smaller than one point"
	FieldOverlaps FieldFault = "the field overlaps another one"
	FieldTooMany  FieldFault = "the PDF has more than 50 signature fields"
)

// FieldError says that a signature field cannot be used.
type FieldError struct {
	// Role as it was asked for; empty when it is not one, or when the PDF alone named it.
	Role  string
	Fault FieldFault
}

// Error implements error. It does not hold the role.
func (e *FieldError) Error() string { return string(e.Fault) }

// PlaceFields says where each role signs in an uploaded document, in page order. found are the PDF's empty signature
// fields, without roles; each is a role of the same name when nothing is asked for. What is asked for either names one of
// them by its FormField alone or has a place of its own. The error is a *FieldError.
func PlaceFields(pages []PageSize, found, asked []SignatureField) ([]SignatureField, error) {
	var placed []SignatureField
	named := len(asked) > 0
	if !named {
		for _, f := range found {
			asked = append(asked, SignatureField{Role: f.FormField, FormField: f.FormField})
		}
	}
	if len(asked) > maxFields {
		return nil, &FieldError{Fault: FieldTooMany}
	}
	for _, f := range asked {
		box, fault := place(f, found)
		if fault == "" {
			fault = misplaced(box, pages, placed)
		}
		if fault != "" {
			if !named || fault == FieldRole {
				f.Role = ""
			}
			return nil, &FieldError{Role: f.Role, Fault: fault}
		}
		placed = append(placed, box)
	}
	slices.SortStableFunc(placed, func(a, b SignatureField) int { return cmp.Compare(a.Page, b.Page) })
	return placed, nil
}

// place gives a field the place of the form field that it names.
func place(f SignatureField, found []SignatureField) (SignatureField, FieldFault) {
	if n := utf8.RuneCountInString(f.Role); n == 0 || n > maxRole || !printable(f.Role) {
		return f, FieldRole
	}
	if f.FormField == "" {
		return f, ""
	}
	if f != (SignatureField{Role: f.Role, FormField: f.FormField}) {
		return f, FieldBoth
	}
	i := slices.IndexFunc(found, func(one SignatureField) bool { return one.FormField == f.FormField })
	if i < 0 {
		return f, FieldUnknown
	}
	box := found[i]
	box.Role = f.Role
	return box, ""
}

func printable(s string) bool {
	return !slices.ContainsFunc([]rune(s), func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) })
}

func misplaced(f SignatureField, pages []PageSize, others []SignatureField) FieldFault {
	for _, v := range []float64{f.X, f.Y, f.Width, f.Height} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return FieldOutside
		}
	}
	if f.Page < 1 || f.Page > len(pages) {
		return FieldOutside
	}
	page := pages[f.Page-1]
	switch {
	case f.Width < 1 || f.Height < 1:
		return FieldTooSmall
	case f.X < -slack || f.Y < -slack || f.X+f.Width > page.Width+slack || f.Y+f.Height > page.Height+slack:
		return FieldOutside
	case slices.ContainsFunc(others, func(o SignatureField) bool { return overlap(f, o) }):
		return FieldOverlaps
	}
	return ""
}

func overlap(a, b SignatureField) bool {
	return a.Page == b.Page &&
		min(a.X+a.Width, b.X+b.Width)-max(a.X, b.X) > slack && min(a.Y+a.Height, b.Y+b.Height)-max(a.Y, b.Y) > slack
}
