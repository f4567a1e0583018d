package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// updateSigners brings the changes that were asked for to the vendor, one signer after the other.
func (w *Worker) updateSigners(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	for {
		role, due := signature.UpdateDue(r, time.Now())
		if !due || r.State != signature.OutForSignature {
			return r, nil
		}
		var err error
		if r, err = w.updateSigner(ctx, p, r, role); err != nil {
			return r, err
		}
	}
}

// longestUpdate is how long a vendor is asked that does not answer: then the request goes on with the signer as before.
const longestUpdate = 24 * time.Hour

// updateSigner asks for what the signer shall be, as often as it takes: repeating it changes nothing. Nothing else is
// done after an unknown outcome, so that the vendor's view is not read before it is known which one it has to be.
func (w *Worker) updateSigner(ctx context.Context, p signature.Provider, r signature.Request, role string) (signature.Request, error) {
	asked := signature.UpdateAsked(r, role)
	envelope, err := p.UpdateSigner(ctx, signature.Intended(r, role), role)
	var rejected *signature.RejectedError
	var unavailable *signature.UnavailableError
	refused := func(reason signature.RefusalReason) (signature.Request, error) {
		next, events := signature.UpdateRefused(r, role, reason, time.Now())
		return w.save(ctx, next, events)
	}
	switch {
	case errors.As(err, &rejected):
		return refused(rejected.Reason)
	case errors.Is(err, signature.ErrNotOffered):
		return refused("NOT_OFFERED")
	case err != nil && time.Since(asked) > longestUpdate:
		return refused("PROVIDER_UNAVAILABLE")
	case errors.As(err, &unavailable):
		pause := max(unavailable.RetryAfter, pauseSince(asked))
		postponed := signature.PostponeUpdate(r, role, time.Now().Add(pause), time.Now())
		return w.save(ctx, postponed, nil, plan{job: Advance{Request: r.ID}, after: pause})
	case err != nil:
		return r, later(err)
	}
	next, events := signature.Updated(r, role, envelope, time.Now())
	return w.save(ctx, next, events)
}
