package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Recheck looks once more for envelopes of a request that ended after a sending of unknown outcome: a call may come through
// at the vendor after it was looked for.
type Recheck struct {
	Request string `json:"request"`
	// Try counts from 0.
	Try int `json:"try"`
}

// Kind names the job.
func (Recheck) Kind() string { return "signing_recheck" }

// recheckPauses come before each look.
func recheckPauses() []time.Duration { return []time.Duration{2 * time.Minute, 20 * time.Minute} }

// rechecks is the first of the looks at a request that ended, and may have left an envelope that nobody knows.
func rechecks(id string) plan { return plan{job: Recheck{Request: id}, after: recheckPauses()[0]} }

// recheck withdraws what it finds, and plans the next look. The request stays as it ended.
func (w *Worker) recheck(ctx context.Context, run *durable.Run, job Recheck, r signature.Request) error {
	p, ok := w.Accounts.Of(r)
	if !ok {
		return durable.Later(absentPause)
	}
	if err := w.withdrawLate(ctx, p, r); err != nil {
		return later(err)
	}
	next := job.Try + 1
	if next >= len(recheckPauses()) {
		return nil
	}
	return run.Done(ctx, func(ctx context.Context, tx *durable.Tx) error {
		return tx.EnqueueAt(ctx, Recheck{Request: r.ID, Try: next}, time.Now().Add(recheckPauses()[next]))
	})
}

// withdrawLate withdraws an envelope that came into being after the end of its request, and tells of one that was signed.
// The envelope that the request itself ended with is none, whoever has it now.
func (w *Worker) withdrawLate(ctx context.Context, p signature.Provider, r signature.Request) error {
	envelope, err := w.lookup(ctx, p, r)
	if errors.Is(err, signature.ErrNoEnvelope) || err == nil && envelope.ID == r.Envelope && !r.Reactivate {
		return nil
	}
	if err != nil {
		return err
	}
	switch envelope.State {
	case signature.EnvelopeSigned:
		w.Logger.ErrorContext(ctx, "a request that had ended was signed at the provider: a person must decide",
			slog.String("request", r.ID))
		if next, events := signature.SignedLate(r, time.Now()); len(events) > 0 {
			_, err = w.save(ctx, next, events)
		}
		return err
	case signature.EnvelopeDeclined, signature.EnvelopeExpired, signature.EnvelopeWithdrawn, signature.EnvelopeFailed,
		signature.EnvelopeGone:
		return nil
	}
	w.Logger.WarnContext(ctx, "an envelope that came late is withdrawn", slog.String("request", r.ID))
	err = p.Withdraw(ctx, envelope.ID, r.WithdrawReason)
	var rejected *signature.RejectedError
	if errors.As(err, &rejected) {
		w.Logger.ErrorContext(ctx, "the provider refuses to withdraw an envelope that came late", slog.String("request", r.ID),
			slog.String("reason", string(rejected.Reason)))
		if _, err := w.refuses(ctx, r, signature.StepWithdraw); err != nil {
			return err
		}
		return durable.Later(longestPause)
	}
	if err != nil {
		return err
	}
	_, err = w.refuses(ctx, r, "")
	return err
}
