package yousign

import (
	"context"
	"io"
	"net/url"
	"slices"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// completion is what the files of a completed request need, and what reading it told: the signed document's id, and whether
// the signatures are qualified.
type completion struct {
	document  string
	qualified bool
}

// note keeps what is needed of a request that was read with its signers, once it is completed.
func (p *Provider) note(r request) {
	id := signableIn(r)
	levelled := !slices.ContainsFunc(r.Signers, func(s signer) bool { return s.Level == "" })
	if envelopeState(r) == signature.EnvelopeSigned && id != "" && levelled {
		p.done.Keep(r.ID, completion{document: id, qualified: qualified(r.Signers)})
	}
}

// signableIn is the id of the first document that is signed; empty where there is none.
func signableIn(r request) string {
	for _, known := range r.Documents {
		if known.Nature == natureSignable && vendorhttp.IsID(known.ID) {
			return known.ID
		}
	}
	return ""
}

func qualified(signers []signer) bool {
	return slices.ContainsFunc(signers, func(s signer) bool { return signedLevel(s.Level) == signature.QES })
}

// SignedDocument streams the signed PDF. It is downloaded by its own id: the download of a whole request is a ZIP as
// soon as there is a second file.
func (p *Provider) SignedDocument(ctx context.Context, envelopeID string) (io.ReadCloser, error) {
	known, ok := p.done.Kept(envelopeID)
	if !ok {
		read, err := p.read(ctx, envelopeID)
		if err != nil {
			return nil, fileFailure(err)
		}
		if envelopeState(read) != signature.EnvelopeSigned {
			return nil, signature.ErrNotReady
		}
		if known.document = signableIn(read); known.document == "" {
			return nil, &signature.UnavailableError{Cause: vendorhttp.ErrNoID}
		}
	}
	return p.pdf(ctx, vendorhttp.Path("signature_requests", envelopeID, "documents", known.document, "download"), nil)
}

// AuditTrail streams the audit trail of all signers. For QES Yousign makes none, and elsewhere a moment after the last
// signature.
func (p *Provider) AuditTrail(ctx context.Context, envelopeID string) (io.ReadCloser, error) {
	known, ok := p.done.Kept(envelopeID)
	if !ok {
		var signers []signer
		if err := p.get(ctx, vendorhttp.Path("signature_requests", envelopeID, "signers"), nil, &signers); err != nil {
			return nil, fileFailure(err)
		}
		known.qualified = qualified(signers)
	}
	if known.qualified {
		return nil, signature.ErrNoAuditTrail
	}
	path := vendorhttp.Path("signature_requests", envelopeID, "audit_trails", "download")
	return p.pdf(ctx, path, url.Values{"merge": {"true"}})
}
