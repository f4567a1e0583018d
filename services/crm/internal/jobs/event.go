package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// takeEvents turns the events that wait for a deal into effects, in the order in which they happened.
func (w *Worker) takeEvents(ctx context.Context, job Card) error {
	events, err := w.Store.Events(ctx, job.Account, job.Lead)
	if err != nil {
		return err
	}
	for _, e := range events {
		if err := w.takeEvent(ctx, e); err != nil {
			return fmt.Errorf("signing event %d: %w", e.Position, err)
		}
	}
	return nil
}

// takeEvent plans the effects of one event. The event says that something happened; the request, read now, says what is
// true: a deal is moved on by nothing else.
func (w *Worker) takeEvent(ctx context.Context, e store.SigningEvent) error {
	attempt, err := w.Store.Attempt(ctx, e.Reference)
	if errors.Is(err, store.ErrNotFound) {
		return w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
			return w.Store.DropEvent(ctx, tx, e.Position)
		})
	}
	if err != nil {
		return err
	}
	var effects []pipeline.Effect
	if kind, shown := kinds()[e.Type]; shown {
		answer, err := w.Signing.GetSignatureRequest(ctx, &signingv1.GetSignatureRequestRequest{Name: e.Request})
		if err != nil {
			return fmt.Errorf("read the signature request: %w", err)
		}
		request := answer.GetSignatureRequest()
		if kind == pipeline.EventCompleted && request.GetState() != signingv1.SignatureRequest_STATE_COMPLETED {
			return fmt.Errorf("the request is not completed: %s", request.GetState())
		}
		effects = pipeline.OnEvent(attempt.Subject, told(kind, e, request))
	}
	err = w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		return errors.Join(
			w.Store.MoveAttempt(ctx, tx, e.Reference, pipeline.State(e.State), e.Request, e.Time),
			w.Store.Plan(ctx, tx, e.Account, e.LeadID, e.Reference, effects),
			w.Store.DropEvent(ctx, tx, e.Position))
	})
	if err == nil {
		w.Logger.InfoContext(ctx, "signing event", slog.String("account", e.Account), slog.Int64("lead", e.LeadID),
			slog.String("event", e.Type), slog.Int("effects", len(effects)))
	}
	return err
}

func kinds() map[string]pipeline.EventKind {
	return map[string]pipeline.EventKind{
		"SENT":                         pipeline.EventSent,
		"SIGNER_OPENED":                pipeline.EventOpened,
		"SIGNER_SIGNED":                pipeline.EventSignerSigned,
		"SIGNER_BOUNCED":               pipeline.EventBounced,
		"SIGNER_IDENTIFICATION_FAILED": pipeline.EventIdentificationFailed,
		"COMPLETED":                    pipeline.EventCompleted,
		"DECLINED":                     pipeline.EventDeclined,
		"EXPIRED":                      pipeline.EventExpired,
		"CANCELED":                     pipeline.EventCanceled,
		"REFUSED":                      pipeline.EventRefused,
		"PROOF_FAILED":                 pipeline.EventProofFailed,
	}
}

// told joins the event with what the request says now.
func told(kind pipeline.EventKind, e store.SigningEvent, r *signingv1.SignatureRequest) pipeline.Event {
	out := pipeline.Event{
		Kind: kind, Time: e.Time, Role: e.SignerRole,
		Provider: strings.TrimPrefix(r.GetProvider(), "providers/"),
		Verdict:  pipeline.Verdict(strings.TrimPrefix(r.GetVerdict().String(), "VERDICT_")),
		Reason:   e.StateReason,
	}
	if r.GetProvenLevel() != documentv1.Level_LEVEL_UNSPECIFIED {
		out.Level = pipeline.Level(strings.TrimPrefix(r.GetProvenLevel().String(), "LEVEL_"))
	}
	if kind == pipeline.EventDeclined || kind == pipeline.EventCanceled {
		out.Reason = r.GetStateDetail()
	}
	for _, s := range r.GetSigners() {
		if s.GetRole() == e.SignerRole || kind == pipeline.EventDeclined && s.GetState() == signingv1.Signer_STATE_DECLINED {
			out.Role, out.Name = s.GetRole(), s.GetFirstName()+" "+s.GetLastName()
		}
	}
	if out.Time.IsZero() {
		out.Time = time.Now()
	}
	return out
}
