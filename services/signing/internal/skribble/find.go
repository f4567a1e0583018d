package skribble

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// Bounds of a look-up.
const (
	pageSize   = 50 // Skribble's default
	maxPages   = 20
	graceSteps = 4 // look-ups within the grace period
)

// errListTooLong is the cause when the list does not end: then nothing is known of what it does not show.
var errListTooLong = errors.New("the list of signature requests is too long to look one up")

// await looks for the order's request until it shows or the grace period is over; it returns an empty one when there is
// none. Of several it keeps one and withdraws the others: two live contracts for one deal are worse than a withdrawn one.
func (p *Provider) await(ctx context.Context, order signature.Order) (request, error) {
	step := p.config.LookupGrace / graceSteps
	for i := 0; ; i++ {
		found, err := p.find(ctx, order)
		if err != nil {
			return request{}, err
		}
		if len(found) > 0 {
			kept, others, err := p.keep(ctx, found, order.Envelope)
			if err != nil {
				return request{}, err
			}
			return kept, p.withdrawAll(ctx, others)
		}
		if i == graceSteps {
			return request{}, nil
		}
		if err := vendorhttp.Sleep(ctx, step); err != nil {
			return request{}, &signature.UnavailableError{Cause: err}
		}
	}
}

// keep returns the one of the requests to keep, and the others: the one that is known already, else the first. A known one that
// the list does not show is read by itself, and where it is gone none is kept: a twin never takes its place.
func (p *Provider) keep(ctx context.Context, found []request, known string) (request, []request, error) {
	i := slices.IndexFunc(found, func(r request) bool { return r.ID == known })
	if known == "" {
		i = 0
	}
	if i >= 0 {
		return found[i], slices.Delete(slices.Clone(found), i, i+1), nil
	}
	kept, err := p.readSurely(ctx, known)
	if err != nil && !isGone(err) {
		return request{}, nil, vendorhttp.Inconclusive(translate(err))
	}
	return kept, found, nil
}

func (p *Provider) withdrawAll(ctx context.Context, duplicates []request) error {
	for _, duplicate := range duplicates {
		var err error
		switch p.envelope(duplicate).State {
		case signature.EnvelopeDraft:
			err = p.discard(ctx, duplicate.ID)
		case signature.EnvelopeOpen:
			err = p.Withdraw(ctx, duplicate.ID, "")
		}
		if err != nil {
			return vendorhttp.Inconclusive(err)
		}
	}
	return nil
}

// Find looks for the order's request as a resumed Send does; one without signers is removed.
func (p *Provider) Find(ctx context.Context, order signature.Order) (signature.Envelope, error) {
	found, err := p.await(ctx, order)
	switch {
	case err != nil:
		return signature.Envelope{}, translate(err, private(order)...)
	case found.ID == "":
		p.unused(ctx, order)
		return signature.Envelope{}, signature.ErrNoEnvelope
	case found.isDraft():
		if err := p.discard(ctx, found.ID); err != nil {
			return signature.Envelope{}, err
		}
		return signature.Envelope{}, signature.ErrNoEnvelope
	}
	return p.envelope(found).InOrderOf(order), nil
}

// settle looks once more after a lost attempt was made good, because the lost one may have shown meanwhile: one is kept,
// the others are withdrawn.
func (p *Provider) settle(ctx context.Context, order signature.Order, made request) (request, error) {
	found, err := p.find(ctx, order)
	if err != nil {
		return request{}, err
	}
	listed := slices.ContainsFunc(found, func(r request) bool { return r.ID == made.ID })
	if len(found) == 0 || listed && len(found) == 1 {
		p.unused(ctx, order)
		return made, nil
	}
	if !listed {
		found = append(found, made)
	}
	return found[0], p.withdrawAll(ctx, found[1:])
}

// find returns the requests made for the order, the one to keep first: what is furthest along, then the oldest.
func (p *Provider) find(ctx context.Context, order signature.Order) ([]request, error) {
	listed, err := p.list(ctx, reference(order.Correlation))
	if err != nil {
		return nil, err
	}
	listed = slices.DeleteFunc(listed, func(r request) bool {
		// A draft that was withdrawn on its way out counts as none.
		return !madeFor(r, order.Correlation) || staged(order) && r.Status == "WITHDRAWN" && r.unsigned()
	})
	slices.SortFunc(listed, func(a, b request) int {
		return cmp.Or(cmp.Compare(p.progress(b), p.progress(a)), a.CreatedAt.Compare(b.CreatedAt.Time), cmp.Compare(a.ID, b.ID))
	})
	return listed, nil
}

// madeFor trusts the custom field where Skribble returns it, and the title's reference where it does not.
func madeFor(r request, correlation string) bool {
	if !vendorhttp.IsID(r.ID) {
		return false
	}
	if r.Custom != "" {
		return r.Custom == correlation
	}
	return strings.Contains(r.Title, reference(correlation))
}

func (p *Provider) progress(r request) int {
	switch p.envelope(r).State {
	case signature.EnvelopeSigned:
		return 4
	case signature.EnvelopeOpen:
		if slices.ContainsFunc(r.Signatures, func(s signed) bool { return s.Status == "SIGNED" }) {
			return 3
		}
		return 2
	case signature.EnvelopeDraft:
		return 1
	}
	return 0
}

// list returns the requests whose title holds the search text. Whether the first page is 0 or 1 differs between
// Skribble's own texts: it starts at 0 and, where that is refused or empty, at 1.
func (p *Provider) list(ctx context.Context, search string) ([]request, error) {
	var all []request
	seen := map[string]bool{}
	first := 0
	for page := 0; page < first+maxPages; page++ {
		listed, err := p.page(ctx, search, page)
		var refused *vendorhttp.StatusError
		badPage := errors.As(err, &refused) && refused.Status == http.StatusBadRequest
		if page == 0 && (badPage || err == nil && len(listed) == 0) {
			first = 1
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, r := range listed {
			if !seen[r.ID] {
				seen[r.ID] = true
				all = append(all, r)
			}
		}
		if len(listed) < pageSize {
			return all, nil
		}
	}
	return nil, &signature.UnavailableError{RetryAfter: time.Hour, Cause: errListTooLong}
}

func (p *Provider) page(ctx context.Context, search string, page int) ([]request, error) {
	query := url.Values{
		"search": {search}, "page_number": {strconv.Itoa(page)}, "page_size": {strconv.Itoa(pageSize)},
	}
	var listed list[request]
	err := p.json(ctx, vendorhttp.Request{Method: http.MethodGet, Path: "/signature-requests", Query: query}, nil, &listed)
	return listed, err
}
