package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// send has the vendor invite the signers. The intent is saved first: from then on an envelope may exist, and every later
// try looks for it before it makes one.
func (w *Worker) send(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	order, refusal, err := w.payload(ctx, r)
	if refusal != nil && !r.SendAttempted {
		next, events := signature.Refuse(r, *refusal, time.Now())
		return w.save(ctx, next, events)
	}
	if err != nil {
		return r, err
	}
	if p, r, err = w.passBy(ctx, p, r, order); err != nil {
		return r, err
	}
	resume := r.SendAttempted
	if !resume {
		if refusal := p.Refusal(order); refusal != nil {
			next, events := signature.Refuse(r, *refusal, time.Now())
			return w.save(ctx, next, events)
		}
		r.SendAttempted, r.Account = true, p.Capabilities().Account()
		if r, err = w.save(ctx, r, nil); err != nil {
			return r, err
		}
	}
	envelope, err := p.Send(ctx, order, resume)
	var rejected *signature.RejectedError
	if errors.As(err, &rejected) {
		refusal := signature.Refusal{Reason: rejected.Reason, Detail: rejected.Detail}
		next, events := signature.Refuse(r, refusal, time.Now())
		if resume { // an earlier try may still come through
			return w.save(ctx, next, events, rechecks(r.ID))
		}
		return w.save(ctx, next, events)
	}
	if err != nil && !resume {
		return w.unsent(ctx, r, order, err)
	}
	if err != nil {
		return r, later(err)
	}
	r.Resumed = resume
	next, events := signature.Sent(r, envelope, time.Now())
	return w.save(ctx, next, events)
}

// find looks for the envelope of a request that may have been sent and is not wanted any more: what is found is
// withdrawn next, and where nothing is found the request ends.
func (w *Worker) find(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	envelope, err := w.lookup(ctx, p, r)
	if errors.Is(err, signature.ErrNoEnvelope) {
		next, events := signature.EndUnfound(r, time.Now())
		return w.save(ctx, next, events, rechecks(r.ID))
	}
	if err != nil {
		return r, later(err)
	}
	r.Resumed = !r.Reactivate
	next, events := signature.Sent(r, envelope, time.Now())
	return w.save(ctx, next, events)
}

// settle looks once more, a while after a request was sent by a later try than the first, whether an earlier one came
// through after all. The provider withdraws what it finds beside the request's envelope. A list that does not show that
// envelope lags, and is looked at again.
func (w *Worker) settle(ctx context.Context, r signature.Request) error {
	p, ok := w.Accounts.Of(r)
	if !r.Resumed || !ok {
		return nil
	}
	found, err := p.Find(ctx, r.Order())
	if errors.Is(err, signature.ErrNoEnvelope) || err == nil && found.ID != r.Envelope {
		w.Logger.WarnContext(ctx, "the provider does not list the envelope of a request", slog.String("request", r.ID))
		return nil
	}
	if err != nil {
		return later(err)
	}
	r.Resumed = false
	_, err = w.save(ctx, r, nil)
	return err
}

// read asks the vendor how it stands: the only way a request that is out for signature moves.
func (w *Worker) read(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	begun := time.Now()
	envelope, err := p.Read(ctx, r.Envelope)
	if err != nil {
		return r, later(err)
	}
	next, events := signature.Observe(r, envelope, time.Now())
	if !signature.Same(next, r) {
		if next, err = w.save(ctx, next, events); err != nil {
			return next, err
		}
	}
	if next.State == signature.OutForSignature && envelope.State == signature.EnvelopeGone {
		return next, durable.Later(signature.VanishPause) // whether it is gone is told by a second look
	}
	w.reads.note(r.ID, begun)
	return next, nil
}

// withdraw saves why, asks the vendor, and reads: whether signing or withdrawing won is the vendor's to say.
func (w *Worker) withdraw(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	if r.Withdrawal == signature.NotWithdrawn {
		// Where the vendor ends envelopes itself, one that has ended so can be opened again, and a withdrawn one cannot.
		if p.Capabilities().ExpiryZone != nil {
			seen, err := w.read(ctx, p, r)
			if err != nil || seen.State != signature.OutForSignature {
				return seen, err
			}
			r = seen
		}
		asked, err := w.save(ctx, signature.AskWithdrawal(r, signature.WithdrawnByExpiry, "", time.Now()), nil)
		if err != nil {
			return asked, err
		}
		r = asked
	}
	err := p.Withdraw(ctx, r.Envelope, r.WithdrawReason)
	var rejected *signature.RejectedError
	if errors.As(err, &rejected) { // an envelope that was paused by hand, for one: only a person can help
		w.Logger.WarnContext(ctx, "the provider refuses to withdraw a request", slog.String("request", r.ID),
			slog.String("reason", string(rejected.Reason)))
		if r, err = w.refuses(ctx, r, signature.StepWithdraw); err != nil {
			return r, err
		}
		return r, durable.Later(longestPause)
	}
	if err != nil {
		return r, later(err)
	}
	if r, err = w.refuses(ctx, r, ""); err != nil {
		return r, err
	}
	after, err := w.read(ctx, p, r)
	if err != nil {
		return after, err
	}
	if after.State == signature.OutForSignature {
		return after, durable.Later(pauseSince(after.UpdateTime))
	}
	return after, nil
}

// refuses saves that the vendor refuses a step, or with an empty one that it does no longer, so that people see it.
func (w *Worker) refuses(ctx context.Context, r signature.Request, step signature.Step) (signature.Request, error) {
	if r.Refusing == step {
		return r, nil
	}
	return w.save(ctx, signature.StepRefused(r, step, time.Now()), nil)
}

// The pauses of what only time can bring.
const (
	shortestPause = 3 * time.Second
	longestPause  = 15 * time.Minute
)

// pauseSince is as long as something was waited for already, so that the waiting doubles with each try.
func pauseSince(start time.Time) time.Duration {
	return min(max(time.Since(start), shortestPause), longestPause)
}

// later turns a vendor that asks for patience into a pause; anything else is tried again with growing pauses.
func later(err error) error {
	var unavailable *signature.UnavailableError
	if errors.As(err, &unavailable) && unavailable.RetryAfter > 0 {
		return durable.Later(unavailable.RetryAfter)
	}
	return err
}
