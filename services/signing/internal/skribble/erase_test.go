package skribble

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// erasing is a Skribble with a request that has ended, which goes at the given deletion; its document has three versions.
func erasing(status string, goneAfter int, documents int) *scripted {
	deletions := 0
	return &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		path, isDocument := strings.CutPrefix(r.URL.Path, "/v2/documents/")
		gone := deletions >= goneAfter
		switch {
		case isDocument && r.Method == http.MethodGet:
			parent := map[string]string{"d-3": "d-2", "d-2": "d-1"}[path]
			fmt.Fprintf(w, `{"id":%q,"parent_id":%q}`, path, parent)
		case isDocument && documents == http.StatusForbidden:
			refuseWith(w, documents, "problem-with-message", "", "in use")
		case isDocument && documents == http.StatusNotFound:
			refuseWith(w, documents, "entity-not-found", "", "Document not found")
		case isDocument:
			w.WriteHeader(documents)
		case gone:
			refuseWith(w, http.StatusNotFound, "entity-not-found", "", "SignatureRequest not found")
		case r.Method == http.MethodDelete:
			deletions++
			w.WriteHeader(http.StatusNoContent)
		default:
			fmt.Fprintf(w, `{"id":"sr-1","status_overall":%q,"document_id":"d-3","signatures":[{"sid":"s"}]}`, status)
		}
	}}
}

func TestErase(t *testing.T) {
	for _, goneAfter := range []int{1, 2} {
		for _, documents := range []int{http.StatusNoContent, http.StatusForbidden, http.StatusNotFound} {
			vendor := erasing("SIGNED", goneAfter, documents)
			provider := vendor.provider(t)
			for range 2 { // erasing what is gone succeeds
				if err := provider.Erase(t.Context(), "sr-1"); err != nil {
					t.Errorf("gone after %d, documents %d: %v", goneAfter, documents, err)
				}
			}
			var deleted []string
			for _, call := range vendor.calls {
				if path, ok := strings.CutPrefix(call, "DELETE /v2/"); ok {
					deleted = append(deleted, path)
				}
			}
			want := []string{"signature-requests/sr-1"}
			if documents == http.StatusForbidden {
				want = append(want, "documents/d-3") // Skribble is at it: the others are left to it
			} else {
				want = append(want, "documents/d-3", "documents/d-2", "documents/d-1")
			}
			if diff := cmp.Diff(want, slices.Compact(deleted[goneAfter-1:])); diff != "" {
				t.Errorf("gone after %d, documents %d: deleted (-want +got):\n%s", goneAfter, documents, diff)
			}
		}
	}
}

// An open request is somebody's contract, and one in an unknown state may be.
func TestEraseRefusesWhatHasNotEnded(t *testing.T) {
	for _, status := range []string{"OPEN", "WAITING", "SIGNING", ""} {
		vendor := erasing(status, 1, http.StatusNoContent)
		err := vendor.provider(t).Erase(t.Context(), "sr-1")
		var rejected *signature.RejectedError
		if !errors.As(err, &rejected) || strings.Contains(strings.Join(vendor.calls, " "), "DELETE") {
			t.Errorf("%q: %v after %v", status, err, vendor.calls)
		}
	}
	for _, status := range []string{"DECLINED", "WITHDRAWN", "EXPIRED", "ERROR"} {
		if err := erasing(status, 1, http.StatusNoContent).provider(t).Erase(t.Context(), "sr-1"); err != nil {
			t.Errorf("%q: %v", status, err)
		}
	}
}

func TestErasingWhatStays(t *testing.T) {
	var unavailable *signature.UnavailableError
	vendor := erasing("SIGNED", 99, http.StatusNoContent)
	err := vendor.provider(t).Erase(t.Context(), "sr-1")
	if !errors.As(err, &unavailable) || unavailable.RetryAfter <= 0 {
		t.Errorf("a request that stays: %v", err)
	}
	if strings.Contains(strings.Join(vendor.calls, " "), "DELETE /v2/documents") {
		t.Errorf("a document is deleted below its request: %v", vendor.calls)
	}
	if err := erasing("SIGNED", 1, http.StatusInternalServerError).provider(t).Erase(t.Context(), "sr-1"); !errors.As(err, &unavailable) {
		t.Errorf("a document that stays: %v", err)
	}
	for status, want := range map[int]signature.RefusalReason{
		http.StatusForbidden: signature.ReasonProviderMisconfigured, http.StatusBadRequest: signature.ReasonProviderRejected,
	} {
		vendor := erasing("SIGNED", 99, http.StatusNoContent)
		answer := vendor.answer
		vendor.answer = func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				refuseWith(w, status, "constraint-violation", "", "no right to delete")
				return
			}
			answer(w, r)
		}
		var rejected *signature.RejectedError
		if err := vendor.provider(t).Erase(t.Context(), "sr-1"); !errors.As(err, &rejected) || rejected.Reason != want {
			t.Errorf("a deletion that is refused with %d: %v, want %s", status, err, want)
		}
	}
}

// A document that is its own parent must not be followed for ever.
func TestVersionsThatNeverEnd(t *testing.T) {
	vendor := erasing("SIGNED", 1, http.StatusNoContent)
	answer := vendor.answer
	vendor.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/documents/") {
			fmt.Fprint(w, `{"id":"d-3","parent_id":"d-3"}`)
			return
		}
		answer(w, r)
	}
	if err := vendor.provider(t).Erase(t.Context(), "sr-1"); err != nil || len(vendor.calls) > 2*maxVersions+5 {
		t.Errorf("%v after %d calls", err, len(vendor.calls))
	}
	odd := erasing("SIGNED", 1, http.StatusNoContent)
	oddAnswer := odd.answer
	odd.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/v2/documents/d-3" {
			fmt.Fprint(w, `{"id":"d-3","parent_id":"../users/1"}`)
			return
		}
		oddAnswer(w, r)
	}
	if err := odd.provider(t).Erase(t.Context(), "sr-1"); err != nil || strings.Contains(strings.Join(odd.calls, " "), "users") {
		t.Errorf("%v after %v", err, odd.calls)
	}
}
