package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/fault"
)

// look reads the deal, decides, and does what was decided. What an earlier look decided and could not finish is finished
// first, so that a crash in between changes nothing.
func (w *Worker) look(ctx context.Context, run *durable.Run, job Deal) error {
	a, err := w.account(job.Account)
	if err != nil {
		return err
	}
	if err := w.finishPlanned(ctx, job); err != nil {
		return err
	}
	done := func(context.Context, *durable.Tx) error { return nil }
	known, err := w.Store.Deal(ctx, job.Account, job.Lead)
	if err == nil && known.UpdateTime.UnixMicro() > job.Hinted {
		return run.Done(ctx, done)
	}
	began := time.Now()
	deal, decision, err := w.decide(ctx, a, job)
	if err != nil {
		return err
	}
	if err := w.record(ctx, job, began, deal, decision); err != nil {
		return err
	}
	switch decision.Outcome {
	case pipeline.Start:
		err = w.finishPlanned(ctx, job)
	case pipeline.Withdraw:
		err = w.withdraw(ctx, job, decision.Withdraw)
	}
	if err != nil {
		return err
	}
	return run.Done(ctx, done)
}

func (w *Worker) decide(ctx context.Context, a *account.Account, job Deal) (pipeline.Deal, pipeline.Decision, error) {
	deal, err := a.Deal(ctx, job.Lead)
	if err != nil {
		return deal, pipeline.Decision{}, fmt.Errorf("read the deal: %w", err)
	}
	rules, err := a.Rules(ctx)
	if err != nil {
		return deal, pipeline.Decision{}, err
	}
	attempts, err := w.Store.Attempts(ctx, job.Account, job.Lead)
	if err != nil {
		return deal, pipeline.Decision{}, err
	}
	var history pipeline.History
	for _, attempt := range attempts {
		history = append(history, attempt.Attempt)
	}
	decision := pipeline.Decide(rules, deal, history, time.Now())
	if decision.Reason != pipeline.NotReentered && decision.Reason != pipeline.Unchanged {
		return deal, decision, nil
	}
	// Only now does it matter when the deal entered its stage, and only now is it worth a call.
	if deal.StageEntryTime, err = a.Client.StageEntry(ctx, job.Lead, deal.PipelineID, deal.StageID); err != nil {
		return deal, pipeline.Decision{}, fmt.Errorf("read when the deal entered its stage: %w", err)
	}
	return deal, pipeline.Decide(rules, deal, history, time.Now()), nil
}

// record saves the decision, and with it the attempt or the task it asks for.
func (w *Worker) record(ctx context.Context, job Deal, began time.Time, deal pipeline.Deal, d pipeline.Decision) error {
	known := store.Deal{
		Account: job.Account, LeadID: job.Lead, Decision: d.Outcome, Rule: d.Rule, UpdateTime: began,
	}
	if deal.Contact != nil {
		known.ContactID = deal.Contact.ID
	}
	for _, field := range d.Missing {
		known.Missing = append(known.Missing, string(field))
	}
	attempt, err := w.planned(ctx, job, deal, d)
	if err != nil {
		return err
	}
	err = w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		if err := w.Store.SaveDeal(ctx, tx, known); err != nil {
			return err
		}
		if attempt != nil {
			if err := w.Store.InsertAttempt(ctx, tx, *attempt); err != nil {
				return err
			}
		}
		if len(d.Effects) == 0 {
			return nil
		}
		if err := w.Store.Plan(ctx, tx, job.Account, job.Lead, "", d.Effects); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Card{Account: job.Account, Lead: job.Lead})
	})
	if err == nil {
		w.Logger.InfoContext(ctx, "deal", slog.String("account", job.Account), slog.Int64("lead", job.Lead),
			slog.String("decision", string(d.Outcome)), slog.String("reason", string(d.Reason)),
			slog.String("rule", d.Rule), slog.Any("missing", d.Missing))
	}
	return err
}

func (w *Worker) planned(ctx context.Context, job Deal, deal pipeline.Deal, d pipeline.Decision) (*store.Attempt, error) {
	if d.Outcome != pipeline.Start {
		return nil, nil
	}
	a, err := w.account(job.Account)
	if err != nil {
		return nil, err
	}
	rules, err := a.Rules(ctx)
	if err != nil {
		return nil, err
	}
	values, err := w.values(ctx, *d.Plan)
	if err != nil {
		return nil, err
	}
	rule, _ := rules.Rule(d.Rule)
	subject := pipeline.Subject{
		Rule: rule, Account: deal.Account, LeadID: job.Lead, ResponsibleUserID: deal.ResponsibleUserID,
		Attempt: d.Attempt, Title: d.Plan.Title,
	}
	return &store.Attempt{
		Reference: d.Plan.Key, Account: job.Account, LeadID: job.Lead,
		Attempt: pipeline.Attempt{Rule: d.Rule, Number: d.Attempt, State: pipeline.Planned},
		Started: store.Started{Plan: *d.Plan, Subject: subject, Values: values},
	}, nil
}

// finishPlanned has signing accept the attempts that were decided. The request id is the plan's key: signing makes one
// request of it, however often it is asked.
func (w *Worker) finishPlanned(ctx context.Context, job Deal) error {
	attempts, err := w.Store.Attempts(ctx, job.Account, job.Lead)
	if err != nil {
		return err
	}
	for _, attempt := range attempts {
		if attempt.State != pipeline.Planned {
			continue
		}
		if err := w.start(ctx, attempt); err != nil {
			return err
		}
	}
	return nil
}

