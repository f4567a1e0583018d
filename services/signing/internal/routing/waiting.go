package routing

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// mostWaiting bounds what is remembered of requests that wait.
const mostWaiting = 1000

// waiting is one request at one account.
type waiting struct{ id, about string }

// pause is until when a request was put off, and by whom.
type pause struct {
	until    time.Time
	ownLimit bool
}

// remember notes until when a call was put off, or that it was not. It is called with the lock held.
func (a *Accounts) remember(w waiting, err error, now time.Time) {
	delete(a.waiting, w)
	var unavailable *signature.UnavailableError
	if !errors.As(err, &unavailable) || unavailable.RetryAfter <= 0 {
		return
	}
	if len(a.waiting) >= mostWaiting {
		maps.DeleteFunc(a.waiting, func(_ waiting, p pause) bool { return !now.Before(p.until) })
	}
	if len(a.waiting) < mostWaiting {
		a.waiting[w] = pause{now.Add(unavailable.RetryAfter), unavailable.OwnLimit}
	}
}

// Waits says in words what an order waits for at its account; empty when for nothing that is known. It is kept in memory
// alone: after a restart it is found again with the next call.
func (a *Accounts) Waits(id string, order signature.Order, now time.Time) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, h := a.waiting[waiting{id, about(order)}], a.health[id]
	probe := h.lastFailure.Add(probeAfter)
	switch {
	case now.Before(p.until) && p.ownLimit:
		return fmt.Sprintf("the limit of calls to the provider is reached until %s", clock(p.until))
	case now.Before(p.until):
		return fmt.Sprintf("the provider asked to wait until %s", clock(p.until))
	case h.failures >= failuresToDown && now.Before(probe):
		return fmt.Sprintf("the provider is down and tried again from %s", clock(probe))
	}
	return ""
}

func clock(t time.Time) string { return t.UTC().Format(time.RFC3339) }
