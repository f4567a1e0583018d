package providertest

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
)

// fault is what happens to one call on the line.
type fault string

const (
	none         fault = ""
	lostRequest  fault = "the request is lost"
	lostAnswer   fault = "the answer is lost"
	errorBefore  fault = "a server error before the effect"
	errorAfter   fault = "a server error after the effect"
	badGateway   fault = "a bad gateway after the effect"
	tooMany      fault = "too many requests"
	tooManyLong  fault = "too many requests, and seven seconds to wait"
	unavailable  fault = "service unavailable"
	garbled      fault = "the answer is garbled"
	cutOff       fault = "the answer is cut off"
	expiredToken fault = "the credentials have expired"
	hangs        fault = "the answer never comes"
	timesOut     fault = "the answer comes too late"
	redirects    fault = "the answer is a redirect"
	endlessBody  fault = "the answer never ends"
	notAPDF      fault = "the file is a page of HTML"
	forbidden    fault = "a firewall says no"
	refused      fault = "the vendor says no"
)

// line is the connection to the vendor. Its faults are made of HTTP alone, so that they fit every vendor.
type line struct {
	next http.RoundTripper

	mu    sync.Mutex
	rule  func(*http.Request) fault
	calls []string
}

// set makes the rule decide on every call from now on; nil lets all of them through. It forgets the calls so far.
func (l *line) set(rule func(*http.Request) fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rule, l.calls = rule, nil
}

// on strikes the nth call from now on, counted from 1, and no other.
func (l *line) on(nth int, with fault) {
	count := 0
	l.set(func(*http.Request) fault {
		if count++; count == nth {
			return with
		}
		return none
	})
}

// all strikes every call from now on.
func (l *line) all(with fault) { l.set(func(*http.Request) fault { return with }) }

// made returns the calls since the last set, as method and path.
func (l *line) made() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.calls...)
}

// RoundTrip lets the call through, or strikes it.
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	l.calls = append(l.calls, r.Method+" "+r.URL.Path)
	strike := none
	if l.rule != nil {
		strike = l.rule(r)
	}
	l.mu.Unlock()
	switch strike {
	case none:
		return l.next.RoundTrip(r)
	case lostRequest:
		return nil, errors.New("connection refused")
	case errorBefore:
		return answer(r, http.StatusInternalServerError, "{}", nil), nil
	case tooMany:
		return answer(r, http.StatusTooManyRequests, "{}", http.Header{"Retry-After": {"0"}}), nil
	case tooManyLong:
		return answer(r, http.StatusTooManyRequests, "{}", http.Header{"Retry-After": {"7"}}), nil
	case unavailable:
		return answer(r, http.StatusServiceUnavailable, "", nil), nil
	case expiredToken:
		return answer(r, http.StatusUnauthorized, "{}", nil), nil
	case forbidden:
		return answer(r, http.StatusForbidden, "<html>forbidden</html>", nil), nil
	case refused:
		return answer(r, http.StatusBadRequest, `{"message":"no"}`, nil), nil
	case redirects:
		return answer(r, http.StatusTemporaryRedirect, "", http.Header{"Location": {"http://localhost:1/elsewhere"}}), nil
	case endlessBody:
		endless := answer(r, http.StatusOK, "", nil)
		endless.Body = io.NopCloser(forever{})
		return endless, nil
	case notAPDF:
		return answer(r, http.StatusOK, "<html>maintenance</html>", nil), nil
	}
	return l.afterwards(r, strike)
}

// afterwards lets the call have its effect and spoils the answer.
func (l *line) afterwards(r *http.Request, strike fault) (*http.Response, error) {
	response, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return nil, err
	}
	switch strike {
	case timesOut:
		return nil, os.ErrDeadlineExceeded
	case hangs:
		<-r.Context().Done()
		return nil, r.Context().Err()
	case errorAfter:
		return answer(r, http.StatusInternalServerError, "{}", nil), nil
	case badGateway:
		return answer(r, http.StatusBadGateway, "<html>bad gateway</html>", nil), nil
	case garbled:
		return answer(r, response.StatusCode, "<html>", nil), nil
	case cutOff:
		cut := answer(r, response.StatusCode, string(body[:len(body)/2]), nil)
		cut.Body = io.NopCloser(io.MultiReader(cut.Body, broken{}))
		return cut, nil
	}
	return nil, io.ErrUnexpectedEOF
}

func answer(r *http.Request, status int, body string, header http.Header) *http.Response {
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1, Request: r,
	}
}

// forever is a body that does not end.
type forever struct{}

// Read fills everything with spaces, which JSON allows anywhere.
func (forever) Read(into []byte) (int, error) {
	for i := range into {
		into[i] = ' '
	}
	return len(into), nil
}

// broken is a body that breaks.
type broken struct{}

// Read fails.
func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Strikes is how many faults Strike knows.
func Strikes() int { return len(strikes()) }

// Strike makes a call meet one of the faults that any call may meet, counted from 0: some before it has its effect, some
// afterwards.
func Strike(which int, next http.RoundTripper, r *http.Request) (*http.Response, error) {
	l := &line{next: next}
	l.all(strikes()[which])
	return l.RoundTrip(r)
}

// strikes are the faults of a bad day, after which nobody can tell whether a call had its effect.
func strikes() []fault {
	return []fault{
		lostRequest, lostAnswer, timesOut, errorBefore, errorAfter, badGateway, tooMany, tooManyLong, unavailable, garbled, cutOff,
		expiredToken,
	}
}
