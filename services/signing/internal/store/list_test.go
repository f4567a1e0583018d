package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

func ids(list []signature.Request) []string {
	var names []string
	for _, r := range list {
		names = append(names, r.ID)
	}
	return names
}

func TestAListIsFilteredAndNewestFirst(t *testing.T) {
	r := open(t)
	for n := 1; n <= 4; n++ {
		request := aRequest(n)
		if n == 2 {
			request.Reference = "deal-8"
		}
		if n >= 3 {
			request.State = signature.OutForSignature
		}
		r.insert(request)
	}
	moved := r.request("id-003")
	moved.State = signature.Signed
	if _, err := r.save(moved); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		filter store.Filter
		want   []string
	}{
		{"all", store.Filter{Limit: 10}, []string{"id-004", "id-003", "id-002", "id-001"}},
		{"limited", store.Filter{Limit: 2}, []string{"id-004", "id-003"}},
		{"by reference", store.Filter{Reference: "deal-8", Limit: 10}, []string{"id-002"}},
		{"by state", store.Filter{State: signature.Preparing, Limit: 10}, []string{"id-002", "id-001"}},
		{"by the state it moved to", store.Filter{State: signature.Signed, Limit: 10}, []string{"id-003"}},
		{"by both", store.Filter{Reference: "deal-8", State: signature.OutForSignature, Limit: 10}, nil},
		{"before one", store.Filter{BeforeTime: at(3), BeforeID: "id-003", Limit: 10}, []string{"id-002", "id-001"}},
		{"a reference that is a pattern", store.Filter{Reference: "deal-%", Limit: 10}, nil},
	} {
		list, err := r.List(t.Context(), c.filter)
		if diff := cmp.Diff(c.want, ids(list)); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, diff)
		}
	}
}

// TestPagesAreStable: requests that come in between two pages, or share a moment, are neither repeated nor left out.
func TestPagesAreStable(t *testing.T) {
	r := open(t)
	for n := 1; n <= 7; n++ {
		request := aRequest(n)
		request.CreateTime = at(n / 3) // three share a moment
		r.insert(request)
	}
	var got []string
	filter := store.Filter{Limit: 2}
	for len(got) < 20 {
		list, err := r.List(t.Context(), filter)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		got = append(got, ids(list)...)
		last := list[len(list)-1]
		filter.BeforeTime, filter.BeforeID = last.CreateTime, last.ID
		late := aRequest(100 + len(got))
		late.CreateTime = at(30)
		r.insert(late)
	}
	want := []string{"id-007", "id-006", "id-005", "id-004", "id-003", "id-002", "id-001"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}
