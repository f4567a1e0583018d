package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// passBy gives a request whose account is down to another one, before anything is asked of the first; where no other can
// have it, the request stays.
func (w *Worker) passBy(ctx context.Context, p signature.Provider, r signature.Request, order signature.Order,
) (signature.Provider, signature.Request, error) {
	if !signature.Reroutable(r) || !w.Accounts.Down(r.Provider, time.Now()) {
		return p, r, nil
	}
	next, err := w.reroute(ctx, r, order)
	if chosen, ok := w.Accounts.Get(next.Provider); ok {
		p = chosen
	}
	return p, next, err
}

// unsent handles a first try to send that failed. Where nothing happened at the vendor, and not only because it asks an
// account that it knows for patience, another account may have the request. After an unknown outcome it stays for ever.
func (w *Worker) unsent(ctx context.Context, r signature.Request, order signature.Order, failure error) (signature.Request, error) {
	var unavailable *signature.UnavailableError
	var unknown *signature.UnknownOutcomeError
	if !errors.As(failure, &unavailable) || unavailable.RetryAfter > 0 && !unavailable.Account || errors.As(failure, &unknown) || ctx.Err() != nil {
		return r, later(failure)
	}
	before := signature.Unsent(r)
	after, err := w.reroute(ctx, before, order)
	if err == nil && after.Provider == before.Provider {
		return r, later(failure) // nobody else: it waits, and is looked for before it is sent again
	}
	return after, err
}

// reroute saves the best other account; the request is as before where there is none.
func (w *Worker) reroute(ctx context.Context, r signature.Request, order signature.Order) (signature.Request, error) {
	if !signature.Reroutable(r) {
		return r, nil
	}
	id, ok := w.Accounts.Another(order, r.Routing, r.Provider)
	if !ok {
		return r, nil
	}
	w.Logger.WarnContext(ctx, "a request is rerouted: its provider does not answer", slog.String("request", r.ID),
		slog.String("from", r.Provider), slog.String("to", id))
	next, events := signature.Reroute(r, id, time.Now())
	return w.save(ctx, next, events)
}
