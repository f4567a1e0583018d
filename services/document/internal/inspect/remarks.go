package inspect

import (
	"cmp"
	"slices"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// The codes of remarks, as the contract has them.
const (
	versionOld         = "VERSION_BELOW_1_6"
	incrementalUpdates = "INCREMENTAL_UPDATES"
	optionalContent    = "OPTIONAL_CONTENT"
	needAppearances    = "NEED_APPEARANCES"
	alternateImage     = "ALTERNATE_IMAGE"
	externalLink       = "EXTERNAL_LINK"
	formFields         = "FORM_FIELDS"
	hiddenAnnotation   = "HIDDEN_ANNOTATION"
	unplacedField      = "UNPLACED_SIGNATURE_FIELD"
	rotatedPage        = "ROTATED_PAGE"
	unusualPageBox     = "UNUSUAL_PAGE_BOX"
	userUnit           = "USER_UNIT"
	pageTooLarge       = "PAGE_TOO_LARGE"
)

// detail says a code for people.
func detail(code string) string {
	switch code {
	case versionOld:
		return "the format is older than PDF 1.6, which some signing providers refuse"
	case incrementalUpdates:
		return "the file was changed after it was made; earlier states are still in it"
	case optionalContent:
		return "the file has layers: what one reader shows another one may hide"
	case needAppearances:
		return "the file leaves it to each reader how form fields look"
	case alternateImage:
		return "an image is another one when it is printed"
	case externalLink:
		return "a link leads out of the file"
	case formFields:
		return "a form field could still be filled in"
	case hiddenAnnotation:
		return "an annotation is hidden"
	case unplacedField:
		return "an empty signature field has no place that can be seen"
	case rotatedPage:
		return "the page is shown turned"
	case unusualPageBox:
		return "the page shows a part of its area, or does not begin at its origin"
	case userUnit:
		return "the page is measured in a unit of its own"
	case pageTooLarge:
		return "the page is larger than 200 inches"
	}
	return ""
}

// remarks collects what is unusual, each code once per page.
type remarks struct{ pages map[string][]int }

func newRemarks() *remarks { return &remarks{pages: map[string][]int{}} }

// add notes a code for a page, counted from 1; 0 is the whole file.
func (r *remarks) add(code string, page int) {
	if !slices.Contains(r.pages[code], page) && len(r.pages[code]) <= maxRemarks {
		r.pages[code] = append(r.pages[code], page)
	}
}

// list returns the remarks in page order. A code on more pages than are worth listing becomes one about the whole file.
func (r *remarks) list() []paper.Remark {
	var out []paper.Remark
	for code, pages := range r.pages {
		text := detail(code)
		if len(pages) > maxRemarks {
			pages, text = []int{0}, text+"; on many pages"
		}
		for _, page := range pages {
			out = append(out, paper.Remark{Code: code, Detail: text, Page: page})
		}
	}
	slices.SortFunc(out, func(a, b paper.Remark) int {
		return cmp.Or(cmp.Compare(a.Page, b.Page), cmp.Compare(a.Code, b.Code))
	})
	return out
}
