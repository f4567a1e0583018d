package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/source"
	"github.com/countersign/countersign/services/signing/internal/store"
)

const (
	shortestAhead = time.Hour
	longestAhead  = 365 * 24 * time.Hour
	// largest request in bytes: it is read, listed and answered whole.
	largest = 1 << 20
)

// CreateSignatureRequest accepts a request and starts it.
func (p *Provider) CreateSignatureRequest(ctx context.Context, in *signingv1.CreateSignatureRequestRequest,
) (*signingv1.CreateSignatureRequestResponse, error) {
	hash, err := contentHash(meant(in.GetSignatureRequest()))
	if err != nil {
		return nil, err
	}
	r, err := p.created(ctx, in.GetRequestId(), hash)
	if errors.Is(err, store.ErrNotFound) {
		r, err = p.create(ctx, in, hash)
	}
	if err != nil {
		return nil, within(func(field string) string { return "signature_request." + field }, err)
	}
	return &signingv1.CreateSignatureRequestResponse{SignatureRequest: p.shown(r)}, nil
}

// created returns the request that this id created. It comes before every check: a repetition succeeds although its
// expiry is near by now, or its provider gone.
func (p *Provider) created(ctx context.Context, requestID, hash string) (signature.Request, error) {
	first, err := p.Store.ByRequestID(ctx, requestID)
	if err == nil && first.ContentHash != hash {
		return first, store.ErrReused
	}
	return first, err
}

func (p *Provider) create(ctx context.Context, in *signingv1.CreateSignatureRequestRequest, hash string) (signature.Request, error) {
	r, err := p.accepted(ctx, in)
	if err != nil {
		return r, err
	}
	r.ContentHash = hash
	r, events := signature.Created(r, time.Now())
	var inserted bool
	err = p.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		inserted, err = p.Store.Insert(ctx, tx, r, events)
		if err != nil || !inserted {
			return err
		}
		return tx.Enqueue(ctx, jobs.Advance{Request: r.ID})
	})
	if err == nil && !inserted {
		return p.created(ctx, r.RequestID, hash) // the same call was faster
	}
	return r, err
}

// accepted decodes a request, gives it a provider and refuses what none can honour.
func (p *Provider) accepted(ctx context.Context, in *signingv1.CreateSignatureRequestRequest) (signature.Request, error) {
	token, err := newToken()
	if err != nil {
		return signature.Request{}, err
	}
	if wish := in.GetSignatureRequest(); wish.GetProvider() != "" && wish.GetRouting() != nil {
		return signature.Request{}, invalid("signature_request.routing", "is not allowed beside a provider: give one of them, or none")
	}
	if size := proto.Size(in.GetSignatureRequest()); size > largest {
		return signature.Request{}, invalid("signature_request", fmt.Sprintf("has %d bytes: at most %d are taken", size, largest))
	}
	now := time.Now()
	r := toRequest(in.GetSignatureRequest())
	r.ID, r.RequestID, r.CallbackToken = uuid.NewString(), in.GetRequestId(), token
	if err := checkExpiry("signature_request.expire_time", &r, now); err != nil {
		return r, err
	}
	if err := checkRoles(r.Signers); err != nil {
		return r, err
	}
	if err := p.choose(ctx, &r, now); err != nil {
		return r, err
	}
	if chosen, ok := p.Accounts.Get(r.Provider); ok && in.GetSignatureRequest().GetExpireTime() == nil {
		r.ExpireTime = signature.NormalExpiry(chosen.Capabilities(), now)
	}
	return r, nil
}

// choose gives a request the provider that its caller named, or the one that routing finds; or says why none can have it.
// What it is made of is looked up first and told last: wherever it is wrong, so is it with every provider.
func (p *Provider) choose(ctx context.Context, r *signature.Request, now time.Time) error {
	r.CreateTime = now
	order := r.Order()
	var refusal, unusable *signature.Refusal
	if r.Document == "" { // a reissued one was looked up and sent before
		var sizes source.Sizes
		sizes, unusable = source.Look(ctx, p.Documents, *r)
		order.DocumentSize = sizes.Document
		for i, size := range sizes.Attachments {
			order.Attachments[i].Size = size
		}
	}
	if r.Provider != "" {
		refusal = p.Accounts.Refusal(r.Provider, order)
	} else {
		r.Routed = true
		r.Provider, refusal = p.Accounts.Choose(order, r.Routing, now)
	}
	switch {
	case refusal != nil:
		return refusedError{refusal, p.Accounts.Able(order, p.sandbox(*r))}
	case unusable != nil:
		return refusedError{unusable, nil}
	}
	return nil
}

// sandbox tells whether a request asks for signatures without legal value: by the provider it names, or in so many words.
func (p *Provider) sandbox(r signature.Request) bool {
	if named, ok := p.Accounts.Get(r.Provider); ok {
		return named.Capabilities().Sandbox
	}
	return r.Routing.Sandbox
}

func checkExpiry(field string, r *signature.Request, now time.Time) error {
	if r.ExpireTime.IsZero() {
		r.ExpireTime = signature.NormalExpiry(signature.Capabilities{}, now)
	}
	ahead := r.ExpireTime.Sub(now)
	if ahead < shortestAhead || ahead > longestAhead {
		return invalid(field, "must be 1 hour to 365 days ahead")
	}
	return nil
}

func checkRoles(signers []signature.Signer) error {
	seen := map[string]bool{}
	for i, s := range signers {
		if seen[s.Role] {
			return invalid(fmt.Sprintf("signature_request.signers[%d].role", i), "is another signer's role already")
		}
		seen[s.Role] = true
	}
	return nil
}

// meant is what a caller asks for with every default in its place: what is left out and what is said in so many words is
// the same content. Fields that callers do not set are no content.
func meant(in *signingv1.SignatureRequest) *signingv1.SignatureRequest {
	r := toRequest(in)
	r.Routed = r.Provider == "" || in.GetRouting() != nil
	together := !slices.ContainsFunc(r.Signers, func(s signature.Signer) bool { return s.Order != r.Signers[0].Order })
	for i := range r.Signers {
		if together { // one group of all is none
			r.Signers[i].Order = 0
		}
	}
	return fromRequest(r, time.Time{})
}

// contentHash tells whether a repeated request id comes with the same content.
func contentHash(in proto.Message) (string, error) {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(in)
	if err != nil {
		return "", fmt.Errorf("hash the request: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// newToken returns 192 unguessable bits as a path segment.
func newToken() (string, error) {
	raw := make([]byte, 24)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}
