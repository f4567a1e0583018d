package api

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// ReissueSignatureRequest starts a new attempt in the place of a request that ended unsigned.
func (p *Provider) ReissueSignatureRequest(ctx context.Context, in *signingv1.ReissueSignatureRequestRequest,
) (*signingv1.ReissueSignatureRequestResponse, error) {
	verb, err := verbOf("reissue", in)
	if err != nil {
		return nil, err
	}
	for {
		r, err := p.created(ctx, verb.RequestID, verb.Hash)
		if errors.Is(err, store.ErrNotFound) {
			r, err = p.reissue(ctx, in, verb)
		}
		if errors.Is(err, store.ErrConflict) {
			continue // somebody saved the old one first: look again
		}
		if err != nil {
			return nil, within(func(field string) string { return reissueField(in, field) }, err)
		}
		return &signingv1.ReissueSignatureRequestResponse{SignatureRequest: p.shown(r)}, nil
	}
}

// reissueField names what of a call is at fault where a field of the new attempt is: that field where the call has it, else
// the provider that the call chose for the old content, else the request whose content it is.
func reissueField(in *signingv1.ReissueSignatureRequestRequest, field string) string {
	switch {
	case strings.HasPrefix(field, "signers") && len(in.GetSigners()) > 0, field == "expire_time" && in.GetExpireTime() != nil:
		return field
	case in.GetProvider() != "":
		return "provider"
	}
	return "name"
}

// reissue saves the new attempt, what it does to the old one, and its job, in one transaction.
func (p *Provider) reissue(ctx context.Context, in *signingv1.ReissueSignatureRequestRequest, verb store.Verb) (signature.Request, error) {
	old, err := p.Store.Request(ctx, verb.Request)
	if err != nil {
		return old, err
	}
	if !signature.Reissuable(old) {
		if same, err := p.created(ctx, verb.RequestID, verb.Hash); !errors.Is(err, store.ErrNotFound) {
			return same, err // the same call was faster
		}
		return old, signature.DenyReissue(old)
	}
	r, err := p.successor(ctx, old, in, verb.Hash)
	if err != nil {
		return r, err
	}
	now := time.Now()
	r, created := signature.Created(r, now)
	old, reissued := signature.Reissued(old, r.ID, now)
	var inserted bool
	err = p.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		if inserted, err = p.Store.Take(ctx, tx, verb, now); err != nil || !inserted {
			return err
		}
		inserted, err = p.Store.Insert(ctx, tx, r, created)
		if err != nil || !inserted {
			return err
		}
		if _, err := p.Store.Save(ctx, tx, old, reissued); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.Advance{Request: r.ID})
	})
	if err == nil && !inserted {
		return p.created(ctx, verb.RequestID, verb.Hash) // the same call was faster
	}
	return r, err
}

// successor decodes what changes in the new attempt, and refuses what its provider cannot honour.
func (p *Provider) successor(ctx context.Context, old signature.Request, in *signingv1.ReissueSignatureRequestRequest, hash string,
) (signature.Request, error) {
	token, err := newToken()
	if err != nil {
		return signature.Request{}, err
	}
	re := signature.Reissue{
		ID: uuid.NewString(), RequestID: in.GetRequestId(), ContentHash: hash, CallbackToken: token,
		Provider: strings.TrimPrefix(in.GetProvider(), providerPrefix),
	}
	for _, s := range in.GetSigners() {
		re.Signers = append(re.Signers, toSigner(s, old.Language))
	}
	if len(re.Signers) > 0 && !signature.SameRoles(old, re.Signers) {
		return signature.Request{}, invalid("signers", "must be for the roles of the request, each once")
	}
	can := p.capabilities(old, re)
	re.ExpireTime = signature.NormalExpiry(can, time.Now())
	if in.GetExpireTime() != nil {
		re.ExpireTime = in.GetExpireTime().AsTime()
	}
	r := signature.Successor(old, re, can)
	if err := checkExpiry("expire_time", &r, time.Now()); err != nil {
		return r, err
	}
	return r, p.choose(ctx, &r, time.Now())
}

// capabilities of the account that the new attempt is for; none of one that is not configured, which is refused later.
func (p *Provider) capabilities(old signature.Request, re signature.Reissue) signature.Capabilities {
	if provider, ok := p.Accounts.Get(cmp.Or(re.Provider, old.Provider)); ok {
		return provider.Capabilities()
	}
	return signature.Capabilities{}
}
