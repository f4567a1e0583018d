package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// plan is a job that runs a while after a change was saved, and at once when that is zero or past.
type plan struct {
	job   durable.Job
	after time.Duration
}

// save writes the change and its events, what follows from them, the reminders of signers who were invited, and the jobs
// that shall run after a while.
func (w *Worker) save(ctx context.Context, r signature.Request, events []signature.Event, plans ...plan) (signature.Request, error) {
	r, reminded := signature.PlanReminders(r)
	for _, role := range reminded {
		plans = append(plans, plan{job: Remind{Request: r.ID, Role: role}, after: time.Until(time.Now().AddDate(0, 0, r.Reminders.Days))})
	}
	err := w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) (err error) {
		if r, err = w.Store.Save(ctx, tx, r, events); err != nil {
			return err
		}
		for _, p := range append(w.followUps(r, events), plans...) {
			if err := tx.EnqueueAt(ctx, p.job, time.Now().Add(p.after)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	for _, e := range events {
		w.Logger.InfoContext(ctx, "request", slog.String("request", r.ID), slog.String("event", string(e.Type)),
			slog.String("state", string(e.State)), slog.String("reason", e.StateReason))
	}
	return r, nil
}

// followUps are what follows from events: the deadline and the first check of a request that was sent, the evidence package
// of one that was proven, and the end of its envelope at the vendor.
func (w *Worker) followUps(r signature.Request, events []signature.Event) []plan {
	var plans []plan
	if len(events) > 0 && signature.Packable(r) {
		plans = append(plans, plan{job: Pack{Request: r.ID}})
	}
	for _, e := range events {
		switch {
		case e.Type == signature.EventSent:
			plans = append(plans,
				plan{job: Advance{Request: r.ID}, after: time.Until(r.ExpireTime)},
				plan{job: Check{Request: r.ID, Waited: int64(w.FirstCheck / time.Second)}, after: w.FirstCheck})
		case e.State.Ended() && e.SignerRole == "" && e.Type != signature.EventErased:
			plans = append(plans, w.erasure(r)...)
			if r.Resumed && e.Type != signature.EventReissued && e.Type != signature.EventLateSignature {
				plans = append(plans, rechecks(r.ID)) // another try may still come through
			}
		}
	}
	return plans
}
