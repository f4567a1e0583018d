package faults

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"time"
)

// Answers are the vendor's own error answers; each must write a whole response.
type Answers struct {
	RateLimited func(w http.ResponseWriter, f Fault)
	ServerError func(w http.ResponseWriter, f Fault)
}

// Wrap returns next with the armed faults in front of it.
func (s *Set) Wrap(next http.Handler, a Answers) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, armed := s.take(r)
		if !armed {
			next.ServeHTTP(w, r)
			return
		}
		switch f.Name {
		case RateLimit:
			a.RateLimited(w, f)
		case ErrorBefore:
			a.ServerError(w, f)
		case ErrorAfter:
			perform(next, r, &discard{header: http.Header{}})
			a.ServerError(w, f)
		case DropAfter:
			perform(next, r, &discard{header: http.Header{}})
			if !hangUp(w) {
				a.ServerError(w, f)
			}
		case Slow:
			if pause(r.Context(), f.Delay) {
				next.ServeHTTP(w, r)
			}
		case SlowAfter:
			kept := &recorded{header: http.Header{}, status: http.StatusOK}
			perform(next, r, kept)
			if pause(r.Context(), f.Delay) {
				kept.tell(w)
			}
		}
	})
}

// perform runs the handler and keeps its answer from the client. The request's context is cut off first: a client that stops
// waiting must not undo an effect the fault promises.
func perform(next http.Handler, r *http.Request, w http.ResponseWriter) {
	r = r.WithContext(context.WithoutCancel(r.Context()))
	next.ServeHTTP(w, r)
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 1<<20))
}

// hangUp closes the connection without an answer and reports whether the connection could be had: HTTP/2 and test
// recorders do not give it away.
func hangUp(w http.ResponseWriter) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// pause waits for d of real time and reports false when the client gave up first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// discard is a response nobody reads.
type discard struct {
	header http.Header
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

func (d *discard) WriteHeader(int) {}

// recorded is a response that is told later.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorded) Header() http.Header { return r.header }

func (r *recorded) Write(p []byte) (int, error) { return r.body.Write(p) }

func (r *recorded) WriteHeader(status int) { r.status = status }

func (r *recorded) tell(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes())
}
