package api

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/countersign/countersign/services/document/internal/archive"
	"github.com/countersign/countersign/services/document/internal/evidence"
	"github.com/countersign/countersign/services/document/internal/link"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/render"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/fault"
)

// Domain of this context's error reasons.
const Domain = "countersign.document.v1"

var (
	errNoTemplate   = errors.New("there is no such template")
	errNoProof      = errors.New("there is no proof of this document yet")
	errExpectations = errors.New("the document was proven against other expectations")
	errReused       = errors.New("the request id was used with other content")
	errNotPDF       = errors.New("the bytes are not a PDF")
	errTooLarge     = errors.New("the document is larger than 64 MiB")
	errPreview      = errors.New("the preview is larger than 3 MiB")
	errSlow         = errors.New("the contract takes longer to set than any contract does")
	errImage        = errors.New("the image and the PDF are larger than a message: ask for a lower resolution")
	errTrail        = errors.New("the document is not an audit trail")
	errPackage      = errors.New("an evidence package is no signed PDF: countersign verify reads it")
	errRange        = errors.New("the range starts after the document's end")
	errNotToSign    = errors.New("only an upload to be signed has signature fields")
	errPart         = errors.New("the first message carries the header, and no other one does")
)

// answer turns this context's errors into answers; anything else is left for the boundary, which hides it.
func answer(err error) error {
	if err == nil {
		return nil
	}
	if f := values(err); f != nil {
		return f
	}
	if f := unfit(err); f != nil {
		return f
	}
	if f := retained(err); f != nil {
		return f
	}
	for _, known := range []struct {
		err    error
		code   codes.Code
		reason string
	}{
		{store.ErrNotFound, codes.NotFound, "DOCUMENT_NOT_FOUND"},
		{store.ErrDeleted, codes.FailedPrecondition, "DOCUMENT_DELETED"},
		{store.ErrBusy, codes.Unavailable, "INTERNAL"},
		{link.ErrInvalid, codes.NotFound, "LINK_INVALID"},
		{errNoTemplate, codes.NotFound, "TEMPLATE_NOT_FOUND"},
		{errNoProof, codes.NotFound, "PROOF_NOT_FOUND"},
		{errReused, codes.FailedPrecondition, "REQUEST_ID_REUSED"},
		{errExpectations, codes.FailedPrecondition, "PROOF_DIFFERS"},
		{errNotPDF, codes.InvalidArgument, "NOT_A_PDF"},
		{errTooLarge, codes.InvalidArgument, "TOO_LARGE"},
		{evidence.ErrTooLarge, codes.FailedPrecondition, "TOO_LARGE"},
		{errPreview, codes.InvalidArgument, "TOO_LARGE"},
		{errSlow, codes.InvalidArgument, "TOO_LARGE"},
		{errImage, codes.InvalidArgument, "TOO_LARGE"},
		{render.ErrImageUnavailable, codes.FailedPrecondition, "IMAGE_UNAVAILABLE"},
		{errPart, codes.InvalidArgument, "INVALID_REQUEST"},
		{archive.ErrDamaged, codes.DataLoss, "HASH_MISMATCH"},
		{archive.ErrMissing, codes.DataLoss, "HASH_MISMATCH"},
	} {
		if errors.Is(err, known.err) {
			return &fault.Error{Code: known.code, Domain: Domain, Reason: known.reason, Message: known.err.Error(), Cause: err}
		}
	}
	return err
}

// retained answers why a document cannot be deleted; nil when that is not what happened.
func retained(err error) error {
	var kept *paper.RetainedError
	if !errors.As(err, &kept) {
		return nil
	}
	f := &fault.Error{
		Code: codes.FailedPrecondition, Domain: Domain, Reason: "DOCUMENT_RETAINED", Message: kept.Error(),
		Metadata: map[string]string{},
	}
	if !kept.Until.IsZero() {
		f.Metadata["retain_until"] = kept.Until.UTC().Format(time.RFC3339)
	}
	if kept.LegalHold {
		f.Metadata["legal_hold"] = "true"
	}
	return f
}

// invalid answers that a request field breaks a rule that the contract cannot express.
func invalid(field string, err error) error {
	return &fault.Error{
		Code: codes.InvalidArgument, Domain: Domain, Reason: "INVALID_REQUEST", Message: field + ": " + err.Error(),
		Metadata: map[string]string{"field": field},
	}
}

// values answers what a template cannot do with a caller's values; nil when that is not what happened.
func values(err error) error {
	var language *paper.LanguageError
	var invalid *paper.ValuesError
	var glyph *render.GlyphError
	var long *render.TooLongError
	var page *render.PageError
	f := &fault.Error{Code: codes.InvalidArgument, Domain: Domain, Message: err.Error()}
	switch {
	case errors.As(err, &language):
		f.Reason, f.Metadata = "LANGUAGE_NOT_FOUND", map[string]string{"language": language.Language}
	case errors.As(err, &invalid) && len(invalid.Problems) > 0:
		f.Reason, f.Metadata = "VALUE_INVALID", map[string]string{"variable": invalid.Problems[0].Variable}
		if invalid.Problems[0].Fault == paper.FaultMissing {
			f.Reason = "VALUE_MISSING"
		}
		for _, p := range invalid.Problems {
			f.Violations = append(f.Violations, fault.Violation{Field: "values." + p.Variable, Description: string(p.Fault)})
		}
	case errors.As(err, &glyph):
		f.Reason, f.Metadata = "GLYPH_MISSING", map[string]string{"rune": fmt.Sprintf("U+%04X", glyph.Rune)}
	case errors.As(err, &long):
		f.Reason = "TOO_LARGE"
	case errors.As(err, &page):
		f.Code, f.Reason, f.Metadata = codes.NotFound, "PAGE_NOT_FOUND", map[string]string{"page_count": strconv.Itoa(page.Pages)}
	default:
		return nil
	}
	return f
}