func (w *Worker) start(ctx context.Context, attempt store.Attempt) error {
	state, name := pipeline.Preparing, ""
	var effects []pipeline.Effect
	answer, err := w.Signing.CreateSignatureRequest(ctx, request(attempt))
	switch reason := fault.Reason(err); {
	case err == nil:
		name = answer.GetSignatureRequest().GetName()
		effects = pipeline.OnStarted(attempt.Subject, strings.TrimPrefix(name, "signatureRequests/"))
	case final(reason):
		state = pipeline.Refused
		refused := pipeline.Event{Kind: pipeline.EventRefused, Time: time.Now(), Reason: reason, Provider: attempt.Plan.Provider}
		effects = pipeline.OnEvent(attempt.Subject, refused)
	default:
		return fmt.Errorf("create the signature request: %w", err)
	}
	return w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		err := errors.Join(
			w.Store.MoveAttempt(ctx, tx, attempt.Reference, state, name, time.Now()),
			w.Store.Plan(ctx, tx, attempt.Account, attempt.LeadID, attempt.Reference, effects))
		if err != nil {
			return err
		}
		return tx.Enqueue(ctx, Card{Account: attempt.Account, Lead: attempt.LeadID})
	})
}

// final tells whether the answer is a no for good, with nothing created. That a request id was used with other content
// is not: then something exists.
func final(reason string) bool {
	switch reason {
	case "", "INTERNAL", "REQUEST_ID_REUSED":
		return false
	}
	return true
}

func request(attempt store.Attempt) *signingv1.CreateSignatureRequestRequest {
	plan := attempt.Plan
	required := documentv1.Proof_VERDICT_PROVEN
	if attempt.Subject.Rule.Proof.Satisfied(pipeline.Attested, plan.Level) {
		required = documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER
	}
	request := &signingv1.SignatureRequest{
		Title: plan.Title, Provider: "providers/" + plan.Provider, Language: plan.Language, Reference: attempt.Reference,
		Level:       documentv1.Level(documentv1.Level_value["LEVEL_"+string(plan.Level)]),
		Legislation: documentv1.Legislation(documentv1.Legislation_value["LEGISLATION_"+string(plan.Legislation)]),
		Source: &signingv1.SignatureRequest_Template{Template: &signingv1.TemplateSource{
			Template: "templates/" + plan.Template, Language: plan.Language, Values: attempt.Values,
		}},
		ExpireTime: timestamppb.New(expiry(plan)), RequiredVerdict: required,
	}
	for _, s := range plan.Signers {
		request.Signers = append(request.Signers, &signingv1.Signer{
			Role: s.Role, FirstName: s.FirstName, LastName: s.LastName, Email: s.Email, PhoneNumber: s.Phone,
			Language: s.Language, OrderGroup: int32(s.Order), Authentication: authentication(plan.Authentication),
		})
	}
	return &signingv1.CreateSignatureRequestRequest{SignatureRequest: request, RequestId: attempt.Reference}
}

// expiry counts from the document's date, which the plan holds: repeating the plan must not change the request.
func expiry(plan pipeline.Plan) time.Time {
	day, err := time.Parse(time.DateOnly, plan.Values["document.date"])
	if err != nil {
		return time.Time{}
	}
	return day.Add(24*time.Hour + plan.Expiry)
}

func authentication(a pipeline.Authentication) signingv1.Signer_Authentication {
	switch a {
	case pipeline.AuthenticationNone:
		return signingv1.Signer_AUTHENTICATION_NONE
	case pipeline.AuthenticationEmail:
		return signingv1.Signer_AUTHENTICATION_EMAIL_CODE
	case pipeline.AuthenticationSMS:
		return signingv1.Signer_AUTHENTICATION_SMS_CODE
	}
	return signingv1.Signer_AUTHENTICATION_UNSPECIFIED
}

// values are those of the plan that the template has a slot for. The plan holds everything that is known of the deal.
func (w *Worker) values(ctx context.Context, plan pipeline.Plan) (map[string]string, error) {
	answer, err := w.Documents.GetTemplate(ctx, &documentv1.GetTemplateRequest{Name: "templates/" + plan.Template})
	if final(fault.Reason(err)) {
		return map[string]string{}, nil // signing refuses the request with the reason
	}
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	values := map[string]string{}
	for _, variable := range answer.GetTemplate().GetVariables() {
		if value, ok := plan.Values[variable.GetName()]; ok {
			values[variable.GetName()] = value
		}
	}
	return values, nil
}

// withdraw has signing withdraw attempts that the deal left behind. One that cannot be withdrawn any more is told by its
// own events.
func (w *Worker) withdraw(ctx context.Context, job Deal, open []pipeline.Attempt) error {
	attempts, err := w.Store.Attempts(ctx, job.Account, job.Lead)
	if err != nil {
		return err
	}
	for _, attempt := range attempts {
		if attempt.SignatureRequest == "" || !slices.ContainsFunc(open, func(o pipeline.Attempt) bool {
			return o.Rule == attempt.Rule && o.Number == attempt.Number
		}) {
			continue
		}
		_, err := w.Signing.CancelSignatureRequest(ctx, &signingv1.CancelSignatureRequestRequest{
			Name: attempt.SignatureRequest, Reason: "The deal was lost or deleted.", RequestId: "withdraw-" + attempt.Reference,
		})
		if err != nil && !final(fault.Reason(err)) {
			return fmt.Errorf("withdraw the signature request: %w", err)
		}
	}
	return nil
}
