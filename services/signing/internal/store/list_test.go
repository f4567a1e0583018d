package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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

// labelled fills a store with requests of two teams, providers and years; every third one moved on.
func labelled(t *testing.T) rig {
	t.Helper()
	r := open(t)
	for n := 1; n <= 6; n++ {
		request := aRequest(n)
		request.Labels = map[string]string{"team": []string{"hr", "law"}[n%2], "year": "2026", "note": "a=b %"}
		request.Provider = []string{"eu", "ch", "ch"}[n%3]
		if n == 6 {
			request.Labels = nil
		}
		r.insert(request)
	}
	return r
}

func TestFiltersMeetTogether(t *testing.T) {
	r := labelled(t)
	for name, c := range map[string]struct {
		filter store.Filter
		want   []string
	}{
		"a label":              {store.Filter{Labels: []string{"team=hr"}}, []string{"id-004", "id-002"}},
		"two labels":           {store.Filter{Labels: []string{"year=2026", "team=law"}}, []string{"id-005", "id-003", "id-001"}},
		"labels nobody has":    {store.Filter{Labels: []string{"team=law", "team=hr"}}, nil},
		"a value with signs":   {store.Filter{Labels: []string{"note=a=b %"}}, []string{"id-005", "id-004", "id-003", "id-002", "id-001"}},
		"a part of a label":    {store.Filter{Labels: []string{"team=h"}}, nil},
		"a provider":           {store.Filter{Provider: "eu"}, []string{"id-006", "id-003"}},
		"label and provider":   {store.Filter{Labels: []string{"team=law"}, Provider: "ch"}, []string{"id-005", "id-001"}},
		"from its moment on":   {store.Filter{CreatedAfter: at(5)}, []string{"id-006", "id-005"}},
		"before its moment":    {store.Filter{CreatedBefore: at(2)}, []string{"id-001"}},
		"between":              {store.Filter{CreatedAfter: at(2), CreatedBefore: at(4), Labels: []string{"year=2026"}}, []string{"id-003", "id-002"}},
		"a page of a label":    {store.Filter{Labels: []string{"year=2026"}, BeforeTime: at(4), BeforeID: "id-004", Limit: 2}, []string{"id-003", "id-002"}},
		"everything, together": {all(), []string{"id-005"}},
	} {
		c.filter.Limit = max(c.filter.Limit, 2)
		if len(c.want) > 2 {
			c.filter.Limit = len(c.want) + 1
		}
		list, err := r.List(t.Context(), c.filter)
		if diff := cmp.Diff(c.want, ids(list)); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// all is a filter with everything set.
func all() store.Filter {
	return store.Filter{
		Reference: "deal-7", State: signature.Preparing, Provider: "ch", Labels: []string{"team=law", "year=2026"},
		CreatedAfter: at(2), CreatedBefore: at(6), BeforeTime: at(6), BeforeID: "id-006", Limit: 9,
	}
}

func TestAChangeKeepsTheLabels(t *testing.T) {
	r := labelled(t)
	moved := r.request("id-004")
	moved.State = signature.OutForSignature
	if _, err := r.save(moved); err != nil {
		t.Fatal(err)
	}
	list, err := r.List(t.Context(), store.Filter{Labels: []string{"team=hr"}, State: signature.OutForSignature, Limit: 5})
	if diff := cmp.Diff([]string{"id-004"}, ids(list)); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestListsAreReadFromAnIndexInTheirOrder: a list that scans or sorts grows slow with every request ever made.
func TestListsAreReadFromAnIndexInTheirOrder(t *testing.T) {
	r := labelled(t)
	page := store.Filter{BeforeTime: at(4), BeforeID: "id-004"}
	for index, f := range map[string]store.Filter{
		"USING INDEX request_created (":                        page,
		"USING INDEX request_reference (reference=? AND":       {Reference: "deal-7", BeforeTime: at(4)},
		"USING INDEX request_state (state=? AND":               {State: signature.Signed, BeforeTime: at(4)},
		"USING INDEX request_provider (provider=? AND":         {Provider: "eu", CreatedAfter: at(1)},
		"sqlite_autoindex_request_label_1 (label=? AND create": all(),
	} {
		f.Limit = 50
		query, args := store.Query(f)
		plan := r.explain(query, args)
		scanned := slices.ContainsFunc(plan, func(step string) bool {
			return strings.Contains(step, "SCAN") || strings.Contains(step, "TEMP B-TREE")
		})
		if scanned || !strings.Contains(strings.Join(plan, "\n"), index) {
			t.Errorf("%s\nwant %s, without a scan or a sort:\n%s", query, index, strings.Join(plan, "\n"))
		}
	}
}

// explain tells how SQLite would run a query.
func (r rig) explain(query string, args []any) []string {
	r.t.Helper()
	rows, err := r.db.Read().QueryContext(r.t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			r.t.Fatal(err)
		}
		steps = append(steps, detail)
	}
	if err := rows.Err(); err != nil {
		r.t.Fatal(err)
	}
	return steps
}

// BenchmarkList reads a page of 50 out of 20,000 requests, by each way to look for them.
func BenchmarkList(b *testing.B) {
	r := crowded(b, 20_000)
	for name, f := range map[string]store.Filter{
		"newest": {}, "label": {Labels: []string{"team=hr"}}, "two labels": {Labels: []string{"team=hr", "year=2026"}},
		"state": {State: signature.Preparing}, "deep": {BeforeTime: at(0).Add(1000 * time.Second), BeforeID: "x"},
		"together": {Labels: []string{"team=hr"}, State: signature.Preparing, Provider: "eu", Reference: "deal-7"},
	} {
		b.Run(fmt.Sprintf("by=%s", name), func(b *testing.B) {
			f.Limit = 50
			for b.Loop() {
				if list, err := r.List(b.Context(), f); err != nil || len(list) != 50 {
					b.Fatal(len(list), err)
				}
			}
		})
	}
}
