package yousign

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// maxPages of a look-up; a page holds 100 requests, of which the filter leaves one or two, or 10 templates.
const maxPages = 20

// errListTooLong is the cause when the list does not end: then nothing is known of what it does not show.
var errListTooLong = errors.New("the list is too long to look one up")

// Find looks for the order's request as a resumed Send does. What is still a draft invited nobody: it is deleted.
func (p *Provider) Find(ctx context.Context, order signature.Order) (signature.Envelope, error) {
	found, err := p.find(ctx, order)
	if err == nil && found.ID != "" && found.Status != statusDraft {
		found, err = p.detailed(ctx, found)
	} else if err == nil && found.ID != "" {
		err = p.remove(ctx, found.ID)
		if isGone(err) {
			err = nil
		}
		found = request{}
	}
	switch {
	case err != nil:
		return signature.Envelope{}, translate(err, private(order)...)
	case found.ID == "":
		return signature.Envelope{}, signature.ErrNoEnvelope
	}
	return envelope(found).InOrderOf(order), nil
}

// find returns the order's request, an empty one when there is none. Of several, which a create call can leave behind
// that came through late, it keeps the one that is known already, else the one furthest along, and ends the others.
func (p *Provider) find(ctx context.Context, order signature.Order) (request, error) {
	found, err := p.list(ctx, order.Correlation)
	if err != nil || len(found) == 0 {
		return request{}, err
	}
	slices.SortFunc(found, func(a, b request) int {
		return cmp.Or(cmp.Compare(rank(b, order), rank(a, order)), a.CreatedAt.Compare(b.CreatedAt.Time), cmp.Compare(a.ID, b.ID))
	})
	if order.Envelope != "" && found[0].ID != order.Envelope {
		return p.known(ctx, order.Envelope, found)
	}
	if err := p.withdrawAll(ctx, found[1:]); err != nil {
		return request{}, err
	}
	return p.read(ctx, found[0].ID)
}

// known returns the request of this id, which the list does not show, and ends those that it shows: a twin never takes its
// place. It returns an empty one where it is gone.
func (p *Provider) known(ctx context.Context, id string, twins []request) (request, error) {
	kept, err := p.read(ctx, id)
	if err != nil && !isGone(err) {
		return request{}, err
	}
	return kept, p.withdrawAll(ctx, twins)
}

func (p *Provider) withdrawAll(ctx context.Context, duplicates []request) error {
	for _, duplicate := range duplicates {
		if state := envelope(duplicate).State; state != signature.EnvelopeDraft && state != signature.EnvelopeOpen {
			continue
		}
		if err := p.Withdraw(ctx, duplicate.ID, ""); err != nil {
			return vendorhttp.Inconclusive(err)
		}
	}
	return nil
}

// rank is highest for the one to keep.
func rank(r request, order signature.Order) int {
	if r.ID == order.Envelope {
		return 5
	}
	switch envelope(r).State {
	case signature.EnvelopeSigned:
		return 4
	case signature.EnvelopeOpen:
		return 3
	case signature.EnvelopeDraft:
		return 1
	case signature.EnvelopeGone:
		return 0
	}
	return 2 // it ended, so it was sent: a draft beside it is a leftover
}

func (p *Provider) list(ctx context.Context, correlation string) ([]request, error) {
	query := url.Values{"external_id[eq]": {correlation}}
	return listed(ctx, p, "/signature_requests", query, func(r request) bool {
		return r.ExternalID == correlation && vendorhttp.IsID(r.ID) && envelope(r).State != signature.EnvelopeGone
	})
}

// listed returns everything in a paged list that is to be kept.
func listed[T any](ctx context.Context, p *Provider, path string, query url.Values, keep func(T) bool) ([]T, error) {
	var found []T
	for range maxPages {
		var read page[T]
		if err := p.get(ctx, path, query, &read); err != nil {
			return nil, err
		}
		for _, one := range read.Data {
			if keep(one) {
				found = append(found, one)
			}
		}
		if read.Meta.NextCursor == "" {
			return found, nil
		}
		query.Set("after", read.Meta.NextCursor)
	}
	return nil, &signature.UnavailableError{RetryAfter: time.Hour, Cause: errListTooLong}
}
