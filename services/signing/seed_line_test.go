package signing_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/countersign/countersign/services/signing/internal/providertest"
)

// switchboard connects each seed's service to the simulators of that seed, by the host's name, and all others as before.
type switchboard struct {
	next  http.RoundTripper
	lines sync.Map
}

// RoundTrip passes a call on.
func (s *switchboard) RoundTrip(r *http.Request) (*http.Response, error) {
	if line, ok := s.lines.Load(r.URL.Host); ok {
		return line.(http.RoundTripper).RoundTrip(r)
	}
	return s.next.RoundTrip(r)
}

// CloseIdleConnections closes those of the others.
func (s *switchboard) CloseIdleConnections() {
	if closer, ok := s.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// line is what lies between one life of the service and a vendor. On it calls meet faults, other things happen while the
// service waits for an answer, and the process is killed.
type line struct {
	seed   *seed
	vendor *simulator
	life   int
}

// errKilled is for a process that was killed: it hears nothing any more.
var errKilled = errors.New("connection refused")

// RoundTrip has the call meet what the dice say.
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	s := l.seed
	if l.life != s.life || s.dead {
		return nil, errKilled
	}
	s.tally.calls++
	before, after := s.meanwhile(), s.meanwhile()
	before()
	answer, err := l.pass(r)
	after()
	if l.life != s.life || s.dead {
		if err == nil {
			answer.Body.Close()
		}
		return nil, errKilled
	}
	return answer, err
}

func (l *line) pass(r *http.Request) (*http.Response, error) {
	s := l.seed
	if s.dead || !s.chance(s.trouble) {
		return l.vendor.RoundTrip(r)
	}
	s.tally.faults++
	which := s.dice.IntN(providertest.Strikes())
	s.tell("%s %s %s meets fault %d", l.vendor.account, r.Method, strings.TrimPrefix(r.URL.Path, "/v"), which)
	return providertest.Strike(which, l.vendor, r)
}

// meanwhile is what happens while the service waits for an answer: mostly nothing, sometimes an act of somebody else's,
// rarely its own death.
func (s *seed) meanwhile() func() {
	nothing := func() {}
	switch {
	case s.quiet || s.busy || s.dead:
		return nothing
	case s.chance(s.death):
		return s.kill
	case s.chance(8):
		return func() {
			if s.dead {
				return
			}
			s.busy = true
			s.act()
			s.busy = false
		}
	}
	return nothing
}
