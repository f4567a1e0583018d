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
	// mostOfOne of them count that one request had: an order that a vendor stumbles over says nothing of all others.
	mostOfOne = 2
	// probeAfter is how long a down account is passed by before it is tried again.
	probeAfter = 30 * time.Second
)

// health is what the last calls to an account came to.
type health struct {
	failures int
	// of counts them by the request that had them.
	of map[string]int
	// lastFailure is when the account failed last.
	lastFailure time.Time
}

// Note takes what a call to an account came to that was about a request. Any answer makes it well, a no among them. One that
// asks for patience tells nothing, unless it refuses the account itself, and neither does a call that was given up here or
// that the account does not have.
func (a *Accounts) Note(id, about string, err error, now time.Time) {
	var unavailable *signature.UnavailableError
	var unknown *signature.UnknownOutcomeError
	failed := errors.As(err, &unavailable) || errors.As(err, &unknown)
	account := unavailable != nil && unavailable.Account
	a.mu.Lock()
	defer a.mu.Unlock()
	a.remember(waiting{id, about}, err, now)
	patience := unavailable != nil && unavailable.RetryAfter > 0 && !account
	if patience || errors.Is(err, context.Canceled) || errors.Is(err, signature.ErrNotOffered) {
		return
	}
	if !failed {
		delete(a.health, id)
		return
	}
	a.health[id] = a.health[id].after(about, account, now)
}

// after is the health after one more failure. Of an account that is down only the time counts.
func (h health) after(about string, account bool, now time.Time) health {
	if h.of == nil {
		h.of = map[string]int{}
	}
	if h.failures < failuresToDown && !account {
		if h.of[about] == mostOfOne {
			return h
		}
		h.of[about]++
	}
	h.failures, h.lastFailure = min(h.failures+1, failuresToDown), now
	return h
}

// Down tells whether an account failed several times in a row, the last time a short while ago. After that while it may be
// tried again: one answer makes it well, one more failure passes it by for as long again.
func (a *Accounts) Down(id string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.health[id]
	return h.failures >= failuresToDown && now.Before(h.lastFailure.Add(probeAfter))
}

// well tells whether an account did not fail a short while ago. An older failure says nothing any more: nobody may have called
// since.
func (a *Accounts) well(id string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.health[id]
	return h.failures == 0 || !now.Before(h.lastFailure.Add(probeAfter))
}
