package api

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/jobs"
	"github.com/countersign/countersign/services/document/internal/link"
)

const (
	downloadPrefix = "/downloads/"
	defaultTTL     = time.Hour
)

// CreateDownloadLink makes a link to a document.
func (s *Service) CreateDownloadLink(ctx context.Context, in *documentv1.CreateDownloadLinkRequest) (*documentv1.CreateDownloadLinkResponse, error) {
	d, err := s.live(ctx, strings.TrimPrefix(in.GetName(), documentPrefix))
	if err != nil {
		return nil, answer(err)
	}
	keys, err := s.Store.LinkKeys(ctx)
	if err == nil && len(keys) == 0 {
		if err = jobs.RenewLinkKey(ctx, s.Store, s.now()); err == nil {
			keys, err = s.Store.LinkKeys(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	ttl := defaultTTL
	if in.GetTtl() != nil {
		ttl = in.GetTtl().AsDuration()
	}
	expires := s.now().Add(ttl)
	token, err := link.New(keys[0], d.ID, expires)
	if err != nil {
		return nil, err
	}
	s.Logger.InfoContext(ctx, "download link made", "document", d.ID, "expires", expires)
	return &documentv1.CreateDownloadLinkResponse{Path: downloadPrefix + token, ExpireTime: timestamppb.New(expires)}, nil
}

// Downloads serves the DocumentDownloadService contract from the same documents.
type Downloads struct {
	documentv1.UnimplementedDocumentDownloadServiceServer
	Documents *Service
}

// DownloadDocument streams the document of a link, or a range of its bytes.
func (w *Downloads) DownloadDocument(in *documentv1.DownloadDocumentRequest, stream grpc.ServerStreamingServer[documentv1.DownloadDocumentResponse]) error {
	ctx, s := stream.Context(), w.Documents
	keys, err := s.Store.LinkKeys(ctx)
	if err != nil {
		return err
	}
	id, err := link.Read(keys, in.GetToken(), s.now())
	if err != nil {
		return answer(err)
	}
	d, err := s.live(ctx, id)
	if err != nil {
		return answer(err)
	}
	s.Logger.InfoContext(ctx, "download", "document", d.ID, "offset", in.GetOffset())
	return s.stream(ctx, d, in.GetOffset(), in.GetLength(), func(first *documentv1.Document, chunk []byte) error {
		return stream.Send(&documentv1.DownloadDocumentResponse{Document: first, Chunk: chunk})
	})
}
