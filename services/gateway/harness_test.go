package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen at once.
const patience = 20 * time.Second

// call is one request that reached a backend.
type call struct {
	request  proto.Message
	metadata metadata.MD
}

// backend fakes what the tests need of all roles; everything else answers as an rpc that nobody wrote.
type backend struct {
	documentv1.UnimplementedDocumentServiceServer
	documentv1.UnimplementedDocumentDownloadServiceServer
	signingv1.UnimplementedSigningProviderServer
	signingv1.UnimplementedSigningWebhooksServer
	crmv1.UnimplementedCrmServiceServer
	crmv1.UnimplementedCrmWebhooksServer

	file  linked
	watch watched
	mu    sync.Mutex
	calls []call
	// answer decides how each call ends; nil lets it succeed.
	answer func(context.Context) error
}

func (b *backend) take(ctx context.Context, request proto.Message) error {
	md, _ := metadata.FromIncomingContext(ctx)
	b.mu.Lock()
	b.calls = append(b.calls, call{proto.Clone(request), md})
	answer := b.answer
	b.mu.Unlock()
	if answer == nil {
		return nil
	}
	return answer(ctx)
}

// drain returns the calls since it was last asked.
func (b *backend) drain() []call {
	b.mu.Lock()
	defer b.mu.Unlock()
	calls := b.calls
	b.calls = nil
	return calls
}

// one returns the only call since it was last asked.
func (b *backend) one(t testing.TB) call {
	t.Helper()
	calls := b.drain()
	if len(calls) != 1 {
		t.Fatalf("%d calls reached a backend, want 1", len(calls))
	}
	return calls[0]
}

func (b *backend) answerWith(answer func(context.Context) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = answer
}

func (b *backend) GetDocument(ctx context.Context, r *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error) {
	return &documentv1.GetDocumentResponse{Document: &documentv1.Document{Name: r.GetName()}}, b.take(ctx, r)
}

func (b *backend) RenderDocument(ctx context.Context, r *documentv1.RenderDocumentRequest) (*documentv1.RenderDocumentResponse, error) {
	return &documentv1.RenderDocumentResponse{Document: &documentv1.Document{}}, b.take(ctx, r)
}

func (b *backend) ListSignatureRequests(ctx context.Context, r *signingv1.ListSignatureRequestsRequest) (*signingv1.ListSignatureRequestsResponse, error) {
	return &signingv1.ListSignatureRequestsResponse{}, b.take(ctx, r)
}

func (b *backend) CancelSignatureRequest(ctx context.Context, r *signingv1.CancelSignatureRequestRequest) (*signingv1.CancelSignatureRequestResponse, error) {
	return &signingv1.CancelSignatureRequestResponse{SignatureRequest: &signingv1.SignatureRequest{}}, b.take(ctx, r)
}

func (b *backend) ReceiveSkribbleCallback(ctx context.Context, r *signingv1.ReceiveSkribbleCallbackRequest) (*signingv1.ReceiveSkribbleCallbackResponse, error) {
	return &signingv1.ReceiveSkribbleCallbackResponse{}, b.take(ctx, r)
}

func (b *backend) ReceiveYousignEvent(ctx context.Context, r *signingv1.ReceiveYousignEventRequest) (*signingv1.ReceiveYousignEventResponse, error) {
	return &signingv1.ReceiveYousignEventResponse{}, b.take(ctx, r)
}

func (b *backend) ReceiveKommoWebhook(ctx context.Context, r *crmv1.ReceiveKommoWebhookRequest) (*crmv1.ReceiveKommoWebhookResponse, error) {
	return &crmv1.ReceiveKommoWebhookResponse{}, b.take(ctx, r)
}

// journal is a log that tests read while others write it.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// drain returns what was logged since it was last asked.
func (j *journal) drain() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.text.Reset()
	return j.text.String()
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// house is a gateway in front of three backends, and what it and they wrote to their logs.
type house struct {
	*backend
	service      *Service
	log, theirs  *journal
	stop         context.CancelFunc
	stopped      chan error
	url, hookURL string
}

// open starts a house with the given settings, whose addresses are replaced, and closes it when the test ends.
func open(t testing.TB, cfg Config, tune ...func(*http.Server)) *house {
	t.Helper()
	h := &house{backend: &backend{}, log: &journal{}, theirs: &journal{}, stopped: make(chan error, 1)}
	backends := Backends{
		Document: h.serve(t, "document", func(s grpc.ServiceRegistrar) {
			documentv1.RegisterDocumentServiceServer(s, h)
			documentv1.RegisterDocumentDownloadServiceServer(s, h)
		}),
		Signing: h.serve(t, "signing", func(s grpc.ServiceRegistrar) {
			signingv1.RegisterSigningProviderServer(s, h)
			signingv1.RegisterSigningWebhooksServer(s, h)
		}),
		CRM: h.serve(t, "crm", func(s grpc.ServiceRegistrar) {
			crmv1.RegisterCrmServiceServer(s, h)
			crmv1.RegisterCrmWebhooksServer(s, h)
		}),
	}
	h.start(t, cfg, backends, tune)
	return h
}

// serve starts one role's server and returns a connection to it.
func (h *house) serve(t testing.TB, role string, register func(grpc.ServiceRegistrar)) *grpc.ClientConn {
	t.Helper()
	cfg := rpc.ServerConfig{Domain: "countersign." + role + ".v1", Logger: h.theirs.logger().With("role", role)}
	server, err := rpc.NewServer(cfg, register)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	conn, err := server.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn
}

func (h *house) start(t testing.TB, cfg Config, backends Backends, tune []func(*http.Server)) {
	t.Helper()
	cfg.Listen, cfg.WebhookListen = "127.0.0.1:0", "127.0.0.1:0"
	ctx, stop := context.WithCancel(context.Background())
	service, err := New(ctx, cfg, backends, h.log.logger())
	if err != nil {
		t.Fatal(err)
	}
	h.service, h.stop = service, stop
	for _, change := range tune {
		change(service.servers[0])
	}
	h.url, h.hookURL = "http://"+service.Addr(), "http://"+service.listeners[1].Addr().String()
	done := make(chan struct{})
	go func() {
		h.stopped <- service.Run(ctx)
		close(done)
	}()
	t.Cleanup(func() {
		stop()
		<-done
		http.DefaultClient.CloseIdleConnections()
	})
}

// answer is what came back over HTTP.
type answer struct {
	code   int
	header http.Header
	body   string
}

// problem reads the answer as an error's body.
func (a answer) problem(t testing.TB) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("answer %d %q is no problem: %v", a.code, a.body, err)
	}
	if p.Code != a.code {
		t.Errorf("body says %d, status line %d", p.Code, a.code)
	}
	if p.Reason == "" || len(p.Details) == 0 || !strings.Contains(string(p.Details[0]), `"reason":"`+p.Reason+`"`) {
		t.Errorf("no reason, or none in the details: %s", a.body)
	}
	return p
}

// send makes a request over TCP. headers alternate name and value.
func send(t testing.TB, method, url, body string, headers ...string) answer {
	t.Helper()
	return sendFrom(t, method, url, strings.NewReader(body), headers...)
}

func sendFrom(t testing.TB, method, url string, body io.Reader, headers ...string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(content)}
}
