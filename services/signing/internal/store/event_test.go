package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

func TestEventsComeInOrderAndBySubject(t *testing.T) {
	r := open(t)
	r.insert(aRequest(1), event("id-001", signature.EventCreated))
	r.insert(aRequest(2), event("id-002", signature.EventCreated))
	first := r.request("id-001")
	if _, err := r.save(first, event("id-001", signature.EventSent), event("id-001", signature.EventSignerOpened)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		after   int64
		subject string
		limit   int
		want    []int64
	}{
		{"all", 0, "", 10, []int64{1, 2, 3, 4}},
		{"a page", 0, "", 2, []int64{1, 2}},
		{"the next page", 2, "", 2, []int64{3, 4}},
		{"of one request", 0, "id-001", 10, []int64{1, 3, 4}},
		{"of one request, later", 1, "id-001", 1, []int64{3}},
		{"of nobody", 0, "id-009", 10, nil},
		{"after the end", 4, "", 10, nil},
	} {
		events, err := r.Events(t.Context(), c.after, c.subject, c.limit)
		var got []int64
		for _, e := range events {
			got = append(got, e.Position)
		}
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, diff)
		}
	}
	events, err := r.Events(t.Context(), 2, "id-001", 1)
	want := []store.Logged{{Position: 3, Event: event("id-001", signature.EventSent)}}
	if diff := cmp.Diff(want, events); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
