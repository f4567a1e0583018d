package skribble

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// A login says who and nothing else, and its answer is used as it came.
func TestTheLogin(t *testing.T) {
	var body, authorization string
	vendor := &scripted{login: func(w http.ResponseWriter, r *http.Request) {
		read, _ := io.ReadAll(r.Body)
		body, authorization = r.Method+" "+r.Header.Get("Content-Type")+" "+string(read), bearer(r)
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, " a.b.c\n")
	}, answer: func(w http.ResponseWriter, r *http.Request) {
		if bearer(r) != "Bearer a.b.c" {
			t.Errorf("called with %q", bearer(r))
		}
		fmt.Fprint(w, `{"id":"sr-1","status_overall":"OPEN"}`)
	}}
	if _, err := vendor.provider(t).Read(t.Context(), "sr-1"); err != nil {
		t.Error(err)
	}
	if want := `POST application/json {"api-key":"k","username":"api_production_x"}`; body != want || authorization != "" {
		t.Errorf("logged in with %s and %q, want %s", body, authorization, want)
	}
}

// An account that refuses every token costs one retry, and only of a call that is safe.
func TestTokensThatAreAlwaysRefused(t *testing.T) {
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		refuseWith(w, http.StatusForbidden, "problem-with-message", "error.auth.token_invalid", "no")
	}}
	provider := vendor.provider(t)
	if err := provider.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Read(t.Context(), "sr-1"); !errors.Is(err, vendorhttp.ErrCredentials) {
		t.Errorf("%v, want refused credentials", err)
	}
	if len(vendor.calls) != 2 || vendor.logins != 2 {
		t.Errorf("%d calls and %d logins, want 2 and 2", len(vendor.calls), vendor.logins)
	}
	vendor.calls = nil
	if err := provider.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, effect := range map[string]func() error{
		"a reminder":   func() error { return provider.Remind(t.Context(), "sr-1", nil) },
		"a withdrawal": func() error { return provider.Withdraw(t.Context(), "sr-1", "") },
	} {
		var unavailable *signature.UnavailableError
		if err := effect(); !errors.As(err, &unavailable) || len(vendor.calls) != 1 {
			t.Errorf("%s: %v after %v", name, err, vendor.calls)
		}
		vendor.calls = nil
		if err := provider.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// A login that is limited is waited for as long as Skribble says, by every call.
func TestALimitedLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := &scripted{login: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "20")
			w.WriteHeader(http.StatusTooManyRequests)
		}, answer: func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"id":"sr-1","status_overall":"OPEN"}`) }}
		provider := vendor.provider(t)
		_, err := provider.Read(t.Context(), "sr-1")
		var unavailable *signature.UnavailableError
		if !errors.As(err, &unavailable) || unavailable.RetryAfter != 20*time.Second {
			t.Errorf("%v, want unavailable for 20 s", err)
		}
		vendor.login = nil
		start := time.Now()
		if _, err := provider.Read(t.Context(), "sr-1"); err != nil || time.Since(start) < 20*time.Second || vendor.logins != 2 {
			t.Errorf("%v after %s and %d logins", err, time.Since(start), vendor.logins)
		}
	})
}
