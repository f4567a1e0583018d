package yousign

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// maxNote in characters (API v3, cancel).
const maxNote = 500

// errGone is the failure for a file of a request that no longer exists.
var errGone = &signature.RejectedError{
	Reason: signature.ReasonProviderRejected, Detail: "the request no longer exists at Yousign",
}

// Read returns Yousign's view of the request now.
func (p *Provider) Read(ctx context.Context, envelopeID string) (signature.Envelope, error) {
	read, err := p.read(ctx, envelopeID)
	if err == nil && toldMore(read) {
		read, err = p.detailed(ctx, read)
	}
	if isGone(err) {
		return signature.Envelope{ID: envelopeID, State: signature.EnvelopeGone}, nil
	}
	if err != nil {
		return signature.Envelope{}, translate(err)
	}
	p.note(read)
	return envelope(read), nil
}

func (p *Provider) read(ctx context.Context, id string) (request, error) {
	var read request
	if err := p.get(ctx, vendorhttp.Path("signature_requests", id), nil, &read); err != nil {
		return request{}, err
	}
	if read.ID != id {
		return request{}, &signature.UnavailableError{Cause: vendorhttp.ErrNoID}
	}
	return read, nil
}

// toldMore tells whether the signers are worth a second call: a request names their states only, and 60 calls a minute
// are not many.
func toldMore(r request) bool {
	for _, s := range r.Signers {
		if state := signerState(s.Status); state == signature.SignerSigned || state == signature.SignerDeclined {
			return true
		}
	}
	return false
}

// detailed completes a request with what is known of its signers. Their states stay those of the request, so that one
// view is of one moment.
func (p *Provider) detailed(ctx context.Context, r request) (request, error) {
	var known []signer
	if err := p.get(ctx, vendorhttp.Path("signature_requests", r.ID, "signers"), nil, &known); err != nil {
		return request{}, err
	}
	r.Signers = merge(known, r.Signers)
	return r, nil
}

// Withdraw cancels the request, or deletes what is still a draft. When Yousign refuses, because the request already
// ended or is gone, that is what was wanted.
func (p *Provider) Withdraw(ctx context.Context, envelopeID, reason string) error {
	err := p.post(ctx, vendorhttp.Path("signature_requests", envelopeID, "cancel"), cancellationOf(reason), nil)
	if _, _, refused := refusedAs(err); !refused {
		return err
	}
	now, readErr := p.Read(ctx, envelopeID)
	if readErr != nil {
		return readErr
	}
	switch now.State {
	case signature.EnvelopeOpen, signature.EnvelopeUnknown:
		return translate(err)
	case signature.EnvelopeDraft:
		if err := p.remove(ctx, envelopeID); !isGone(err) {
			return translate(err)
		}
	}
	return nil
}

// cancellationOf leaves out a reason that Yousign would refuse: it must not keep a request from being withdrawn.
func cancellationOf(reason string) cancellation {
	body := cancellation{Reason: "other"}
	if characters := []rune(reason); len(characters) > maxNote {
		reason = string(characters[:maxNote])
	}
	if reason = strings.TrimSpace(reason); isSafe(reason) {
		body.CustomNote = reason
	}
	return body
}

// SentDocument streams the document that the request was made with. It is the one of the template, and Yousign has no
// version of it without the signatures that it holds already: so it can be had until the first one.
func (p *Provider) SentDocument(ctx context.Context, envelopeID string) (io.ReadCloser, error) {
	read, err := p.read(ctx, envelopeID)
	if err != nil {
		return nil, fileFailure(err)
	}
	signed := slices.ContainsFunc(read.Signers, func(s signer) bool { return signerState(s.Status) == signature.SignerSigned })
	if envelopeState(read) != signature.EnvelopeOpen || signed {
		return nil, rejected(signature.ReasonProviderRejected, "the document without signatures can be had only before the first one")
	}
	id, err := onlySignable(read)
	if err != nil {
		return nil, err
	}
	return p.pdf(ctx, vendorhttp.Path("signature_requests", envelopeID, "documents", id, "download"), nil)
}

func (p *Provider) pdf(ctx context.Context, path string, query url.Values) (io.ReadCloser, error) {
	file, err := p.http.PDF(ctx, p.request(http.MethodGet, path, query))
	if err != nil {
		return nil, fileFailure(err)
	}
	return file, nil
}

func fileFailure(err error) error {
	_, said, refused := refusedAs(err)
	switch {
	case isGone(err):
		return errGone
	case refused && (strings.HasSuffix(said.Type, "not_ready_for_download") || strings.HasSuffix(said.Type, "not_in_done")):
		return signature.ErrNotReady
	}
	return translate(err)
}
