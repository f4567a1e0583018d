package skribble

import (
	"context"
	"errors"
	"net/http"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// pdfType is the media type of everything that is sent.
const pdfType = "application/pdf"

// errNotIntact is the cause when a draft holds more than was ordered; it was removed, and the next attempt starts anew.
var errNotIntact = errors.New("the draft held more than was ordered and was removed")

// errInvited is the cause when what should be a draft has signers: it is looked up before anything else is done.
var errInvited = errors.New("the draft has signers meanwhile")

// staged tells whether the order's request is made without its signers first: attachments can only be added to a request
// that exists, and an observer who has no account is dropped without a word.
func staged(order signature.Order) bool { return len(order.Attachments)+len(order.Observers) > 0 }

// isDraft tells whether the request is open and has invited nobody yet.
func (r request) isDraft() bool { return r.Status == "OPEN" && r.unsigned() }

// unsigned tells whether Skribble says that there are no signers, which is more than not telling of any.
func (r request) unsigned() bool { return r.Signatures != nil && len(r.Signatures) == 0 }

// complete adds to the draft what it lacks, its signers last, which invites them. A draft that is refused something is
// removed: nothing of a rejected order stays at Skribble.
func (p *Provider) complete(ctx context.Context, order signature.Order, draft request) (request, error) {
	invited, err := p.finish(ctx, order, draft)
	if err == nil {
		return invited, nil
	}
	err = translate(err, private(order)...)
	var rejected *signature.RejectedError
	if !errors.As(err, &rejected) {
		return request{}, vendorhttp.Halfway(err)
	}
	if err := p.discard(ctx, draft.ID); err != nil {
		return request{}, vendorhttp.Halfway(err)
	}
	return request{}, rejected
}

func (p *Provider) finish(ctx context.Context, order signature.Order, draft request) (request, error) {
	if refusal := p.Refusal(order); refusal != nil {
		return request{}, &signature.RejectedError{Reason: refusal.Reason, Detail: refusal.Detail}
	}
	for _, enclosed := range missing(order, draft) {
		call := vendorhttp.Request{
			Method: http.MethodPost, Path: vendorhttp.Path("signature-requests", draft.ID, "attachments"), Effect: true,
		}
		body := enclosure{FileName: enclosed.FileName, ContentType: pdfType, Content: enclosed.Content}
		if err := p.json(ctx, call, body, nil); err != nil {
			return request{}, err
		}
	}
	draft, err := p.read(ctx, draft.ID)
	if err != nil {
		return request{}, err
	}
	if len(draft.Signatures) > 0 { // an earlier attempt came through late
		return draft, nil
	}
	if lacking := lacks(order, draft); lacking != nil {
		return request{}, lacking
	}
	if len(draft.Attachments) > len(order.Attachments) {
		if err := p.discard(ctx, draft.ID); err != nil {
			return request{}, err
		}
		return request{}, &signature.UnknownOutcomeError{Cause: errNotIntact}
	}
	return p.invite(ctx, order, draft.ID)
}

// invite gives the draft its signers. Skribble mails them then.
func (p *Provider) invite(ctx context.Context, order signature.Order, id string) (request, error) {
	body := change{ID: id, Signatures: inviteesOf(order)}
	var invited request
	if err := p.json(ctx, vendorhttp.Request{Method: http.MethodPut, Path: "/signature-requests", Effect: true}, body, &invited); err != nil {
		return request{}, err
	}
	if invited.ID != id {
		return request{}, &signature.UnknownOutcomeError{Cause: vendorhttp.ErrNoID}
	}
	return invited, nil
}

// missing returns the attachments of the order that the request does not have yet, by their file names.
func missing(order signature.Order, r request) []signature.Attachment {
	held := map[string]int{}
	for _, a := range r.Attachments {
		held[a.FileName]++
	}
	var lacking []signature.Attachment
	for _, a := range order.Attachments {
		if held[a.FileName]--; held[a.FileName] < 0 {
			lacking = append(lacking, a)
		}
	}
	return lacking
}

// discard removes a draft. It looks first, because nobody who was invited may be disinvited by the way.
func (p *Provider) discard(ctx context.Context, id string) error {
	now, err := p.read(ctx, id)
	switch {
	case isGone(err):
		return nil
	case err != nil:
		return translate(err)
	case !now.unsigned():
		return &signature.UnknownOutcomeError{Cause: errInvited}
	}
	return vendorhttp.Inconclusive(p.remove(ctx, id))
}
