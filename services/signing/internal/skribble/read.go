package skribble

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// maxWithdrawMessage in characters (Sign API v2).
const maxWithdrawMessage = 2048

// errGone is the failure for a file of a request that no longer exists: retention deletes from the day of upload.
var errGone = &signature.RejectedError{
	Reason: signature.ReasonProviderRejected, Detail: "the request no longer exists at Skribble",
}

// Read returns Skribble's view of the request now. One that no longer exists is gone, which is believed when it is said
// twice.
func (p *Provider) Read(ctx context.Context, envelopeID string) (signature.Envelope, error) {
	read, err := p.readSurely(ctx, envelopeID)
	if isGone(err) {
		return signature.Envelope{ID: envelopeID, State: signature.EnvelopeGone}, nil
	}
	if err != nil {
		return signature.Envelope{}, translate(err)
	}
	if envelopeState(read.Status) == signature.EnvelopeSigned && vendorhttp.IsID(read.DocumentID) {
		p.signed.Keep(read.ID, read.DocumentID)
	}
	return p.envelope(read), nil
}

// readSurely asks again before it fails with a request that is gone.
func (p *Provider) readSurely(ctx context.Context, envelopeID string) (request, error) {
	read, err := p.read(ctx, envelopeID)
	if isGone(err) {
		return p.read(ctx, envelopeID)
	}
	return read, err
}

func (p *Provider) read(ctx context.Context, envelopeID string) (request, error) {
	var read request
	call := vendorhttp.Request{Method: http.MethodGet, Path: vendorhttp.Path("signature-requests", envelopeID)}
	if err := p.json(ctx, call, nil, &read); err != nil {
		return request{}, err
	}
	if read.ID != envelopeID {
		return request{}, &signature.UnavailableError{Cause: vendorhttp.ErrNoID}
	}
	return read, nil
}

// Withdraw withdraws the request; Skribble mails the reason to its signers. When Skribble refuses, because the request
// already ended or is gone, that is what was wanted.
func (p *Provider) Withdraw(ctx context.Context, envelopeID, reason string) error {
	if characters := []rune(reason); len(characters) > maxWithdrawMessage {
		reason = string(characters[:maxWithdrawMessage])
	}
	call := vendorhttp.Request{
		Method: http.MethodPost, Path: vendorhttp.Path("signature-requests", envelopeID, "withdraw"), Effect: true,
	}
	err := p.json(ctx, call, withdrawal{Message: reason}, nil)
	var refused *vendorhttp.StatusError
	if !errors.As(err, &refused) {
		return err
	}
	now, readErr := p.Read(ctx, envelopeID)
	if readErr != nil {
		return readErr
	}
	if now.State == signature.EnvelopeOpen || now.State == signature.EnvelopeUnknown {
		return translate(err)
	}
	return nil
}

// SignedDocument streams the PDF that all signatures made. Every signature makes a new document with a new id, so the id is
// the one that was read when all had signed.
func (p *Provider) SignedDocument(ctx context.Context, envelopeID string) (io.ReadCloser, error) {
	id, err := p.signedID(ctx, envelopeID)
	if err != nil {
		return nil, err
	}
	file, err := p.pdf(ctx, vendorhttp.Request{Method: http.MethodGet, Path: vendorhttp.Path("documents", id, "content")})
	if err != nil {
		return nil, fileFailure(err)
	}
	return file, nil
}

func (p *Provider) signedID(ctx context.Context, envelopeID string) (string, error) {
	if id, ok := p.signed.Kept(envelopeID); ok {
		return id, nil
	}
	read, err := p.read(ctx, envelopeID)
	switch {
	case err != nil:
		return "", fileFailure(err)
	case envelopeState(read.Status) != signature.EnvelopeSigned:
		return "", signature.ErrNotReady
	case !vendorhttp.IsID(read.DocumentID):
		return "", &signature.UnavailableError{Cause: vendorhttp.ErrNoID}
	}
	return read.DocumentID, nil
}

// AuditTrail streams Skribble's signed report of the process.
func (p *Provider) AuditTrail(ctx context.Context, envelopeID string) (io.ReadCloser, error) {
	file, err := p.pdf(ctx, vendorhttp.Request{
		Method: http.MethodGet,
		Path:   vendorhttp.Path("signature-requests", envelopeID, "report"),
		Query:  url.Values{"type": {"PDF"}},
	})
	if err != nil {
		return nil, fileFailure(err)
	}
	return file, nil
}

func fileFailure(err error) error {
	if isGone(err) {
		return errGone
	}
	return translate(err)
}
