package api_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/api"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// refused holds an answer against a code, a reason of the contract and, where given, one pair of metadata.
func refused(t testing.TB, err error, code codes.Code, reason string, metadata ...string) {
	t.Helper()
	var info *errdetails.ErrorInfo
	for _, detail := range status.Convert(err).Details() {
		if found, ok := detail.(*errdetails.ErrorInfo); ok {
			info = found
		}
	}
	if status.Code(err) != code || info.GetReason() != reason || info.GetDomain() != api.Domain {
		t.Errorf("answer %v with %v, want %s %s", err, info, code, reason)
	}
	if _, known := signingv1.ErrorReason_value["ERROR_REASON_"+reason]; !known {
		t.Errorf("the contract knows no reason %s", reason)
	}
	if len(metadata) == 2 && info.GetMetadata()[metadata[0]] != metadata[1] {
		t.Errorf("metadata %v, want %v", info.GetMetadata(), metadata)
	}
	for _, inside := range []string{"sql", "SQL", "sqlite", "database", "goroutine", "/tmp", "upstream", "ada@example.org", "Lovelace"} {
		if strings.Contains(status.Convert(err).Message(), inside) {
			t.Errorf("the answer tells of %q: %v", inside, err)
		}
	}
}

// TestWhatFailsInsideStaysInside: an answer tells that something failed, and nothing of what.
func TestWhatFailsInsideStaysInside(t *testing.T) {
	r := newRig(t)
	names := r.have(stored(signature.Preparing))
	if err := r.db.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"create": func() error {
			_, err := r.provider.CreateSignatureRequest(ctx, creation())
			return err
		},
		"get": func() error {
			_, err := r.provider.GetSignatureRequest(ctx, &signingv1.GetSignatureRequestRequest{Name: names[0]})
			return err
		},
		"list": func() error {
			_, err := r.provider.ListSignatureRequests(ctx, &signingv1.ListSignatureRequestsRequest{})
			return err
		},
		"cancel": func() error {
			_, err := r.provider.CancelSignatureRequest(ctx, &signingv1.CancelSignatureRequestRequest{Name: names[0], Reason: "x", RequestId: "x"})
			return err
		},
		"list events": func() error {
			_, err := r.provider.ListEvents(ctx, &signingv1.ListEventsRequest{})
			return err
		},
		"watch": func() error {
			stream, err := r.provider.WatchEvents(ctx, &signingv1.WatchEventsRequest{})
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		},
		"stream": func() error {
			_, err := r.download(names[0])
			return err
		},
		"skribble": func() error { return r.skribble(callbackToken) },
		"yousign":  func() error { return r.yousign(hookToken, sign(aWebhook("e1", "env", "", false), hookSecret)) },
	} {
		t.Run(name, func(t *testing.T) { refused(t, call(), codes.Internal, "INTERNAL") })
	}
}

// documents is a document service that streams one file, or fails after a part of it.
type documents struct {
	documentv1.DocumentServiceClient
	asked []string
	parts []*documentv1.StreamDocumentResponse
	err   error
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

// download reads the signed document of a request.
func (r *rig) download(name string) (string, error) {
	stream, err := r.provider.StreamSignedDocument(r.t.Context(), &signingv1.StreamSignedDocumentRequest{Name: name})
	if err != nil {
		return "", err
	}
	var content string
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return content, nil
		}
		if err != nil {
			return content, err
		}
		content += part.GetDocument().GetName() + string(part.GetChunk())
	}
}

func TestTheSignedDocumentIsStreamed(t *testing.T) {
	r := newRig(t)
	done := stored(signature.Completed)
	done.SignedDocument = "documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0002"
	names := r.have(done, stored(signature.OutForSignature), stored(signature.Signed))
	r.documents.parts = []*documentv1.StreamDocumentResponse{
		{Document: &documentv1.Document{Name: "name:"}, Chunk: []byte("%PDF")}, {Chunk: []byte("-1.7")},
	}
	r.documents.err = io.EOF
	if got, err := r.download(names[0]); err != nil || got != "name:%PDF-1.7" || r.documents.asked[0] != done.SignedDocument {
		t.Errorf("%q, %v; asked for %v", got, err, r.documents.asked)
	}
	for _, name := range names[1:] {
		_, err := r.download(name)
		refused(t, err, codes.FailedPrecondition, "NOT_SIGNED")
	}
	_, err := r.download("signatureRequests/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0009")
	refused(t, err, codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")
	_, err = r.download("documents/1")
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "name")

	r.documents.err = status.Error(codes.NotFound, "upstream: no such blob")
	got, err := r.download(names[0])
	refused(t, err, codes.Internal, "INTERNAL")
	if got != "name:%PDF-1.7" {
		t.Errorf("before the failure: %q", got)
	}
}

// TestASignedDocumentThatWasDeletedIsNoFailureOfOurs: whoever asks is told so, and need not ask again.
func TestASignedDocumentThatWasDeletedIsNoFailureOfOurs(t *testing.T) {
	r := newRig(t)
	done := stored(signature.Completed)
	done.SignedDocument = "documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0002"
	name := r.have(done)[0]
	for _, reason := range []string{"DOCUMENT_DELETED", "DOCUMENT_NOT_FOUND"} {
		upstream := &fault.Error{Code: codes.NotFound, Domain: "countersign.document.v1", Reason: reason, Message: "upstream"}
		r.documents.err = upstream.GRPCStatus().Err()
		_, err := r.download(name)
		refused(t, err, codes.FailedPrecondition, "DOCUMENT_DELETED")
	}
}
