package api

import (
	"context"
	"errors"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// asking is a call that has an effect on one request and may be repeated with its id.
type asking interface {
	proto.Message
	GetName() string
	GetRequestId() string
}

// decision is what a verb does to a request at a time. One that it leaves as it was is not saved.
type decision func(r signature.Request, now time.Time) (signature.Request, []signature.Event, error)

// verbOf names what a call asks for.
func verbOf(kind string, in asking) (store.Verb, error) {
	hash, err := contentHash(in)
	return store.Verb{
		RequestID: in.GetRequestId(), Request: strings.TrimPrefix(in.GetName(), requestPrefix), Kind: kind, Hash: hash,
	}, err
}

// ask has a verb decided, and saves its effect once however often it is repeated; a job carries the request on. A
// repetition is answered with the request as it is now, before anything is decided: what was right then may be too late
// now.
func (p *Provider) ask(ctx context.Context, kind string, in asking, decide decision) (signature.Request, error) {
	verb, err := verbOf(kind, in)
	if err != nil {
		return signature.Request{}, err
	}
	for {
		r, err := p.Store.Request(ctx, verb.Request)
		if err != nil {
			return r, err
		}
		if taken, err := p.Store.Taken(ctx, verb); taken || err != nil {
			return r, err
		}
		now := time.Now()
		next, events, err := decide(r, now)
		if err != nil {
			return r, err
		}
		first := false
		err = p.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) (err error) {
			first, err = p.Store.Take(ctx, tx, verb, now)
			if err != nil || !first || signature.Same(next, r) {
				return err
			}
			if _, err := p.Store.Save(ctx, tx, next, events); err != nil {
				return err
			}
			return tx.Enqueue(ctx, jobs.Advance{Request: next.ID})
		})
		if err == nil && !first || errors.Is(err, store.ErrConflict) {
			continue // the same call, or a job, was faster: look again
		}
		return next, err
	}
}
