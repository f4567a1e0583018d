package api

import (
	"context"
	"strings"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/store"
)

// VerifyDocument says what a document proves against what the caller names, and keeps nothing.
func (s *Service) VerifyDocument(ctx context.Context, in *documentv1.VerifyDocumentRequest) (*documentv1.VerifyDocumentResponse, error) {
	report, now, err := s.examine(ctx, expectations{
		name: in.GetName(), sent: in.GetSentDocument(), trail: in.GetAuditTrail(), request: proof.Request{
			Level: toLevel(in.GetLevel()), Legislation: toLegislation(in.GetLegislation()), Signers: toSigners(in.GetSigners()),
			SignatureCount: int(in.GetSignatureCount()),
		},
	})
	if err != nil {
		return nil, answer(err)
	}
	id := strings.TrimPrefix(in.GetName(), documentPrefix)
	return &documentv1.VerifyDocumentResponse{
		Proof: fromProof(store.Proof{Document: id, Report: report, CreateTime: now}),
	}, nil
}
