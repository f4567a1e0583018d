// Package jobs does what this context does after a commit: look at deals, start and withdraw signature requests, turn
// signing's events into effects, and write effects on deal cards. A job names what it is about and nothing else; every
// hint leads to the same look at the same truth.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// leaseTime must outlast the longest run of a job.
const leaseTime = 3 * time.Minute

// Hints is what a webhook said: ids alone.
type Hints struct {
	Account  string
	Leads    []LeadHint
	Contacts []int64
}

// LeadHint names a lead, and the stage it was in when the hook was sent; zero when the hook does not say.
type LeadHint struct{ Lead, Pipeline, Stage int64 }

// Hook fans a webhook's hints out.
type Hook struct {
	Message string `json:"message"`
}

// Kind names the job.
func (Hook) Kind() string { return "crm_hook" }

// Deal looks at one deal and does what it needs.
type Deal struct {
	Account string `json:"account"`
	Lead    int64  `json:"lead"`
	// Hinted is when the reason to look came up, in microseconds since 1970: a look that began later has seen it.
	Hinted int64 `json:"hinted"`
}

func newDeal(account string, lead int64) Deal {
	return Deal{Account: account, Lead: lead, Hinted: time.Now().UnixMicro()}
}

// Kind names the job.
func (Deal) Kind() string { return "crm_deal" }

// Card turns a deal's events into effects and writes the effects that are due, in order.
type Card struct {
	Account string `json:"account"`
	Lead    int64  `json:"lead"`
}

// Kind names the job.
func (Card) Kind() string { return "crm_card" }

// Worker does the jobs.
type Worker struct {
	DB        *durable.Store
	Store     *store.Store
	Accounts  map[string]*account.Account
	Signing   signingv1.SigningProviderClient
	Documents documentv1.DocumentServiceClient
	// Grace is how long a write whose outcome is not known may still take effect at Kommo.
	Grace  time.Duration
	Logger *slog.Logger
}

// Register adds the jobs. worker is filled in before they run: its database needs the jobs to be opened.
func Register(jobs *durable.Jobs, worker *Worker) {
	opts := durable.Options{Timeout: 2 * time.Minute}
	few := durable.Options{Timeout: opts.Timeout, Workers: 2}
	durable.Handle(jobs, few, func(ctx context.Context, _ *durable.Run, job Hook) error { return worker.hook(ctx, job) })
	durable.Handle(jobs, opts, func(ctx context.Context, _ *durable.Run, job Deal) error {
		return worker.leased(ctx, fmt.Sprintf("deal/%s/%d", job.Account, job.Lead), func() error {
			return later(worker.look(ctx, job))
		})
	})
	durable.Handle(jobs, opts, func(ctx context.Context, _ *durable.Run, job Card) error {
		return worker.leased(ctx, fmt.Sprintf("card/%s/%d", job.Account, job.Lead), func() error {
			return later(worker.card(ctx, job))
		})
	})
}

func (w *Worker) leased(ctx context.Context, subject string, work func() error) error {
	release, ok, err := w.DB.Lease(ctx, subject, leaseTime)
	if err != nil {
		return err
	}
	if !ok {
		return durable.Later(250 * time.Millisecond)
	}
	defer release()
	return work()
}

func (w *Worker) account(id string) (*account.Account, error) {
	a, ok := w.Accounts[id]
	if !ok {
		return nil, fmt.Errorf("account %q is not configured any more", id)
	}
	return a, nil
}

func (w *Worker) hook(ctx context.Context, job Hook) error {
	message, err := w.DB.Message(ctx, job.Message)
	if err != nil || len(message.Body) == 0 {
		return err // forgotten: an earlier run got through
	}
	var hints Hints
	if err := json.Unmarshal(message.Body, &hints); err != nil {
		return fmt.Errorf("decode the hints: %w", err)
	}
	leads, err := w.worthALook(ctx, hints)
	if err != nil {
		return later(err)
	}
	return w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		for _, lead := range leads {
			if err := tx.Enqueue(ctx, newDeal(hints.Account, lead)); err != nil {
				return err
			}
		}
		return tx.Forget(ctx, job.Message)
	})
}

// later turns Kommo's wish for patience into a pause; anything else is tried again with growing pauses.
func later(err error) error {
	var refused *kommo.Error
	if errors.As(err, &refused) && refused.Kind == kommo.RateLimited {
		return durable.Later(max(refused.RetryAfter, time.Second))
	}
	return err
}
