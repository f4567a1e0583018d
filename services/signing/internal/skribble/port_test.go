package skribble

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
	if r.URL.Path == "/v2/access/login" {
		return &http.Response{
			StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(tokenOf(1, 20*time.Minute))),
		}, nil
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
	f.Add([]byte(fmt.Sprintf(recorded, "SIGNED", "QES", "EIDAS", "SIGNED")), []byte("%PDF-1.7"), 0, 0)
	f.Add([]byte(`[{"id":"sr-1","custom":"deal-7-1"},{"id":"../x"}]`), []byte(`{"type":"https://api.skribble.com/problem/entity-not-found"}`), 0, 204)
	f.Add([]byte(`{"id":"envelope-1","signatures":[{"sid":"signer-1","signing_url":"x"}]}`), []byte{0xff}, 0, 229)
	f.Fuzz(func(t *testing.T, one, other []byte, oneStatus, otherStatus int) {
		synctest.Test(t, func(t *testing.T) {
			vendor := &anything{statuses: [2]int{oneStatus, otherStatus}, bodies: [2]string{string(one), string(other)}}
			provider, err := New(Config{
				BaseURL: "https://api.skribble.example/v2", Username: "api_production_x", APIKey: "k", CallsPerMinute: 1_000_000,
				CallbackBase: "https://gateway.example.com/", HTTPClient: &http.Client{Transport: vendor},
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
