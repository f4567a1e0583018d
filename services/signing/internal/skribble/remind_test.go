package skribble

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestARefusedReminderHoldsUpNothingElse(t *testing.T) {
	cases := []struct {
		name, key, retryAfter string
		want                  time.Duration
	}{
		{"too early", keyReminder, "", time.Hour},
		{"too early, with a time", keyReminder, "90", 90 * time.Second},
		{"too early, with an odd time", keyReminder, "999999", time.Hour},
		{"too many calls", "error.rate_limit.exceeded", "7", 7 * time.Second},
		{"too many calls, without a time", "", "", 0},
	}
	for _, c := range cases {
		synctest.Test(t, func(t *testing.T) {
			vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					fmt.Fprint(w, `{"id":"sr-1","status_overall":"OPEN"}`)
					return
				}
				if c.retryAfter != "" {
					w.Header().Set("Retry-After", c.retryAfter)
				}
				refuseWith(w, http.StatusTooManyRequests, "problem-with-message", c.key, "slow down")
			}}
			provider := vendor.provider(t)
			err := provider.Remind(t.Context(), "sr-1", []string{"s-1"})
			var unavailable *signature.UnavailableError
			if !errors.As(err, &unavailable) || unavailable.RetryAfter != c.want {
				t.Errorf("%s: %v, want unavailable for %s", c.name, err, c.want)
			}
			start := time.Now()
			if _, err := provider.Read(t.Context(), "sr-1"); err != nil || time.Since(start) != 0 {
				t.Errorf("%s: the next call: %v after %s", c.name, err, time.Since(start))
			}
		})
	}
}

func TestRemindTellsWhatCameOfIt(t *testing.T) {
	var unavailable *signature.UnavailableError
	var unknown *signature.UnknownOutcomeError
	var rejected *signature.RejectedError
	cases := []struct {
		status int
		want   any
	}{
		{http.StatusOK, nil}, {http.StatusNoContent, nil}, {http.StatusInternalServerError, &unknown},
		{http.StatusServiceUnavailable, &unknown}, {http.StatusTooManyRequests, &unavailable}, {http.StatusBadRequest, &rejected}, {http.StatusNotFound, &rejected},
	}
	for _, c := range cases {
		vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
			if c.status < 300 {
				w.WriteHeader(c.status)
				return
			}
			refuseWith(w, c.status, "problem-with-message", "", "no")
		}}
		err := vendor.provider(t).Remind(t.Context(), "sr-1", nil)
		if ok := c.want == nil && err == nil || c.want != nil && errors.As(err, c.want); !ok {
			t.Errorf("%d: %v", c.status, err)
		}
		if diff := cmp.Diff([]string{"POST /v2/signature-requests/sr-1/remind"}, vendor.calls); diff != "" {
			t.Errorf("%d: calls (-want +got):\n%s", c.status, diff)
		}
	}
}

func TestDeliveriesAreOldestFirstAndTellNoSecret(t *testing.T) {
	const url = "https://gateway.example.com/webhooks/skribble/update/c2VjcmV0LXRva2Vu/sr-1?again=c2Vjb25k"
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `[
 {"type":"UPDATE","state":"RESIGNATED","url":%q,"attempts":13,"created_at":"2031-01-02T00:00:00Z","updated_at":"2031-01-02T02:00:00Z",
  "messages":["Failed: 500","Failed: 404 - 404 Not Found: c2VjcmV0LXRva2Vu of C2VJCMV0LXRVA2VU at gateway.example.com, c2Vjb25k, max@example.org unknown"]},
 {"type":"SUCCESS","state":"COMPLETED","url":%q,"attempts":1,"messages":[],"created_at":"2031-01-01T00:00:00Z","updated_at":"2031-01-01T00:00:05Z"},
 {"type":"NEW KIND","state":"PAUSED","attempts":-2,"messages":null,"created_at":"2031-01-03T00:00:00Z"},
 {"type":7,"state":{},"url":[],"attempts":"x","created_at":4}]`, url, url)
	}}
	got, err := vendor.provider(t).Deliveries(t.Context(), "sr-1")
	if err != nil {
		t.Fatal(err)
	}
	day := func(d, hour, second int) time.Time { return time.Date(2031, 1, d, hour, 0, second, 0, time.UTC) }
	want := []signature.Delivery{
		{},
		{Kind: "SUCCESS", Delivered: true, Attempts: 1, UpdateTime: day(1, 0, 5)},
		{Kind: "UPDATE", GivenUp: true, Attempts: 13, Detail: "Failed: 404 - 404 Not Found: … of … at …, …, … unknown", UpdateTime: day(2, 2, 0)},
		{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHostileDeliveryLogs(t *testing.T) {
	entry := `{"type":"UPDATE","state":"OPEN","attempts":1}`
	var unavailable *signature.UnavailableError
	for name, body := range map[string]string{
		"too many": "[" + strings.Repeat(entry+",", maxListed) + entry + "]",
		"no list":  entry, "words": `["a"]`, "garbled": "[" + entry, "null entries in an object": `{"0":null}`,
	} {
		vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) }}
		if got, err := vendor.provider(t).Deliveries(t.Context(), "sr-1"); !errors.As(err, &unavailable) {
			t.Errorf("%s: %d entries, %v", name, len(got), err)
		}
	}
	long := fmt.Sprintf(`[{"type":"UPDATE","url":"https://x.example/%s","messages":["secret"]}]`, strings.Repeat("a/", maxCallbackURL))
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, long) }}
	if got, err := vendor.provider(t).Deliveries(t.Context(), "sr-1"); err != nil || len(got) != 1 || got[0].Detail != "" {
		t.Errorf("a URL without end: %+v, %v", got, err)
	}
}
