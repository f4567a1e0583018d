package kommo

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/countersign/countersign/services/sim/courier"
	"github.com/countersign/countersign/services/sim/faults"
)

// bodyLimit is the largest request body taken, in bytes.
const bodyLimit = 10 << 20

// Simulator is one Kommo account behind an http.Handler.
type Simulator struct {
	cfg     Config
	faults  *faults.Set
	courier *courier.Courier
	limiter *limiter
	vendor  http.Handler // the API behind its faults
	api     table
	control table

	mu     sync.Mutex
	knobs  Knobs
	world  *world
	tokens *tokens
}

// New returns the simulator of cfg's account. It refuses a Config without BaseURL or Clock and a seed that is not
// whole.
func New(cfg Config) (*Simulator, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Simulator{
		cfg:     cfg,
		faults:  faults.New(),
		limiter: newLimiter(cfg),
		knobs:   cfg.Knobs,
		world:   newWorld(cfg.Seed),
		tokens:  newTokens(cfg),
	}
	s.courier = courier.New(cfg.Clock, s.deliveryPolicy())
	for _, seeded := range cfg.Seed.Subscriptions {
		s.subscribe(seeded.Destination, seeded.Settings, 0)
	}
	s.api = s.routes()
	s.control = s.controlRoutes()
	s.vendor = s.faults.Wrap(http.HandlerFunc(s.serveVendor), faults.Answers{
		RateLimited: s.answerRateLimited,
		ServerError: func(w http.ResponseWriter, _ faults.Fault) { write(w, reply{}, serverError(newUUID())) },
	})
	return s, nil
}

// Close stops the webhooks and waits for those on their way.
func (s *Simulator) Close() {
	s.courier.Close()
}

// ServeHTTP answers Kommo's paths and, below /_sim/, the control API.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_sim/") {
		answer, err := s.dispatch(s.control, w, r, func(*http.Request) (int, error) { return s.cfg.Seed.Users[0].ID, nil })
		write(w, answer, err)
		return
	}
	s.vendor.ServeHTTP(w, r)
}

// serveVendor is the API without its faults.
func (s *Simulator) serveVendor(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Request-Id", newUUID())
	switch s.limiter.admit(r.RemoteAddr) {
	case blocked:
		http.Error(w, "403 Forbidden", http.StatusForbidden)
		return
	case refused:
		s.answerRateLimited(w, faults.Fault{RetryAfter: limiterWindow})
		return
	}
	answer, err := s.dispatch(s.api, w, r, s.authorize)
	write(w, answer, err)
}

// dispatch reads the request, finds its handler and runs it.
func (s *Simulator) dispatch(
	t table, w http.ResponseWriter, r *http.Request, authorize func(*http.Request) (int, error),
) (reply, error) {
	actor, err := authorize(r)
	if err != nil {
		return reply{}, err
	}
	handle, args, err := t.find(r.Method, r.URL.Path)
	if err != nil {
		return reply{}, err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return reply{}, refuse(http.StatusBadRequest, "Malformed query")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		return reply{}, bodyProblem(err)
	}
	return handle(&call{path: r.URL.Path, args: args, query: query, body: body, actor: actor})
}

func bodyProblem(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return refuse(http.StatusRequestEntityTooLarge, "Request body is too large")
	}
	return refuse(http.StatusBadRequest, "Request body broke off")
}

// locked runs a handler while nobody else sees the account.
func (s *Simulator) locked(h handler) handler {
	return func(c *call) (reply, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return h(c)
	}
}

// paying answers 402 while the plan is said to have ended.
func (s *Simulator) paying(h handler) handler {
	return s.locked(func(c *call) (reply, error) {
		if s.knobs.PlanEnded {
			return reply{}, refuse(http.StatusPaymentRequired, "Payment Required")
		}
		return h(c)
	})
}

func (s *Simulator) answerRateLimited(w http.ResponseWriter, f faults.Fault) {
	s.mu.Lock()
	plain := s.knobs.PlainRateLimit
	s.mu.Unlock()
	if plain {
		http.Error(w, "Too Many Requests", http.StatusTooManyRequests)
		return
	}
	seconds := int(f.RetryAfter.Seconds())
	if seconds == 0 {
		seconds = 300 // the vendor's documented sample
	}
	write(w, reply{}, rateLimited(seconds))
}

// now is the simulated time in unix seconds.
func (s *Simulator) now() int64 {
	return s.cfg.Clock.Now().Unix()
}

func (s *Simulator) href(path string) object {
	return object{"self": object{"href": s.cfg.BaseURL + path}}
}

// write sends an answer or a refusal.
func write(w http.ResponseWriter, answer reply, err error) {
	media, status, body := "application/hal+json", answer.status, answer.body
	if err != nil {
		p, known := errors.AsType[*problem](err)
		if !known {
			p = refuse(http.StatusInternalServerError, err.Error())
		}
		media, status, body = "application/problem+json", p.status, p.body()
	}
	if answer.raw != nil && err == nil {
		w.Header().Set("Content-Type", answer.mediaType)
		w.WriteHeader(status)
		_, _ = w.Write(answer.raw)
		return
	}
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
