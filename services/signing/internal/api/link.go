package api

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

const (
	// callTimeout bounds a call to the provider that a caller waits for.
	callTimeout = 10 * time.Second
	// longestLink is what web servers take in a request's line: a vendor's link of 2048 and where to go afterwards.
	longestLink = 8 << 10
)

// GetSigningLink asks the provider for a signer's link and hands it on. It stands in no row, line or error: what a provider
// says when it fails is left out too, because it may repeat the link.
func (p *Provider) GetSigningLink(ctx context.Context, in *signingv1.GetSigningLinkRequest) (*signingv1.GetSigningLinkResponse, error) {
	r, err := p.Store.Request(ctx, strings.TrimPrefix(in.GetName(), requestPrefix))
	if err != nil {
		return nil, answer(err)
	}
	signer, err := signature.OnTurn(r, in.GetSignerRole(), time.Now())
	if err != nil {
		return nil, answer(err)
	}
	provider, ok := p.Accounts.Of(r)
	if !ok {
		return nil, unavailable(r)
	}
	asking, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	link, err := provider.SigningLink(asking, r.Order(), signer.ProviderID)
	var rejected *signature.RejectedError
	switch {
	case errors.Is(err, signature.ErrNotOffered):
		return nil, providerFault(r, codes.FailedPrecondition, "NOT_OFFERED", "the provider has no signing links")
	case errors.Is(err, signature.ErrNoLink), errors.As(err, &rejected), err == nil && gone(link.ExpireTime):
		return nil, providerFault(r, codes.NotFound, "SIGNING_LINK_NOT_FOUND", "there is no signing link for this signer now")
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil, !usable(link.URL, provider.Capabilities().Sandbox):
		return nil, unavailable(r)
	}
	out := &signingv1.GetSigningLinkResponse{Url: link.URL}
	if !link.ExpireTime.IsZero() {
		out.ExpireTime = timestamppb.New(link.ExpireTime)
	}
	return out, nil
}

// usable tells whether a link may be handed to a person: a vendor's answer is hostile until it was looked at. Only an account
// without legal value may lead to plain HTTP, and a simulator on the person's own machine.
func usable(link string, sandbox bool) bool {
	u, err := url.Parse(link)
	if err != nil || len(link) > longestLink || u.Hostname() == "" || u.User != nil {
		return false
	}
	address := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (sandbox || address != nil && address.IsLoopback())
}

func gone(expires time.Time) bool { return !expires.IsZero() && !expires.After(time.Now()) }

func unavailable(r signature.Request) error {
	return providerFault(r, codes.Unavailable, "PROVIDER_UNAVAILABLE", "the provider does not answer; nothing was done")
}

// providerFault is a failure that one provider has.
func providerFault(r signature.Request, code codes.Code, reason, message string) error {
	return &fault.Error{
		Code: code, Domain: Domain, Reason: reason, Message: message,
		Metadata: map[string]string{"provider": providerName(r.Provider)},
	}
}
