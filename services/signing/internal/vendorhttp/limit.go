package vendorhttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// burstShare of a limit may be spent at once; the rest refills over its period, so that no period of the vendor's clock
// ever sees more than the limit.
const burstShare = 6

// longestUnnamed is the longest pause after a 429 that names none.
const longestUnnamed = time.Minute

// errOwnLimit is the cause of a call that our own limiter refused.
var errOwnLimit = errors.New("the account's own request limit is reached")

func newLimiter(limit Limit) (*rate.Limiter, error) {
	if limit.Requests < 2 || limit.Per <= 0 {
		return nil, fmt.Errorf("a limit of %d requests per %s lets nothing through", limit.Requests, limit.Per)
	}
	burst := max(1, limit.Requests/burstShare)
	refill := float64(limit.Requests-burst) / limit.Per.Seconds()
	return rate.NewLimiter(rate.Limit(refill), burst), nil
}

// admit waits until the limits and what the vendor last said let a call through, and counts the call as under way; answered
// ends that. A call that has to wait for the vendor takes its place in our own limits when that wait ends, so that those who
// waited do not all start at once.
func (c *Client) admit(ctx context.Context) error {
	latest := time.Now().Add(c.config.MaxWait)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(latest) {
		latest = deadline
	}
	for {
		now := time.Now()
		delay, release := c.place(now, now.Add(c.hold(now)))
		if now.Add(delay).After(latest) {
			release()
			return &signature.UnavailableError{RetryAfter: delay, OwnLimit: c.hold(now) == 0, Cause: errOwnLimit}
		}
		if err := Sleep(ctx, delay); err != nil {
			release()
			return &signature.UnavailableError{Cause: err}
		}
		if c.start(time.Now()) {
			return nil
		}
	}
}

// place reserves a call at or after start; release gives it back.
func (c *Client) place(now, start time.Time) (delay time.Duration, release func()) {
	delay = start.Sub(now)
	reservations := make([]*rate.Reservation, 0, len(c.limiters))
	for _, limiter := range c.limiters {
		reservation := limiter.ReserveN(start, 1)
		reservations = append(reservations, reservation)
		delay = max(delay, start.Sub(now)+reservation.DelayFrom(start))
	}
	return delay, func() {
		for _, reservation := range reservations {
			reservation.CancelAt(start)
		}
	}
}

// hold tells how long the vendor wants to be left alone: until its last Retry-After or a used-up window ends.
func (c *Client) hold(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heldFor(now)
}

func (c *Client) heldFor(now time.Time) time.Duration {
	hold := max(0, c.pausedUntil.Sub(now))
	for i := range c.windows {
		hold = max(hold, c.windows[i].hold(now, c.underWay))
	}
	return hold
}

// start counts a call as under way, unless the vendor's windows were used up meanwhile.
func (c *Client) start(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.heldFor(now) > 0 {
		return false
	}
	c.underWay++
	return true
}

// answered ends a call, and takes over what its answer's header, nil for none, tells of the vendor's windows.
func (c *Client) answered(header http.Header) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.underWay--
	for i := range c.windows {
		c.windows[i].learn(header, now, c.underWay)
	}
}

// tooMany is how long to pause after a 429. A vendor that names no time is left alone for a second, and for twice as long
// each time it says so again (Skribble's guide on limits: 1, 2, 4 seconds), up to a minute.
func (c *Client) tooMany(named time.Duration, isNamed bool) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if isNamed {
		c.unnamed = 0
		return named
	}
	c.unnamed = min(max(time.Second, 2*c.unnamed), longestUnnamed)
	return c.unnamed
}

// settled forgets how often the vendor said 429.
func (c *Client) settled() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unnamed = 0
}

// pauseFor makes every call of this client wait: one worker's 429 is the others' too.
func (c *Client) pauseFor(duration time.Duration) {
	until := time.Now().Add(duration)
	c.mu.Lock()
	defer c.mu.Unlock()
	if until.After(c.pausedUntil) {
		c.pausedUntil = until
	}
}

// Sleep waits for the duration; it returns the context's error when that ends first.
func Sleep(ctx context.Context, duration time.Duration) error {
	if duration <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
