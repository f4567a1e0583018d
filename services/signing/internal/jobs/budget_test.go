package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestASweepKeepsToItsBudget: of a thousand overdue requests few are looked at now; the others get places one after
// another, and none is dropped. What a callback told of is looked at beyond that.
func TestASweepKeepsToItsBudget(t *testing.T) {
	t.Parallel()
	const overdue, perMinute = 1000, 6
	r := newRig(t)
	r.worker.Budgets = map[string]*jobs.Budget{"eu": jobs.NewBudget(60 * perMinute)}
	ids := r.unchecked(overdue)
	started := time.Now()
	r.start()
	waiting := func() (n int) {
		_ = r.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'signing_check' AND state = 'scheduled'`).Scan(&n)
		return n
	}
	r.await("everybody to have a place", func() bool { return waiting() >= overdue-1 })
	allowed := 1 + int(time.Since(started)*perMinute/time.Minute) + 1
	if reads := r.vendor.count("read"); reads < 1 || reads > allowed {
		t.Errorf("%d requests were looked at, allowed are %d", reads, allowed)
	}
	var last float64
	if err := r.db.Read().QueryRowContext(t.Context(), `SELECT max(julianday(scheduled_at) - julianday('now')) * 1440 FROM river_job`).Scan(&last); err != nil {
		t.Fatal(err)
	}
	if want := float64(overdue) / perMinute; last < want-5 || last > want+5 {
		t.Errorf("the last one is looked at after %.0f minutes, want %.0f", last, want)
	}
	before := r.vendor.count("read")
	for _, id := range ids[len(ids)-20:] {
		r.hint(id)
	}
	r.idle("signing_advance")
	if reads := r.vendor.count("read") - before; reads < 20 {
		t.Errorf("%d of 20 hinted requests were looked at", reads)
	}
}

// unchecked saves requests whose check is due now, a hundred at a time.
func (r *rig) unchecked(n int) []string {
	r.t.Helper()
	var ids []string
	for len(ids) < n {
		r.update(func(ctx context.Context, tx *durable.Tx) error {
			for range 100 {
				request := signature.Request{
					ID: uuid.NewString(), RequestID: uuid.NewString(), CallbackToken: uuid.NewString(), Provider: "eu", State: signature.OutForSignature,
					Envelope: uuid.NewString(), ExpireTime: time.Now().Add(99 * time.Hour), CreateTime: time.Now(), UpdateTime: time.Now(),
				}
				ids = append(ids, request.ID)
				if _, err := r.store.Insert(ctx, tx, request, nil); err != nil {
					return err
				}
				if err := tx.Enqueue(ctx, jobs.Check{Request: request.ID, Waited: 600}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return ids
}
