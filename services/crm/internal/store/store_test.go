package store_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// shelf is a store with its database.
type shelf struct {
	*testing.T
	*store.Store
	db *durable.Store
}

func open(t *testing.T) *shelf {
	t.Helper()
	migrations, err := store.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	db, err := durable.Open(t.Context(), durable.Config{
		Path: filepath.Join(t.TempDir(), "crm.db"), Migrations: migrations, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &shelf{T: t, Store: store.New(db), db: db}
}

func (s *shelf) update(change func(ctx context.Context, tx *durable.Tx) error) {
	s.Helper()
	if err := s.db.Update(s.Context(), change); err != nil {
		s.Fatal(err)
	}
}

func (s *shelf) plan(lead int64, reference string, keys ...string) {
	s.Helper()
	var effects []pipeline.Effect
	for _, key := range keys {
		effects = append(effects, pipeline.Effect{Key: key, Kind: pipeline.KindNote, Text: "of " + reference})
	}
	s.update(func(ctx context.Context, tx *durable.Tx) error {
		return s.Plan(ctx, tx, store.Entries{Account: "acme", LeadID: lead, Reference: reference, Effects: effects})
	})
}

// ledger is a deal's effects as "key state text".
func (s *shelf) ledger(lead int64) []string {
	s.Helper()
	effects, err := s.Effects(s.Context(), "acme", lead)
	if err != nil {
		s.Fatal(err)
	}
	var lines []string
	for _, e := range effects {
		lines = append(lines, e.Key+" "+string(e.State)+" "+e.Text)
	}
	return lines
}

func TestAnEffectIsPlannedOnceAndKeepsItsPlace(t *testing.T) {
	s := open(t)
	s.plan(1, "first", "c", "a")
	s.plan(2, "other", "a")
	s.plan(1, "second", "a", "b", "c")
	want := []string{"c planned of first", "a planned of first", "b planned of second"}
	if diff := cmp.Diff(want, s.ledger(1)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a planned of other"}, s.ledger(2)); diff != "" {
		t.Error(diff)
	}
}

func TestAnEffectIsMarkedAloneAndStaysWhatItIs(t *testing.T) {
	s := open(t)
	s.plan(1, "r", "a", "b")
	s.plan(2, "r", "a")
	before, err := s.Effects(t.Context(), "acme", 1)
	if err != nil {
		t.Fatal(err)
	}
	e := before[0]
	e.State, e.Problem, e.RemoteID, e.Text = store.Failed, "refused", "file-1 v-1", "never written"
	s.update(func(ctx context.Context, tx *durable.Tx) error { return s.MarkEffect(ctx, tx, e) })
	after, err := s.Effects(t.Context(), "acme", 1)
	if err != nil {
		t.Fatal(err)
	}
	want := before[0]
	want.State, want.Problem, want.RemoteID = store.Failed, "refused", "file-1 v-1"
	if diff := cmp.Diff([]store.Effect{want, before[1]}, after); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a planned of r"}, s.ledger(2)); diff != "" {
		t.Error(diff)
	}
	s.plan(1, "r", "a") // planned again: it stays failed
	if got := s.ledger(1)[0]; got != "a failed of r" {
		t.Error(got)
	}
}

func (s *shelf) insert(reference string, number int) {
	s.Helper()
	a := store.Attempt{
		Reference: reference, Account: "acme", LeadID: 1,
		Attempt: pipeline.Attempt{Rule: "service", Number: number, State: pipeline.Planned},
		Started: store.Started{Plan: pipeline.Plan{Title: "of " + reference, Fingerprint: "f-" + reference}},
	}
	s.update(func(ctx context.Context, tx *durable.Tx) error { return s.InsertAttempt(ctx, tx, a) })
}

func (s *shelf) moveTo(reference string, state pipeline.State, request string, at time.Time) {
	s.Helper()
	s.update(func(ctx context.Context, tx *durable.Tx) error {
		return s.MoveAttempt(ctx, tx, store.Move{Reference: reference, State: state, Request: request, Time: at})
	})
}

func TestAnAttemptIsInsertedOnce(t *testing.T) {
	s := open(t)
	var inserting sync.WaitGroup
	for range 8 {
		inserting.Go(func() { s.insert("one", 1) })
	}
	inserting.Wait()
	s.insert("twin", 1) // the same attempt by another name
	s.insert("two", 2)
	attempts, err := s.Attempts(t.Context(), "acme", 1)
	if err != nil || len(attempts) != 2 || attempts[0].Reference != "one" || attempts[1].Reference != "two" {
		t.Errorf("%+v, %v", attempts, err)
	}
	if attempts[0].Fingerprint != "f-one" || attempts[0].Plan.Title != "of one" {
		t.Errorf("%+v", attempts[0])
	}
	if _, err := s.Attempt(t.Context(), "twin"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the twin: %v", err)
	}
}

func TestAnAttemptNeverMovesBackFromItsEnd(t *testing.T) {
	at := time.UnixMicro(1_700_000_000_000_000)
	for _, end := range []pipeline.State{
		pipeline.Completed, pipeline.Declined, pipeline.Expired, pipeline.Canceled, pipeline.ProofFailed, pipeline.Refused,
	} {
		s := open(t)
		s.insert("one", 1)
		s.moveTo("one", pipeline.OutForSignature, "signatureRequests/1", at)
		s.moveTo("one", pipeline.Signed, "", at)
		live, err := s.Attempt(t.Context(), "one")
		if err != nil || live.State != pipeline.Signed || live.SignatureRequest != "signatureRequests/1" || !live.EndTime.IsZero() {
			t.Errorf("%+v, %v", live.Attempt, err)
		}
		s.moveTo("one", end, "", at)
		for _, late := range []pipeline.State{pipeline.Preparing, pipeline.Signed, pipeline.Canceled, "NEW"} {
			s.moveTo("one", late, "signatureRequests/2", at.Add(time.Hour))
		}
		ended, err := s.Attempt(t.Context(), "one")
		if err != nil || ended.State != end || ended.SignatureRequest != "signatureRequests/1" || !ended.EndTime.Equal(at) {
			t.Errorf("%s became %+v, %v", end, ended.Attempt, err)
		}
	}
}

func TestTheCursorOnlyMovesForward(t *testing.T) {
	s := open(t)
	for _, step := range []struct{ to, want int64 }{{5, 5}, {3, 5}, {5, 5}, {6, 6}, {0, 6}} {
		s.update(func(ctx context.Context, tx *durable.Tx) error { return s.MoveCursor(ctx, tx, step.to) })
		if got, err := s.Cursor(t.Context()); got != step.want || err != nil {
			t.Errorf("moved to %d: %d, %v", step.to, got, err)
		}
	}
}

func TestAnEventIsKeptOnceUntilItIsDropped(t *testing.T) {
	s := open(t)
	at := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)
	event := func(position, lead int64, kind string) store.SigningEvent {
		return store.SigningEvent{
			Position: position, Account: "acme", LeadID: lead, Reference: "r",
			EventBody: store.EventBody{Request: "signatureRequests/1", Type: kind, State: "SIGNED", SignerRole: "customer", StateReason: "X", Time: at},
		}
	}
	for _, e := range []store.SigningEvent{event(9, 1, "SIGNED"), event(7, 1, "SENT"), event(8, 2, "SENT"), event(7, 1, "FORGED")} {
		s.update(func(ctx context.Context, tx *durable.Tx) error { return s.TakeEvent(ctx, tx, e) })
	}
	got, err := s.Events(t.Context(), "acme", 1)
	if diff := cmp.Diff([]store.SigningEvent{event(7, 1, "SENT"), event(9, 1, "SIGNED")}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	s.update(func(ctx context.Context, tx *durable.Tx) error { return s.DropEvent(ctx, tx, 7) })
	got, err = s.Events(t.Context(), "acme", 1)
	if diff := cmp.Diff([]store.SigningEvent{event(9, 1, "SIGNED")}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func (s *shelf) save(d store.Deal) {
	s.Helper()
	s.update(func(ctx context.Context, tx *durable.Tx) error { return s.SaveDeal(ctx, tx, d) })
}

func TestADealIsWhatItWasSavedAsLast(t *testing.T) {
	s := open(t)
	if _, err := s.Deal(t.Context(), "acme", 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	at := time.UnixMicro(1_700_000_000_000_001)
	s.save(store.Deal{Account: "acme", LeadID: 1, ContactID: 5, Decision: pipeline.Ask, Rule: "r", Missing: []string{"EMAIL", "PHONE"}, UpdateTime: at})
	want := store.Deal{Account: "acme", LeadID: 1, ContactID: 6, Decision: pipeline.Start, Rule: "r", Missing: []string{}, UpdateTime: at.Add(time.Microsecond)}
	first, err := s.Deal(t.Context(), "acme", 1)
	if err != nil || !cmp.Equal(first.Missing, []string{"EMAIL", "PHONE"}) || !first.UpdateTime.Equal(at) {
		t.Errorf("%+v, %v", first, err)
	}
	s.save(want)
	got, err := s.Deal(t.Context(), "acme", 1)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if old, err := s.DealsOfContact(t.Context(), "acme", 5); len(old) != 0 || err != nil {
		t.Errorf("the contact of before still has %v, %v", old, err)
	}
	if other, err := s.DealsOfContact(t.Context(), "other", 6); len(other) != 0 || err != nil {
		t.Errorf("another account has %v, %v", other, err)
	}
}

func TestDealsArePagedWithoutGapsAlsoWhereTimesAreEqual(t *testing.T) {
	s := open(t)
	at := time.UnixMicro(1_700_000_000_000_000)
	var want []int64
	for lead := int64(10); lead > 0; lead-- {
		s.save(store.Deal{Account: "acme", LeadID: lead, UpdateTime: at.Add(time.Duration(lead/4) * time.Second)})
		want = append(want, lead)
	}
	s.save(store.Deal{Account: "other", LeadID: 99, UpdateTime: at})
	var got []int64
	before, beforeID := at.Add(time.Hour), int64(0)
	for range 5 {
		page, err := s.Deals(t.Context(), "acme", before, beforeID, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page {
			got = append(got, d.LeadID)
			before, beforeID = d.UpdateTime, d.LeadID
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAttemptsComeInTheOrderOfTheirStarts(t *testing.T) {
	s := open(t)
	at := time.UnixMicro(1_700_000_000_000_000)
	for i, rule := range []string{"c", "a", "b"} {
		s.update(func(ctx context.Context, tx *durable.Tx) error {
			return s.InsertAttempt(ctx, tx, store.Attempt{
				Reference: rule, Account: "acme", LeadID: 1, StartTime: at.Add(time.Duration(i) * time.Second),
				Attempt: pipeline.Attempt{Rule: rule, Number: 1, State: pipeline.Planned},
				Started: store.Started{Plan: pipeline.Plan{Template: "t"}, DealTime: at.UTC()},
			})
		})
	}
	s.update(func(ctx context.Context, tx *durable.Tx) error { return s.WithdrawAttempt(ctx, tx, "a") })
	s.moveTo("a", pipeline.Canceled, "", at)
	attempts, err := s.Attempts(t.Context(), "acme", 1)
	if err != nil || len(attempts) != 3 || attempts[0].Rule != "c" || attempts[1].Rule != "a" || attempts[2].Rule != "b" {
		t.Fatalf("%+v, %v", attempts, err)
	}
	if a := attempts[1]; !a.Unsent || !a.Withdrawn || a.Template != "t" || !a.Attempt.DealTime.Equal(at) || attempts[0].Unsent {
		t.Errorf("%+v", a)
	}
}

func TestADealThatIsOnlySeenCoversNoLook(t *testing.T) {
	s := open(t)
	at := time.UnixMicro(1_700_000_000_000_000)
	s.save(store.Deal{Account: "acme", LeadID: 1, Decision: pipeline.Start, UpdateTime: at})
	for lead := int64(1); lead < 3; lead++ {
		s.update(func(ctx context.Context, tx *durable.Tx) error {
			return s.SeeDeal(ctx, tx, store.Deal{Account: "acme", LeadID: lead, Reason: pipeline.Existing, LeadTime: at, Ask: 2, UpdateTime: at})
		})
	}
	looked, err := s.Deal(t.Context(), "acme", 1)
	if err != nil || looked.Decision != pipeline.Start {
		t.Errorf("%+v, %v", looked, err)
	}
	seen, err := s.Deal(t.Context(), "acme", 2)
	if err != nil || seen.Reason != pipeline.Existing || !seen.LeadTime.Equal(at) || seen.Ask != 2 {
		t.Errorf("%+v, %v", seen, err)
	}
}
