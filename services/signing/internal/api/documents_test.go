package api_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// documents is a document service that streams one file, or fails after a part of it.
type documents struct {
	documentv1.DocumentServiceClient
	asked []string
	parts []*documentv1.StreamDocumentResponse
	err   error
	// template and document are what there is; without one nobody answers, or fails with why.
	template *documentv1.Template
	document *documentv1.Document
	why      error
	// silent answers when the caller gives up.
	silent bool
}

func (d *documents) GetTemplate(ctx context.Context, _ *documentv1.GetTemplateRequest, _ ...grpc.CallOption) (*documentv1.GetTemplateResponse, error) {
	if d.silent {
		<-ctx.Done()
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	if d.template == nil {
		return nil, cmp.Or(d.why, status.Error(codes.Unavailable, "nobody is there"))
	}
	return &documentv1.GetTemplateResponse{Template: d.template}, nil
}

func (d *documents) GetDocument(context.Context, *documentv1.GetDocumentRequest, ...grpc.CallOption) (*documentv1.GetDocumentResponse, error) {
	if d.document == nil {
		return nil, cmp.Or(d.why, status.Error(codes.Unavailable, "nobody is there"))
	}
	return &documentv1.GetDocumentResponse{Document: d.document}, nil
}

func (d *documents) StreamDocument(_ context.Context, in *documentv1.StreamDocumentRequest, _ ...grpc.CallOption,
) (grpc.ServerStreamingClient[documentv1.StreamDocumentResponse], error) {
	d.asked = append(d.asked, in.GetName())
	return &file{parts: d.parts, err: d.err}, nil
}

type file struct {
	grpc.ClientStream
	parts []*documentv1.StreamDocumentResponse
	err   error
}

func (f *file) Recv() (*documentv1.StreamDocumentResponse, error) {
	if len(f.parts) == 0 {
		return nil, f.err
	}
	part := f.parts[0]
	f.parts = f.parts[1:]
	return part, nil
}

// reading is one of the two documents that a request may have in the end.
type reading struct {
	fetch   func(r *rig, name string) (string, error)
	set     func(r *signature.Request, document string)
	code    codes.Code
	missing string
}

func readings() map[string]reading {
	return map[string]reading{
		"the signed document": {
			func(r *rig, name string) (string, error) {
				stream, err := r.provider.StreamSignedDocument(r.t.Context(), &signingv1.StreamSignedDocumentRequest{Name: name})
				return gather(stream, err)
			},
			func(r *signature.Request, document string) { r.SignedDocument = document }, codes.FailedPrecondition, "NOT_SIGNED",
		},
		"the audit trail": {
			func(r *rig, name string) (string, error) {
				stream, err := r.provider.StreamAuditTrail(r.t.Context(), &signingv1.StreamAuditTrailRequest{Name: name})
				return gather(stream, err)
			},
			func(r *signature.Request, document string) { r.AuditTrail = document }, codes.NotFound, "AUDIT_TRAIL_NOT_FOUND",
		},
	}
}

// part is a message of either stream.
type part interface {
	GetDocument() *documentv1.Document
	GetChunk() []byte
}

// gather joins what a stream carries: the document's name, then its bytes.
func gather[M any, P interface {
	*M
	part
}](stream grpc.ServerStreamingClient[M], err error) (string, error) {
	var content string
	for err == nil {
		var next *M
		if next, err = stream.Recv(); err == nil {
			content += P(next).GetDocument().GetName() + string(P(next).GetChunk())
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return content, err
}

const archived = "documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0002"

func TestTheDocumentsOfARequestAreStreamed(t *testing.T) {
	for what, reading := range readings() {
		t.Run(what, func(t *testing.T) {
			r := newRig(t)
			done := stored(signature.Completed)
			reading.set(&done, archived)
			names := r.have(done, stored(signature.OutForSignature), stored(signature.Signed))
			r.documents.parts = []*documentv1.StreamDocumentResponse{
				{Document: &documentv1.Document{Name: "name:"}, Chunk: []byte("%PDF")}, {Chunk: []byte("-1.7")},
			}
			r.documents.err = io.EOF
			if got, err := reading.fetch(r, names[0]); err != nil || got != "name:%PDF-1.7" || r.documents.asked[0] != archived {
				t.Errorf("%q, %v; asked for %v", got, err, r.documents.asked)
			}
			for _, name := range names[1:] {
				_, err := reading.fetch(r, name)
				refused(t, err, reading.code, reading.missing)
			}
			_, err := reading.fetch(r, nobody)
			refused(t, err, codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")
			_, err = reading.fetch(r, "documents/1")
			refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "name")

			r.documents.err = status.Error(codes.NotFound, "upstream: no such blob")
			got, err := reading.fetch(r, names[0])
			refused(t, err, codes.Internal, "INTERNAL")
			if got != "name:%PDF-1.7" {
				t.Errorf("before the failure: %q", got)
			}
		})
	}
}

// TestADocumentThatWasDeletedIsNoFailureOfOurs: whoever asks is told so, and need not ask again.
func TestADocumentThatWasDeletedIsNoFailureOfOurs(t *testing.T) {
	for what, reading := range readings() {
		r := newRig(t)
		done := stored(signature.Completed)
		reading.set(&done, archived)
		name := r.have(done)[0]
		for _, reason := range []string{"DOCUMENT_DELETED", "DOCUMENT_NOT_FOUND"} {
			upstream := &fault.Error{Code: codes.NotFound, Domain: "countersign.document.v1", Reason: reason, Message: "upstream"}
			r.documents.err = upstream.GRPCStatus().Err()
			_, err := reading.fetch(r, name)
			if refused(t, err, codes.FailedPrecondition, "DOCUMENT_DELETED"); t.Failed() {
				t.Fatal(what)
			}
		}
	}
}

// download reads the signed document of a request.
func (r *rig) download(name string) (string, error) {
	return readings()["the signed document"].fetch(r, name)
}
