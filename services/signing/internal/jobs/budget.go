package jobs

import (
	"sync"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Budget spreads the unasked checks of one account evenly over time. A check that is over the budget gets a place in the
// line and comes back then; places are in memory alone, and after a restart they are given out anew.
type Budget struct {
	every time.Duration

	mu     sync.Mutex
	next   time.Time
	places map[string]time.Time
}

// NewBudget allows this many checks per hour, 1 or more.
func NewBudget(perHour int) *Budget {
	return &Budget{every: time.Hour / time.Duration(max(perHour, 1)), places: map[string]time.Time{}}
}

// wait is how long the check of a request has to wait; 0 when it may be made now.
func (b *Budget) wait(request string, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	place, waiting := b.places[request]
	if !waiting {
		place = b.next
		if place.Before(now) {
			place = now
		}
		b.next = place.Add(b.every)
	}
	if !place.After(now) {
		delete(b.places, request)
		return 0
	}
	b.places[request] = place
	return place.Sub(now)
}

// leave gives up the place of a request that needs none any more.
func (b *Budget) leave(request string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.places, request)
}

// afford puts an unasked check off that is over its account's budget. One that would ask nobody costs nothing.
func (w *Worker) afford(r signature.Request) error {
	budget := w.Budgets[r.Provider]
	if budget == nil {
		return nil
	}
	if r.State != signature.OutForSignature {
		budget.leave(r.ID)
		return nil
	}
	if wait := budget.wait(r.ID, time.Now()); wait > 0 {
		return durable.Later(wait)
	}
	return nil
}
