package jobs

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

// wire carries calls to a handler in the same process: no socket keeps a bubble's time from moving.
type wire struct {
	to http.Handler

	mu sync.Mutex
	// before is told of each call that writes, counted from 1, and may answer it with a status of its own.
	before func(n int, r *http.Request) (status int)
	// read is the same for each call that reads.
	read func(r *http.Request) (status int)
	// after is told of each call that was answered.
	after  func(r *http.Request)
	writes int
	calls  int
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := &recorder{ResponseRecorder: httptest.NewRecorder()}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	if status := w.note(r); status != 0 {
		answer.Header().Set("Content-Type", "application/problem+json")
		answer.WriteHeader(status)
		fmt.Fprintf(answer, `{"title":"no","type":"https://httpstatus.es/%d","status":%d}`, status, status)
	} else {
		w.to.ServeHTTP(answer, r)
	}
	if w.after != nil {
		w.after(r)
	}
	if answer.gone {
		return nil, io.ErrUnexpectedEOF
	}
	return answer.Result(), nil
}

func (w *wire) note(r *http.Request) (status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	if r.Method == http.MethodGet && w.read != nil {
		return w.read(r)
	}
	if r.Method == http.MethodGet {
		return 0
	}
	w.writes++
	if w.before == nil {
		return 0
	}
	return w.before(w.writes, r)
}

func (w *wire) count() (calls, writes int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls, w.writes
}

// recorder can be hung up on, as a connection can.
type recorder struct {
	*httptest.ResponseRecorder
	gone bool
}

func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r.gone = true
	here, there := net.Pipe()
	_ = there.Close()
	return here, nil, nil
}

// fakeSigning is signing as its callers see it: one request per request id, however often it is asked for.
type fakeSigning struct {
	signingv1.SigningProviderClient

	mu       sync.Mutex
	asked    []*signingv1.CreateSignatureRequestRequest
	requests []*signingv1.SignatureRequest
	canceled []string
	// answer is asked after a request was created, and may lose the answer; refuse before, and nothing is created.
	answer, refuse func(ctx context.Context) error
	// cancel may fail a withdrawal.
	cancel func() error
	// chunks of the signed document, and what comes after them.
	chunks [][]byte
	end    error
}

func newFakeSigning() *fakeSigning {
	return &fakeSigning{chunks: [][]byte{[]byte("%PDF-"), []byte("signed")}, end: io.EOF}
}

func (f *fakeSigning) CreateSignatureRequest(ctx context.Context, in *signingv1.CreateSignatureRequestRequest, _ ...grpc.CallOption) (*signingv1.CreateSignatureRequestResponse, error) {
	f.mu.Lock()
	f.asked = append(f.asked, in)
	answer, refuse := f.answer, f.refuse
	f.mu.Unlock()
	if refuse != nil {
		if err := refuse(ctx); err != nil {
			return nil, err
		}
	}
	request := f.accept(in)
	if answer != nil {
		if err := answer(ctx); err != nil {
			return nil, err
		}
	}
	return &signingv1.CreateSignatureRequestResponse{SignatureRequest: request}, nil
}

func (f *fakeSigning) accept(in *signingv1.CreateSignatureRequestRequest) *signingv1.SignatureRequest {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, known := range f.requests {
		if known.GetReference() == in.GetRequestId() {
			return known
		}
	}
	request := proto.CloneOf(in.GetSignatureRequest())
	request.Name = fmt.Sprintf("signatureRequests/00000000-0000-0000-0000-%012d", len(f.requests)+1)
	request.State = signingv1.SignatureRequest_STATE_PREPARING
	f.requests = append(f.requests, request)
	return request
}

// set changes a request, counted from 0.
func (f *fakeSigning) set(n int, change func(*signingv1.SignatureRequest)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f.requests[n])
}

func (f *fakeSigning) count() (asked, created int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked), len(f.requests)
}

func (f *fakeSigning) GetSignatureRequest(_ context.Context, in *signingv1.GetSignatureRequestRequest, _ ...grpc.CallOption) (*signingv1.GetSignatureRequestResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, known := range f.requests {
		if known.GetName() == in.GetName() {
			return &signingv1.GetSignatureRequestResponse{SignatureRequest: proto.CloneOf(known)}, nil
		}
	}
	return nil, no(codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")
}

func (f *fakeSigning) ListSignatureRequests(_ context.Context, in *signingv1.ListSignatureRequestsRequest, _ ...grpc.CallOption) (*signingv1.ListSignatureRequestsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := &signingv1.ListSignatureRequestsResponse{}
	for _, known := range f.requests {
		if known.GetReference() == in.GetReference() {
			out.SignatureRequests = append(out.SignatureRequests, proto.CloneOf(known))
		}
	}
	return out, nil
}

func (f *fakeSigning) CancelSignatureRequest(_ context.Context, in *signingv1.CancelSignatureRequestRequest, _ ...grpc.CallOption) (*signingv1.CancelSignatureRequestResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil {
		if err := f.cancel(); err != nil {
			return nil, err
		}
	}
	f.canceled = append(f.canceled, in.GetName())
	return &signingv1.CancelSignatureRequestResponse{}, nil
}

func (f *fakeSigning) StreamSignedDocument(context.Context, *signingv1.StreamSignedDocumentRequest, ...grpc.CallOption) (grpc.ServerStreamingClient[signingv1.StreamSignedDocumentResponse], error) {
	return &chunks{left: f.chunks, end: f.end}, nil
}

type chunks struct {
	grpc.ServerStreamingClient[signingv1.StreamSignedDocumentResponse]
	left [][]byte
	end  error
}

func (c *chunks) Recv() (*signingv1.StreamSignedDocumentResponse, error) {
	if len(c.left) == 0 {
		return nil, c.end
	}
	chunk := c.left[0]
	c.left = c.left[1:]
	return &signingv1.StreamSignedDocumentResponse{Chunk: chunk}, nil
}

// fakeDocuments knows templates with two variables each.
type fakeDocuments struct {
	documentv1.DocumentServiceClient
}

func (fakeDocuments) GetTemplate(_ context.Context, in *documentv1.GetTemplateRequest, _ ...grpc.CallOption) (*documentv1.GetTemplateResponse, error) {
	return &documentv1.GetTemplateResponse{Template: &documentv1.Template{
		Name: in.GetName(), Variables: []*documentv1.TemplateVariable{{Name: "deal.name"}, {Name: "contact.name"}, {Name: "company.name"}},
	}}, nil
}

// no is an answer of another service with a reason.
func no(code codes.Code, reason string) error {
	return (&fault.Error{Code: code, Domain: "countersign.signing.v1", Reason: reason, Message: "no"}).GRPCStatus().Err()
}
