package skribble

import (
	"encoding/base64"
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

// scripted is a Skribble whose every answer a test writes. It needs no network, so that it works in a bubble.
type scripted struct {
	mu     sync.Mutex
	logins int
	calls  []string
	// login answers a login; nil for a token that names its number and lives 20 minutes.
	login http.HandlerFunc
	// answer answers everything else.
	answer http.HandlerFunc
}

// RoundTrip answers the call.
func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	recorder := httptest.NewRecorder()
	switch {
	case r.URL.Path != "/v2/access/login":
		s.calls = append(s.calls, r.Method+" "+r.URL.Path)
		s.answer(recorder, r)
	case s.login != nil:
		s.logins++
		s.login(recorder, r)
	default:
		s.logins++
		fmt.Fprint(recorder, tokenOf(s.logins, 20*time.Minute))
	}
	return recorder.Result(), nil
}

// tokenOf is a token with a number in its last part.
func tokenOf(number int, life time.Duration) string {
	claims := fmt.Sprintf(`{"iat":1000,"exp":%d}`, 1000+int(life.Seconds()))
	return fmt.Sprintf("head.%s.sum%d", base64.RawURLEncoding.EncodeToString([]byte(claims)), number)
}

func (s *scripted) provider(t *testing.T) *Provider {
	t.Helper()
	provider, err := New(Config{
		BaseURL: "https://api.skribble.example/v2", Username: "api_production_x", APIKey: "k", CallsPerMinute: 1_000_000,
		CallbackBase: "https://gateway.example.com/", LookupGrace: 4 * time.Second,
		HTTPClient: &http.Client{Transport: s},
	})
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

func bearer(r *http.Request) string { return r.Header.Get("Authorization") }

func refuseWith(w http.ResponseWriter, status int, kind, key, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"type":"https://api.skribble.com/problem/%s","status":%d,"key":%q,"message":%q}`, kind, status, key, message)
}

// anOrder is an order for one signer.
func anOrder() signature.Order {
	return signature.Order{
		Correlation: "deal-7-1", CallbackToken: "dG9rZW4", Title: "Contract 7", Text: signature.MailText{Message: "Please sign."},
		Level: signature.AES, Legislation: signature.EIDAS, Language: "de",
		FileName: "contract.pdf", Document: providertest.Document("client"),
		Fields: []signature.Field{{Role: "client", FormField: "client", Page: 1, X: 60, Y: 500, Width: 180, Height: 60}},
		Signers: []signature.Signer{{
			Role: "client", FirstName: "Max", LastName: "Muster", Email: "max@example.org", Phone: "+41791234567",
		}},
	}
}

// closed closes a file that nobody reads.
func closed(file io.ReadCloser, err error) error {
	if err != nil {
		return err
	}
	return file.Close()
}
