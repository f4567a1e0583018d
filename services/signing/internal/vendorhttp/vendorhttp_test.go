package vendorhttp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// answering is a transport without a network.
type answering func(*http.Request) (*http.Response, error)

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func reply(status int, body string, header ...string) answering {
	return func(*http.Request) (*http.Response, error) {
		response := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
		for i := 0; i+1 < len(header); i += 2 {
			response.Header.Set(header[i], header[i+1])
		}
		return response, nil
	}
}

func client(t *testing.T, config Config, transport http.RoundTripper) *Client {
	t.Helper()
	config.BaseURL = "https://vendor.example/v1"
	config.HTTPClient = &http.Client{Transport: transport}
	made, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestNewRefusesAddressesThatGiveSecretsAway(t *testing.T) {
	cases := []struct {
		address string
		plain   bool
		ok      bool
	}{
		{"https://api.example.com/v3", false, true},
		{"https://api.example.com/v3/", false, true},
		{"http://127.0.0.1:8080/v3", false, true},
		{"http://[::1]:8080", false, true},
		{"http://localhost/v3", false, true},
		{"http://api.example.com/v3", false, false},
		{"http://api.example.com/v3", true, true},
		{"ftp://api.example.com/v3", true, false},
		{"https://user:pass@api.example.com", false, false},
		{"https://api.example.com?key=1", false, false},
		{"https://api.example.com#x", false, false},
		{"api.example.com", false, false},
		{"https://", false, false},
		{"", false, false},
		{"https://exa mple", false, false},
	}
	for _, c := range cases {
		_, err := New(Config{BaseURL: c.address, AllowPlain: c.plain})
		if (err == nil) != c.ok {
			t.Errorf("New(%q, plain %v): %v", c.address, c.plain, err)
		}
		if err != nil && c.address != "" && strings.Contains(err.Error(), "pass") {
			t.Errorf("the error tells a secret: %v", err)
		}
	}
	if _, err := New(Config{BaseURL: "https://a.example", Limits: []Limit{{Requests: 1, Per: time.Minute}}}); err == nil {
		t.Error("a limit that lets nothing through is accepted")
	}
}

func TestOutcomeOfEveryStatus(t *testing.T) {
	const rejected, unavailable, unknown, fine = "rejected", "unavailable", "unknown", "fine"
	cases := []struct {
		status       int
		read, effect string
	}{
		{200, fine, fine}, {201, fine, fine}, {204, fine, fine},
		{301, unavailable, unavailable}, {307, unavailable, unavailable},
		{400, rejected, rejected}, {401, rejected, rejected}, {403, rejected, rejected}, {404, rejected, rejected},
		{409, rejected, rejected}, {422, rejected, rejected},
		{408, unavailable, unknown}, {429, unavailable, unavailable},
		{500, unavailable, unknown}, {502, unavailable, unknown}, {503, unavailable, unknown}, {504, unavailable, unknown},
	}
	for _, c := range cases {
		for effect, want := range map[bool]string{false: c.read, true: c.effect} {
			_, err := client(t, Config{}, reply(c.status, "{}")).Do(t.Context(), Request{Method: http.MethodPost, Path: "/x", Effect: effect})
			if got := classOf(err); got != want {
				t.Errorf("%d with effect %v: %s, want %s", c.status, effect, got, want)
			}
		}
	}
}

// TestA503ThatNamesATimeHadNoEffect: the vendor itself says it. Without one a proxy may say it of a call that went through.
func TestA503ThatNamesATimeHadNoEffect(t *testing.T) {
	post := Request{Method: http.MethodPost, Path: "/x", Effect: true}
	for after, want := range map[string]string{"30": "unavailable", "": "unknown", "soon": "unknown"} {
		if _, err := client(t, Config{}, reply(503, "{}", "Retry-After", after)).Do(t.Context(), post); classOf(err) != want {
			t.Errorf("Retry-After %q: %v, want %s", after, err, want)
		}
	}
}

func classOf(err error) string {
	var refused *StatusError
	var unavailable *signature.UnavailableError
	var unknown *signature.UnknownOutcomeError
	switch {
	case err == nil:
		return "fine"
	case errors.As(err, &refused):
		return "rejected"
	case errors.As(err, &unavailable):
		return "unavailable"
	case errors.As(err, &unknown):
		return "unknown"
	}
	return err.Error()
}

// What matters of a broken connection is whether the request may have been written.
func TestOutcomeOfABrokenConnection(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	}))
	post := Request{Method: http.MethodPost, Path: "/x?secret=1", Effect: true, Bearer: "hush"}
	call := func() error {
		made, err := New(Config{BaseURL: server.URL, HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = made.Do(t.Context(), post)
		if err != nil && (strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "secret=1")) {
			t.Errorf("the error tells too much: %v", err)
		}
		return err
	}
	if got := classOf(call()); got != "unknown" {
		t.Errorf("a connection that broke after the request: %s, want unknown", got)
	}
	server.Close()
	if got := classOf(call()); got != "unavailable" {
		t.Errorf("a connection that was refused: %s, want unavailable", got)
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := client(t, Config{Timeout: 3 * time.Second}, answering(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		start := time.Now()
		_, err := made.Do(t.Context(), Request{Method: http.MethodGet, Path: "/x"})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 3*time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func TestPathKeepsAnIdInItsSegment(t *testing.T) {
	if got := Path("documents", "a/../b?c#d", "content"); got != "/documents/a%2F..%2Fb%3Fc%23d/content" {
		t.Errorf("got %s", got)
	}
}
