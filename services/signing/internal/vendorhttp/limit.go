package vendorhttp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// burstShare of a limit may be spent at once; the rest refills over its period, so that no period of the vendor's clock
// ever sees more than the limit.
const burstShare = 6

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

// admit waits until the limits and the vendor's last Retry-After let a call through.
func (c *Client) admit(ctx context.Context) error {
	now := time.Now()
	delay := c.pause(now)
	reservations := make([]*rate.Reservation, 0, len(c.limiters))
	for _, limiter := range c.limiters {
		reservation := limiter.ReserveN(now, 1)
		reservations = append(reservations, reservation)
		delay = max(delay, reservation.DelayFrom(now))
	}
	cancel := func() {
		for _, reservation := range reservations {
			reservation.CancelAt(now)
		}
	}
	if deadline, ok := ctx.Deadline(); delay > c.config.MaxWait || ok && now.Add(delay).After(deadline) {
		cancel()
		return &signature.UnavailableError{RetryAfter: delay, Cause: errOwnLimit}
	}
	if err := Sleep(ctx, delay); err != nil {
		cancel()
		return &signature.UnavailableError{Cause: err}
	}
	return nil
}

// pause tells how long the vendor still wants to be left alone.
func (c *Client) pause(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return max(0, c.pausedUntil.Sub(now))
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
