package vendorspec

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Transport returns a transport that holds every request and answer against the contract, and fails the test for each
// difference. Calls outside the API's base path pass unchecked.
func (c *Contract) Transport(t testing.TB, next http.RoundTripper) http.RoundTripper {
	if !c.Here(t) {
		return next
	}
	return &transport{c, t.Errorf, next}
}

type transport struct {
	contract *Contract
	complain func(format string, args ...any)
	next     http.RoundTripper
}

// RoundTrip makes the call.
func (p *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Path, p.contract.base+"/") {
		return p.next.RoundTrip(r)
	}
	x, response, err := pass(p.contract.base, r, p.next)
	if err != nil {
		return nil, err
	}
	for _, f := range p.contract.judge(x) {
		p.complain("%s %s: %d: %s", r.Method, r.URL.Path, x.status, f)
	}
	return response, nil
}

func asked(base string, r *http.Request, body []byte) exchange {
	return exchange{
		method: r.Method, path: strings.TrimPrefix(r.URL.Path, base), query: r.URL.Query(),
		media: r.Header.Get("Content-Type"), body: body,
	}
}

// Handler returns a handler that holds what a simulator answers, and the requests that it takes, against the contract. A
// request that the simulator refuses may be as wrong as a test likes, but not an adapter's.
func (c *Contract) Handler(t testing.TB, next http.Handler) http.Handler {
	if !c.Here(t) {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, c.base+"/") {
			next.ServeHTTP(w, r)
			return
		}
		sent := &bytes.Buffer{}
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, sent), r.Body}
		x := asked(c.base, r, nil)
		answer := &tee{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		if answer.taken {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		x.body, x.status, x.header, x.answer = sent.Bytes(), answer.status, w.Header(), answer.body.Bytes()
		for _, f := range c.judge(x) {
			if c.suite == Adapter || f.side == reply || x.status < 300 {
				t.Errorf("%s %s: %d: %s", x.method, r.URL.Path, x.status, f)
			}
		}
	})
}

// tee keeps what is answered.
type tee struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
	taken  bool
}

// WriteHeader notes the status.
func (w *tee) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the body.
func (w *tee) Write(p []byte) (int, error) {
	w.body.Write(p)
	return w.ResponseWriter.Write(p)
}

// Unwrap lets a handler take the connection, after which there is no answer to check.
func (w *tee) Unwrap() http.ResponseWriter {
	w.taken = true
	return w.ResponseWriter
}
