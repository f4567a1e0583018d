package vendorhttp

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// maxRetryAfter bounds what a vendor can make us wait; Yousign's longest window is an hour.
const maxRetryAfter = time.Hour

// ErrCredentials is the cause of an UnavailableError where the vendor refused the account's credentials. Nothing
// happened and the call works once an operator has mended them: a wrong key must not end requests for good.
var ErrCredentials = errors.New("the provider refused the account's credentials")

// errForbidden is the cause of a 403 without a reason.
var errForbidden = errors.New("the provider answered 403 and does not say why")

// errRedirected is the cause when a vendor answers with a redirect, which none of them documents.
var errRedirected = errors.New("the provider answered with a redirect, which is not followed")

// errTooLarge is the cause when an answer or a file is larger than is read.
var errTooLarge = errors.New("the answer is too large")

// StatusError means that the vendor answered with a status from 400 to 499 other than 408, and than 429 where the call has
// no limit of its own: it had no effect and a repeated one would be answered alike. Body is the vendor's, bounded; it may hold personal data.
type StatusError struct {
	// Method of the call.
	Method string
	Status int
	Body   []byte
	// RetryAfter is how long the vendor says to wait; zero where it does not.
	RetryAfter time.Duration
}

func (e *StatusError) Error() string { return fmt.Sprintf("the provider answered %d", e.Status) }

// Misconfigured returns the failure for credentials the vendor refused.
func Misconfigured() error {
	return &signature.UnavailableError{RetryAfter: credentialsPause, Account: true, Cause: ErrCredentials}
}

// Forbidden returns the failure for a 403 that does not say what is forbidden: a firewall, a blocked account or a key
// without a right. An operator may mend it, so it ends no request; it is left alone for long.
func Forbidden() error {
	return &signature.UnavailableError{RetryAfter: forbiddenPause, Account: true, Cause: errForbidden}
}

// Inconclusive turns a rejection into an unavailability that tells the same: what was refused served to look something
// up, or to clear something away, so that the question is still open. Other errors pass.
func Inconclusive(err error) error {
	var rejected *signature.RejectedError
	if !errors.As(err, &rejected) {
		return err
	}
	return &signature.UnavailableError{RetryAfter: refusedPause, Cause: fmt.Errorf("%s: %s", rejected.Reason, rejected.Detail)}
}

// The pauses after what an operator has to mend: a 403 that says nothing, and a look-up that was refused.
const (
	forbiddenPause = 15 * time.Minute
	refusedPause   = 5 * time.Minute
)

// credentialsPause is how long to leave an account alone whose credentials were refused.
const credentialsPause = 5 * time.Minute

// failure is the class of a call that ended without an answer.
func failure(unknown bool, cause error) error {
	if unknown {
		return &signature.UnknownOutcomeError{Cause: cause}
	}
	return &signature.UnavailableError{Cause: cause}
}

// refusal is the class of an answer that is not a success; nil for one that is.
func (c *Client) refusal(request Request, response *http.Response, body []byte) error {
	status := response.StatusCode
	cause := fmt.Errorf("the provider answered %d", status)
	switch {
	case status >= 200 && status <= 299:
		c.settled()
		return nil
	case status == http.StatusTooManyRequests && request.OwnLimit:
		after, _ := retryAfter(response.Header, time.Now())
		return &StatusError{Method: request.Method, Status: status, Body: body, RetryAfter: after}
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		after, named := retryAfter(response.Header, time.Now())
		if status == http.StatusTooManyRequests {
			after = c.tooMany(after, named)
		}
		c.pauseFor(after)
		if status == http.StatusServiceUnavailable && request.Effect {
			// It is also said of a call that was passed on before the connection broke, with a time or without.
			return failure(true, cause)
		}
		return &signature.UnavailableError{RetryAfter: after, Cause: cause}
	case status == http.StatusRequestTimeout || status >= 500:
		return failure(request.Effect, cause)
	case status >= 400:
		return &StatusError{Method: request.Method, Status: status, Body: body}
	case slices.Contains([]int{301, 302, 307, 308}, status): // the request was not carried out where it went
		return &signature.UnavailableError{RetryAfter: credentialsPause, Cause: errRedirected}
	default:
		return failure(request.Effect, cause)
	}
}

// retryAfter reads Retry-After (RFC 9110, 10.2.3: seconds or a date), else RateLimit-Reset (seconds), at most
// maxRetryAfter; ok is false when the vendor names no time.
func retryAfter(header http.Header, now time.Time) (after time.Duration, ok bool) {
	for _, name := range []string{"Retry-After", "RateLimit-Reset"} {
		value := header.Get(name)
		if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
			return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second, true
		}
		if date, err := http.ParseTime(value); err == nil {
			return min(max(0, date.Sub(now)), maxRetryAfter), true
		}
	}
	return 0, false
}

// ErrNoID is the cause when a vendor answers without naming, in a usable way, what it speaks of.
var ErrNoID = errors.New("the answer names no usable id")

// Halfway is the failure of a step after something was made at the vendor: whatever the step itself did, that is there now
// and must be looked up. The cause is told in words, so that nobody takes it for a failure without an effect.
func Halfway(err error) error {
	var unknown *signature.UnknownOutcomeError
	if errors.As(err, &unknown) {
		return unknown
	}
	return &signature.UnknownOutcomeError{Cause: errors.New("the request is half made: " + err.Error())}
}
