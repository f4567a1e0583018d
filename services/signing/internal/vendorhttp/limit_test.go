package vendorhttp

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestNoPeriodExceedsTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := []Limit{{Requests: 60, Per: time.Minute}, {Requests: 1200, Per: time.Hour}}
		made := client(t, Config{Limits: limits, MaxWait: time.Hour}, reply(200, "{}"))
		var calls []time.Time
		for end := time.Now().Add(3 * time.Hour); time.Now().Before(end); {
			if _, err := made.Do(context.Background(), Request{Method: http.MethodGet, Path: "/x"}); err != nil {
				// A slot further away than the call's own time-out: try again when it is due.
				var busy *signature.UnavailableError
				if !errors.As(err, &busy) || busy.RetryAfter <= 0 || !busy.OwnLimit {
					t.Fatal(err)
				}
				time.Sleep(busy.RetryAfter)
				continue
			}
			calls = append(calls, time.Now())
		}
		for _, limit := range limits {
			for first, last := 0, 0; last < len(calls); last++ {
				for calls[last].Sub(calls[first]) >= limit.Per {
					first++
				}
				if n := last - first + 1; n > limit.Requests {
					t.Fatalf("%d calls within %s, limit %d", n, limit.Per, limit.Requests)
				}
			}
		}
		if perHour := len(calls) / 3; perHour < 900 {
			t.Errorf("only %d calls an hour of 1200", perHour)
		}
	})
}

func TestOneRetryAfterHoldsEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		made := client(t, Config{MaxWait: 10 * time.Second}, answering(func(r *http.Request) (*http.Response, error) {
			if calls++; calls == 1 {
				return reply(429, "", "Retry-After", "25")(r)
			}
			return reply(200, "{}")(r)
		}))
		get := Request{Method: http.MethodGet, Path: "/x"}
		_, err := made.Do(t.Context(), get)
		var limited *signature.UnavailableError
		if !errors.As(err, &limited) || limited.RetryAfter != 25*time.Second || limited.OwnLimit {
			t.Fatalf("429: %v", err)
		}
		if _, err := made.Do(t.Context(), get); !errors.As(err, &limited) || calls != 1 {
			t.Fatalf("within the pause: %v after %d calls", err, calls)
		}
		time.Sleep(16 * time.Second)
		start := time.Now()
		if _, err := made.Do(t.Context(), get); err != nil || time.Since(start) != 9*time.Second {
			t.Errorf("near its end: %v after %s", err, time.Since(start))
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)
	cases := []struct {
		name, value string
		want        time.Duration
		named       bool
	}{
		{"Retry-After", "7", 7 * time.Second, true},
		{"Retry-After", "Sat, 01 Mar 2031 12:00:30 GMT", 30 * time.Second, true},
		{"Retry-After", "Sat, 01 Mar 2031 11:00:00 GMT", 0, true},
		{"Retry-After", "99999999", time.Hour, true},
		{"Retry-After", "99999999999999999999", 0, false},
		{"Retry-After", "9223372036854775807", time.Hour, true},
		{"Retry-After", "-5", 0, false},
		{"Retry-After", "soon", 0, false},
		{"RateLimit-Reset", "12", 12 * time.Second, true},
		{"X-Other", "12", 0, false},
	}
	for _, c := range cases {
		got, named := retryAfter(http.Header{http.CanonicalHeaderKey(c.name): {c.value}}, now)
		if got != c.want || named != c.named {
			t.Errorf("%s: %s is %s (%v), want %s", c.name, c.value, got, named, c.want)
		}
	}
}
