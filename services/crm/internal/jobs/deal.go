package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// view is what one look sees.
type view struct {
	account *account.Account
	job     Deal
	began   time.Time
	deal    pipeline.Deal
	rules   pipeline.Rules
	// known is the look before this one.
	known store.Deal
}

// look reads the deal, finishes what an earlier look decided where the deal still asks for it, decides, and does what was
// decided. A crash in between changes nothing: what was decided was saved, and is seen again.
func (w *Worker) look(ctx context.Context, job Deal) error {
	attempts, err := w.Store.Attempts(ctx, job.Account, job.Lead)
	if err != nil {
		return err
	}
	known, err := w.Store.Deal(ctx, job.Account, job.Lead)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	seen := known.Reason != pipeline.Existing && known.UpdateTime.UnixMicro() > job.Hinted
	if seen && !slices.ContainsFunc(attempts, isPlanned) {
		return nil
	}
	v, err := w.read(ctx, job, attempts)
	if err != nil {
		return err
	}
	v.known, v.deal.Ask = known, known.Ask
	if known.Decision != pipeline.Ask {
		v.deal.Ask++
	}
	if err := w.settle(ctx, v, attempts); err != nil {
		return err
	}
	decision, err := w.decide(ctx, &v)
	if err != nil {
		return err
	}
	return w.act(ctx, v, decision)
}

func isPlanned(a store.Attempt) bool { return a.State == pipeline.Planned }

// read reads the deal, and once more when it seems to be gone while a request is live: withdrawing cannot be undone.
func (w *Worker) read(ctx context.Context, job Deal, attempts []store.Attempt) (view, error) {
	a, err := w.account(job.Account)
	if err != nil {
		return view{}, err
	}
	v := view{account: a, job: job, began: time.Now()}
	if v.rules, err = a.Rules(ctx); err != nil {
		return v, err
	}
	v.deal, err = a.Deal(ctx, job.Lead)
	live := slices.ContainsFunc(attempts, func(a store.Attempt) bool { return a.State.Live() })
	if err == nil && v.deal.Deleted && live {
		v.deal, err = a.Deal(ctx, job.Lead)
	}
	if err != nil {
		return v, fmt.Errorf("read the deal: %w", err)
	}
	return v, nil
}

func (w *Worker) decide(ctx context.Context, v *view) (pipeline.Decision, error) {
	attempts, err := w.Store.Attempts(ctx, v.job.Account, v.job.Lead)
	if err != nil {
		return pipeline.Decision{}, err
	}
	history := historyOf(attempts)
	decision := pipeline.Decide(v.rules, v.deal, history, time.Now())
	if decision.Reason != pipeline.NotReentered && decision.Reason != pipeline.Unchanged {
		return decision, nil
	}
	// Only now does it matter when the deal entered its stage, and only now is it worth a call.
	v.deal.StageEntryTime, err = v.account.Client.StageEntry(ctx, v.job.Lead, v.deal.PipelineID, v.deal.StageID)
	if err != nil {
		return pipeline.Decision{}, fmt.Errorf("read when the deal entered its stage: %w", err)
	}
	return pipeline.Decide(v.rules, v.deal, history, time.Now()), nil
}

func historyOf(attempts []store.Attempt) pipeline.History {
	history := make(pipeline.History, 0, len(attempts))
	for _, attempt := range attempts {
		history = append(history, attempt.Attempt)
	}
	return history
}

// act records a look once it is through: what fails before is done again. A start is finished after it, by any run.
func (w *Worker) act(ctx context.Context, v view, d pipeline.Decision) error {
	if d.Outcome == pipeline.Withdraw {
		if err := w.withdraw(ctx, v.job, d.Withdraw); err != nil {
			return err
		}
	}
	var started *store.Attempt
	if d.Outcome == pipeline.Start {
		attempt, err := w.planned(ctx, v, d)
		if err != nil {
			return err
		}
		started = &attempt
	}
	if err := w.record(ctx, v, d, started); err != nil {
		return err
	}
	if started == nil {
		return nil
	}
	return w.start(ctx, *started)
}

// record saves the decision, and with it the attempt or the task it asks for.
func (w *Worker) record(ctx context.Context, v view, d pipeline.Decision, started *store.Attempt) error {
	known := store.Deal{
		Account: v.job.Account, LeadID: v.job.Lead, Decision: d.Outcome, Reason: d.Reason, Rule: d.Rule, UpdateTime: v.began,
		LeadTime: v.deal.UpdateTime, Ask: v.known.Ask,
	}
	if d.Outcome == pipeline.Ask {
		known.Ask = v.deal.Ask
	}
	if v.deal.Contact != nil {
		known.ContactID = v.deal.Contact.ID
	}
	for _, field := range d.Missing {
		known.Missing = append(known.Missing, string(field))
	}
	err := w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		if err := w.Store.SaveDeal(ctx, tx, known); err != nil {
			return err
		}
		if started != nil {
			return w.Store.InsertAttempt(ctx, tx, *started)
		}
		if len(d.Effects) == 0 {
			return nil
		}
		if err := w.Store.Plan(ctx, tx, store.Entries{Account: known.Account, LeadID: known.LeadID, Effects: d.Effects}); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Card{Account: known.Account, Lead: known.LeadID})
	})
	if err == nil {
		w.Logger.InfoContext(ctx, "deal", slog.String("account", known.Account), slog.Int64("lead", known.LeadID),
			slog.String("decision", string(d.Outcome)), slog.String("reason", string(d.Reason)),
			slog.String("rule", d.Rule), slog.Any("missing", d.Missing))
	}
	return err
}
