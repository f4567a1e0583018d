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
		{"a draft with a file too many is never activated", map[string]http.HandlerFunc{
			"GET " + root: listed(fullDraft), "GET " + one: say(200, strings.Replace(fullDraft, `"documents":[`, `"documents":[{"id":"d-0","nature":"attachment"},`, 1)),
			"GET " + one + "/signers": say(200, "["+aSigner+"]"), "DELETE " + one: say(204, ""),
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

// What is looked up while a draft is completed can be refused, which leaves a draft to be continued.
func TestARefusedLookUpHalfwayIsUnknown(t *testing.T) {
	for refused, answers := range map[string]map[string]http.HandlerFunc{
		"GET " + one + "/signers": {"POST " + root: say(201, fullDraft)},
		"GET " + one: {
			"POST " + root: say(201, fullDraft), "GET " + one + "/signers": say(200, "["+aSigner+"]"),
			"POST " + one + "/activate": say(400, problemJSON("signature_request.status", "already")),
		},
	} {
		for _, status := range []int{400, 403, 404, 422} {
			answers[refused] = say(status, problemJSON("a.reason", "x"))
			_, err := script(t, answers).provider().Send(t.Context(), anOrder(), false)
			var unknown *signature.UnknownOutcomeError
			var rejected *signature.RejectedError
			if !errors.As(err, &unknown) || errors.As(err, &rejected) {
				t.Errorf("%s answered %d: %v, want unknown", refused, status, err)
			}
		}
	}
}

// A draft that cannot be deleted is not "no envelope": it may have been activated meanwhile.
func TestFindDeletesADraft(t *testing.T) {
	for status, want := range map[int]error{204: signature.ErrNoEnvelope, 404: signature.ErrNoEnvelope, 400: nil, 500: nil} {
		vendor := script(t, map[string]http.HandlerFunc{
			"GET " + root: say(200, `{"meta":{},"data":[`+fullDraft+`]}`), "GET " + one: say(200, fullDraft),
			"DELETE " + one: say(status, problemJSON("resource.not_found", "x")),
		})
		_, err := vendor.provider().Find(t.Context(), anOrder())
		var unavailable *signature.UnavailableError
		if want != nil && !errors.Is(err, want) || want == nil && !errors.As(err, &unavailable) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestADuplicateThatCannotBeCanceledEndsNothing: the order's own request is still to be found.
func TestADuplicateThatCannotBeCanceledEndsNothing(t *testing.T) {
	other := strings.ReplaceAll(anOngoing, "sr-1", "sr-0")
	vendor := script(t, map[string]http.HandlerFunc{
		"GET " + root: say(200, `{"meta":{},"data":[`+other+`,`+anOngoing+`]}`), "GET " + root + "/sr-0": say(200, other),
		"POST " + root + "/sr-0/cancel": say(422, problemJSON("signature_request.paused", "x")),
	})
	order := anOrder()
	order.Envelope = "sr-1" // else the first of the two would be kept
	for _, call := range []func() (signature.Envelope, error){
		func() (signature.Envelope, error) { return vendor.provider().Send(t.Context(), order, true) },
		func() (signature.Envelope, error) { return vendor.provider().Find(t.Context(), order) },
	} {
		_, err := call()
		var unavailable *signature.UnavailableError
		if !errors.As(err, &unavailable) || unavailable.RetryAfter <= 0 {
			t.Errorf("%v, want unavailable", err)
		}
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
