package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

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
	// Details are those of the google.rpc.Status that the backend answered with: ErrorInfo, BadRequest.
	Details []json.RawMessage `json:"details,omitempty"`
}

// answerError writes a backend's error: its code, reason and safe text, and nothing a library would add. Skribble is not told
// when to come back: it obeys, and would use up its dozen tries within seconds that are meant for two hours.
func answerError(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	if fault.Reason(err) == "" && status.Code(err) == codes.InvalidArgument {
		err = undecoded(called(ctx), r, err)
	}
	safe := told(err)
	answer := problem{Reason: fault.Reason(err), Metadata: fault.Metadata(err), Message: safe.GetMessage()}
	answer.Code = httpStatus(status.Code(err), answer.Reason)
	for _, detail := range safe.GetDetails() {
		if text, err := protojson.Marshal(detail); err == nil {
			answer.Details = append(answer.Details, text)
		}
	}
	if answer.Code == http.StatusServiceUnavailable && (r == nil || !strings.HasPrefix(r.URL.Path, callbackPrefix)) {
		w.Header().Set("Retry-After", "1")
	}
	write(w, answer)
}

// told is what of an error may leave: its text only when it has a reason of a contract.
func told(err error) *rpcstatus.Status {
	safe := status.Convert(err).Proto()
	code := httpStatus(status.Code(err), fault.Reason(err))
	switch {
	case code == http.StatusServiceUnavailable:
		safe.Message = "not available at the moment"
	case fault.Reason(err) == "":
		safe.Message = http.StatusText(code)
	}
	if fault.Reason(err) == "" {
		safe.Details = nil
	}
	return safe
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
