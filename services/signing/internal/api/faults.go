package api

import (
	"errors"

	"google.golang.org/grpc/codes"

	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// Domain of this context's error reasons.
const Domain = "countersign.signing.v1"

var (
	errReused      = errors.New("the request id was used with other content")
	errNotSigned   = errors.New("there is no signed document yet")
	errNoTrail     = errors.New("there is no audit trail (yet)")
	errGone        = errors.New("the document is not in the archive any more")
	errUnknownHook = errors.New("no webhook is expected here")
	errBadHook     = errors.New("the webhook's signature is wrong or missing")
	errMalformed   = errors.New("the webhook is not what the vendor sends")
)

// stateError means that the request's state does not allow a verb.
type stateError struct{ state signature.State }

func (e stateError) Error() string { return "the request is " + string(e.state) }

// answer turns this context's errors into answers; anything else is left for the boundary, which hides it.
func answer(err error) error {
	var refusal *signature.Refusal
	var state stateError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return &fault.Error{
			Code: codes.FailedPrecondition, Domain: Domain, Reason: string(refusal.Reason), Message: refusal.Detail,
			Metadata: map[string]string{"field": refusal.Field},
		}
	case errors.As(err, &state):
		return &fault.Error{
			Code: codes.FailedPrecondition, Domain: Domain, Reason: "STATE_DOES_NOT_ALLOW",
			Message: state.Error(), Metadata: map[string]string{"state": string(state.state)},
		}
	case errors.Is(err, store.ErrNotFound):
		return &fault.Error{
			Code: codes.NotFound, Domain: Domain, Reason: "SIGNATURE_REQUEST_NOT_FOUND",
			Message: "there is no such signature request",
		}
	case errors.Is(err, errReused):
		return &fault.Error{
			Code: codes.FailedPrecondition, Domain: Domain, Reason: "REQUEST_ID_REUSED", Message: errReused.Error(),
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
