package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/jobs"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/page"
)

// ListDocuments lists documents, newest first. What comes in between two pages changes nothing in the later ones.
func (s *Service) ListDocuments(ctx context.Context, in *documentv1.ListDocumentsRequest) (*documentv1.ListDocumentsResponse, error) {
	bound := []string{
		"documents", in.GetKind().String(), in.GetParent(), in.GetSha256(), strconv.FormatBool(in.GetShowDeleted()),
	}
	cursor, err := page.Cursor(in.GetPageToken(), bound...)
	if err != nil {
		return nil, invalid("page_token", err)
	}
	filter := store.Filter{
		Parent: strings.TrimPrefix(in.GetParent(), documentPrefix), SHA256: in.GetSha256(), Deleted: in.GetShowDeleted(),
		Limit: page.Size(in.GetPageSize(), 50, 200) + 1,
	}
	if in.GetKind() != documentv1.Document_KIND_UNSPECIFIED {
		filter.Kind = paper.Kind(strings.TrimPrefix(in.GetKind().String(), "KIND_"))
	}
	if cursor != "" {
		at, id, _ := strings.Cut(cursor, " ")
		micros, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return nil, invalid("page_token", page.ErrToken)
		}
		filter.BeforeTime, filter.BeforeID = time.UnixMicro(micros), id
	}
	list, err := s.Store.List(ctx, filter)
	if err != nil {
		return nil, err
	}
	out := &documentv1.ListDocumentsResponse{}
	if len(list) == filter.Limit {
		list = list[:len(list)-1]
		last := list[len(list)-1]
		out.NextPageToken = page.Token(fmt.Sprintf("%d %s", last.CreateTime.UnixMicro(), last.ID), bound...)
	}
	for _, d := range list {
		out.Documents = append(out.Documents, s.document(d))
	}
	return out, nil
}

// SetLegalHold sets or lifts the legal hold of a document.
func (s *Service) SetLegalHold(ctx context.Context, in *documentv1.SetLegalHoldRequest) (*documentv1.SetLegalHoldResponse, error) {
	d, err := s.Store.SetLegalHold(ctx, strings.TrimPrefix(in.GetName(), documentPrefix), in.GetHold())
	if err != nil {
		return nil, answer(err)
	}
	s.Logger.InfoContext(ctx, "legal hold", "document", d.ID, "hold", in.GetHold())
	return &documentv1.SetLegalHoldResponse{Document: s.document(d)}, nil
}

// DeleteDocument deletes a document. What names a person is gone when it answers; the bytes are when a job has deleted them,
// which a lock of the archive or another document with the same bytes puts off.
func (s *Service) DeleteDocument(ctx context.Context, in *documentv1.DeleteDocumentRequest) (*documentv1.DeleteDocumentResponse, error) {
	d, err := jobs.Delete(ctx, s.Store, s.Retention, strings.TrimPrefix(in.GetName(), documentPrefix), s.now())
	if err != nil {
		return nil, answer(err)
	}
	s.Logger.InfoContext(ctx, "deleted", "document", d.ID, "kind", d.Kind)
	return &documentv1.DeleteDocumentResponse{Document: s.document(d)}, nil
}
