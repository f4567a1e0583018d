package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// closedTime is how long an account's cards rest when Kommo takes no more calls until somebody mends something.
const closedTime = time.Minute

// wait says how to go on after a failure that may pass.
func (w *Worker) wait(ctx context.Context, a *account.Account, e store.Effect, err error) error {
	var failed *kommo.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Kind {
	case kommo.Unauthorized, kommo.PaymentRequired, kommo.Forbidden:
		if a.Close(closedTime) {
			w.Logger.ErrorContext(ctx, "Kommo takes no calls, cards wait", slog.String("account", e.Account), slog.Any("error", err))
		}
		return durable.Later(closedTime)
	case kommo.Unavailable:
		// What is sent may take effect late: looking at once would miss it, and write a twin.
		if failed.Uncertain && (e.Kind == pipeline.KindNote || e.Kind == pipeline.KindTask || e.Kind == pipeline.KindFile) {
			return durable.Later(w.Grace)
		}
	}
	return err
}

// conclude saves how an effect ended. Where it failed, a person is asked to do it by hand.
func (w *Worker) conclude(ctx context.Context, e store.Effect) error {
	level, instead := slog.LevelInfo, []pipeline.Effect(nil)
	if e.State == store.Failed {
		level = slog.LevelWarn
		attempt, err := w.Store.Attempt(ctx, e.Reference)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		instead = pipeline.OnFailed(attempt.Subject, e.Kind, time.Now())
	}
	err := w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		if err := w.Store.MarkEffect(ctx, tx, e); err != nil || len(instead) == 0 {
			return err
		}
		entries := store.Entries{Account: e.Account, LeadID: e.LeadID, Reference: e.Reference, Effects: instead}
		if err := w.Store.Plan(ctx, tx, entries); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Card{Account: e.Account, Lead: e.LeadID})
	})
	if err == nil {
		w.Logger.Log(ctx, level, "card", slog.String("account", e.Account), slog.Int64("lead", e.LeadID),
			slog.String("effect", e.Key), slog.String("state", string(e.State)), slog.String("problem", e.Problem))
	}
	return err
}
