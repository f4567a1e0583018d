package skribble

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
	"github.com/countersign/countersign/services/sim/courier"
	"github.com/countersign/countersign/services/sim/faults"
	"github.com/countersign/countersign/services/sim/pki"
)

// Simulator is one Skribble region with one business in it, kept in memory. It is an http.Handler for the vendor's
// routes, the signer's page and the control API.
type Simulator struct {
	cfg       Config
	clock     *clock.Clock
	ownClock  bool
	courier   *courier.Courier
	faults    *faults.Set
	vendor    *http.ServeMux
	control   *http.ServeMux
	secret    []byte // signs the tokens
	business  string
	authority *pki.Authority

	mu        sync.Mutex
	closed    bool
	settings  Settings
	accounts  map[string]Account
	documents map[string]*document
	requests  map[string]*signatureRequest
	order     []string // request ids, oldest first
	uploads   []string // document ids, oldest first
	mails     []letter
	warnings  []warning
	outbox    []courier.Message // callbacks of the change under way
	signAfter *time.Duration    // nil = signers wait for somebody
	lower     int               // signatures that come out one level lower
	wrong     int               // final documents that come out as another one
}

// New starts a Simulator. It fails on a bad BaseURL or unknown Settings.
func New(cfg Config) (*Simulator, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, fmt.Errorf("skribble simulator: %w", err)
	}
	s := &Simulator{
		cfg: cfg, clock: cfg.Clock, authority: cfg.Authority, faults: faults.New(), settings: cfg.Settings,
		secret: make([]byte, 32), business: "biz-" + newHex(), accounts: map[string]Account{},
		documents: map[string]*document{}, requests: map[string]*signatureRequest{},
	}
	_, _ = rand.Read(s.secret)
	for _, a := range cfg.Accounts {
		s.accounts[strings.ToLower(a.Email)] = a
	}
	if s.authority == nil {
		if s.authority, err = pki.Open(""); err != nil {
			return nil, fmt.Errorf("skribble simulator: %w", err)
		}
	}
	if s.clock == nil {
		s.clock, s.ownClock = clock.New(1), true
	}
	s.courier = courier.New(s.clock, callbackPolicy())
	s.vendor, s.control = s.vendorRoutes(), s.controlRoutes()
	return s, nil
}

// ServeHTTP answers the vendor's routes, with whatever faults are armed, and the control API, which never fails.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_sim/") {
		s.control.ServeHTTP(w, r)
		return
	}
	s.faults.Wrap(s.vendor, s.faultAnswers(r)).ServeHTTP(w, r)
}

// Close ends deliveries and timers.
func (s *Simulator) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.courier.Close()
	if s.ownClock {
		s.clock.Close()
	}
}

// change runs f alone and then hands the callbacks it caused to the courier.
func (s *Simulator) change(f func() error) error {
	out, err := s.alone(f)
	for _, m := range out {
		s.courier.Send(m)
	}
	return err
}

func (s *Simulator) alone(f func() error) (out []courier.Message, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = f()
	out, s.outbox = s.outbox, nil
	return out, err
}

// later runs f alone after d of simulated time, unless the simulator was closed before.
func (s *Simulator) later(d time.Duration, f func()) {
	s.clock.AfterFunc(d, func() {
		_ = s.change(func() error {
			if !s.closed {
				f()
			}
			return nil
		})
	})
}

func (s *Simulator) now() stamp {
	return stamp(s.clock.Now())
}

// faultAnswers are the vendor's bodies for the faults that package faults injects.
func (s *Simulator) faultAnswers(r *http.Request) faults.Answers {
	return faults.Answers{
		RateLimited: func(w http.ResponseWriter, f faults.Fault) {
			if f.RetryAfter > 0 {
				w.Header().Set("Retry-After", fmt.Sprint(int((f.RetryAfter+time.Second-1)/time.Second)))
			}
			s.writeProblem(w, r, problem{
				status: http.StatusTooManyRequests, kind: kindMessage, key: keyRateLimit, message: "Too many requests",
			})
		},
		ServerError: func(w http.ResponseWriter, _ faults.Fault) {
			s.writeProblem(w, r, refuse(http.StatusInternalServerError, "Internal server error"))
		},
	}
}
