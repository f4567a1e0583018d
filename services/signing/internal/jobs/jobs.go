// Package jobs carries signature requests forward. A job names a request and nothing else: what has to be done is read
// from the request's state, done under a lease, and saved with the events it makes. Every step is safe to repeat, so a
// crash between two lines costs a repetition and never a second envelope.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// leaseTime must outlast the longest run of a job.
const leaseTime = 3 * time.Minute

// Advance carries one request forward until it has to wait.
type Advance struct {
	Request string `json:"request"`
}

// Kind names the job.
func (Advance) Kind() string { return "signing_advance" }

// Check looks at a request that nothing was heard of for a while, and comes back later. It finds what a lost callback
// did not tell.
type Check struct {
	Request string `json:"request"`
	// Waited is how long the last pause was, in seconds.
	Waited int64 `json:"waited"`
}

// Kind names the job.
func (Check) Kind() string { return "signing_check" }

// Worker does the jobs.
type Worker struct {
	DB        *durable.Store
	Store     *store.Store
	Documents documentv1.DocumentServiceClient
	Accounts  *routing.Accounts
	// FirstCheck is the pause before a request is looked at unasked for the first time; later pauses double up to
	// LongestCheck.
	FirstCheck   time.Duration
	LongestCheck time.Duration
	Logger       *slog.Logger
}

// Register adds the jobs. worker is filled in before they run: its database needs the jobs to be opened.
func Register(jobs *durable.Jobs, worker *Worker) {
	opts := durable.Options{Timeout: 2 * time.Minute}
	durable.Handle(jobs, opts, func(ctx context.Context, _ *durable.Run, job Advance) error {
		return worker.leased(ctx, job.Request, func() error {
			_, err := worker.advance(ctx, job.Request)
			return err
		})
	})
	durable.Handle(jobs, opts, func(ctx context.Context, run *durable.Run, job Check) error {
		return worker.leased(ctx, job.Request, func() error { return worker.check(ctx, run, job) })
	})
	durable.Handle(jobs, opts, func(ctx context.Context, run *durable.Run, job Remind) error {
		return worker.leased(ctx, job.Request, func() error { return worker.automatic(ctx, run, job) })
	})
	durable.Handle(jobs, opts, func(ctx context.Context, _ *durable.Run, job Pack) error {
		return worker.leased(ctx, job.Request, func() error { return worker.pack(ctx, job.Request) })
	})
}

func (w *Worker) leased(ctx context.Context, request string, work func() error) error {
	release, ok, err := w.DB.Lease(ctx, "request/"+request, leaseTime)
	if err != nil {
		return err
	}
	if !ok {
		return durable.Later(250 * time.Millisecond)
	}
	defer release()
	if err := work(); err != nil {
		return fmt.Errorf("request %s: %w", request, err) // whoever reads the log looks for it
	}
	return nil
}

func (w *Worker) check(ctx context.Context, run *durable.Run, job Check) error {
	r, err := w.advance(ctx, job.Request)
	if err != nil || r.State != signature.OutForSignature {
		return err
	}
	if err := w.settle(ctx, r); err != nil {
		return err
	}
	pause := min(2*time.Duration(job.Waited)*time.Second, w.LongestCheck)
	return run.Done(ctx, func(ctx context.Context, tx *durable.Tx) error {
		return tx.EnqueueAt(ctx, Check{Request: r.ID, Waited: int64(pause / time.Second)}, time.Now().Add(pause))
	})
}

// advance does step after step until the request has ended or waits for somebody.
func (w *Worker) advance(ctx context.Context, id string) (signature.Request, error) {
	r, err := w.Store.Request(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return r, nil // nothing to do, and trying again would not change it
	}
	if err != nil {
		return r, err
	}
	done, at := signature.StepNone, r.Provider
	for {
		step := signature.Next(r, time.Now())
		if r.Provider != at { // rerouted: the same step has another account to go to
			done, at = signature.StepNone, r.Provider
		}
		if step == signature.StepNone || step == signature.StepRead && step == done {
			return r, nil
		}
		if step == done {
			return r, fmt.Errorf("step %s changed nothing", step)
		}
		if r, err = w.do(ctx, r, step); err != nil {
			return r, err
		}
		done = step
	}
}

// absentPause is how long a request waits for an account that left the configuration.
const absentPause = 10 * time.Minute

// do does one step. What needs no vendor goes on when the account is not configured any more.
func (w *Worker) do(ctx context.Context, r signature.Request, step signature.Step) (signature.Request, error) {
	switch step {
	case signature.StepPrepare:
		return w.prepare(ctx, r)
	case signature.StepProve:
		return w.prove(ctx, r)
	case signature.StepEnd:
		next, events := signature.EndUnsent(r, time.Now())
		return w.save(ctx, next, events)
	}
	p, ok := w.Accounts.Get(r.Provider)
	if !ok {
		w.Logger.ErrorContext(ctx, "the provider of a request is not configured any more: configure it again",
			slog.String("request", r.ID), slog.String("provider", r.Provider))
		return r, durable.Later(absentPause)
	}
	return w.at(ctx, p, r, step)
}

// at does a step that needs the vendor.
func (w *Worker) at(ctx context.Context, p signature.Provider, r signature.Request, step signature.Step) (signature.Request, error) {
	switch step {
	case signature.StepSend:
		return w.send(ctx, p, r)
	case signature.StepRead:
		return w.read(ctx, p, r)
	case signature.StepWithdraw:
		return w.withdraw(ctx, p, r)
	case signature.StepUpdateSigner:
		return w.updateSigners(ctx, p, r)
	case signature.StepRemind:
		return w.remind(ctx, p, r)
	case signature.StepArchive:
		return w.archive(ctx, p, r)
	case signature.StepArchiveTrail:
		return w.archiveTrail(ctx, p, r)
	case signature.StepFind:
		return w.find(ctx, p, r)
	}
	return r, nil
}

// save writes the change and its events, and what follows from them: the deadline and the first check of a request that
// was sent, the reminders of signers who were invited, the evidence package of one that was proven.
func (w *Worker) save(ctx context.Context, r signature.Request, events []signature.Event) (signature.Request, error) {
	r, reminded := signature.PlanReminders(r)
	err := w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) (err error) {
		if r, err = w.Store.Save(ctx, tx, r, events); err != nil {
			return err
		}
		for _, role := range reminded {
			job := Remind{Request: r.ID, Role: role}
			if err := tx.EnqueueAt(ctx, job, time.Now().AddDate(0, 0, r.Reminders.Days)); err != nil {
				return err
			}
		}
		if len(events) > 0 && signature.Packable(r) {
			if err := tx.Enqueue(ctx, Pack{Request: r.ID}); err != nil {
				return err
			}
		}
		for _, e := range events {
			if e.Type != signature.EventSent {
				continue
			}
			if err := tx.EnqueueAt(ctx, Advance{Request: r.ID}, r.ExpireTime); err != nil {
				return err
			}
			first := Check{Request: r.ID, Waited: int64(w.FirstCheck / time.Second)}
			if err := tx.EnqueueAt(ctx, first, time.Now().Add(w.FirstCheck)); err != nil {
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
