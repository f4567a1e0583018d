package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

func TestARequestIsReadAsItWasWritten(t *testing.T) {
	r := open(t)
	want := aRequest(1)
	if !r.insert(want) {
		t.Fatal("a new request was taken for a repetition")
	}
	want.Version = 1
	if diff := cmp.Diff(want, r.request("id-001")); diff != "" {
		t.Errorf("inserted (-want +got):\n%s", diff)
	}
	want.State, want.Envelope, want.Withdrawal = signature.OutForSignature, "e1", signature.WithdrawnByCaller
	saved, err := r.save(want)
	want.Version = 2
	if diff := cmp.Diff(want, saved); err != nil || diff != "" {
		t.Fatalf("%v (-want +saved):\n%s", err, diff)
	}
	if diff := cmp.Diff(want, r.request("id-001")); diff != "" {
		t.Errorf("saved (-want +got):\n%s", diff)
	}
}

func TestARequestIDIsTakenOnce(t *testing.T) {
	r := open(t)
	first, second := aRequest(1), aRequest(2)
	second.RequestID, second.Title = first.RequestID, "Another contract"
	r.insert(first, event("id-001", signature.EventCreated))
	if r.insert(second, event("id-002", signature.EventCreated)) {
		t.Fatal("the second request was taken for a new one")
	}
	if _, err := r.Request(t.Context(), "id-002"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the second request: %v", err)
	}
	if got := r.request("id-001"); got.Title != "Contract" || got.Version != 1 {
		t.Errorf("the first request became %q, version %d", got.Title, got.Version)
	}
	if events, err := r.Events(t.Context(), 0, "", 10); err != nil || len(events) != 1 {
		t.Errorf("events = %v, %v", events, err)
	}
}

func TestOfTwoWritersTheSecondFails(t *testing.T) {
	r := open(t)
	r.insert(aRequest(1))
	read := r.request("id-001")
	one, two := read, read
	one.Title, two.Title = "one", "two"
	if _, err := r.save(one, event("id-001", signature.EventSent)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.save(two, event("id-001", signature.EventRefused)); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("the second writer: %v", err)
	}
	if got := r.request("id-001"); got.Title != "one" || got.Version != 2 {
		t.Errorf("%q, version %d", got.Title, got.Version)
	}
	events, err := r.Events(t.Context(), 0, "", 10)
	if err != nil || len(events) != 1 || events[0].Type != signature.EventSent {
		t.Errorf("events = %+v, %v", events, err)
	}
	if _, err := r.save(aRequest(9)); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a request that was never inserted: %v", err)
	}
}

