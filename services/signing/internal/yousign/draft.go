package yousign

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// complete adds to the draft what it lacks and activates it. A draft that others may have worked on is looked at once
// more: a step that came through late would make somebody sign twice.
func (p *Provider) complete(ctx context.Context, order signature.Order, draft request, shared bool) (request, error) {
	documentID, err := p.documents(ctx, order, draft)
	if err != nil {
		return request{}, err
	}
	if err := p.observers(ctx, order, draft, shared); err != nil {
		return request{}, err
	}
	var signers []signer
	if order.Template != "" {
		signers, err = p.templateSigners(ctx, order, draft)
	} else {
		signers, err = p.signers(ctx, order, draft, documentID)
	}
	if err != nil {
		return request{}, err
	}
	if shared {
		if err := p.intact(ctx, order, draft); err != nil {
			return request{}, err
		}
	}
	return p.activate(ctx, draft.ID, signers)
}

// errNotIntact is the cause when a draft holds more than was ordered; it was deleted, and the next attempt starts anew.
var errNotIntact = errors.New("the draft held more than was ordered and was deleted")

func (p *Provider) intact(ctx context.Context, order signature.Order, draft request) error {
	now, err := p.read(ctx, draft.ID)
	if err != nil {
		return err
	}
	documents := 1 + len(order.Attachments)
	if order.Template != "" {
		documents = len(draft.Documents) + len(order.Attachments)
	}
	if now.Status != statusDraft || len(now.Signers) == len(order.Signers) && len(now.Documents) == documents {
		return nil
	}
	if err := p.remove(ctx, draft.ID); err != nil {
		return err
	}
	return &signature.UnknownOutcomeError{Cause: errNotIntact}
}

// observers adds those whom the draft lacks: nobody is to be told everything twice.
func (p *Provider) observers(ctx context.Context, order signature.Order, draft request, shared bool) error {
	if len(order.Observers) == 0 {
		return nil
	}
	path := vendorhttp.Path("signature_requests", draft.ID, "followers")
	var known followers
	if shared {
		if err := p.get(ctx, path, nil, &known); err != nil {
			return err
		}
	}
	var missing followers
	for _, o := range order.Observers {
		if !slices.ContainsFunc(known, func(f follower) bool { return strings.EqualFold(f.Email, o.Email) }) {
			missing = append(missing, follower{Email: o.Email, Locale: cmp.Or(o.Language, order.Language)})
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return p.post(ctx, path, missing, nil)
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
	sorted := inSigningOrder(order)
	for i, wanted := range sorted {
		if made, ok := withEmail(known, wanted.Email); ok {
			if err := weakened(order, wanted, made); err != nil {
				return nil, err
			}
			all = append(all, made)
			continue
		}
		body := inviteeOf(order, wanted, documentID)
		if inGroups(order) && i > 0 {
			body = placed(body, wanted.Order == sorted[i-1].Order, all[i-1])
		}
		var made signer
		if err := p.post(ctx, vendorhttp.Path("signature_requests", draft.ID, "signers"), body, &made); err != nil {
			return nil, err
		}
		if !vendorhttp.IsID(made.ID) {
			return nil, &signature.UnknownOutcomeError{Cause: vendorhttp.ErrNoID}
		}
		if err := weakened(order, wanted, made); err != nil {
			return nil, err
		}
		made.Info.Email = wanted.Email
		all = append(all, made)
	}
	if inGroups(order) && !inTurn(order, all) {
		return nil, errOtherTurns(signature.ReasonOrderNotOffered)
	}
	return all, nil
}

// weakened tells that a signer of the draft is not to sign as was ordered: nobody is invited to that. What Yousign does not
// tell is found out when it is signed.
func weakened(order signature.Order, wanted signature.Signer, made signer) error {
	asked := personOf(order, wanted)
	switch {
	case made.Level != "" && made.Level != asked.Level:
		return rejected(signature.ReasonLevelNotOffered, "Yousign made a signer of another level than was ordered")
	case asked.Authentication != nil && made.Authentication != nil && *made.Authentication != *asked.Authentication:
		return rejected(signature.ReasonAuthenticationNotOffered, "Yousign made a signer with another authentication than was ordered")
	}
	return nil
}

func withEmail(signers []signer, email string) (signer, bool) {
	for _, candidate := range signers {
		if strings.EqualFold(candidate.Info.Email, email) {
			return candidate, true
		}
	}
	return signer{}, false
}

// discard deletes a draft that leads nowhere, and returns why: nothing of a rejected order stays at Yousign. A draft that
// cannot be deleted is looked up again, because it may have been activated meanwhile.
func (p *Provider) discard(ctx context.Context, draft request, why error) error {
	if draft.ID == "" {
		return why
	}
	if err := p.remove(ctx, draft.ID); err != nil && !isGone(err) {
		return vendorhttp.Halfway(err)
	}
	return why
}

func (p *Provider) remove(ctx context.Context, id string) error {
	call := p.request(http.MethodDelete, vendorhttp.Path("signature_requests", id), nil)
	_, err := p.http.Do(ctx, call)
	return err
}
