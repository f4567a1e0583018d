package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	gatewayv1 "github.com/countersign/countersign/gen/countersign/gateway/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

// domain of the gateway's own reasons.
const domain = "countersign.gateway.v1"

// problem is the body of an error answer.
type problem struct {
	// Code is the HTTP status.
	Code    int    `json:"code"`
	Message string `json:"message"`
	// Reason as the ErrorReason of the contract, or of the gateway itself, names it.
	Reason   string            `json:"reason,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
	// Details are those of the google.rpc.Status that the backend answered with, ErrorInfo and BadRequest, or the gateway's
	// own ErrorInfo.
	Details []json.RawMessage `json:"details,omitempty"`
}

// answerError writes a backend's error: its code, reason and safe text, and nothing a library would add. Skribble is not told
// when to come back: it obeys, and would use up its dozen tries within seconds that are meant for two hours.
func answerError(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	if fault.Reason(err) == "" && status.Code(err) == codes.InvalidArgument {
		err = undecoded(called(ctx), r, err)
	}
	answer := problemOf(err)
	if answer.Code == http.StatusServiceUnavailable && (r == nil || !strings.HasPrefix(r.URL.Path, callbackPrefix)) {
		w.Header().Set("Retry-After", "1")
	}
	write(w, answer)
}

// problemOf is what of an error may leave: its text and details only when it has a reason of a contract.
func problemOf(err error) problem {
	code := httpStatus(status.Code(err), fault.Reason(err))
	text := http.StatusText(code)
	switch {
	case code == http.StatusServiceUnavailable:
		text = "not available at the moment"
	case fault.Reason(err) != "":
		text = status.Convert(err).Message()
	}
	if fault.Reason(err) == "" {
		return own(code, text)
	}
	return problem{
		Code: code, Message: text, Reason: fault.Reason(err), Metadata: fault.Metadata(err), Details: details(status.Convert(err)),
	}
}

func details(of *status.Status) []json.RawMessage {
	var all []json.RawMessage
	for _, detail := range of.Proto().GetDetails() {
		if text, err := protojson.Marshal(detail); err == nil {
			all = append(all, text)
		}
	}
	return all
}

// own is an error that the gateway itself tells, with its reason for the HTTP status.
func own(code int, message string) problem {
	reason := gatewayv1.ErrorReason_ERROR_REASON_INTERNAL
	switch code {
	case http.StatusBadRequest:
		reason = gatewayv1.ErrorReason_ERROR_REASON_INVALID_REQUEST
	case http.StatusForbidden, http.StatusUnauthorized:
		reason = gatewayv1.ErrorReason_ERROR_REASON_FORBIDDEN
	case http.StatusNotFound:
		reason = gatewayv1.ErrorReason_ERROR_REASON_NOT_FOUND
	case http.StatusMethodNotAllowed:
		reason = gatewayv1.ErrorReason_ERROR_REASON_METHOD_NOT_ALLOWED
	case http.StatusConflict:
		reason = gatewayv1.ErrorReason_ERROR_REASON_CONFLICT
	case http.StatusRequestEntityTooLarge:
		reason = gatewayv1.ErrorReason_ERROR_REASON_TOO_LARGE
	case http.StatusRequestedRangeNotSatisfiable:
		reason = gatewayv1.ErrorReason_ERROR_REASON_NO_SUCH_RANGE
	case http.StatusServiceUnavailable:
		reason = gatewayv1.ErrorReason_ERROR_REASON_UNAVAILABLE
	}
	name := strings.TrimPrefix(reason.String(), "ERROR_REASON_")
	told := (&fault.Error{Code: codes.Unknown, Domain: domain, Reason: name, Message: message}).GRPCStatus()
	return problem{Code: code, Message: message, Reason: name, Details: details(told)}
}

// httpStatus never answers 429 or 504 for a fault of ours: senders of webhooks take those for something else.
func httpStatus(code codes.Code, reason string) int {
	switch code {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.ResourceExhausted:
		return http.StatusServiceUnavailable
	}
	switch reason {
	case "WEBHOOK_UNSUPPORTED_TYPE":
		return http.StatusUnsupportedMediaType
	case "DOCUMENT_DELETED":
		return http.StatusGone
	}
	return runtime.HTTPStatusFromCode(code)
}

// answerRouting answers a path or method that is not there.
func answerRouting(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, code int) {
	writeError(w, code, http.StatusText(code))
}

func writeError(w http.ResponseWriter, code int, message string) {
	write(w, own(code, message))
}

func write(w http.ResponseWriter, answer problem) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Code)
	_ = json.NewEncoder(w).Encode(answer)
}
