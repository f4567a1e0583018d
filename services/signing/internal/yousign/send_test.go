package yousign

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Between the first call and the last, a failure without an effect of its own still leaves a draft to be continued.
func TestAFailureHalfwayIsUnknown(t *testing.T) {
	for _, status := range []int{401, 429, 500, 503} {
		vendor := script(t, map[string]http.HandlerFunc{
			"POST " + root: say(201, aDraft), "POST " + one + "/documents": say(status, "{}"),
		})
		_, err := vendor.provider().Send(t.Context(), anOrder(), false)
		var unknown *signature.UnknownOutcomeError
		var unavailable *signature.UnavailableError
		if !errors.As(err, &unknown) || errors.As(err, &unavailable) {
			t.Errorf("%d: %v, want unknown and nothing else", status, err)
		}
	}
}

func TestActivationThatCameThroughBefore(t *testing.T) {
	vendor := script(t, map[string]http.HandlerFunc{
		"POST " + root:               say(201, fullDraft),
		"GET " + one + "/signers":    say(200, "["+aSigner+"]"),
		"POST " + one + "/activate":  say(400, problemJSON("signature_request.status", "already")),
		"GET " + one:                 say(200, anOngoing),
		"POST " + one + "/documents": say(201, `{"id":"d-1"}`),
	})
	got, err := vendor.provider().Send(t.Context(), anOrder(), false)
	if err != nil || got.State != signature.EnvelopeOpen || got.Signers[0].Email != "max@example.org" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestResume(t *testing.T) {
	listed := func(rows ...string) http.HandlerFunc {
		return say(200, `{"meta":{"next_cursor":null},"data":[`+strings.Join(rows, ",")+`]}`)
	}
	cases := []struct {
		name    string
		answers map[string]http.HandlerFunc
		want    []string
		failed  bool
	}{
		{"a whole draft is only activated", map[string]http.HandlerFunc{
			"GET " + root: listed(fullDraft), "GET " + one: say(200, fullDraft), "GET " + one + "/signers": say(200, "["+aSigner+"]"),
			"POST " + one + "/activate": say(201, anOngoing),
		}, []string{"GET " + root, "GET " + one, "GET " + one + "/signers", "GET " + one, "POST " + one + "/activate"}, false},
		{"what somebody else asked for is not ours", map[string]http.HandlerFunc{
			"GET " + root:  listed(strings.ReplaceAll(anOngoing, "deal-7-1", "deal-7-10")),
			"POST " + root: say(201, fullDraft), "GET " + one + "/signers": say(200, "["+aSigner+"]"), "GET " + one: say(200, fullDraft),
			"POST " + one + "/activate": say(201, anOngoing),
		}, []string{"GET " + root, "POST " + root, "GET " + one + "/signers", "GET " + one, "POST " + one + "/activate"}, false},
		{"a draft beside a sent request is deleted", map[string]http.HandlerFunc{
			"GET " + root: listed(strings.ReplaceAll(aDraft, "sr-1", "sr-2"), anOngoing), "GET " + one: say(200, anOngoing),
			"POST " + root + "/sr-2/cancel": say(400, problemJSON("x", "draft")), "GET " + root + "/sr-2": say(200, strings.ReplaceAll(aDraft, "sr-1", "sr-2")),
			"DELETE " + root + "/sr-2": say(204, ""), "GET " + one + "/signers": say(200, "["+aSigner+"]"),
		}, []string{"GET " + root, "POST " + root + "/sr-2/cancel", "GET " + root + "/sr-2", "DELETE " + root + "/sr-2", "GET " + one, "GET " + one + "/signers"}, false},
		{"a draft with a signer too many is never activated", map[string]http.HandlerFunc{
			"GET " + root: listed(fullDraft), "GET " + one: say(200, strings.Replace(fullDraft, `"signers":[`, `"signers":[{"id":"s-0"},`, 1)),
			"GET " + one + "/signers": say(200, "["+aSigner+","+aSigner+"]"), "DELETE " + one: say(204, ""),
		}, []string{"GET " + root, "GET " + one, "GET " + one + "/signers", "GET " + one, "DELETE " + one}, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			vendor := script(t, c.answers)
			got, err := vendor.provider().Send(t.Context(), anOrder(), true)
			var unknown *signature.UnknownOutcomeError
			if c.failed != errors.As(err, &unknown) || !c.failed && (err != nil || got.ID != "sr-1") {
				t.Errorf("%+v, %v", got, err)
			}
			if diff := cmp.Diff(c.want, vendor.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnOverdueOrderIsResumedAndNotRefused(t *testing.T) {
	order := anOrder()
	order.ExpireTime = time.Now().AddDate(0, 0, -2)
	vendor := script(t, map[string]http.HandlerFunc{
		"GET " + root: say(200, `{"meta":{},"data":[`+anOngoing+`]}`), "GET " + one: say(200, anOngoing), "GET " + one + "/signers": say(200, "["+aSigner+"]"),
	})
	if got, err := vendor.provider().Send(t.Context(), order, true); err != nil || got.ID != "sr-1" {
		t.Errorf("%+v, %v: what was sent must be found, however late", got, err)
	}
}
