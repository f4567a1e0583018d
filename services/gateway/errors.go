package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/countersign/countersign/services/internal/fault"
)

// problem is the body of an error answer.
type problem struct {
	// Code is the HTTP status.
	Code    int    `json:"code"`
	Message string `json:"message"`
	// Reason as the contract's ErrorReason names it; empty when the gateway itself answers.
	Reason   string            `json:"reason,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
}

// answerError writes a backend's error: its code, reason and safe text, and nothing a library would add. Skribble is not told
// when to come back: it obeys, and would use up its dozen tries within seconds that are meant for two hours.
func answerError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	answer := problem{Reason: fault.Reason(err), Metadata: fault.Metadata(err), Message: status.Convert(err).Message()}
	answer.Code = httpStatus(status.Code(err), answer.Reason)
	switch {
	case answer.Code == http.StatusServiceUnavailable:
		if r == nil || !strings.HasPrefix(r.URL.Path, callbackPrefix) {
			w.Header().Set("Retry-After", "1")
		}
		answer.Message = "not available at the moment"
	case answer.Reason == "" && answer.Code == http.StatusBadRequest:
		answer.Message = "the request is not what the API describes" // the library's text would repeat the input
	case answer.Reason == "":
		answer.Message = http.StatusText(answer.Code)
	}
	write(w, answer)
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
	write(w, problem{Code: code, Message: message})
}

func write(w http.ResponseWriter, answer problem) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Code)
	_ = json.NewEncoder(w).Encode(answer)
}