// TestManyWritersLoseNothing: everybody who reads, changes and saves again after a conflict gets through once.
func TestManyWritersLoseNothing(t *testing.T) {
	r := open(t)
	first := aRequest(1)
	first.Text.Message = ""
	r.insert(first)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for {
				read, err := r.Request(t.Context(), "id-001")
				if err != nil {
					t.Error(err)
					return
				}
				read.Text.Message += "x"
				if _, err = r.save(read, event("id-001", signature.EventSignerOpened)); err == nil {
					return
				}
				if !errors.Is(err, store.ErrConflict) {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	events, err := r.Events(t.Context(), 0, "", 100)
	if got := r.request("id-001"); got.Text.Message != "xxxxxxxx" || got.Version != 9 || err != nil || len(events) != 8 {
		t.Fatalf("message %q, version %d, %d events, %v", got.Text.Message, got.Version, len(events), err)
	}
}

func TestLookUps(t *testing.T) {
	r := open(t)
	out, elsewhere, unsent := aRequest(1), aRequest(2), aRequest(3)
	out.Envelope, elsewhere.Envelope, elsewhere.Provider = "e1", "e1", "ch"
	for _, request := range []signature.Request{out, elsewhere, unsent} {
		r.insert(request)
	}
	ctx := t.Context()
	for name, c := range map[string]struct {
		find func() (signature.Request, error)
		want string
	}{
		"id":                     {func() (signature.Request, error) { return r.Request(ctx, "id-001") }, "id-001"},
		"no id":                  {func() (signature.Request, error) { return r.Request(ctx, "") }, ""},
		"another id":             {func() (signature.Request, error) { return r.Request(ctx, "id-004") }, ""},
		"request id":             {func() (signature.Request, error) { return r.ByRequestID(ctx, "caller-002") }, "id-002"},
		"another request id":     {func() (signature.Request, error) { return r.ByRequestID(ctx, "caller-004") }, ""},
		"token":                  {func() (signature.Request, error) { return r.ByCallbackToken(ctx, "callback-token-003") }, "id-003"},
		"half a token":           {func() (signature.Request, error) { return r.ByCallbackToken(ctx, "callback-token-00") }, ""},
		"a token's pattern":      {func() (signature.Request, error) { return r.ByCallbackToken(ctx, "callback-token-%") }, ""},
		"no token":               {func() (signature.Request, error) { return r.ByCallbackToken(ctx, "") }, ""},
		"envelope":               {func() (signature.Request, error) { return r.ByEnvelope(ctx, "eu", "e1") }, "id-001"},
		"envelope of another":    {func() (signature.Request, error) { return r.ByEnvelope(ctx, "ch", "e1") }, "id-002"},
		"another envelope":       {func() (signature.Request, error) { return r.ByEnvelope(ctx, "eu", "e2") }, ""},
		"no envelope":            {func() (signature.Request, error) { return r.ByEnvelope(ctx, "eu", "") }, ""},
		"envelope, no provider":  {func() (signature.Request, error) { return r.ByEnvelope(ctx, "", "e1") }, ""},
		"a quote in an envelope": {func() (signature.Request, error) { return r.ByEnvelope(ctx, "eu", "e1' OR '1'='1") }, ""},
	} {
		got, err := c.find()
		if got.ID != c.want || (c.want == "") != errors.Is(err, store.ErrNotFound) || c.want != "" && err != nil {
			t.Errorf("%s: %q, %v", name, got.ID, err)
		}
	}
}

// TestTheCallbackTokenIsFoundByItsHash: no column but the body, which resending needs it from, holds the token itself.
func TestTheCallbackTokenIsFoundByItsHash(t *testing.T) {
	r := open(t)
	request := aRequest(1)
	r.insert(request)
	var columns [10]string
	var into []any
	for i := range columns {
		into = append(into, &columns[i])
	}
	err := r.db.Read().QueryRowContext(t.Context(), `SELECT id, request_id, reference, provider, envelope, callback_hash,
		state, version, create_time, update_time FROM request`).Scan(into...)
	if err != nil {
		t.Fatal(err)
	}
	if row := strings.Join(columns[:], " "); strings.Contains(row, request.CallbackToken) || len(columns[5]) != 64 {
		t.Errorf("the row is %s", row)
	}
	if all := strings.Join(columns[:], " "); strings.Contains(all, "ada@example.org") || strings.Contains(all, "Lovelace") {
		t.Errorf("personal data outside the body: %s", all)
	}
	var body string
	if err := r.db.Read().QueryRowContext(t.Context(), `SELECT body FROM request`).Scan(&body); err != nil ||
		!strings.Contains(body, request.CallbackToken) {
		t.Errorf("the body lost the token: %v", err)
	}
}

func TestAnAbortedChangeLeavesNothing(t *testing.T) {
	r := open(t)
	r.insert(aRequest(1), event("id-001", signature.EventCreated))
	abort := errors.New("abort")
	err := r.db.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
		changed := aRequest(1)
		changed.Version, changed.State = 1, signature.Refused
		_, saveErr := r.Save(ctx, tx, changed, []signature.Event{event("id-001", signature.EventRefused)})
		inserted, insertErr := r.Insert(ctx, tx, aRequest(2), []signature.Event{event("id-002", signature.EventCreated)})
		if saveErr != nil || insertErr != nil || !inserted {
			t.Errorf("%v, %v, %v", saveErr, inserted, insertErr)
		}
		return abort
	})
	if !errors.Is(err, abort) {
		t.Fatal(err)
	}
	if got := r.request("id-001"); got.State != signature.Preparing || got.Version != 1 {
		t.Errorf("%s, version %d", got.State, got.Version)
	}
	if _, err := r.Request(t.Context(), "id-002"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the aborted insert: %v", err)
	}
	r.insert(aRequest(3), event("id-003", signature.EventCreated))
	events, err := r.Events(t.Context(), 0, "", 10)
	if err != nil || len(events) != 2 || events[1].Request != "id-003" || events[1].Position != 2 {
		t.Errorf("events = %+v, %v", events, err)
	}
}

// TestAnEnvelopeBelongsToItsNewestRequest: a later attempt may take it over.
func TestAnEnvelopeBelongsToItsNewestRequest(t *testing.T) {
	r := open(t)
	for _, n := range []int{2, 3, 1} {
		request := aRequest(n)
		request.Envelope = "env-1"
		r.insert(request)
	}
	if got, err := r.ByEnvelope(t.Context(), "eu", "env-1"); err != nil || got.ID != "id-003" {
		t.Errorf("%s, %v", got.ID, err)
	}
}
