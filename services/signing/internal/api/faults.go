package api

import (
	"errors"
	"fmt"
	"maps"
	"strconv"

	"google.golang.org/grpc/codes"

	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// Domain of this context's error reasons.
const Domain = "countersign.signing.v1"

var (
	errNotSigned   = errors.New("there is no signed document yet")
	errNoTrail     = errors.New("there is no audit trail (yet)")
	errGone        = errors.New("the document is not in the archive any more")
	errUnknownHook = errors.New("no webhook is expected here")
	errBadHook     = errors.New("the webhook's signature is wrong or missing")
	errMalformed   = errors.New("the webhook is not what the vendor sends")
)

// refusedError is a refusal with the accounts that could honour the request as it is.
type refusedError struct {
	*signature.Refusal
	able []string
}

func (e refusedError) Unwrap() error { return e.Refusal }

// within answers like answer, with the field of a refusal as a path from the call's message: fields of refusals are paths
// from the request, which the call may not hold. name translates one.
func within(name func(field string) string, err error) error {
	var refused refusedError
	if !errors.As(err, &refused) {
		return answer(err)
	}
	refusal := *refused.Refusal
	if refusal.Field != "" {
		refusal.Field = name(refusal.Field)
	}
	return answer(refusedError{&refusal, refused.able})
}

// answer turns this context's errors into answers; anything else is left for the boundary, which hides it.
func answer(err error) error {
	var refused refusedError
	var refusal *signature.Refusal
	var denial *signature.Denial
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return &fault.Error{
			Code: codes.FailedPrecondition, Domain: Domain, Reason: string(refused.Reason), Message: refused.Detail,
			Metadata: map[string]string{"field": refused.Field, "providers": names(refused.able)},
		}
	case errors.As(err, &refusal):
		return &fault.Error{
			Code: codes.FailedPrecondition, Domain: Domain, Reason: string(refusal.Reason), Message: refusal.Detail,
			Metadata: map[string]string{"field": refusal.Field},
		}
	case errors.As(err, &denial):
		return denied(denial)
	case errors.Is(err, store.ErrNotFound):
		return &fault.Error{
			Code: codes.NotFound, Domain: Domain, Reason: "SIGNATURE_REQUEST_NOT_FOUND",
			Message: "there is no such signature request",
		}
	case errors.Is(err, store.ErrReused):
		return &fault.Error{
			Code: codes.FailedPrecondition, Domain: Domain, Reason: "REQUEST_ID_REUSED", Message: store.ErrReused.Error(),
		}
	case errors.Is(err, errNotSigned):
		return &fault.Error{Code: codes.FailedPrecondition, Domain: Domain, Reason: "NOT_SIGNED", Message: errNotSigned.Error()}
	case errors.Is(err, errNoTrail):
		return &fault.Error{Code: codes.NotFound, Domain: Domain, Reason: "AUDIT_TRAIL_NOT_FOUND", Message: errNoTrail.Error()}
	case errors.Is(err, errGone):
		return &fault.Error{Code: codes.FailedPrecondition, Domain: Domain, Reason: "DOCUMENT_DELETED", Message: errGone.Error()}
	case errors.Is(err, errUnknownHook):
		return &fault.Error{
			Code: codes.NotFound, Domain: Domain, Reason: "WEBHOOK_UNAUTHENTICATED", Message: errUnknownHook.Error(),
		}
	case errors.Is(err, errBadHook):
		return &fault.Error{
			Code: codes.Unauthenticated, Domain: Domain, Reason: "WEBHOOK_UNAUTHENTICATED", Message: errBadHook.Error(),
		}
	case errors.Is(err, errMalformed):
		return &fault.Error{Code: codes.InvalidArgument, Domain: Domain, Reason: "WEBHOOK_MALFORMED", Message: errMalformed.Error()}
	}
	return err
}

// denied answers why a verb is not done.
func denied(denial *signature.Denial) error {
	code := codes.FailedPrecondition
	if denial.Reason == signature.DeniedNoSigner {
		code = codes.NotFound
	}
	metadata := maps.Clone(denial.Metadata)
	if id, ok := metadata["provider"]; ok {
		metadata["provider"] = providerName(id)
	}
	if id, ok := metadata["next_attempt"]; ok {
		metadata["next_attempt"] = nameOf(id)
	}
	return &fault.Error{Code: code, Domain: Domain, Reason: string(denial.Reason), Message: denial.Detail, Metadata: metadata}
}

// beyond answers a position that the log does not reach.
func beyond(last int64) error {
	return &fault.Error{
		Code: codes.OutOfRange, Domain: Domain, Reason: "CURSOR_BEYOND_LOG",
		Message:  fmt.Sprintf("the event log ends at position %d, before the given one: events that were handled are missing here", last),
		Metadata: map[string]string{"last_position": strconv.FormatInt(last, 10)},
	}
}

// unreadable answers why the document service does not give a document.
func unreadable(err error) error {
	switch fault.Reason(err) {
	case "DOCUMENT_DELETED", "DOCUMENT_NOT_FOUND":
		return answer(errGone)
	}
	return err
}

func invalid(field, message string) error {
	return &fault.Error{
		Code: codes.InvalidArgument, Domain: Domain, Reason: "INVALID_REQUEST", Message: field + ": " + message,
		Metadata: map[string]string{"field": field}, Violations: []fault.Violation{{Field: field, Description: message}},
	}
}
