package kommo

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// transport answers in memory, so that it works within a bubble.
type transport func(*http.Request) *http.Response

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r), nil }

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/problem+json"}}, Body: io.NopCloser(strings.NewReader(body))}
}

func TestRateLimitStopsAllCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c, err := New(Config{BaseURL: "https://acme.kommo.com", Token: StaticToken("x"), HTTPClient: &http.Client{Transport: transport(func(*http.Request) *http.Response {
			if calls++; calls == 1 {
				return answer(429, `{"status":429,"retry_after":300}`)
			}
			return answer(200, `{"id":1}`)
		})}})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			_, err := c.Account(t.Context())
			var e *Error
			if !errors.As(err, &e) || e.Kind != RateLimited || e.RetryAfter != 5*time.Minute {
				t.Fatalf("got %+v", err)
			}
		}
		if calls != 1 {
			t.Errorf("%d calls went out", calls)
		}
		<-time.After(5 * time.Minute) // by the bubble's clock
		if _, err := c.Account(t.Context()); err != nil || calls != 2 {
			t.Errorf("after the pause: %v, %d calls", err, calls)
		}
	})
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Config{BaseURL: "https://acme.kommo.com", Token: StaticToken("x"), HTTPClient: &http.Client{Transport: transport(func(*http.Request) *http.Response {
			return answer(200, `{"id":1}`)
		})}})
		if err != nil {
			t.Fatal(err)
		}
		start, inSecond := time.Now(), 0
		for range 22 {
			if _, err := c.Account(t.Context()); err != nil {
				t.Fatal(err)
			}
			if time.Since(start) < time.Second {
				inSecond++
			}
		}
		if took := time.Since(start); took < 4100*time.Millisecond || took > 4300*time.Millisecond || inSecond > 7 {
			t.Errorf("22 calls took %v, %d of them in the first second", took, inSecond)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var e *Error
		if _, err := c.Account(short); !errors.As(err, &e) || e.Kind != Unavailable || e.Uncertain {
			t.Errorf("got %+v", err)
		}
	})
}
