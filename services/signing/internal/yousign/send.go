package yousign

import (
	"context"
	"errors"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// Send builds the request as a draft and activates it, which invites its signers. With resume set it first looks for
// what an earlier attempt left behind.
func (p *Provider) Send(ctx context.Context, order signature.Order, resume bool) (signature.Envelope, error) {
	sent, err := p.send(ctx, order, resume)
	if err != nil {
		return signature.Envelope{}, translate(err, private(order)...)
	}
	return envelope(sent).InOrderOf(order), nil
}

func (p *Provider) send(ctx context.Context, order signature.Order, resume bool) (request, error) {
	var draft request
	if resume {
		found, err := p.find(ctx, order)
		if err != nil {
			return request{}, err
		}
		if found.ID != "" && found.Status != statusDraft {
			return p.detailed(ctx, found)
		}
		if draft, err = p.resumable(ctx, order, found); err != nil {
			return request{}, err
		}
	}
	if refusal := p.Refusal(order); refusal != nil {
		return request{}, p.discard(ctx, draft, rejected(refusal.Reason, refusal.Detail))
	}
	if draft.ID == "" {
		if err := p.create(ctx, order, &draft); err != nil {
			return request{}, err
		}
	}
	sent, err := p.complete(ctx, order, draft, resume)
	if err == nil {
		return sent, nil
	}
	if isFinal(err) {
		return request{}, p.discard(ctx, draft, err)
	}
	return request{}, vendorhttp.Halfway(err)
}

// resumable returns the draft to continue, an empty one when there is none. A draft made from a template may hold files of
// its own, of which the order's attachments cannot be told: it invited nobody and is made anew.
func (p *Provider) resumable(ctx context.Context, order signature.Order, draft request) (request, error) {
	if draft.ID == "" || order.Template == "" || len(order.Attachments) == 0 {
		return draft, nil
	}
	if err := p.remove(ctx, draft.ID); err != nil && !isGone(err) {
		return request{}, err
	}
	return request{}, nil
}

// isFinal tells whether a step was refused for good.
func isFinal(err error) bool {
	var rejected *signature.RejectedError
	return errors.As(translate(err), &rejected)
}

func (p *Provider) create(ctx context.Context, order signature.Order, draft *request) error {
	if err := p.post(ctx, "/signature_requests", p.creationOf(order), draft); err != nil {
		if order.Template != "" {
			return p.templateFault(ctx, order, err)
		}
		return err
	}
	if !vendorhttp.IsID(draft.ID) {
		return &signature.UnknownOutcomeError{Cause: vendorhttp.ErrNoID}
	}
	return nil
}

// activate invites the signers. Where Yousign refuses because an earlier activation came through, that is what was
// wanted.
func (p *Provider) activate(ctx context.Context, id string, signers []signer) (request, error) {
	var activated request
	err := p.post(ctx, vendorhttp.Path("signature_requests", id, "activate"), nil, &activated)
	if _, _, refused := refusedAs(err); refused {
		now, readErr := p.read(ctx, id)
		if readErr != nil {
			return request{}, readErr
		}
		if now.Status == statusDraft {
			return request{}, err
		}
		return p.detailed(ctx, now)
	}
	if err != nil {
		return request{}, err
	}
	if activated.ID != id {
		return request{}, &signature.UnknownOutcomeError{Cause: vendorhttp.ErrNoID}
	}
	activated.Signers = merge(signers, activated.Signers)
	return activated, nil
}

// merge puts the states that a request tells into what is known of its signers.
func merge(known, told []signer) []signer {
	merged := append([]signer{}, known...)
	for i := range merged {
		for _, now := range told {
			if now.ID == merged[i].ID {
				merged[i].Status = now.Status
			}
		}
	}
	return merged
}
