package jobs_test

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

// archive is a document service in memory. Like the real one it knows a request id again.
type archive struct {
	documentv1.UnimplementedDocumentServiceServer

	mu       sync.Mutex
	faults   map[string][]error
	nameless bool                     // it answers without a document
	kind     documentv1.Document_Kind // of a document that is there already
	verdict  documentv1.Proof_Verdict
	byID     map[string]*documentv1.Document // by request id
	bytes    map[string]int                  // by request id
	uploads  []*documentv1.CreateDocumentRequest_Header
	renders  []*documentv1.RenderDocumentRequest
	proofs   []*documentv1.ProveDocumentRequest
	findings []*documentv1.Proof_Finding
	packs    []*documentv1.CreateEvidencePackageRequest
}

func newArchive() *archive {
	return &archive{
		faults: map[string][]error{}, kind: documentv1.Document_KIND_UPLOADED, verdict: documentv1.Proof_VERDICT_PROVEN,
		byID: map[string]*documentv1.Document{}, bytes: map[string]int{},
	}
}

func (a *archive) fail(call string, errs ...error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults[call] = append(a.faults[call], errs...)
}

// says is an answer of the document service with a reason of its contract and, where given, one pair of metadata.
func says(reason string, metadata ...string) error {
	f := &fault.Error{Code: codes.FailedPrecondition, Domain: "countersign.document.v1", Reason: reason, Message: reason}
	if len(metadata) == 2 {
		f.Metadata = map[string]string{metadata[0]: metadata[1]}
	}
	return f
}

// failure takes the next fault of a call; the lock is held.
func (a *archive) failure(call string) error {
	waiting := a.faults[call]
	if len(waiting) == 0 {
		return nil
	}
	a.faults[call] = waiting[1:]
	return waiting[0]
}

// kept returns the document of a request id, making it when it is new; the lock is held.
func (a *archive) kept(requestID string) *documentv1.Document {
	if a.nameless {
		return nil
	}
	if a.byID[requestID] == nil {
		a.byID[requestID] = &documentv1.Document{
			Name: "documents/" + uuid.NewString(), FileName: "contract.pdf",
			SignatureFields: []*documentv1.SignatureField{{Role: "client", FormField: "client", Page: 2, X: 60.5, Y: 500, Width: 180, Height: 60}},
		}
	}
	return a.byID[requestID]
}

func (a *archive) RenderDocument(_ context.Context, in *documentv1.RenderDocumentRequest) (*documentv1.RenderDocumentResponse, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.renders = append(a.renders, in)
	if err := a.failure("render"); err != nil {
		return nil, err
	}
	return &documentv1.RenderDocumentResponse{Document: a.kept(in.GetRequestId())}, nil
}

func (a *archive) GetDocument(_ context.Context, in *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.failure("get"); err != nil {
		return nil, err
	}
	return &documentv1.GetDocumentResponse{Document: &documentv1.Document{Name: in.GetName(), FileName: "given.pdf", Kind: a.kind}}, nil
}

func (a *archive) CreateDocument(stream grpc.ClientStreamingServer[documentv1.CreateDocumentRequest, documentv1.CreateDocumentResponse]) error {
	var header *documentv1.CreateDocumentRequest_Header
	size := 0
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if h := part.GetHeader(); h != nil {
			header = h
		}
		size += len(part.GetChunk())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.uploads = append(a.uploads, header)
	if err := a.failure("create"); err != nil {
		return err
	}
	a.bytes[header.GetRequestId()] = size
	return stream.SendAndClose(&documentv1.CreateDocumentResponse{Document: a.kept(header.GetRequestId())})
}

func (a *archive) StreamDocument(_ *documentv1.StreamDocumentRequest, stream grpc.ServerStreamingServer[documentv1.StreamDocumentResponse]) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, chunk := range []string{"%PDF", "-1.7"} {
		if err := stream.Send(&documentv1.StreamDocumentResponse{Chunk: []byte(chunk)}); err != nil {
			return err
		}
	}
	return a.failure("stream")
}

func (a *archive) ProveDocument(_ context.Context, in *documentv1.ProveDocumentRequest) (*documentv1.ProveDocumentResponse, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.proofs = append(a.proofs, in)
	if err := a.failure("prove"); err != nil {
		return nil, err
	}
	return &documentv1.ProveDocumentResponse{Proof: &documentv1.Proof{
		Verdict: a.verdict, Level: documentv1.Level_LEVEL_AES, Findings: a.findings,
	}}, nil
}

func (a *archive) CreateEvidencePackage(_ context.Context, in *documentv1.CreateEvidencePackageRequest) (*documentv1.CreateEvidencePackageResponse, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.packs = append(a.packs, in)
	if err := a.failure("pack"); err != nil {
		return nil, err
	}
	return &documentv1.CreateEvidencePackageResponse{Document: a.kept(in.GetRequestId())}, nil
}
