package kommo

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewRefuses(t *testing.T) {
	token := StaticToken("x")
	for name, c := range map[string]Config{
		"plain http":      {BaseURL: "http://acme.kommo.com", Token: token},
		"no host":         {BaseURL: "acme.kommo.com", Token: token},
		"a path":          {BaseURL: "https://acme.kommo.com/api/v4", Token: token},
		"a user":          {BaseURL: "https://a:b@acme.kommo.com", Token: token},
		"no token":        {BaseURL: "https://acme.kommo.com"},
		"a negative rate": {BaseURL: "https://acme.kommo.com", Token: token, RatePerSecond: -1},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	for _, base := range []string{"https://acme.kommo.com/", "http://127.0.0.1:8080", "http://[::1]:1", "http://localhost"} {
		if _, err := New(Config{BaseURL: base, Token: token}); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestFailures(t *testing.T) {
	const validation = `{"title":"Bad Request","status":400,"detail":"ana@roth.example","validation-errors":[{"request_id":"0","errors":[{"code":"NotSupportedChoice","path":"custom_fields_values.0.field_id","detail":"ana@roth.example"}]}]}`
	for name, c := range map[string]struct {
		status    int
		media     string
		body      string
		want      Kind
		uncertain bool
	}{
		"validation":    {400, "application/problem+json", validation, Invalid, false},
		"broken error":  {400, "application/problem+json", "{", Invalid, false},
		"page limit":    {422, "application/problem+json", `{}`, Invalid, false},
		"token":         {401, "application/problem+json", `{}`, Unauthorized, false},
		"plan":          {402, "application/problem+json", `{}`, PaymentRequired, false},
		"block":         {403, "text/plain", "403 Forbidden", Forbidden, false},
		"gone":          {404, "application/problem+json", `{"title":"Not Found","type":"https://httpstatus.es/404","status":404}`, NotFound, false},
		"a proxy's 404": {404, "text/html", "<html>", Unavailable, true},
		"someone's 404": {404, "application/json", `{"error":"no such host"}`, Unavailable, true},
		"an odd 404":    {404, "application/json", `{"status":404}`, Unavailable, true},
		"server error":  {500, "application/problem+json", `{}`, Unavailable, true},
		"gateway":       {504, "text/html", "x", Unavailable, true},
		"redirect":      {307, "text/plain", "", Unavailable, true},
		"rate, as text": {429, "text/plain", "slow down", RateLimited, false},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor(t)
			v.answers["PATCH /api/v4/leads/5"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.media)
				w.Header().Set("X-Request-Id", "req-1")
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}
			err := newClient(t, v.URL).UpdateLead(t.Context(), LeadUpdate{ID: 5, StatusID: 142, PipelineID: 7})
			var e *Error
			if !errors.As(err, &e) || e.Kind != c.want || e.Uncertain != c.uncertain || e.Status != c.status || e.RequestID != "req-1" {
				t.Fatalf("got %+v", err)
			}
			if text := err.Error(); strings.Contains(text, "roth") || strings.Contains(text, "s3cret") || strings.Contains(text, "127.0.0.1") {
				t.Errorf("the text tells too much: %s", text)
			}
			if name == "validation" {
				want := []Violation{{"0", "NotSupportedChoice", "custom_fields_values.0.field_id"}}
				if diff := cmp.Diff(want, e.Violations); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestReadingIsNeverUncertain(t *testing.T) {
	v := newVendor(t)
	v.on("GET /api/v4/leads/5", 500, `{}`)
	v.on("GET /api/v4/account", 200, `{"id":"five"}`)
	v.on("GET /api/v4/leads/6", 200, `{}`) // an answer about nothing is no deletion
	v.on("GET /api/v4/leads/7", 200, ``)
	c := newClient(t, v.URL)
	_, lead := c.Lead(t.Context(), 5)
	_, account := c.Account(t.Context())
	_, nothing := c.Lead(t.Context(), 6)
	_, empty := c.Lead(t.Context(), 7)
	for _, err := range []error{lead, account, nothing, empty} {
		var e *Error
		if !errors.As(err, &e) || e.Kind != Unavailable || e.Uncertain {
			t.Errorf("got %+v", err)
		}
	}
}

func TestNoAnswer(t *testing.T) {
	v := newVendor(t)
	v.answers["POST /api/v4/leads/notes"] = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	_, err := newClient(t, v.URL).AddNotes(t.Context(), []NewNote{{5, "hello"}})
	var e *Error
	if !errors.As(err, &e) || e.Kind != Unavailable || !e.Uncertain {
		t.Errorf("a dropped answer gave %+v", err)
	}
	v.Close()
	_, err = newClient(t, v.URL).AddNotes(t.Context(), []NewNote{{5, "hello"}})
	if !errors.As(err, &e) || e.Kind != Unavailable || e.Uncertain {
		t.Errorf("no connection gave %+v", err)
	}
	if strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("the text holds the address: %v", err)
	}
}

func TestTooLargeAnswer(t *testing.T) {
	v := newVendor(t)
	v.on("GET /api/v4/account", 200, `{"name":"`+strings.Repeat("a", maxAnswer)+`"}`)
	if _, err := newClient(t, v.URL).Account(t.Context()); KindOf(err) != Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestTokenFailures(t *testing.T) {
	v := newVendor(t)
	for want, token := range map[Kind]func(context.Context) (string, error){
		Unauthorized: StaticToken(""),
		Unavailable:  func(context.Context) (string, error) { return "", errors.New("s3cret") },
	} {
		c, err := New(Config{BaseURL: v.URL, Token: token})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Account(t.Context()); KindOf(err) != want || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if len(v.calls) != 0 {
		t.Error("a call went out without a token")
	}
}
