package rpc_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const domain = "countersign.document.v1"

type (
	uploads   = grpc.ClientStreamingServer[documentv1.CreateDocumentRequest, documentv1.CreateDocumentResponse]
	downloads = grpc.ServerStreamingServer[documentv1.StreamDocumentResponse]
)

// handlers is a service whose calls are functions: any contract with a unary call and streams both ways would do.
type handlers struct {
	documentv1.UnimplementedDocumentServiceServer
	get      func(context.Context, *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error)
	upload   func(uploads) error
	download func(*documentv1.StreamDocumentRequest, downloads) error
}

func (h handlers) GetDocument(ctx context.Context, in *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error) {
	return h.get(ctx, in)
}

func (h handlers) CreateDocument(stream uploads) error { return h.upload(stream) }

func (h handlers) StreamDocument(in *documentv1.StreamDocumentRequest, stream downloads) error {
	return h.download(in, stream)
}

// fails is a service whose calls all end the same way.
func fails(with func() error) handlers {
	return handlers{
		get: func(context.Context, *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error) {
			return nil, with()
		},
		upload:   func(uploads) error { return with() },
		download: func(*documentv1.StreamDocumentRequest, downloads) error { return with() },
	}
}

// running is a server that answers over its pipe, and over TCP when it was asked to.
type running struct {
	server *rpc.Server
	log    *record
	pipe   documentv1.DocumentServiceClient
	tcp    documentv1.DocumentServiceClient
	cancel context.CancelFunc
	served chan error
	conns  []*grpc.ClientConn
}

func serve(t *testing.T, h handlers, listen string) *running {
	t.Helper()
	r := &running{log: &record{}, served: make(chan error, 1)}
	logger := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	r.server, err = rpc.NewServer(rpc.ServerConfig{Domain: domain, Listen: listen, Logger: logger}, func(s grpc.ServiceRegistrar) {
		documentv1.RegisterDocumentServiceServer(s, h)
	})
	if err != nil {
		t.Fatal(err)
	}
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(context.WithoutCancel(t.Context()))
	go func() { r.served <- r.server.Serve(ctx) }()
	r.pipe = r.client(t, r.server.Pipe)
	if listen != "" {
		r.tcp = r.client(t, func() (*grpc.ClientConn, error) { return rpc.Dial(r.server.Addr()) })
	}
	return r
}

func (r *running) client(t *testing.T, dial func() (*grpc.ClientConn, error)) documentv1.DocumentServiceClient {
	t.Helper()
	conn, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	r.conns = append(r.conns, conn)
	return documentv1.NewDocumentServiceClient(conn)
}

// stop closes the connections, ends the server and waits for it; every call's line is in the log then.
func (r *running) stop(t *testing.T) {
	t.Helper()
	for _, conn := range r.conns {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	r.cancel()
	if err := <-r.served; err != nil {
		t.Error(err)
	}
}

// each runs a test over the pipe and over TCP: both must behave the same.
func each(t *testing.T, h handlers, test func(t *testing.T, client documentv1.DocumentServiceClient)) (log string) {
	t.Helper()
	r := serve(t, h, "127.0.0.1:0")
	t.Run("pipe", func(t *testing.T) { test(t, r.pipe) })
	t.Run("TCP", func(t *testing.T) { test(t, r.tcp) })
	r.stop(t)
	return r.log.String()
}

// record keeps what is logged.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

const name = "documents/00000000-0000-0000-0000-000000000000"

func get(ctx context.Context, client documentv1.DocumentServiceClient) (*documentv1.GetDocumentResponse, error) {
	return client.GetDocument(ctx, &documentv1.GetDocumentRequest{Name: name})
}

// upload sends parts and returns how the call ended.
func upload(ctx context.Context, client documentv1.DocumentServiceClient, parts ...*documentv1.CreateDocumentRequest) error {
	stream, err := client.CreateDocument(ctx)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if stream.Send(part) != nil {
			break // the answer says why
		}
	}
	_, err = stream.CloseAndRecv()
	return err
}

// download receives until the end and returns how the call ended, nil for io.EOF.
func download(ctx context.Context, client documentv1.DocumentServiceClient) (chunks int, err error) {
	stream, err := client.StreamDocument(ctx, &documentv1.StreamDocumentRequest{Name: name})
	if err != nil {
		return 0, err
	}
	for {
		if _, err := stream.Recv(); err != nil {
			return chunks, ended(err)
		}
		chunks++
	}
}

func chunkPart(size int) *documentv1.CreateDocumentRequest {
	return &documentv1.CreateDocumentRequest{Part: &documentv1.CreateDocumentRequest_Chunk{Chunk: make([]byte, size)}}
}

// info returns the error's ErrorInfo, empty when it has none.
func info(err error) *errdetails.ErrorInfo {
	for _, detail := range status.Convert(err).Details() {
		if i, ok := detail.(*errdetails.ErrorInfo); ok {
			return i
		}
	}
	return &errdetails.ErrorInfo{}
}
