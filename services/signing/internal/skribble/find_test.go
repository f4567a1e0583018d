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

func TestOfSeveralLostRequestsOneIsKept(t *testing.T) {
	list := `[{"id":"sr-2","status_overall":"OPEN","custom":"deal-7-1","created_at":"2031-01-02T00:00:00Z","quality":"AES","signatures":[{"sid":"b"}]},
	 {"id":"sr-9","status_overall":"OPEN","custom":"deal-7-10","title":"x [` + reference("deal-7-1") + `]","created_at":"2031-01-01T00:00:00Z"},
	 {"id":"sr-1","status_overall":"OPEN","title":"x [` + reference("deal-7-1") + `]","created_at":"2031-01-01T00:00:00Z","quality":"AES","signatures":[{"sid":"a"}]},
	 {"id":"../..","status_overall":"OPEN","custom":"deal-7-1"},
	 {"id":"sr-0","status_overall":"WITHDRAWN","custom":"deal-7-1","created_at":"2030-01-01T00:00:00Z"}]`
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, list)
		}
	}}
	envelope, err := vendor.provider(t).Send(t.Context(), anOrder(), true)
	if err != nil || envelope.ID != "sr-1" {
		t.Fatalf("kept %q, %v", envelope.ID, err)
	}
	want := []string{"GET /v2/signature-requests", "POST /v2/signature-requests/sr-2/withdraw"}
	if diff := cmp.Diff(want, vendor.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// A request that was created a moment ago may not be in the list yet.
func TestALostRequestIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPost:
				t.Errorf("%s %s while the first request may still show", r.Method, r.URL.Path)
			case time.Since(start) < 3*time.Second:
				fmt.Fprint(w, `[]`)
			default:
				fmt.Fprint(w, `[{"id":"sr-1","status_overall":"OPEN","custom":"deal-7-1","quality":"AES","signatures":[{"sid":"a"}]}]`)
			}
		}}
		if envelope, err := vendor.provider(t).Send(t.Context(), anOrder(), true); err != nil || envelope.ID != "sr-1" {
			t.Errorf("%q, %v", envelope.ID, err)
		}
	})
}

// A look-up that does not reach the end of the list has found nothing out.
func TestAnEndlessListAllowsNoSecondRequest(t *testing.T) {
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		rows := make([]string, pageSize)
		for i := range rows {
			rows[i] = fmt.Sprintf(`{"id":"sr-%s-%d","custom":"other"}`, r.URL.Query().Get("page_number"), i)
		}
		fmt.Fprint(w, "["+strings.Join(rows, ",")+"]")
	}}
	_, err := vendor.provider(t).Send(t.Context(), anOrder(), true)
	var unavailable *signature.UnavailableError
	if !errors.As(err, &unavailable) || len(vendor.calls) != maxPages {
		t.Errorf("%v after %d calls", err, len(vendor.calls))
	}
}
