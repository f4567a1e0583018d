package skribble

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// Bounds of an erasure.
const (
	maxRemovals = 3              // the first withdraws where somebody is left to tell, the next removes
	maxVersions = maxSigners + 1 // of a document: one as uploaded, one for each signature
)

// errStillThere is the cause when Skribble takes every removal and the request stays.
var errStillThere = errors.New("the request was deleted and is still there")

// Erase removes a request that has ended from Skribble, and all versions of its document. Skribble removes the documents
// of a removed request by itself a little later and refuses to do so meanwhile, which is as good. It looks only at what
// Skribble shows: an account that is not the owner of its request loses sight of it, no more.
func (p *Provider) Erase(ctx context.Context, envelopeID string) error {
	now, err := p.readSurely(ctx, envelopeID)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return translate(err)
	}
	switch state := p.envelope(now).State; state {
	case signature.EnvelopeOpen, signature.EnvelopeDraft, signature.EnvelopeUnknown:
		return &signature.RejectedError{
			Reason: signature.ReasonProviderRejected, Detail: "only a request that has ended can be erased; this one is " + string(state),
		}
	}
	versions, err := p.versions(ctx, now.DocumentID)
	if err == nil {
		err = p.remove(ctx, envelopeID)
	}
	if err == nil {
		err = p.deleteAll(ctx, versions)
	}
	return translate(err)
}

// deleteAll deletes documents until Skribble says that it is about to do so itself.
func (p *Provider) deleteAll(ctx context.Context, documents []string) error {
	for _, id := range documents {
		err := p.delete(ctx, vendorhttp.Path("documents", id))
		if isForbidden(err) {
			return nil
		}
		if err != nil && !isGone(err) {
			return err
		}
	}
	return nil
}

// remove deletes a request until it is gone: the first deletion of an open one only withdraws it.
func (p *Provider) remove(ctx context.Context, id string) error {
	for range maxRemovals {
		err := p.delete(ctx, vendorhttp.Path("signature-requests", id))
		if isGone(err) {
			return nil
		}
		if err != nil {
			return translate(err)
		}
		if _, err = p.read(ctx, id); isGone(err) {
			return nil
		}
		if err != nil {
			return translate(err)
		}
	}
	return &signature.UnavailableError{RetryAfter: time.Minute, Cause: errStillThere}
}

// delete may be repeated: what is gone is gone.
func (p *Provider) delete(ctx context.Context, path string) error {
	return p.json(ctx, vendorhttp.Request{Method: http.MethodDelete, Path: path}, nil, nil)
}

// versions returns the ids of a document and of all it was made from.
func (p *Provider) versions(ctx context.Context, id string) ([]string, error) {
	var ids []string
	for vendorhttp.IsID(id) && len(ids) < maxVersions {
		var read document
		err := p.json(ctx, vendorhttp.Request{Method: http.MethodGet, Path: vendorhttp.Path("documents", id)}, nil, &read)
		if isGone(err) || isForbidden(err) {
			break
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
		id = read.ParentID
	}
	return ids, nil
}

// isForbidden tells whether Skribble, and not something in between, refused the call.
func isForbidden(err error) bool {
	var refused *vendorhttp.StatusError
	return errors.As(err, &refused) && refused.Status == http.StatusForbidden && problemIn(refused.Body).known
}
