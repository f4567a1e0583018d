package yousign

import (
	"crypto/subtle"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/services/sim/yousign/internal/window"
)

const (
	maxJSON   = 1 << 20
	maxFile   = 50 << 20        // the vendor's limit for one file
	maxUpload = maxFile + 1<<20 // with the other parts of the form
)

// call is one API call after authentication, with the whole body read.
type call struct {
	*http.Request
	body  []byte
	media string // the content type without parameters
	now   time.Time
	req   *request // the request named in the path
}

// answer is what a handler sends: a value as JSON or, when kind is set, bytes of that content type.
type answer struct {
	status int
	value  any
	kind   string
	bytes  []byte
}

func ok(v any) (answer, error)      { return answer{status: http.StatusOK, value: v}, nil }
func created(v any) (answer, error) { return answer{status: http.StatusCreated, value: v}, nil }
func noContent() (answer, error)    { return answer{status: http.StatusNoContent}, nil }

func file(kind string, b []byte) (answer, error) {
	return answer{status: http.StatusOK, kind: kind, bytes: b}, nil
}

type handler func(*call) (answer, error)

// verbs are the handlers of one path by method.
type verbs map[string]handler

func (s *Simulator) api() http.Handler {
	mux := http.NewServeMux()
	for path, v := range s.resources() {
		mux.HandleFunc("/v3"+path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, v) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, nil) })
	return mux
}

func (s *Simulator) serve(w http.ResponseWriter, r *http.Request, v verbs) {
	h, err := s.admit(w, r, v)
	if err == nil {
		var a answer
		if a, err = s.handle(w, r, h); err == nil {
			a.write(w)
			return
		}
	}
	var p *problem
	var l *limited
	switch {
	case errors.As(err, &l):
		s.tooMany(w, l.state)
	case errors.As(err, &p):
		p.write(w)
	default:
		serverError().write(w)
	}
}

func (a answer) write(w http.ResponseWriter) {
	switch {
	case a.kind != "":
		w.Header().Set("Content-Type", a.kind)
		w.WriteHeader(a.status)
		_, _ = w.Write(a.bytes) // the caller may have gone
	case a.value == nil:
		w.WriteHeader(a.status)
	default:
		writeJSON(w, a.status, a.value)
	}
}

// admit applies what precedes every call: key, limits, path, method, permission.
func (s *Simulator) admit(w http.ResponseWriter, r *http.Request, v verbs) (handler, error) {
	key, known := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	full := subtle.ConstantTimeCompare([]byte(key), []byte(s.cfg.APIKey)) == 1
	known = known && (full || subtle.ConstantTimeCompare([]byte(key), []byte(s.cfg.ReadOnlyKey)) == 1)
	if !known {
		key = "" // strangers share one window
	}
	if err := s.limit(w, key); err != nil {
		return nil, err
	}
	if !known {
		return nil, unauthorized()
	}
	if v == nil {
		return nil, notFound()
	}
	h, found := v[r.Method]
	if !found {
		return nil, &problem{status: http.StatusMethodNotAllowed, Message: "Method Not Allowed"}
	}
	if !full && r.Method != http.MethodGet {
		return nil, forbidden("The API key has read-only access.")
	}
	return h, nil
}

// limit counts the call and sets the vendor's headers.
func (s *Simulator) limit(w http.ResponseWriter, key string) error {
	now := s.clock.Now()
	if s.cfg.Unlimited {
		l := s.cfg.limits()
		announce(w, window.State{Limits: l, RemainingMinute: l.Minute, RemainingHour: l.Hour, Reset: time.Minute})
		return nil
	}
	state := s.limiter.Take(key, now)
	if state.OK {
		announce(w, state)
		return nil
	}
	return &limited{state}
}

// limited carries the state of a refused call to the place that writes it.
type limited struct{ state window.State }

// Error implements error.
func (*limited) Error() string { return "too many requests" }

func announce(w http.ResponseWriter, s window.State) {
	h := w.Header()
	h.Set("X-RateLimit-Limit-Minute", strconv.Itoa(s.Limits.Minute))
	h.Set("X-RateLimit-Remaining-Minute", strconv.Itoa(s.RemainingMinute))
	h.Set("X-RateLimit-Limit-Hour", strconv.Itoa(s.Limits.Hour))
	h.Set("X-RateLimit-Remaining-Hour", strconv.Itoa(s.RemainingHour))
	h.Set("RateLimit-Limit", strconv.Itoa(s.Limits.Minute))
	h.Set("RateLimit-Remaining", strconv.Itoa(s.RemainingMinute))
	h.Set("RateLimit-Reset", seconds(s.Reset))
}

func seconds(d time.Duration) string { return strconv.Itoa(int((d + time.Second - 1) / time.Second)) }

func (s *Simulator) tooMany(w http.ResponseWriter, state window.State) {
	announce(w, state)
	w.Header().Set("Retry-After", seconds(state.Retry))
	writeJSON(w, http.StatusTooManyRequests, &problem{Message: "Too Many Requests, please try again later."})
}

// handle reads the body, then runs the handler with the state locked and up to date.
func (s *Simulator) handle(w http.ResponseWriter, r *http.Request, h handler) (answer, error) {
	c := &call{Request: r}
	c.media, _, _ = mime.ParseMediaType(r.Header.Get("Content-Type")) // empty when absent or malformed
	bound := int64(maxJSON)
	if c.media == "multipart/form-data" {
		bound = maxUpload
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bound))
	if err != nil {
		return answer{}, refused(about, "The request body is too large or was cut off.")
	}
	c.body = body
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = s.settle()
	if id := r.PathValue("request"); id != "" {
		if c.req = s.find(id); c.req == nil {
			return answer{}, notFound()
		}
	}
	return h(c)
}
