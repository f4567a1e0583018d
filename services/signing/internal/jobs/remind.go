package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// Remind asks for the automatic reminder of one signer when it is due, and comes back for the next one.
type Remind struct {
	Request string `json:"request"`
	// Role of the signer.
	Role string `json:"role"`
}

// Kind names the job.
func (Remind) Kind() string { return "signing_remind" }

// automatic asks for a reminder that is due, in the transaction that plans the next one.
func (w *Worker) automatic(ctx context.Context, run *durable.Run, job Remind, r signature.Request) error {
	p, ok := w.Accounts.Of(r)
	if !ok && !r.State.Ended() {
		return durable.Later(absentPause)
	}
	if !ok {
		return nil
	}
	now, caps := time.Now(), p.Capabilities()
	asked := signature.AskDueReminder(r, job.Role, caps, now)
	next := signature.NextReminder(asked, job.Role, caps, now)
	return run.Done(ctx, func(ctx context.Context, tx *durable.Tx) error {
		if !signature.Same(asked, r) {
			if _, err := w.Store.Save(ctx, tx, asked, nil); err != nil {
				return err
			}
			if err := tx.Enqueue(ctx, Advance{Request: r.ID}); err != nil {
				return err
			}
		}
		if next.IsZero() {
			return nil // signed, ended, or reminded often enough
		}
		return tx.EnqueueAt(ctx, job, next)
	})
}

// remind has the vendor remind everyone who is due. The intent is saved before each call. When it stands there already, a
// process was killed in the middle, and the reminder may have gone out.
func (w *Worker) remind(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	var err error
	for signature.Next(r, time.Now()) == signature.StepRemind {
		if len(signature.Tried(r)) == 0 {
			r, err = w.tryReminder(ctx, p, r)
		} else {
			next, events := signature.Reminded(r, time.Now())
			r, err = w.save(ctx, next, events)
		}
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// tryReminder makes one call, and saves what came of it. A vendor that is away keeps nothing else waiting: the request
// comes back for the reminder.
func (w *Worker) tryReminder(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	next, events := signature.TryReminders(r, p.Capabilities(), time.Now())
	r, err := w.save(ctx, next, events)
	if err != nil || len(signature.Tried(r)) == 0 {
		return r, err
	}
	err = p.Remind(ctx, r.Envelope, signature.Tried(r))
	var rejected *signature.RejectedError
	var unavailable *signature.UnavailableError
	switch {
	case errors.As(err, &rejected):
		return w.reminded(ctx, r, func(r signature.Request) (signature.Request, []signature.Event) {
			return signature.ReminderRefused(r, rejected.Reason, time.Now())
		})
	case errors.Is(err, signature.ErrNotOffered):
		return w.reminded(ctx, r, func(r signature.Request) (signature.Request, []signature.Event) {
			return signature.ReminderRefused(r, "NOT_OFFERED", time.Now())
		})
	case errors.As(err, &unavailable):
		pause := max(unavailable.RetryAfter, w.patience(r))
		return w.reminded(ctx, r, func(r signature.Request) (signature.Request, []signature.Event) {
			return signature.PostponeReminder(r, time.Now().Add(pause), time.Now()), nil
		}, plan{job: Advance{Request: r.ID}, after: pause})
	case err != nil:
		w.Logger.WarnContext(ctx, "a reminder may have gone out, and is not repeated", slog.String("request", r.ID))
	}
	return w.reminded(ctx, r, func(r signature.Request) (signature.Request, []signature.Event) {
		return signature.Reminded(r, time.Now())
	})
}

// patience is how long a vendor is left alone that did not take the reminders of a request.
func (w *Worker) patience(r signature.Request) time.Duration {
	pause := longestPause
	for _, s := range r.Signers {
		if s.Reminder.Tried {
			pause = min(pause, pauseSince(s.Reminder.AskTime))
		}
	}
	return pause
}

// reminded saves the outcome of a call, also when somebody saved the request meanwhile: it must not be forgotten, or the
// next run would have to take a reminder for sent that was not.
func (w *Worker) reminded(
	ctx context.Context, r signature.Request, outcome func(signature.Request) (signature.Request, []signature.Event), plans ...plan,
) (signature.Request, error) {
	for {
		next, events := outcome(r)
		saved, err := w.save(ctx, next, events, plans...)
		if !errors.Is(err, store.ErrConflict) {
			return saved, err
		}
		if r, err = w.Store.Request(ctx, r.ID); err != nil {
			return r, err
		}
	}
}
