// Package fault is the form of an error that may cross a service boundary: a code, a machine-readable reason from the
// contract, a text that is safe to show, and a cause that stays inside. The standard library's errors carry no reason,
// and a gRPC status has no place for a cause that must not leave.
package fault

import (
	"errors"
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
)

// Error is an answer that a caller may see, except for its Cause.
type Error struct {
	Code codes.Code
	// Domain of the reason: the contract's package, such as "countersign.signing.v1".
	Domain string
	// Reason as the contract's ErrorReason names it, without the prefix.
	Reason string
	// Message for people; safe to show, without personal data.
	Message string
	// Metadata that the reason's comment promises.
	Metadata map[string]string
	// Violations of request fields; only with INVALID_REQUEST.
	Violations []Violation
	// Cause stays inside: it is logged and never sent.
	Cause error
}

// Violation is a request field that breaks its rule.
type Violation struct{ Field, Description string }

func (e *Error) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("%s: %s", e.Reason, e.Message)
	}
	return fmt.Sprintf("%s: %s: %v", e.Reason, e.Message, e.Cause)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// GRPCStatus is the error's form on the wire.
func (e *Error) GRPCStatus() *status.Status {
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: e.Reason, Domain: e.Domain, Metadata: e.Metadata}}
	if len(e.Violations) > 0 {
		bad := &errdetails.BadRequest{}
		for _, v := range e.Violations {
			bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{
				Field: v.Field, Description: v.Description,
			})
		}
		details = append(details, bad)
	}
	plain := status.New(e.Code, e.Message)
	detailed, err := plain.WithDetails(details...)
	if err != nil {
		return plain
	}
	return detailed
}

// Reason returns the reason of an error that came from another service, or from this package; empty when it has none.
func Reason(err error) string {
	var own *Error
	if errors.As(err, &own) {
		return own.Reason
	}
	if info := errorInfo(err); info != nil {
		return info.GetReason()
	}
	return ""
}

// Metadata returns the metadata of an error that came from another service; nil when it has none.
func Metadata(err error) map[string]string {
	return errorInfo(err).GetMetadata()
}

func errorInfo(err error) *errdetails.ErrorInfo {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info
		}
	}
	return nil
}
