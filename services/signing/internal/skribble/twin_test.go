package skribble

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestATwinIsNoRequestOfAnOrderThatHasOne: what is known is read where the list does not show it, and the twin is withdrawn.
func TestATwinIsNoRequestOfAnOrderThatHasOne(t *testing.T) {
	const list, known, twin = "GET /v2/signature-requests", "GET /v2/signature-requests/sr-9", "POST /v2/signature-requests/sr-1/withdraw"
	for status, c := range map[int]struct {
		want  string
		calls []string
	}{
		200: {"sr-9", []string{list, known, twin}},
		404: {"none", []string{list, known, known, twin}},
		500: {"unavailable", []string{list, known}},
	} {
		vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPost:
			case !strings.HasSuffix(r.URL.Path, "sr-9"):
				fmt.Fprint(w, "["+row("sr-1", "2031-01-01T00:00:00Z")+"]")
			case status == 200:
				fmt.Fprint(w, row("sr-9", "2031-01-02T00:00:00Z"))
			default:
				refuseWith(w, status, "entity-not-found", "", "x")
			}
		}}
		order := anOrder()
		order.Envelope = "sr-9"
		envelope, err := vendor.provider(t).Find(t.Context(), order)
		got := envelope.ID
		var unavailable *signature.UnavailableError
		if errors.Is(err, signature.ErrNoEnvelope) {
			got = "none"
		} else if errors.As(err, &unavailable) {
			got = "unavailable"
		}
		if diff := cmp.Diff(c.calls, vendor.calls); diff != "" || got != c.want {
			t.Errorf("%d: %s (%v), want %s; calls (-want +got):\n%s", status, got, err, c.want, diff)
		}
	}
}

// TestADifferingRequestThatStaysIsLive: it has invited somebody, so nobody may think that nothing happened.
func TestADifferingRequestThatStaysIsLive(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusForbidden} {
		vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/v2/documents":
				fmt.Fprint(w, `{"id":"d-1"}`)
			case strings.HasSuffix(r.URL.Path, "/withdraw"):
				w.WriteHeader(status)
			default:
				fmt.Fprint(w, `{"id":"sr-1","status_overall":"OPEN","quality":"SES","signatures":[{"sid":"s-1","status_code":"OPEN"}]}`)
			}
		}}
		_, err := vendor.provider(t).Send(t.Context(), anOrder(), false)
		var unknown *signature.UnknownOutcomeError
		var unavailable *signature.UnavailableError
		if !errors.As(err, &unknown) || errors.As(err, &unavailable) {
			t.Errorf("withdrawing is answered %d: %v, want unknown", status, err)
		}
	}
}

// TestWhatPassesByItselfNamesATime, so that it reroutes nothing.
func TestWhatPassesByItselfNamesATime(t *testing.T) {
	old := "Bearer " + tokenOf(1, 20*time.Minute)
	for name, answer := range map[string]http.HandlerFunc{
		"an upload without an id": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) },
		"an outlived token": func(w http.ResponseWriter, r *http.Request) {
			if bearer(r) == old && r.URL.Path == "/v2/signature-requests" {
				w.WriteHeader(http.StatusUnauthorized)
			}
			fmt.Fprint(w, `{"id":"d-1"}`)
		},
	} {
		provider := (&scripted{answer: answer}).provider(t)
		if err := provider.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := provider.Send(t.Context(), anOrder(), false)
		var unavailable *signature.UnavailableError
		if !errors.As(err, &unavailable) || unavailable.RetryAfter <= 0 || unavailable.Account {
			t.Errorf("%s: %v, want unavailable with a time", name, err)
		}
	}
}

// TestALookUpEndsWithinItsJob: one that cannot is refused when the service starts.
func TestALookUpEndsWithinItsJob(t *testing.T) {
	for grace, fine := range map[time.Duration]bool{0: true, time.Minute: true, time.Minute + 1: false, time.Hour: false} {
		_, err := New(Config{BaseURL: "https://api.skribble.example/v2", Username: "u", APIKey: "k", LookupGrace: grace})
		if (err == nil) != fine {
			t.Errorf("a grace of %s: %v", grace, err)
		}
	}
}
