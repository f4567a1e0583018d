package skribble

import (
	"encoding/json"
	"errors"
	"net/http"
)

// Kinds of problem: the last segment of a problem's type.
const (
	kindMessage    = "problem-with-message"
	kindNotFound   = "entity-not-found"
	kindFeature    = "feature-not-enabled"
	kindConstraint = "constraint-violation"
	kindLimit      = "limit-exceeded"
)

// Keys: the stable names some problems carry.
const (
	keyTokenExpired       = "error.auth.token_expired"
	keyTokenInvalid       = "error.auth.token_invalid"
	keyCredentialsInvalid = "error.auth.credentials_invalid"
	keyRateLimit          = "error.rate_limit.exceeded"
	keyReminder           = "error.rate_limit.reminder"
	keyAttachmentType     = "file.attachment.unsupported"
	keyPDF                = "file.pdf.general_error"
)

// problem is a refusal in the vendor's words.
type problem struct {
	status  int
	kind    string
	key     string
	message string
	text    bool // answered as bare text, as a few older endpoints do
}

func (p problem) Error() string {
	return p.message
}

func refuse(status int, message string) problem {
	return problem{status: status, kind: kindMessage, message: message}
}

func invalid(message string) problem {
	return problem{status: http.StatusBadRequest, kind: kindConstraint, message: message}
}

// malformed is the one answer to JSON of the wrong shape and to values outside an enumeration.
func malformed() problem {
	return refuse(http.StatusBadRequest, "Validation failed for JSON object")
}

func notFound(entity string) problem {
	return problem{status: http.StatusNotFound, kind: kindNotFound, message: entity + " not found"}
}

func unreadable() problem {
	return problem{
		status: http.StatusNotAcceptable, kind: kindMessage, key: keyPDF,
		message: "The PDF document is corrupt or encrypted",
	}
}

func notEnabled(feature string) problem {
	return problem{status: http.StatusForbidden, kind: kindFeature, message: "Feature " + feature + " is not enabled"}
}

// writeProblem writes err in the envelope that names the call it belongs to.
func (s *Simulator) writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := refuse(http.StatusInternalServerError, "Internal server error")
	errors.As(err, &p)
	if p.text {
		w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
		w.WriteHeader(p.status)
		_, _ = w.Write([]byte(p.message))
		return
	}
	body, _ := json.Marshal(struct {
		Type    string `json:"type"`
		Method  string `json:"method"`
		Path    string `json:"path"`
		Status  int    `json:"status"`
		Message string `json:"message"`
		Key     string `json:"key,omitempty"`
	}{s.cfg.BaseURL + "/problem/" + p.kind, r.Method, r.URL.Path, p.status, p.message, p.key})
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(p.status)
	_, _ = w.Write(body)
}
