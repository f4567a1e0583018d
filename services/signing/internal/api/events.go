package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/page"
)

const (
	heartbeat = 10 * time.Second
	batch     = 200
)

// ListEvents lists events after a cursor.
func (p *Provider) ListEvents(ctx context.Context, in *signingv1.ListEventsRequest) (*signingv1.ListEventsResponse, error) {
	cursor, err := page.Cursor(in.GetPageToken(), "events", in.GetSignatureRequest())
	if err != nil {
		return nil, invalid("page_token", err.Error())
	}
	after := in.GetAfter()
	if cursor != "" {
		if after, err = strconv.ParseInt(cursor, 10, 64); err != nil {
			return nil, invalid("page_token", page.ErrToken.Error())
		}
	}
	if err := p.follows(ctx, after, in.GetSignatureRequest()); err != nil {
		return nil, err
	}
	limit := page.Size(in.GetPageSize(), 100, 1000)
	events, err := p.Store.Events(ctx, after, strings.TrimPrefix(in.GetSignatureRequest(), requestPrefix), limit+1)
	if err != nil {
		return nil, err
	}
	out := &signingv1.ListEventsResponse{}
	if len(events) > limit {
		events = events[:limit]
		last := strconv.FormatInt(events[limit-1].Position, 10)
		out.NextPageToken = page.Token(last, "events", in.GetSignatureRequest())
	}
	for _, e := range events {
		out.Events = append(out.Events, fromEvent(e))
	}
	return out, nil
}

// follows tells why nothing can be told after a position: the log ends before it, so that the caller knows events that are
// not here, or there is no such request.
func (p *Provider) follows(ctx context.Context, after int64, request string) error {
	last, err := p.DB.LastPosition(ctx)
	if err == nil && after > last {
		return beyond(last)
	}
	if err == nil && request != "" {
		_, err = p.Store.Request(ctx, strings.TrimPrefix(request, requestPrefix))
	}
	return answer(err)
}

// WatchEvents streams events after a cursor and waits for more. Every consumer reads the log at its own pace: what one has
// not taken yet is a position and at most one batch, and sending waits for it alone.
func (p *Provider) WatchEvents(in *signingv1.WatchEventsRequest, stream grpc.ServerStreamingServer[signingv1.WatchEventsResponse]) error {
	ctx := stream.Context()
	if err := p.follows(ctx, in.GetAfter(), in.GetSignatureRequest()); err != nil {
		return err
	}
	if err := stream.SendHeader(nil); err != nil { // the caller knows that it is heard, also while nothing happens
		return err
	}
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	after, request := in.GetAfter(), strings.TrimPrefix(in.GetSignatureRequest(), requestPrefix)
	for {
		changed := p.DB.Changed() // before reading: then no event falls between
		events, err := p.Store.Events(ctx, after, request, batch)
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := stream.Send(&signingv1.WatchEventsResponse{Event: fromEvent(e)}); err != nil {
				return err
			}
			after = e.Position
		}
		if len(events) == batch {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-ticker.C:
			if err := stream.Send(&signingv1.WatchEventsResponse{}); err != nil {
				return err
			}
		}
	}
}
