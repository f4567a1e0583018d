package kommo

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"
)

// Kind sorts failures by what a caller does about them.
type Kind string

// The kinds of failures.
const (
	// NotFound: no such thing. Kommo answers 204, or 404 with its own problem object; any other 404 is a stranger's, such as
	// a proxy's, and Unavailable.
	NotFound Kind = "not_found"
	// Unauthorized: the token is expired or revoked. Permanent until it is replaced.
	Unauthorized Kind = "unauthorized"
	// PaymentRequired: the plan or trial has ended. Permanent; an operator has to act.
	PaymentRequired Kind = "payment_required"
	// Forbidden: a right or scope is missing, or Kommo blocks our address after too many calls.
	Forbidden Kind = "forbidden"
	// RateLimited: no call goes out before RetryAfter has passed.
	RateLimited Kind = "rate_limited"
	// Invalid: Kommo refuses the call as it is; Violations say where. The same call fails again.
	Invalid Kind = "invalid"
	// Unavailable: no answer, a 5xx, or an answer that makes no sense. Worth another try later.
	Unavailable Kind = "unavailable"
)

// Error is the failure of one call. Its text holds neither addresses nor data nor tokens.
type Error struct {
	Kind Kind
	// Call is the client's method.
	Call string
	// Status is the HTTP status; 0 without an answer.
	Status int
	// RequestID is Kommo's X-Request-Id, for their support.
	RequestID string
	// RetryAfter is set for RateLimited.
	RetryAfter time.Duration
	// Violations are set for Invalid, where Kommo says what it refuses.
	Violations []Violation
	// Uncertain means that a writing call may have had its effect nevertheless: read before writing again.
	Uncertain bool
	problem   string
	cause     error
}

// Violation is one refused value.
type Violation struct {
	// RequestID tells which item of a batch, counted from "0".
	RequestID string `json:"-"`
	// Code such as "NotSupportedChoice", and Path such as "custom_fields_values.0.field_id".
	Code string `json:"code"`
	Path string `json:"path"`
}

// Error names the call, the kind, the status and what was refused where.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "kommo %s: %s", e.Call, e.Kind)
	if e.Status != 0 {
		fmt.Fprintf(&b, " (http %d)", e.Status)
	}
	if e.problem != "" {
		b.WriteString(": " + e.problem)
	}
	for _, v := range e.Violations {
		fmt.Fprintf(&b, ": %s at %s", v.Code, v.Path)
	}
	return b.String()
}

// Unwrap gives the cause only where it is a cancelled or expired context.
func (e *Error) Unwrap() error { return e.cause }

// KindOf returns the kind of a failed call, or nothing when err is none of this package.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// defaultPause is for a 429 that does not say how long.
const (
	defaultPause = time.Minute
	maxPause     = time.Hour
	maxShown     = 10
)

// problem is Kommo's error object. Title and detail are never shown: they may repeat what was sent.
type problem struct {
	Status     int         `json:"status"`
	Type       string      `json:"type"`
	Title      string      `json:"title"`
	RetryAfter json.Number `json:"retry_after"`
	Validation []struct {
		RequestID any         `json:"request_id"`
		Errors    []Violation `json:"errors"`
	} `json:"validation-errors"`
}

// failure turns an answer that is no success into an error.
func failure(call string, status int, header http.Header, body []byte) *Error {
	e := &Error{Kind: kindOfStatus(status), Call: call, Status: status, RequestID: header.Get("X-Request-Id")}
	var p problem
	if media, _, _ := mime.ParseMediaType(header.Get("Content-Type")); strings.HasSuffix(media, "json") {
		// A body that does not decode leaves the status, which says enough.
		_ = json.Unmarshal(body, &p)
	}
	switch e.Kind {
	case NotFound:
		if status == http.StatusNotFound && (p.Status != status || p.Type == "" && p.Title == "") {
			e.Kind, e.problem = Unavailable, "not Kommo's own answer"
		}
	case RateLimited:
		e.RetryAfter = pause(p.RetryAfter)
	case Invalid:
		e.Violations = p.violations()
	}
	return e
}

func kindOfStatus(status int) Kind {
	switch status {
	case http.StatusNotFound, http.StatusNoContent:
		return NotFound
	case http.StatusUnauthorized:
		return Unauthorized
	case http.StatusPaymentRequired:
		return PaymentRequired
	case http.StatusForbidden:
		return Forbidden
	case http.StatusTooManyRequests:
		return RateLimited
	case http.StatusRequestTimeout:
		return Unavailable
	}
	if status >= 400 && status < 500 {
		return Invalid
	}
	return Unavailable
}

func pause(retryAfter json.Number) time.Duration {
	seconds, err := retryAfter.Float64()
	if err != nil || seconds <= 0 {
		return defaultPause
	}
	return time.Duration(min(seconds, maxPause.Seconds()) * float64(time.Second))
}

func (p problem) violations() []Violation {
	var all []Violation
	for _, item := range p.Validation {
		for _, v := range item.Errors {
			if len(all) == maxShown {
				return all
			}
			all = append(all, Violation{fmt.Sprint(item.RequestID), printable(v.Code), printable(v.Path)})
		}
	}
	return all
}

// printable keeps what codes and paths are made of.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s[:min(len(s), 100)])
}
