package yousign

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/countersign/countersign/services/signing/internal/providertest"
)

// anything is a vendor that gives every call the same answer, and one in another form to every second.
type anything struct {
	statuses [2]int
	bodies   [2]string
	calls    int
}

// RoundTrip answers the call.
func (a *anything) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	turn := a.calls % 2
	a.calls++
	return &http.Response{
		StatusCode: 200 + (a.statuses[turn]&0x7fff)%400, Header: http.Header{"Retry-After": {"0"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(a.bodies[turn])),
	}, nil
}

// FuzzPort: whatever the vendor answers, every method ends as the port says.
func FuzzPort(f *testing.F) {
	f.Add([]byte(anOngoing), []byte("%PDF-1.7"), 0, 0)
	f.Add([]byte(`{"data":[{"id":"sr-1","external_id":"deal-7-1","status":"draft"}],"meta":{"next_cursor":"x"}}`), []byte(`[{"id":"s"}]`), 0, 1)
	f.Add([]byte(problemJSON("resource.not_found", "x")), []byte{0xff}, 204, 203)
	f.Fuzz(func(t *testing.T, one, other []byte, oneStatus, otherStatus int) {
		synctest.Test(t, func(t *testing.T) {
			vendor := &anything{statuses: [2]int{oneStatus, otherStatus}, bodies: [2]string{string(one), string(other)}}
			provider, err := New(Config{
				BaseURL: "https://api.yousign.example/v3", APIKey: "k", CallsPerMinute: 1_000_000, CallsPerHour: 1_000_000,
				HTTPClient: &http.Client{Transport: vendor},
			})
			if err != nil {
				t.Fatal(err)
			}
			providertest.Survive(t, provider, anOrder())
			if vendor.calls > 2000 {
				t.Errorf("%d calls", vendor.calls)
			}
		})
	})
}
