package signing_test

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/signing/internal/providertest"
)

// The roles of every seed's signers, each with a place in the document.
func seedRoles() []string { return []string{"client", "company", "witness"} }

// shelf is a document service in memory: it renders one document, keeps what it is given under the request id and finds
// every proof sufficient.
type shelf struct {
	documentv1.UnimplementedDocumentServiceServer

	mu   sync.Mutex
	kept map[string]*documentv1.Document
}

// put returns the document of a request id.
func (s *shelf) put(requestID string, kind documentv1.Document_Kind) *documentv1.Document {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[requestID] == nil {
		d := &documentv1.Document{Name: "documents/" + uuid.NewString(), FileName: "contract.pdf", Kind: kind}
		for i, role := range seedRoles() {
			d.SignatureFields = append(d.SignatureFields, &documentv1.SignatureField{
				Role: role, FormField: role, Page: 1, X: 60 + 150*float64(i), Y: 500, Width: 140, Height: 60,
			})
		}
		s.kept[requestID] = d
	}
	return s.kept[requestID]
}

func (s *shelf) RenderDocument(_ context.Context, in *documentv1.RenderDocumentRequest) (*documentv1.RenderDocumentResponse, error) {
	return &documentv1.RenderDocumentResponse{Document: s.put(in.GetRequestId(), documentv1.Document_KIND_RENDERED)}, nil
}

func (s *shelf) GetDocument(_ context.Context, in *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error) {
	d := s.put(in.GetName(), documentv1.Document_KIND_UPLOADED)
	return &documentv1.GetDocumentResponse{Document: &documentv1.Document{
		Name: in.GetName(), FileName: "annex.pdf", Kind: d.GetKind(), SignatureFields: d.GetSignatureFields(),
	}}, nil
}

func (s *shelf) CreateDocument(stream grpc.ClientStreamingServer[documentv1.CreateDocumentRequest, documentv1.CreateDocumentResponse]) error {
	var header *documentv1.CreateDocumentRequest_Header
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(&documentv1.CreateDocumentResponse{Document: s.put(header.GetRequestId(), header.GetKind())})
		}
		if err != nil {
			return err
		}
		if h := part.GetHeader(); h != nil {
			header = h
		}
	}
}

func (s *shelf) StreamDocument(_ *documentv1.StreamDocumentRequest, stream grpc.ServerStreamingServer[documentv1.StreamDocumentResponse]) error {
	return stream.Send(&documentv1.StreamDocumentResponse{Chunk: providertest.Document(seedRoles()...)})
}

func (s *shelf) ProveDocument(_ context.Context, in *documentv1.ProveDocumentRequest) (*documentv1.ProveDocumentResponse, error) {
	return &documentv1.ProveDocumentResponse{Proof: &documentv1.Proof{Verdict: documentv1.Proof_VERDICT_PROVEN, Level: in.GetLevel()}}, nil
}

func (s *shelf) CreateEvidencePackage(_ context.Context, in *documentv1.CreateEvidencePackageRequest) (*documentv1.CreateEvidencePackageResponse, error) {
	return &documentv1.CreateEvidencePackageResponse{Document: s.put(in.GetRequestId(), documentv1.Document_KIND_EVIDENCE)}, nil
}
