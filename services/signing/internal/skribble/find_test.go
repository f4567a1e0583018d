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

// A list that begins at page 1 may answer page 0 with nothing at all.
func TestALookUpReadsTheFirstPageWhateverItsNumber(t *testing.T) {
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page_number") != "1" {
			fmt.Fprint(w, `[]`)
			return
		}
		fmt.Fprint(w, `[{"id":"sr-1","status_overall":"OPEN","custom":"deal-7-1","quality":"AES","signatures":[{"sid":"a"}]}]`)
	}}
	if got, err := vendor.provider(t).Find(t.Context(), anOrder()); err != nil || got.ID != "sr-1" {
		t.Errorf("%q, %v", got.ID, err)
	}
}

// row is a request of the order in a list.
func row(id, created string) string {
	return fmt.Sprintf(`{"id":%q,"status_overall":"OPEN","custom":"deal-7-1","quality":"AES","created_at":%q,"signatures":[{"sid":"a"}]}`, id, created)
}

// A lost request may show only after it was made good: the older one is kept, listed or not.
func TestALostRequestThatShowsLateIsFoundAgain(t *testing.T) {
	late, made := row("sr-late", "2031-01-01T00:00:00Z"), row("sr-new", "2031-01-02T00:00:00Z")
	for name, list := range map[string]string{"both": "[" + made + "," + late + "]", "the lost one": "[" + late + "]"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				created := false
				vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
					switch {
					case r.URL.Path == "/v2/documents":
						fmt.Fprint(w, `{"id":"d-1"}`)
					case r.URL.Path == "/v2/signature-requests" && r.Method == http.MethodPost:
						created = true
						fmt.Fprint(w, made)
					case r.Method == http.MethodGet && created:
						fmt.Fprint(w, list)
					case r.Method == http.MethodGet:
						fmt.Fprint(w, `[]`)
					}
				}}
				got, err := vendor.provider(t).Send(t.Context(), anOrder(), true)
				last := vendor.calls[len(vendor.calls)-1]
				if err != nil || got.ID != "sr-late" || last != "POST /v2/signature-requests/sr-new/withdraw" {
					t.Errorf("%q, %v, and last %s", got.ID, err, last)
				}
			})
		})
	}
}

// Once it is known which request is the order's, another one is an extra, whichever is older.
func TestFindKeepsTheRequestThatIsKnown(t *testing.T) {
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, "["+row("sr-1", "2031-01-01T00:00:00Z")+","+row("sr-2", "2031-01-02T00:00:00Z")+"]")
		}
	}}
	order := anOrder()
	order.Envelope = "sr-2"
	got, err := vendor.provider(t).Find(t.Context(), order)
	want := []string{"GET /v2/signature-requests", "POST /v2/signature-requests/sr-1/withdraw"}
	if diff := cmp.Diff(want, vendor.calls); diff != "" || err != nil || got.ID != "sr-2" {
		t.Errorf("%q, %v, calls (-want +got):\n%s", got.ID, err, diff)
	}
}

// A look-up that is refused after the creation leaves it to the next try to see whether there are two.
func TestARefusedLookUpIsNoRejection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		created := false
		vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/v2/documents":
				fmt.Fprint(w, `{"id":"d-1"}`)
			case r.Method == http.MethodPost:
				created = true
				fmt.Fprint(w, row("sr-new", "2031-01-02T00:00:00Z"))
			case created:
				refuseWith(w, http.StatusUnprocessableEntity, "constraint-violation", "x", "no")
			default:
				fmt.Fprint(w, `[]`)
			}
		}}
		_, err := vendor.provider(t).Send(t.Context(), anOrder(), true)
		var unknown *signature.UnknownOutcomeError
		if !errors.As(err, &unknown) {
			t.Errorf("%v, want unknown", err)
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
