// Package api answers the contract's calls: it decodes, asks the domain, saves and encodes.
package api

import (
	"context"
	"strings"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/page"
	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// Provider serves the SigningProvider contract.
type Provider struct {
	signingv1.UnimplementedSigningProviderServer
	DB        *durable.Store
	Store     *store.Store
	Documents documentv1.DocumentServiceClient
	Accounts  *routing.Accounts
}

// ListProviders lists the configured accounts.
func (p *Provider) ListProviders(_ context.Context, in *signingv1.ListProvidersRequest) (*signingv1.ListProvidersResponse, error) {
	after, err := page.Cursor(in.GetPageToken(), "providers")
	if err != nil {
		return nil, invalid("page_token", err.Error())
	}
	out := &signingv1.ListProvidersResponse{}
	for _, id := range p.Accounts.IDs() {
		if id <= after {
			continue
		}
		if len(out.Providers) == page.Size(in.GetPageSize(), 50, 200) {
			last := strings.TrimPrefix(out.Providers[len(out.Providers)-1].GetName(), providerPrefix)
			out.NextPageToken = page.Token(last, "providers")
			break
		}
		account, _ := p.Accounts.Get(id)
		out.Providers = append(out.Providers, fromProvider(id, account.Capabilities(), p.Accounts.Down(id, time.Now())))
	}
	return out, nil
}

// GetSignatureRequest returns one request.
func (p *Provider) GetSignatureRequest(ctx context.Context, in *signingv1.GetSignatureRequestRequest,
) (*signingv1.GetSignatureRequestResponse, error) {
	r, err := p.Store.Request(ctx, strings.TrimPrefix(in.GetName(), requestPrefix))
	if err != nil {
		return nil, answer(err)
	}
	return &signingv1.GetSignatureRequestResponse{SignatureRequest: p.shown(r)}, nil
}

// CancelSignatureRequest notes that a request shall be withdrawn; a job has the vendor do it.
func (p *Provider) CancelSignatureRequest(ctx context.Context, in *signingv1.CancelSignatureRequestRequest,
) (*signingv1.CancelSignatureRequestResponse, error) {
	r, err := p.ask(ctx, "cancel", in, func(r signature.Request, now time.Time) (signature.Request, []signature.Event, error) {
		if r.State == signature.Signed || r.State.Ended() && r.State != signature.Canceled {
			return r, nil, signature.DenyState(r, signature.Preparing, signature.OutForSignature, signature.Canceled)
		}
		return signature.AskWithdrawal(r, signature.WithdrawnByCaller, in.GetReason(), now), nil, nil
	})
	if err != nil {
		return nil, answer(err)
	}
	return &signingv1.CancelSignatureRequestResponse{SignatureRequest: p.shown(r)}, nil
}

// shown encodes a request as it is now, with what it waits for.
func (p *Provider) shown(r signature.Request) *signingv1.SignatureRequest {
	now := time.Now()
	out := fromRequest(r, now)
	if why := p.Accounts.Waits(r.Provider, r.Order(), now); why != "" && signature.Next(r, now).AsksProvider() {
		out.NextAction += ": " + why
	}
	return out
}
