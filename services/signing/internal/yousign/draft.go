package yousign

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// complete adds to the draft what it lacks and activates it. A draft that others may have worked on is looked at once
// more: a step that came through late would make somebody sign twice.
func (p *Provider) complete(ctx context.Context, order signature.Order, draft request, shared bool) (request, error) {
	documentID, err := p.document(ctx, order, draft)
	if err != nil {
		return request{}, err
	}
	signers, err := p.signers(ctx, order, draft, documentID)
	if err != nil {
		return request{}, err
	}
	if shared {
		if err := p.intact(ctx, order, draft.ID); err != nil {
			return request{}, err
		}
	}
	return p.activate(ctx, draft.ID, signers)
}

// errNotIntact is the cause when a draft holds more than was ordered; it was deleted, and the next attempt starts anew.
var errNotIntact = errors.New("the draft held more than was ordered and was deleted")

func (p *Provider) intact(ctx context.Context, order signature.Order, id string) error {
	now, err := p.read(ctx, id)
	if err != nil {
		return err
	}
	if now.Status != statusDraft || len(now.Signers) == len(order.Signers) && len(now.Documents) == 1 {
		return nil
	}
	if err := p.remove(ctx, id); err != nil {
		return err
	}
	return &signature.UnknownOutcomeError{Cause: errNotIntact}
}

// document returns the id of the draft's document, uploading it unless an earlier attempt did.
func (p *Provider) document(ctx context.Context, order signature.Order, draft request) (string, error) {
	for _, known := range draft.Documents {
		if known.Nature == natureSignable && vendorhttp.IsID(known.ID) {
			return known.ID, nil
		}
	}
	body, contentType, err := uploadOf(order)
	if err != nil {
		return "", err
	}
	call := p.request(http.MethodPost, vendorhttp.Path("signature_requests", draft.ID, "documents"), nil)
	call.Body, call.ContentType, call.Effect = body, contentType, true
	var uploaded document
	if err := p.http.JSON(ctx, call, nil, &uploaded); err != nil {
		return "", err
	}
	if !vendorhttp.IsID(uploaded.ID) {
		return "", &signature.UnknownOutcomeError{Cause: errNoID}
	}
	return uploaded.ID, nil
}

// signers creates the signers that the draft lacks, in signing order, and returns them all.
func (p *Provider) signers(ctx context.Context, order signature.Order, draft request, documentID string) ([]signer, error) {
	var known []signer
	if len(draft.Signers) > 0 {
		if err := p.get(ctx, vendorhttp.Path("signature_requests", draft.ID, "signers"), nil, &known); err != nil {
			return nil, err
		}
	}
	var all []signer
	for _, wanted := range inSigningOrder(order) {
		if made, ok := withEmail(known, wanted.Email); ok {
			all = append(all, made)
			continue
		}
		var made signer
		path := vendorhttp.Path("signature_requests", draft.ID, "signers")
		if err := p.post(ctx, path, inviteeOf(order, wanted, documentID), &made); err != nil {
			return nil, err
		}
		made.Info.Email = wanted.Email
		all = append(all, made)
	}
	return all, nil
}

func withEmail(signers []signer, email string) (signer, bool) {
	for _, candidate := range signers {
		if strings.EqualFold(candidate.Info.Email, email) {
			return candidate, true
		}
	}
	return signer{}, false
}

// discard deletes a draft that leads nowhere. It may fail: a draft invites nobody.
func (p *Provider) discard(ctx context.Context, draft request) {
	if draft.ID != "" {
		_ = p.remove(ctx, draft.ID)
	}
}

func (p *Provider) remove(ctx context.Context, id string) error {
	call := p.request(http.MethodDelete, vendorhttp.Path("signature_requests", id), nil)
	_, err := p.http.Do(ctx, call)
	return err
}
