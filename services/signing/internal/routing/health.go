package routing

import (
	"context"
	"errors"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

const (
	// failuresToDown in a row make an account down.
	failuresToDown = 3
	// probeAfter is how long a down account is passed by before it is tried again.
	probeAfter = 30 * time.Second
)

// health is what the last calls to an account came to.
type health struct {
	failures int
	// lastFailure is when the account failed last.
	lastFailure time.Time
}

// Note takes what a call to an account came to. An account that asks for patience is well, and so is one that says no; a
// failure that is not the vendor's tells nothing.
func (a *Accounts) Note(id string, err error, now time.Time) {
	var unavailable *signature.UnavailableError
	var unknown *signature.UnknownOutcomeError
	ill := errors.As(err, &unavailable) && unavailable.RetryAfter == 0 || errors.As(err, &unknown)
	if err != nil && (!ill || errors.Is(err, context.Canceled)) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		delete(a.health, id)
		return
	}
	a.health[id] = health{failures: a.health[id].failures + 1, lastFailure: now}
}

// Down tells whether an account failed several times in a row, the last time a short while ago. After that while it may be
// tried again: one answer makes it well, one more failure passes it by for as long again.
func (a *Accounts) Down(id string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.health[id]
	return h.failures >= failuresToDown && now.Before(h.lastFailure.Add(probeAfter))
}
