package api

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
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

// WatchEvents streams events after a cursor and waits for more.
func (p *Provider) WatchEvents(in *signingv1.WatchEventsRequest, stream grpc.ServerStreamingServer[signingv1.WatchEventsResponse]) error {
	ctx := stream.Context()
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	after := in.GetAfter()
	for {
		changed := p.DB.Changed() // before reading: then no event falls between
		events, err := p.Store.Events(ctx, after, "", batch)
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

// StreamSignedDocument streams the archived signed PDF.
func (p *Provider) StreamSignedDocument(in *signingv1.StreamSignedDocumentRequest,
	stream grpc.ServerStreamingServer[signingv1.StreamSignedDocumentResponse],
) error {
	ctx := stream.Context()
	r, err := p.Store.Request(ctx, strings.TrimPrefix(in.GetName(), requestPrefix))
	if err != nil {
		return answer(err)
	}
	if r.SignedDocument == "" {
		return answer(errNotSigned)
	}
	source, err := p.Documents.StreamDocument(ctx, &documentv1.StreamDocumentRequest{Name: r.SignedDocument})
	if err != nil {
		return unreadable(err)
	}
	for {
		part, err := source.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		out := &signingv1.StreamSignedDocumentResponse{Document: part.GetDocument(), Chunk: part.GetChunk()}
		if err := stream.Send(out); err != nil {
			return err
		}
	}
}
