package routing_test

import (
	"errors"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestWhatAnOrderWaitsForIsTold while it waits, of this order alone, and of everybody's while the account is down.
func TestWhatAnOrderWaitsForIsTold(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	asked := &signature.UnavailableError{RetryAfter: time.Minute, Cause: errors.New("429")}
	own := &signature.UnavailableError{RetryAfter: time.Minute, OwnLimit: true, Cause: errors.New("limit")}
	broken := &signature.UnavailableError{Cause: errors.New("503")}
	for name, c := range map[string]struct {
		calls []error
		about string
		after time.Duration
		want  string
	}{
		"asked for patience":    {[]error{asked}, "r1", 0, "the provider asked to wait until 2026-07-01T12:01:00Z"},
		"the account's limit":   {[]error{own}, "r1", 59 * time.Second, "the limit of calls to the provider is reached until 2026-07-01T12:01:00Z"},
		"it is over":            {[]error{asked}, "r1", time.Minute, ""},
		"somebody else's":       {[]error{asked}, "r2", 0, ""},
		"answered since":        {[]error{own, nil}, "r1", 0, ""},
		"failed once":           {[]error{broken}, "r1", 0, ""},
		"down":                  {[]error{broken, broken, broken}, "r2", 0, "the provider is down and tried again from 2026-07-01T12:00:30Z"},
		"down, and tried again": {[]error{broken, broken, broken}, "r1", 30 * time.Second, ""},
	} {
		accounts := routing.New(four())
		for i, err := range c.calls {
			about := "r1"
			if errors.Is(err, broken) {
				about += string(rune('a' + i)) // one request takes no account down
			}
			accounts.Note("eu", about, err, now)
		}
		if got := accounts.Waits("eu", signature.Order{Correlation: c.about}, now.Add(c.after)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
