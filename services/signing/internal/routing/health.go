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

// Note takes what a call to an account came to. Any answer makes it well, a no among them. One that asks for patience tells
// nothing, and neither does a call that was given up here or that the account does not have.
func (a *Accounts) Note(id string, err error, now time.Time) {
	var unavailable *signature.UnavailableError
	var unknown *signature.UnknownOutcomeError
	failed := errors.As(err, &unavailable) || errors.As(err, &unknown)
	patience := unavailable != nil && unavailable.RetryAfter > 0
	if patience || errors.Is(err, context.Canceled) || errors.Is(err, signature.ErrNotOffered) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !failed {
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

// well tells whether an account did not fail last.
func (a *Accounts) well(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.health[id].failures == 0
}
