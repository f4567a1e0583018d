package yousign

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
	"github.com/countersign/countersign/services/sim/courier"
	"github.com/countersign/countersign/services/sim/faults"
	"github.com/countersign/countersign/services/sim/yousign/internal/window"
)

// Simulator is one Yousign account behind its API. It is safe for concurrent use.
type Simulator struct {
	cfg      Config
	clock    *clock.Clock
	ownClock bool
	faults   *faults.Set
	limiter  *window.Limiter
	retrying *courier.Courier // subscriptions with auto_retry
	once     *courier.Courier // subscriptions without
	handler  http.Handler
	shapes   shapes

	senderID, workspaceID string

	mu            sync.Mutex
	requests      []*request // in the order of creation
	orphans       []*document
	templates     []*preset
	subscriptions []*subscription
	mails         []Mail
	agenda        []appointment
	auto          *time.Duration // signers sign by themselves after this time; nil: they do not
	auditDelay    time.Duration
	nested        bool
	lowerLevel    int // requests still to be sealed below their level
	wrongDocument int // requests still to be completed with another document
}

// New returns a running simulator. It fails for a Config that cannot work and when no certificate can be made.
func New(cfg Config) (*Simulator, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	s := &Simulator{
		cfg: cfg, clock: cfg.Clock, faults: faults.New(), senderID: newID(), workspaceID: newID(), shapes: newShapes(),
		auditDelay: cfg.AuditTrailDelay, nested: cfg.NestedWebhooks,
	}
	if s.clock == nil {
		s.clock, s.ownClock = clock.New(1), true
	}
	s.limiter = window.New(cfg.limits())
	s.retrying = courier.New(s.clock, retryPolicy(s.clock, ladder()))
	s.once = courier.New(s.clock, retryPolicy(s.clock, nil))
	if cfg.Webhook != nil {
		s.seed(*cfg.Webhook)
	}
	s.handler = s.routes()
	return s, nil
}

// ServeHTTP answers the vendor's API under /v3, the signature links and the control API under /_sim.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close stops deliveries and, when the simulator made it, the clock.
func (s *Simulator) Close() {
	s.retrying.Close()
	s.once.Close()
	if s.ownClock {
		s.clock.Close()
	}
}

func (c *Config) limits() window.Limits {
	if c.Sandbox {
		return window.Limits{Minute: 30, Hour: 200}
	}
	return window.Limits{Minute: 60, Hour: 1200}
}

func (s *Simulator) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/_sim/", s.control())
	mux.Handle("/", s.faults.Wrap(s.api(), faults.Answers{
		RateLimited: func(w http.ResponseWriter, f faults.Fault) {
			limits, retry := s.cfg.limits(), max(f.RetryAfter, time.Second)
			s.tooMany(w, window.State{Limits: limits, RemainingHour: limits.Hour, Reset: min(retry, time.Minute), Retry: retry})
		},
		ServerError: func(w http.ResponseWriter, _ faults.Fault) { serverError().write(w) },
	}))
	return mux
}

// appointment is something that happens by itself at a simulated time. do must check that it still applies.
type appointment struct {
	at time.Time
	do func(now time.Time)
}

// plan notes an appointment. The mutex is held.
func (s *Simulator) plan(at time.Time, do func(now time.Time)) {
	i, _ := slices.BinarySearchFunc(s.agenda, at, func(a appointment, t time.Time) int {
		if a.at.After(t) {
			return 1
		}
		return -1
	})
	s.agenda = slices.Insert(s.agenda, i, appointment{at, do})
	s.clock.AfterFunc(at.Sub(s.clock.Now()), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.settle()
	})
}

// settle runs what has fallen due, so that every call finds the state that its time calls for. The mutex is held.
func (s *Simulator) settle() time.Time {
	now := s.clock.Now()
	for len(s.agenda) > 0 && !s.agenda[0].at.After(now) {
		next := s.agenda[0]
		s.agenda = s.agenda[1:]
		next.do(next.at)
	}
	return now
}

// find returns the request with an id; nil when it is unknown.
func (s *Simulator) find(id string) *request {
	if i := slices.IndexFunc(s.requests, func(r *request) bool { return r.id == strings.ToLower(id) }); i >= 0 {
		return s.requests[i]
	}
	return nil
}
