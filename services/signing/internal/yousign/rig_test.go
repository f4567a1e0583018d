package yousign

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// scripted is a Yousign whose every answer a test writes, by method and path; it needs no network. A call without an
// answer fails the test.
type scripted struct {
	t       *testing.T
	answers map[string]http.HandlerFunc

	mu     sync.Mutex
	calls  []string
	bodies map[string]string
}

func script(t *testing.T, answers map[string]http.HandlerFunc) *scripted {
	return &scripted{t: t, answers: answers, bodies: map[string]string{}}
}

// RoundTrip answers the call.
func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := r.Method + " " + r.URL.Path
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.calls, s.bodies[call] = append(s.calls, call), string(body)
	answer, ok := s.answers[call]
	if !ok {
		s.t.Errorf("unexpected call %s", call)
		answer = say(http.StatusTeapot, "{}")
	}
	recorder := httptest.NewRecorder()
	answer(recorder, r)
	return recorder.Result(), nil
}

func (s *scripted) provider() *Provider {
	s.t.Helper()
	provider, err := New(Config{
		BaseURL: "https://api.yousign.example/v3", APIKey: "k", CallsPerMinute: 1_000_000, CallsPerHour: 1_000_000,
		HTTPClient: &http.Client{Transport: s},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return provider
}

func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// anOrder is an order for one signer.
func anOrder() signature.Order {
	return signature.Order{
		Correlation: "deal-7-1", Title: "Contract 7", Text: signature.MailText{Message: "Please sign."},
		Level: signature.AES, Legislation: signature.EIDAS, Language: "de", ExpireTime: time.Now().AddDate(0, 0, 14),
		FileName: "contract.pdf", Document: providertest.Document("client"),
		Fields: []signature.Field{{Role: "client", FormField: "client", Page: 2, X: 60.4, Y: 500.5, Width: 180, Height: 60}},
		Signers: []signature.Signer{{
			Role: "client", FirstName: "Max", LastName: "Muster", Email: "max@example.org", Phone: "+41791234567",
		}},
	}
}
