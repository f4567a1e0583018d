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
	// Told is when a callback was taken that asks for this, in microseconds since 1970, and Hint what it told. 0 when no
	// callback does.
	Told int64          `json:"told,omitempty"`
	Hint signature.Hint `json:"hint,omitzero"`
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
	// Budgets bound the unasked checks of an account; one without a budget is not bounded.
	Budgets map[string]*Budget
	// EraseAfter is how long after its end a request's envelope is kept at an account; one without is never erased.
	EraseAfter map[string]time.Duration
	Logger     *slog.Logger

	reads reads
}

// Register adds the jobs. worker is filled in before they run: its database needs the jobs to be opened.
func Register(jobs *durable.Jobs, worker *Worker) {
	opts := durable.Options{Timeout: 2 * time.Minute}
	durable.Handle(jobs, opts, func(ctx context.Context, _ *durable.Run, job Advance) error {
		if needless, err := worker.needless(ctx, job); needless || err != nil {
			return err
		}
		return worker.leased(ctx, job.Request, func(r signature.Request) error {
			_, err := worker.advance(ctx, r)
			return err
		})
	})
	durable.Handle(jobs, opts, func(ctx context.Context, run *durable.Run, job Check) error {
		return worker.leased(ctx, job.Request, func(r signature.Request) error { return worker.check(ctx, run, job, r) })
	})
	durable.Handle(jobs, opts, func(ctx context.Context, run *durable.Run, job Remind) error {
		return worker.leased(ctx, job.Request, func(r signature.Request) error { return worker.automatic(ctx, run, job, r) })
	})
	durable.Handle(jobs, opts, func(ctx context.Context, _ *durable.Run, job Pack) error {
		return worker.leased(ctx, job.Request, func(r signature.Request) error { return worker.pack(ctx, r) })
	})
	durable.Handle(jobs, opts, func(ctx context.Context, _ *durable.Run, job Erase) error {
		return worker.leased(ctx, job.Request, func(r signature.Request) error { return worker.erase(ctx, r) })
	})
	durable.Handle(jobs, opts, func(ctx context.Context, run *durable.Run, job Recheck) error {
		return worker.leased(ctx, job.Request, func(r signature.Request) error { return worker.recheck(ctx, run, job, r) })
	})
}

// leased does work on a request as it is now, while nobody else works on it. One that is not there needs none, and trying
// again would not change it.
func (w *Worker) leased(ctx context.Context, id string, work func(signature.Request) error) error {
	release, ok, err := w.DB.Lease(ctx, "request/"+id, leaseTime)
	if err != nil {
		return err
	}
	if !ok {
		return durable.Later(250 * time.Millisecond)
	}
	defer release()
	r, err := w.Store.Request(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = work(r)
	}
	if err != nil {
		return fmt.Errorf("request %s: %w", id, err) // whoever reads the log looks for it
	}
	return nil
}

func (w *Worker) check(ctx context.Context, run *durable.Run, job Check, r signature.Request) error {
	if err := w.afford(r); err != nil {
		return err
	}
	r, err := w.advance(ctx, r)
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
func (w *Worker) advance(ctx context.Context, r signature.Request) (signature.Request, error) {
	var err error
	done, at := signature.StepNone, r.Provider
	for {
		step := signature.Next(r, time.Now())
		if r.Provider != at { // rerouted: the same step has another account to go to
			done, at = signature.StepNone, r.Provider
		}
		read := done == signature.StepRead || done == signature.StepSend && r.SignersKnown() // by what sending answered
		if step == signature.StepNone || step == signature.StepRead && read {
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
	p, ok := w.Accounts.Of(r)
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
	case signature.StepReactivate:
		return w.reactivate(ctx, p, r)
	case signature.StepKeepSent:
		return w.keepSent(ctx, p, r)
	}
	return r, nil
}
