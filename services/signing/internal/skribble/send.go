package skribble

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// oddPause is how long to wait after an upload that was answered oddly.
const oddPause = time.Minute

// Send uploads the document and makes the request, which invites its signers. An order with attachments or observers is
// made in stages, its signers last, so that nobody is invited to half a request. With resume set it first looks whether
// an earlier attempt came through, and how far.
func (p *Provider) Send(ctx context.Context, order signature.Order, resume bool) (signature.Envelope, error) {
	sent, err := p.send(ctx, order, resume)
	if err == nil {
		err = p.confirm(ctx, order, sent)
	}
	if err != nil {
		return signature.Envelope{}, translate(err, private(order)...)
	}
	return p.envelope(sent).InOrderOf(order), nil
}

func (p *Provider) send(ctx context.Context, order signature.Order, resume bool) (request, error) {
	if !resume {
		return p.create(ctx, order)
	}
	found, err := p.await(ctx, order)
	if err == nil && (found.isDraft() || found.ID != "" && staged(order)) {
		// A list may be behind; what is continued, or checked in detail, is read.
		found, err = p.read(ctx, found.ID)
	}
	switch {
	case err != nil:
		return request{}, err
	case found.isDraft():
		return p.complete(ctx, order, found)
	case found.ID != "":
		return found, nil
	}
	made, err := p.create(ctx, order)
	if err != nil {
		return request{}, err
	}
	if made, err = p.settle(ctx, order, made); err != nil {
		return request{}, vendorhttp.Halfway(err)
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
		upload{Title: order.Title, Content: order.Document, ContentType: pdfType}, &uploaded)
	if err != nil {
		return request{}, err
	}
	if !vendorhttp.IsID(uploaded.ID) {
		return request{}, &signature.UnavailableError{RetryAfter: oddPause, Cause: vendorhttp.ErrNoID}
	}
	body := p.creationOf(order, uploaded.ID)
	if staged(order) {
		body.Signatures = []invitee{}
	}
	var created request
	call := vendorhttp.Request{Method: http.MethodPost, Path: "/signature-requests", Effect: true}
	if err := p.json(ctx, call, body, &created); err != nil {
		err = translate(err, private(order)...)
		p.uncreated(ctx, order, uploaded.ID, err)
		return request{}, hintAtObservers(order, err)
	}
	if !vendorhttp.IsID(created.ID) {
		return request{}, &signature.UnknownOutcomeError{Cause: vendorhttp.ErrNoID}
	}
	if staged(order) {
		return p.complete(ctx, order, created)
	}
	return created, nil
}

// uncreated sees to the uploaded document of a creation that failed: no contract is left behind at Skribble where that can be
// helped. What is surely in no request is deleted, as well as that goes, and what may be is remembered until a look-up tells.
func (p *Provider) uncreated(ctx context.Context, order signature.Order, documentID string, err error) {
	var unavailable *signature.UnavailableError
	var rejected *signature.RejectedError
	if errors.As(err, &rejected) || errors.As(err, &unavailable) {
		_ = p.delete(ctx, vendorhttp.Path("documents", documentID))
		return
	}
	p.unsure.Keep(order.Correlation, documentID)
}

// unused deletes, as well as that goes, the document of a lost creation that came to nothing.
func (p *Provider) unused(ctx context.Context, order signature.Order) {
	if id, ok := p.unsure.Forget(order.Correlation); ok {
		_ = p.delete(ctx, vendorhttp.Path("documents", id))
	}
}

// hintAtObservers adds to a rejection what Skribble does not say, but what is the likeliest cause.
func hintAtObservers(order signature.Order, err error) error {
	var rejected *signature.RejectedError
	if len(order.Observers) == 0 || !errors.As(err, &rejected) || rejected.Reason != signature.ReasonProviderRejected {
		return err
	}
	return &signature.RejectedError{Reason: rejected.Reason, Detail: rejected.Detail + " (" + observersHaveAccounts + ")"}
}

// confirm checks that an open request is what was ordered, because Skribble ignores what it does not understand: one
// without its signers, or at another level, is withdrawn and rejected.
func (p *Provider) confirm(ctx context.Context, order signature.Order, sent request) error {
	difference := p.difference(order, sent)
	if state := p.envelope(sent).State; difference == nil || state != signature.EnvelopeOpen && state != signature.EnvelopeDraft {
		return nil
	}
	if err := p.Withdraw(ctx, sent.ID, ""); err != nil {
		return &signature.UnknownOutcomeError{Cause: errors.New("the request differs from its order and is not withdrawn yet")}
	}
	difference.Detail += "; the request is withdrawn"
	return difference
}

// difference between the order and what Skribble made of it; nil where there is none.
func (p *Provider) difference(order signature.Order, sent request) *signature.RejectedError {
	quality, law := string(order.Level), string(order.Legislation)
	switch {
	case len(sent.Signatures) != len(order.Signers):
		return differs(signature.ReasonProviderRejected, "Skribble made a request that differs from its order in signers")
	case sent.Quality != "" && sent.Quality != quality && (sent.Quality != demoQuality || !p.config.Sandbox):
		return differs(signature.ReasonProviderRejected, "Skribble made a request that differs from its order in level")
	case order.Level == signature.QES && sent.Legislation != "" && sent.Legislation != law:
		return differs(signature.ReasonProviderRejected, "Skribble made a request that differs from its order in legislation")
	}
	return lacks(order, sent)
}

// lacks tells which observer or attachment of the order the request is without.
func lacks(order signature.Order, sent request) *signature.RejectedError {
	for _, observer := range order.Observers {
		listed := func(address string) bool { return strings.EqualFold(address, observer.Email) }
		if !slices.ContainsFunc(sent.Observers, listed) {
			return differs(signature.ReasonObserverNotOffered, "Skribble left out an observer: "+observersHaveAccounts)
		}
	}
	if len(missing(order, sent)) > 0 {
		return differs(signature.ReasonAttachmentNotOffered, "Skribble left out an attachment, or renamed it")
	}
	return nil
}

func differs(reason signature.RefusalReason, detail string) *signature.RejectedError {
	return &signature.RejectedError{Reason: reason, Detail: detail}
}
