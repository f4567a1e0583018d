package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/countersign/countersign/services/document/internal/jobs"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/internal/durable"
)

const day = 24 * time.Hour

func made() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

func (r *rig) sweeper(now *time.Time, retention paper.Retention) *jobs.Sweeper {
	return &jobs.Sweeper{
		Store: r.store, Retention: retention, Now: func() time.Time { return *now }, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

// left are the ids of the documents that are there.
func (r *rig) left() (ids []string) {
	r.t.Helper()
	for _, id := range []string{"draft", "sent", "signed", "trail", "held"} {
		d, err := r.store.Document(r.t.Context(), id)
		r.must(err)
		if d.DeleteTime.IsZero() {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestASweepDeletesFamiliesAtTheLatestOfTheirDates(t *testing.T) {
	r := newRig(t)
	for _, d := range []paper.Document{
		{ID: "draft", Kind: paper.KindRendered}, {ID: "sent", Kind: paper.KindRendered},
		{ID: "signed", Kind: paper.KindSigned, Parent: "sent"}, {ID: "trail", Kind: paper.KindAuditTrail, Parent: "signed"},
		{ID: "held", Kind: paper.KindRendered},
	} {
		d.CreateTime = made()
		r.add(d, d.ID)
	}
	_, err := r.store.SetLegalHold(t.Context(), "held", true)
	r.must(err)
	retention := paper.Retention{
		paper.KindRendered: {DeleteAfterDays: 30}, paper.KindSigned: {KeepDays: 60, DeleteAfterDays: 100}, paper.KindAuditTrail: {DeleteAfterDays: 200},
	}
	for _, c := range []struct {
		now  time.Time
		left string
	}{
		{made().Add(30*day - 1000), "[draft sent signed trail held]"},
		{made().Add(30 * day), "[sent signed trail held]"},
		{made().Add(200*day - 1000), "[sent signed trail held]"},
		{made().Add(200 * day), "[held]"},
		{made().Add(20_000 * day), "[held]"},
	} {
		before := len(r.left())
		n, err := r.sweeper(&c.now, retention).Sweep(t.Context())
		if left := fmt.Sprint(r.left()); err != nil || left != c.left || n != before-len(r.left()) {
			t.Errorf("at %v: %d deleted, %s left, %v", c.now, n, left, err)
		}
	}
	if n, err := r.sweeper(&[]time.Time{made().Add(20_000 * day)}[0], nil).Sweep(t.Context()); err != nil || n != 0 {
		t.Errorf("without a retention: %d, %v", n, err)
	}
	r.start()
	r.await("the end of the jobs", r.idle)
	for id, want := range map[string]bool{"draft": false, "sent": false, "held": true} {
		d, err := r.store.Document(t.Context(), id)
		r.must(err)
		if r.holds(d) != want {
			t.Errorf("%s: bytes there: %v", id, !want)
		}
	}
}

// One document that cannot be deleted must not keep the others, which the law wants gone.
func TestASweepGoesOnAfterAFailure(t *testing.T) {
	r := newRig(t)
	for _, id := range []string{"draft", "sent"} {
		r.add(paper.Document{ID: id, Kind: paper.KindRendered, CreateTime: made()}, id)
	}
	r.must(r.db.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE document SET body = '{' WHERE id = 'draft'`)
		return err
	}))
	now := made().Add(day)
	n, err := r.sweeper(&now, paper.Retention{paper.KindRendered: {DeleteAfterDays: 1}}).Sweep(t.Context())
	if n != 1 || err == nil || !strings.Contains(err.Error(), "draft") {
		t.Errorf("%d deleted, %v", n, err)
	}
	if d, err := r.store.Document(t.Context(), "sent"); err != nil || d.DeleteTime.IsZero() {
		t.Errorf("the other one: %v, %v", d.DeleteTime, err)
	}
}

func TestASweepTakesManyInBatches(t *testing.T) {
	r := newRig(t)
	for i := range 205 {
		r.add(paper.Document{ID: fmt.Sprint(i), Kind: paper.KindRendered, CreateTime: made()}, fmt.Sprint(i%3))
	}
	now := made().Add(day)
	n, err := r.sweeper(&now, paper.Retention{paper.KindRendered: {DeleteAfterDays: 1}}).Sweep(t.Context())
	if err != nil || n != 205 {
		t.Errorf("%d deleted, %v", n, err)
	}
}

func TestADocumentIsDeletedByItsOwnRetention(t *testing.T) {
	r := newRig(t)
	r.add(paper.Document{ID: "1", Kind: paper.KindSigned, CreateTime: made()}, "one")
	retention := paper.Retention{paper.KindSigned: {KeepDays: 1}}
	_, err := jobs.Delete(t.Context(), r.store, retention, "1", made())
	var retained *paper.RetainedError
	if !errors.As(err, &retained) || !retained.Until.Equal(made().Add(day)) {
		t.Errorf("kept: %v", err)
	}
	if _, err := jobs.Delete(t.Context(), r.store, retention, "1", made().Add(day)); err != nil {
		t.Error(err)
	}
}

// A sweeper sweeps at once and every hour, until it is told to stop.
func TestTheSweeperComesBack(t *testing.T) {
	r := newRig(t)
	r.must(r.db.Close())
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		times := []time.Time{}
		s := &jobs.Sweeper{
			Store: r.store, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
			Now: func() time.Time { times = append(times, time.Now()); return time.Now() },
		}
		done := make(chan struct{})
		go func() { s.Run(ctx); close(done) }()
		<-time.After(150 * time.Minute)
		cancel()
		<-done
		if len(times) != 3 || times[2].Sub(times[0]) != 2*time.Hour {
			t.Errorf("swept at %v", times)
		}
	})
	r.open()
}
