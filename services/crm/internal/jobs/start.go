package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/fault"
)

// planned is the attempt that a decision starts.
func (w *Worker) planned(ctx context.Context, v view, d pipeline.Decision) (store.Attempt, error) {
	slots, err := w.slots(ctx, d.Plan.Template)
	if err != nil {
		return store.Attempt{}, err
	}
	values := map[string]string{}
	for key, value := range d.Plan.Values {
		if slots[key] {
			values[key] = value
		}
	}
	rule, _ := v.rules.Rule(d.Rule)
	subject := pipeline.Subject{
		Rule: rule, Account: v.deal.Account, LeadID: v.job.Lead, ResponsibleUserID: v.deal.ResponsibleUserID,
		Attempt: d.Attempt, Title: d.Plan.Title,
	}
	return store.Attempt{
		Reference: d.Plan.Key, Account: v.job.Account, LeadID: v.job.Lead, StartTime: v.began,
		Attempt: pipeline.Attempt{Rule: d.Rule, Number: d.Attempt, State: pipeline.Planned},
		Started: store.Started{Plan: *d.Plan, Subject: subject, Values: values, DealTime: v.deal.UpdateTime},
	}, nil
}

// slots are the values that a template takes. The plan holds everything that is known of the deal; what the template has
// no slot for stays here.
func (w *Worker) slots(ctx context.Context, template string) (map[string]bool, error) {
	slots := map[string]bool{}
	answer, err := w.Documents.GetTemplate(ctx, &documentv1.GetTemplateRequest{Name: "templates/" + template})
	if final(fault.Reason(err)) {
		return slots, nil // signing refuses the request with the reason
	}
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	for _, variable := range answer.GetTemplate().GetVariables() {
		slots[variable.GetName()] = true
	}
	return slots, nil
}

// settle goes on with the attempts that an earlier look decided and could not finish: those that the deal still asks for
// are started, the others are dropped.
func (w *Worker) settle(ctx context.Context, v view, attempts []store.Attempt) error {
	left := pipeline.Decide(v.rules, v.deal, historyOf(attempts), time.Now()).Withdraw
	for _, attempt := range attempts {
		if !isPlanned(attempt) {
			continue
		}
		unwanted, err := names(left, attempt), error(nil)
		if !unwanted {
			unwanted, err = w.stale(ctx, v, attempt)
		}
		switch {
		case err != nil:
		case unwanted:
			err = w.drop(ctx, attempt)
		default:
			err = w.start(ctx, attempt)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func names(attempts []pipeline.Attempt, one store.Attempt) bool {
	return slices.ContainsFunc(attempts, func(a pipeline.Attempt) bool { return a.Rule == one.Rule && a.Number == one.Number })
}

func (w *Worker) stale(ctx context.Context, v view, attempt store.Attempt) (bool, error) {
	slots, err := w.slots(ctx, attempt.Plan.Template)
	return v.rules.Stale(v.deal, attempt.Attempt, attempt.Plan, func(key string) bool { return slots[key] }), err
}

// drop ends an attempt that signing never heard of. One that it did hear of, its answer being lost, goes on like any
// other: the decision says whether it is withdrawn.
func (w *Worker) drop(ctx context.Context, attempt store.Attempt) error {
	answer, err := w.Signing.ListSignatureRequests(ctx, &signingv1.ListSignatureRequestsRequest{Reference: attempt.Reference, PageSize: 1})
	if err != nil {
		return fmt.Errorf("look for the signature request: %w", err)
	}
	move := store.Move{Reference: attempt.Reference, State: pipeline.Canceled, Time: time.Now()}
	if found := answer.GetSignatureRequests(); len(found) > 0 {
		return w.accepted(ctx, attempt, found[0].GetName())
	}
	return w.started(ctx, attempt, move, nil)
}

// start has signing accept an attempt that was decided. The request id is the plan's key: signing makes one request of
// it, however often it is asked.
func (w *Worker) start(ctx context.Context, attempt store.Attempt) error {
	answer, err := w.Signing.CreateSignatureRequest(ctx, request(attempt))
	switch reason := fault.Reason(err); {
	case err == nil:
		return w.accepted(ctx, attempt, answer.GetSignatureRequest().GetName())
	case final(reason):
		now := time.Now()
		refused := pipeline.Event{Kind: pipeline.EventRefused, Time: now, Cause: reason, Provider: attempt.Plan.Provider}
		move := store.Move{Reference: attempt.Reference, State: pipeline.Refused, Time: now}
		return w.started(ctx, attempt, move, pipeline.OnEvent(attempt.Subject, refused))
	}
	return fmt.Errorf("create the signature request: %w", err)
}

func (w *Worker) accepted(ctx context.Context, attempt store.Attempt, name string) error {
	move := store.Move{Reference: attempt.Reference, State: pipeline.Preparing, Request: name}
	return w.started(ctx, attempt, move, pipeline.OnStarted(attempt.Subject, strings.TrimPrefix(name, "signatureRequests/")))
}

// started saves what became of a planned attempt.
func (w *Worker) started(ctx context.Context, attempt store.Attempt, move store.Move, effects []pipeline.Effect) error {
	return w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		err := errors.Join(
			w.Store.MoveAttempt(ctx, tx, move),
			w.Store.Plan(ctx, tx, store.Entries{
				Account: attempt.Account, LeadID: attempt.LeadID, Reference: attempt.Reference, Effects: effects,
			}))
		if err != nil {
			return err
		}
		return tx.Enqueue(ctx, Card{Account: attempt.Account, Lead: attempt.LeadID})
	})
}

// withdraw has signing withdraw attempts that the deal left behind. That it was us is saved before, so that the end is
// not taken for somebody else's. One that cannot be withdrawn any more is told by its own events.
func (w *Worker) withdraw(ctx context.Context, job Deal, open []pipeline.Attempt) error {
	attempts, err := w.Store.Attempts(ctx, job.Account, job.Lead)
	if err != nil {
		return err
	}
	for _, attempt := range attempts {
		if attempt.SignatureRequest == "" || !names(open, attempt) {
			continue
		}
		err := w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
			return w.Store.WithdrawAttempt(ctx, tx, attempt.Reference)
		})
		if err != nil {
			return err
		}
		_, err = w.Signing.CancelSignatureRequest(ctx, &signingv1.CancelSignatureRequestRequest{
			Name: attempt.SignatureRequest, Reason: pipeline.WithdrawReason(attempt.Plan.Language), RequestId: "withdraw-" + attempt.Reference,
		})
		if err != nil && !final(fault.Reason(err)) {
			return fmt.Errorf("withdraw the signature request: %w", err)
		}
	}
	return nil
}
