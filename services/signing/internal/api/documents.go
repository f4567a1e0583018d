package api

import (
	"context"
	"errors"
	"io"
	"strings"

	"google.golang.org/grpc"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// StreamSignedDocument streams the archived signed PDF.
func (p *Provider) StreamSignedDocument(in *signingv1.StreamSignedDocumentRequest,
	stream grpc.ServerStreamingServer[signingv1.StreamSignedDocumentResponse],
) error {
	pick := func(r signature.Request) (string, error) { return r.SignedDocument, errNotSigned }
	return p.relay(stream.Context(), in.GetName(), pick, func(part *documentv1.StreamDocumentResponse) error {
		return stream.Send(&signingv1.StreamSignedDocumentResponse{Document: part.GetDocument(), Chunk: part.GetChunk()})
	})
}

// StreamAuditTrail streams the archived protocol of the process.
func (p *Provider) StreamAuditTrail(in *signingv1.StreamAuditTrailRequest,
	stream grpc.ServerStreamingServer[signingv1.StreamAuditTrailResponse],
) error {
	pick := func(r signature.Request) (string, error) { return r.AuditTrail, errNoTrail }
	return p.relay(stream.Context(), in.GetName(), pick, func(part *documentv1.StreamDocumentResponse) error {
		return stream.Send(&signingv1.StreamAuditTrailResponse{Document: part.GetDocument(), Chunk: part.GetChunk()})
	})
}

// relay passes on one archived document of a request, a part at a time. pick names it, and the error when there is none.
func (p *Provider) relay(ctx context.Context, request string, pick func(signature.Request) (string, error),
	send func(*documentv1.StreamDocumentResponse) error,
) error {
	r, err := p.Store.Request(ctx, strings.TrimPrefix(request, requestPrefix))
	if err != nil {
		return answer(err)
	}
	name, missing := pick(r)
	if name == "" {
		return answer(missing)
	}
	source, err := p.Documents.StreamDocument(ctx, &documentv1.StreamDocumentRequest{Name: name})
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
		if err := send(part); err != nil {
			return err
		}
	}
}
