package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Erase has the envelope of an ended request removed from the vendor. It is saved with the end.
type Erase struct {
	Request string `json:"request"`
}

// Kind names the job.
func (Erase) Kind() string { return "signing_erase" }

// holderPause is how long an erasure waits for a later attempt that took the envelope over, and may leave it yet.
const holderPause = 24 * time.Hour

// erasure is the job that erases what a request leaves at the vendor, where its account is to be cleared.
func (w *Worker) erasure(r signature.Request) []plan {
	after := w.EraseAfter[r.Provider]
	if after <= 0 || !signature.Erasable(r) {
		return nil
	}
	return []plan{{job: Erase{Request: r.ID}, after: after}}
}

// erase saves that it is about to, so that nothing opens the envelope again, and has the vendor erase it. An envelope that
// a later attempt took over is that one's to erase.
func (w *Worker) erase(ctx context.Context, r signature.Request) error {
	if !signature.Erasable(r) {
		return nil
	}
	holder, err := w.Store.ByEnvelope(ctx, r.Provider, r.Envelope)
	if err != nil {
		return err
	}
	switch {
	case holder.ID == r.ID:
	case holder.State.Ended():
		return nil // its own job erases it
	default:
		return durable.Later(holderPause)
	}
	p, ok := w.Accounts.Of(r)
	if !ok {
		return durable.Later(absentPause)
	}
	if asked := signature.AskErasure(r, time.Now()); asked.EraseAsked != r.EraseAsked {
		if r, err = w.save(ctx, asked, nil); err != nil {
			return err
		}
	}
	err = p.Erase(ctx, r.Envelope)
	var rejected *signature.RejectedError
	if errors.Is(err, signature.ErrNotOffered) || errors.As(err, &rejected) {
		w.Logger.ErrorContext(ctx, "the provider does not erase an envelope: a person must", slog.String("request", r.ID),
			slog.String("provider", r.Provider))
		_, err = w.refuses(ctx, r, signature.StepErase)
		return err
	}
	if err != nil {
		return later(err)
	}
	next, events := signature.Erased(r, time.Now())
	_, err = w.save(ctx, next, events)
	return err
}
