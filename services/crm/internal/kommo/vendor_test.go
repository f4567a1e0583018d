package kommo

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// vendor answers scripted bodies by "METHOD /path" and keeps what it was asked.
type vendor struct {
	*httptest.Server
	answers map[string]http.HandlerFunc

	mu    sync.Mutex
	calls []asked
}

type asked struct {
	Route, Query, Body, Auth string
}

func newVendor(t *testing.T) *vendor {
	v := &vendor{answers: map[string]http.HandlerFunc{}}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		route := r.Method + " " + r.URL.Path
		v.mu.Lock()
		v.calls = append(v.calls, asked{route, r.URL.Query().Encode(), string(body), r.Header.Get("Authorization")})
		v.mu.Unlock()
		if answer := v.answers[route]; answer != nil {
			answer(w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(v.Close)
	return v
}

func (v *vendor) on(route string, status int, body string) {
	v.answers[route] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/hal+json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (v *vendor) last() asked {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.calls[len(v.calls)-1]
}

func newClient(t testing.TB, baseURL string) *Client {
	t.Helper()
	client, err := New(Config{BaseURL: baseURL, Token: StaticToken("s3cret"), RatePerSecond: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// same compares JSON without regard to order and space.
func same(t *testing.T, want, got string) {
	t.Helper()
	var a, b any
	if err := errors.Join(json.Unmarshal([]byte(want), &a), json.Unmarshal([]byte(got), &b)); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
}
