package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// send has the vendor invite the signers. The intent is saved first: from then on an envelope may exist, and every later
// try looks for it before it makes one.
func (w *Worker) send(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	order, err := w.order(ctx, r)
	if err != nil {
		return r, err
	}
	resume := r.SendAttempted
	if !resume {
		if refusal := p.Refusal(order); refusal != nil {
			next, events := signature.Refuse(r, *refusal, time.Now())
			return w.save(ctx, next, events)
		}
		r.SendAttempted = true
		if r, err = w.save(ctx, r, nil); err != nil {
			return r, err
		}
	}
	envelope, err := p.Send(ctx, order, resume)
	var rejected *signature.RejectedError
	if errors.As(err, &rejected) {
		refusal := signature.Refusal{Reason: rejected.Reason, Detail: rejected.Detail}
		next, events := signature.Refuse(r, refusal, time.Now())
		return w.save(ctx, next, events)
	}
	if err != nil {
		return r, later(err)
	}
	next, events := signature.Sent(r, envelope, time.Now())
	return w.save(ctx, next, events)
}

func (w *Worker) order(ctx context.Context, r signature.Request) (signature.Order, error) {
	pdf, err := w.content(ctx, r.Document)
	if err != nil {
		return signature.Order{}, fmt.Errorf("read the document to send: %w", err)
	}
	return signature.Order{
		Correlation: r.Correlation(), CallbackToken: r.CallbackToken, Title: r.Title, Message: r.Message,
		Level: r.Level, Legislation: r.Legislation, Language: r.Language, ExpireTime: r.ExpireTime,
		FileName: r.FileName, Document: pdf, Fields: r.Fields, Signers: r.Signers,
	}, nil
}

// read asks the vendor how it stands: the only way a request that is out for signature moves.
func (w *Worker) read(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	envelope, err := p.Read(ctx, r.Envelope)
	if err != nil {
		return r, later(err)
	}
	next, events := signature.Observe(r, envelope, time.Now())
	if len(events) == 0 {
		return r, nil
	}
	return w.save(ctx, next, events)
}

// withdraw saves why, asks the vendor, and reads: whether signing or withdrawing won is the vendor's to say.
func (w *Worker) withdraw(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	if r.Withdrawal == signature.NotWithdrawn {
		asked, err := w.save(ctx, signature.AskWithdrawal(r, signature.WithdrawnByExpiry, "", time.Now()), nil)
		if err != nil {
			return asked, err
		}
		r = asked
	}
	if err := p.Withdraw(ctx, r.Envelope, r.WithdrawReason); err != nil {
		return r, later(err)
	}
	after, err := w.read(ctx, p, r)
	if err != nil {
		return after, err
	}
	if after.State == signature.OutForSignature {
		return after, durable.Later(5 * time.Second)
	}
	return after, nil
}

// later turns a vendor that asks for patience into a pause; anything else is tried again with growing pauses.
func later(err error) error {
	var unavailable *signature.UnavailableError
	if errors.As(err, &unavailable) && unavailable.RetryAfter > 0 {
		return durable.Later(unavailable.RetryAfter)
	}
	if errors.Is(err, signature.ErrNotReady) {
		return durable.Later(3 * time.Second)
	}
	return err
}
