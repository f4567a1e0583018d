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

// startTime is how long an event waits for the start of its request to be saved; it is about to be.
const startTime = 100 * time.Millisecond

// takeEvent plans the effects of one event. The event says that something happened; the request, read now, says what is
// true: a deal is moved on by nothing else, and by no other request that goes by the same reference.
func (w *Worker) takeEvent(ctx context.Context, e store.SigningEvent) error {
	attempt, err := w.Store.Attempt(ctx, e.Reference)
	switch {
	case err == nil && attempt.State == pipeline.Planned:
		return durable.Later(startTime)
	case errors.Is(err, store.ErrNotFound), err == nil && attempt.SignatureRequest != e.Request:
		return w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
			return w.Store.DropEvent(ctx, tx, e.Position)
		})
	case err != nil:
		return err
	}
	effects, err := w.shown(ctx, attempt, e)
	if err != nil {
		return err
	}
	state := pipeline.State(e.State)
	err = w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		err := errors.Join(
			w.Store.MoveAttempt(ctx, tx, store.Move{Reference: e.Reference, State: state, Request: e.Request, Time: e.Time}),
			w.Store.Plan(ctx, tx, store.Entries{Account: e.Account, LeadID: e.LeadID, Reference: e.Reference, Effects: effects}),
			w.Store.DropEvent(ctx, tx, e.Position))
		if err != nil || state.Live() || state == pipeline.Completed {
			return err
		}
		// Whoever moved the deal back before this was heard of has been looked at in vain.
		return tx.Enqueue(ctx, newDeal(e.Account, e.LeadID))
	})
	if err == nil {
		w.Logger.InfoContext(ctx, "signing event", slog.String("account", e.Account), slog.Int64("lead", e.LeadID),
			slog.String("event", e.Type), slog.Int("effects", len(effects)))
	}
	return err
}

// shown returns the effects of an event; many have none.
func (w *Worker) shown(ctx context.Context, attempt store.Attempt, e store.SigningEvent) ([]pipeline.Effect, error) {
	kind := kinds()[e.Type]
	if kind == passedOver {
		return nil, nil
	}
	answer, err := w.Signing.GetSignatureRequest(ctx, &signingv1.GetSignatureRequestRequest{Name: e.Request})
	if err != nil {
		return nil, fmt.Errorf("read the signature request: %w", err)
	}
	request := answer.GetSignatureRequest()
	if kind == pipeline.EventCompleted && request.GetState() != signingv1.SignatureRequest_STATE_COMPLETED {
		return nil, fmt.Errorf("the request is not completed: %s", request.GetState())
	}
	event := told(kind, e, request)
	event.Ours = attempt.Withdrawn
	return pipeline.OnEvent(attempt.Subject, event), nil
}

// passedOver is the kind of an event that a card does not show, and of one that is not known.
const passedOver pipeline.EventKind = ""

// kinds says of every event of the contract what it is to a card. A card tells neither what follows by itself nor what
// another caller of signing asked for.
func kinds() map[string]pipeline.EventKind {
	return map[string]pipeline.EventKind{
		"CREATED":                      passedOver,
		"SIGNER_INVITED":               passedOver,
		"SIGNER_DECLINED":              passedOver,
		"SIGNED":                       passedOver,
		"ARCHIVED":                     passedOver,
		"SIGNER_REMINDED":              passedOver,
		"SIGNER_REMINDER_REFUSED":      passedOver,
		"SIGNER_UPDATED":               passedOver,
		"SIGNER_UPDATE_REFUSED":        passedOver,
		"REROUTED":                     passedOver,
		"ERASED":                       passedOver,
		"SIGNER_CHANGED_AT_PROVIDER":   pipeline.EventSignerChanged,
		"REISSUED":                     pipeline.EventReissued,
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
		"LATE_SIGNATURE":               pipeline.EventLateSignature,
	}
}

// told joins the event with what the request says now.
func told(kind pipeline.EventKind, e store.SigningEvent, r *signingv1.SignatureRequest) pipeline.Event {
	out := pipeline.Event{
		Kind: kind, Time: e.Time, Role: e.SignerRole,
		Provider: strings.TrimPrefix(r.GetProvider(), "providers/"),
		Verdict:  pipeline.Verdict(strings.TrimPrefix(r.GetVerdict().String(), "VERDICT_")),
		Cause:    e.StateReason,
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
