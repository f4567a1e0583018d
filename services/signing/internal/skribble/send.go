package skribble

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// errNoID is the cause when Skribble answers a creation without saying what it created.
var errNoID = errors.New("the answer names no usable id")

// Send uploads the document and makes the request, which invites its signers. With resume set it first looks whether an
// earlier attempt came through.
func (p *Provider) Send(ctx context.Context, order signature.Order, resume bool) (signature.Envelope, error) {
	sent, err := p.send(ctx, order, resume)
	if err == nil {
		err = p.confirm(ctx, order, sent)
	}
	if err != nil {
		return signature.Envelope{}, translate(err, private(order)...)
	}
	return inOrderOf(order, p.envelope(sent)), nil
}

func (p *Provider) send(ctx context.Context, order signature.Order, resume bool) (request, error) {
	if !resume {
		return p.create(ctx, order)
	}
	if found, err := p.await(ctx, order); err != nil || found.ID != "" {
		return found, err
	}
	made, err := p.create(ctx, order)
	if err != nil {
		return request{}, err
	}
	if made, err = p.settle(ctx, order, made); err != nil {
		return request{}, &signature.UnknownOutcomeError{Cause: errors.New("the request is made, but maybe not alone: " + err.Error())}
	}
	return made, nil
}

func (p *Provider) create(ctx context.Context, order signature.Order) (request, error) {
	if refusal := p.Refusal(order); refusal != nil {
		return request{}, &signature.RejectedError{Reason: refusal.Reason, Detail: refusal.Detail}
	}
	// An upload sends no mail and is used by nothing else: a lost one is an orphan, so it may be repeated.
	var uploaded document
	err := p.json(ctx, vendorhttp.Request{Method: http.MethodPost, Path: "/documents"},
		upload{Title: order.Title, Content: order.Document, ContentType: "application/pdf"}, &uploaded)
	if err != nil {
		return request{}, err
	}
	if uploaded.ID == "" {
		return request{}, &signature.UnavailableError{Cause: errNoID}
	}
	var created request
	call := vendorhttp.Request{Method: http.MethodPost, Path: "/signature-requests", Effect: true}
	if err := p.json(ctx, call, p.creationOf(order, uploaded.ID), &created); err != nil {
		return request{}, err
	}
	if !vendorhttp.IsID(created.ID) {
		return request{}, &signature.UnknownOutcomeError{Cause: errNoID}
	}
	return created, nil
}

// confirm checks that an open request is what was ordered, because Skribble ignores what it does not understand: a
// request without its signers, or at another level, is withdrawn and rejected.
func (p *Provider) confirm(ctx context.Context, order signature.Order, sent request) error {
	asOrdered := len(sent.Signatures) == len(order.Signers) &&
		(sent.Quality == "" || sent.Quality == string(order.Level) || p.config.Sandbox && sent.Quality == demoQuality) &&
		(order.Level != signature.QES || sent.Legislation == "" || sent.Legislation == string(order.Legislation))
	if asOrdered || p.envelope(sent).State != signature.EnvelopeOpen {
		return nil
	}
	if err := p.Withdraw(ctx, sent.ID, ""); err != nil {
		return &signature.UnknownOutcomeError{Cause: errors.New("the request differs from its order and is not withdrawn yet")}
	}
	return &signature.RejectedError{
		Reason: signature.ReasonProviderRejected,
		Detail: "Skribble made a request that differs from its order in level, legislation or signers; it is withdrawn",
	}
}

// inOrderOf puts the envelope's signers into the order's order.
func inOrderOf(order signature.Order, envelope signature.Envelope) signature.Envelope {
	sorted := make([]signature.EnvelopeSigner, 0, len(envelope.Signers))
	rest := envelope.Signers
	for _, signer := range order.Signers {
		for i, candidate := range rest {
			if strings.EqualFold(candidate.Email, signer.Email) {
				sorted = append(sorted, candidate)
				rest = append(append([]signature.EnvelopeSigner{}, rest[:i]...), rest[i+1:]...)
				break
			}
		}
	}
	envelope.Signers = append(sorted, rest...)
	return envelope
}
