package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// reactivate has the vendor open the envelope of the previous attempt again. That it was asked is saved first, so that an
// unwanted request looks before it ends; asking again is safe.
func (w *Worker) reactivate(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	if !r.SendAttempted {
		r.SendAttempted = true
		saved, err := w.save(ctx, r, nil)
		if err != nil {
			return saved, err
		}
		r = saved
	}
	envelope, err := p.Reactivate(ctx, r.Envelope, r.ExpireTime)
	var rejected *signature.RejectedError
	refused := errors.As(err, &rejected) || errors.Is(err, signature.ErrNotOffered)
	if refused {
		envelope, err = p.Read(ctx, r.Envelope)
	}
	if err != nil {
		return r, later(err)
	}
	next, events := signature.Reopened(r, envelope, refused, time.Now())
	if !signature.Same(next, r) {
		if next, err = w.save(ctx, next, events); err != nil {
			return next, err
		}
	}
	if signature.Next(next, time.Now()) != signature.StepReactivate {
		return next, nil
	}
	w.Logger.WarnContext(ctx, "the provider has not opened an envelope again", slog.String("request", r.ID),
		slog.Bool("refused", refused), slog.String("envelope", string(envelope.State)))
	return next, durable.Later(max(pauseSince(next.UpdateTime), signature.VanishPause))
}

// lookup finds what a request of unknown outcome left at the vendor; ErrNoEnvelope when nothing is, or nothing but the
// expired envelope that was to be opened again.
func (w *Worker) lookup(ctx context.Context, p signature.Provider, r signature.Request) (signature.Envelope, error) {
	if !r.Reactivate {
		return p.Find(ctx, r.Order())
	}
	envelope, err := p.Read(ctx, r.Envelope)
	switch {
	case err != nil:
		return envelope, err
	case envelope.State == signature.EnvelopeOpen, envelope.State == signature.EnvelopeSigned,
		envelope.State == signature.EnvelopeDeclined:
		return envelope, nil
	case envelope.State == signature.EnvelopeUnknown:
		return envelope, durable.Later(longestPause)
	}
	return envelope, signature.ErrNoEnvelope
}
