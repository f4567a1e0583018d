package skribble

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// TestNoContractIsLeftBehind: the upload of a creation that came to nothing is deleted as soon as that is sure, and not before.
func TestNoContractIsLeftBehind(t *testing.T) {
	for status, want := range map[int][2]string{
		400: {"d-1", "d-1"}, 403: {"d-1", "d-1"}, 409: {"d-1", "d-1"}, 429: {"d-1", "d-1"}, 500: {"", "d-1"}, 503: {"", "d-1"},
	} {
		for _, after := range []string{"found", "sent"} {
			synctest.Test(t, func(t *testing.T) {
				v := &keeping{status: status}
				provider := (&scripted{answer: v.answer}).provider(t)
				if _, err := provider.Send(t.Context(), anOrder(), false); err == nil || v.gone() != want[0] {
					t.Errorf("%d: %v, and %q is deleted, want %q", status, err, v.gone(), want[0])
				}
				v.status = http.StatusOK
				if after == "found" {
					_, _ = provider.Find(t.Context(), anOrder())
				} else if _, err := provider.Send(t.Context(), anOrder(), true); err != nil {
					t.Error(err)
				}
				if v.gone() != want[1] {
					t.Errorf("%d, then %s: %q is deleted, want %q", status, after, v.gone(), want[1])
				}
			})
		}
	}
}

// TestTheDocumentOfALostRequestStays where the request is found after all.
func TestTheDocumentOfALostRequestStays(t *testing.T) {
	v := &keeping{status: 500, lost: row("sr-1", "2031-01-01T00:00:00Z")}
	provider := (&scripted{answer: v.answer}).provider(t)
	_, _ = provider.Send(t.Context(), anOrder(), false)
	if got, err := provider.Send(t.Context(), anOrder(), true); err != nil || got.ID != "sr-1" || v.gone() != "" {
		t.Errorf("%q, %v, and %q is deleted", got.ID, err, v.gone())
	}
}

// keeping is a Skribble that keeps documents, answers creations with a status, and lists one request or none.
type keeping struct {
	status  int
	lost    string
	uploads int
	deleted []string
}

func (k *keeping) answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodDelete:
		k.deleted = append(k.deleted, strings.TrimPrefix(r.URL.Path, "/v2/documents/"))
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/v2/documents":
		k.uploads++
		fmt.Fprintf(w, `{"id":"d-%d"}`, k.uploads)
	case r.Method == http.MethodGet:
		fmt.Fprint(w, "["+k.lost+"]")
	case k.status == http.StatusOK:
		fmt.Fprint(w, row("sr-2", "2031-01-02T00:00:00Z"))
	default:
		refuseWith(w, k.status, "constraint-violation", "x.y", "no")
	}
}

func (k *keeping) gone() string { return strings.Join(k.deleted, " ") }
