package skribble

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

func TestABurstOfCallsLogsInOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"id":"sr-1","status_overall":"OPEN"}`)
		}}
		provider := vendor.provider(t)
		failed := make(chan error)
		for range 20 {
			go func() {
				_, err := provider.Read(t.Context(), "sr-1")
				failed <- err
			}()
		}
		for range 20 {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		if vendor.logins != 1 {
			t.Errorf("%d logins", vendor.logins)
		}
		for _, step := range []struct {
			after  time.Duration
			logins int
		}{{14 * time.Minute, 1}, {2 * time.Minute, 2}, {14 * time.Minute, 2}, {2 * time.Minute, 3}} {
			time.Sleep(step.after)
			if _, err := provider.Read(t.Context(), "sr-1"); err != nil {
				t.Error(err)
			}
			if vendor.logins != step.logins {
				t.Errorf("%s later: %d logins, want %d", step.after, vendor.logins, step.logins)
			}
		}
	})
}

func TestRefusedTokens(t *testing.T) {
	cases := []struct {
		name   string
		refuse http.HandlerFunc
	}{
		{"401", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusUnauthorized) }},
		{"403 with a key", func(w http.ResponseWriter, r *http.Request) {
			refuseWith(w, http.StatusForbidden, "problem-with-message", "error.auth.token_expired", "Token has expired")
		}},
		{"403 in silence", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			old := ""
			vendor := &scripted{}
			vendor.answer = func(w http.ResponseWriter, r *http.Request) {
				switch {
				case bearer(r) == old:
					c.refuse(w, r)
				case r.URL.Path == "/v2/documents":
					fmt.Fprint(w, `{"id":"d-1"}`)
				default:
					fmt.Fprint(w, `{"id":"sr-1","status_overall":"OPEN","quality":"AES","signatures":[{"sid":"s-1","status_code":"OPEN"}]}`)
				}
			}
			provider := vendor.provider(t)
			if err := provider.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			old = "Bearer " + tokenOf(1, 20*time.Minute)
			if _, err := provider.Read(t.Context(), "sr-1"); err != nil || vendor.logins != 2 {
				t.Fatalf("Read with an outlived token: %v after %d logins", err, vendor.logins)
			}
			// The call that sends the contract is never repeated by itself.
			old, vendor.calls = "Bearer "+tokenOf(2, 20*time.Minute), nil
			err := provider.json(t.Context(), vendorhttp.Request{Method: http.MethodPost, Path: "/signature-requests", Effect: true}, nil, nil)
			var unavailable *signature.UnavailableError
			if !errors.As(err, &unavailable) || len(vendor.calls) != 1 {
				t.Fatalf("a creation with an outlived token: %v after %v", err, vendor.calls)
			}
			if _, err := provider.Send(t.Context(), anOrder(), false); err != nil {
				t.Errorf("the next creation: %v", err)
			}
		})
	}
}

func TestRightsAreNotTokens(t *testing.T) {
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		refuseWith(w, http.StatusForbidden, "feature-not-enabled", "", "not in your plan")
	}}
	_, err := vendor.provider(t).Send(t.Context(), anOrder(), false)
	var rejected *signature.RejectedError
	if !errors.As(err, &rejected) || rejected.Reason != signature.ReasonProviderMisconfigured || vendor.logins != 1 {
		t.Errorf("%v after %d logins", err, vendor.logins)
	}
	vendor = &scripted{answer: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }}
	_, err = vendor.provider(t).Send(t.Context(), anOrder(), false)
	var unavailable *signature.UnavailableError
	if !errors.As(err, &unavailable) || unavailable.RetryAfter < 5*time.Minute || len(vendor.calls) != 1 {
		t.Errorf("a new token refused without a word: %v after %v", err, vendor.calls)
	}
}

func TestRefusedCredentialsAreNotHammered(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden} {
		synctest.Test(t, func(t *testing.T) {
			vendor := &scripted{login: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }}
			provider := vendor.provider(t)
			for range 5 {
				err := provider.Check(t.Context())
				var unavailable *signature.UnavailableError
				if !errors.Is(err, vendorhttp.ErrCredentials) || !errors.As(err, &unavailable) || unavailable.RetryAfter <= 0 {
					t.Fatalf("%d: %v", status, err)
				}
			}
			if vendor.logins != 1 {
				t.Errorf("%d logins at once", vendor.logins)
			}
			time.Sleep(2 * time.Minute)
			vendor.login = nil
			if err := provider.Check(t.Context()); err != nil {
				t.Errorf("with mended credentials: %v", err)
			}
		})
	}
}

func TestTokenIn(t *testing.T) {
	cases := []struct{ body, want string }{
		{"a.b.c", "a.b.c"},
		{" a.b-_.c= \n", "a.b-_.c="},
		{`"a.b.c"`, "a.b.c"},
		{`{"access_token":"a.b.c"}`, "a.b.c"},
		{`{"jwt":"a.b.c"}`, "a.b.c"},
		{`{"token":7}`, ""},
		{"", ""},
		{"a.b", ""},
		{"a.b.c\r\nX: y", ""},
		{"<html>a.b.c</html>", ""},
		{strings.Repeat("a", maxTokenBytes) + ".b.c", ""},
	}
	for _, c := range cases {
		if got := tokenIn([]byte(c.body)); got != c.want {
			t.Errorf("tokenIn(%.40q) = %.40q, want %q", c.body, got, c.want)
		}
	}
}

func TestUsableFor(t *testing.T) {
	cases := []struct {
		token string
		want  time.Duration
	}{
		{tokenOf(1, 20*time.Minute), 15 * time.Minute},
		{tokenOf(1, 10*time.Minute), 8 * time.Minute},
		{tokenOf(1, time.Minute), 30 * time.Second},
		{tokenOf(1, -time.Minute), tokenAge},
		{"a.b.c", tokenAge},
	}
	for _, c := range cases {
		if got := usableFor(c.token); got != c.want {
			t.Errorf("usableFor(%s) = %s, want %s", c.token, got, c.want)
		}
	}
}

func FuzzToken(f *testing.F) {
	for _, seed := range []string{"a.b.c", `{"access_token":"a.b.c"}`, tokenOf(1, time.Minute), `"..".`, "..", "a.eyJpYXQiOjFlMzA4LCJleHAiOjFlMzA5fQ.c"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		secret := tokenIn(body)
		if secret == "" {
			return
		}
		if strings.ContainsAny(secret, " \r\n\"") {
			t.Errorf("%q has the token %q", body, secret)
		}
		if life := usableFor(secret); life < 0 || life > tokenAge {
			t.Errorf("%q is usable for %s", secret, life)
		}
	})
}
