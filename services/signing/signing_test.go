package signing_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/internal/rpc"
	"github.com/countersign/countersign/services/signing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// documents refuses every template, as the document service does.
type documents struct {
	documentv1.UnimplementedDocumentServiceServer
}

func (documents) RenderDocument(context.Context, *documentv1.RenderDocumentRequest) (*documentv1.RenderDocumentResponse, error) {
	return nil, &fault.Error{
		Code: codes.InvalidArgument, Domain: "countersign.document.v1", Reason: "VALUE_MISSING", Message: "a value is missing",
		Metadata: map[string]string{"variable": "price"},
	}
}

// serve serves a role until the test ends and returns a connection to it.
func serve(t *testing.T, register func(grpc.ServiceRegistrar)) *grpc.ClientConn {
	t.Helper()
	server, err := rpc.NewServer(rpc.ServerConfig{Domain: signing.Domain, Logger: discard()}, register)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := server.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	t.Cleanup(func() {
		_ = conn.Close()
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return conn
}

// TestTheServiceCarriesARequestToItsEnd with the real parts put together: over the contract, through the database and
// the jobs, to the document service and back into the event log, and stops when it is asked to.
func TestTheServiceCarriesARequestToItsEnd(t *testing.T) {
	document := serve(t, func(s grpc.ServiceRegistrar) { documentv1.RegisterDocumentServiceServer(s, documents{}) })
	service, err := signing.New(t.Context(), settings(), t.TempDir(), document, discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ran := make(chan error, 1)
	go func() { ran <- service.Run(ctx) }()
	client := signingv1.NewSigningProviderClient(serve(t, service.Register))
	events, err := client.WatchEvents(t.Context(), &signingv1.WatchEventsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	created, err := client.CreateSignatureRequest(t.Context(), aRequest())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []signingv1.Event_Type{signingv1.Event_TYPE_CREATED, signingv1.Event_TYPE_REFUSED} {
		message, err := events.Recv()
		if got := message.GetEvent(); err != nil || got.GetType() != want || got.GetSignatureRequest() != created.GetSignatureRequest().GetName() {
			t.Fatalf("event %v, %v, want %s", got, err, want)
		}
	}
	end, err := client.GetSignatureRequest(t.Context(), &signingv1.GetSignatureRequestRequest{Name: created.GetSignatureRequest().GetName()})
	if got := end.GetSignatureRequest(); err != nil || got.GetStateReason() != "TEMPLATE_REJECTED" || got.GetStateDetail() != "the template needs a value for price" {
		t.Errorf("%v, %v", got, err)
	}
	stop()
	if err := <-ran; err != nil {
		t.Errorf("stopped with %v", err)
	}
}

func aRequest() *signingv1.CreateSignatureRequestRequest {
	return &signingv1.CreateSignatureRequestRequest{RequestId: "caller-1", SignatureRequest: &signingv1.SignatureRequest{
		Title: "Contract", Provider: "providers/eu", Level: documentv1.Level_LEVEL_SES,
		Legislation: documentv1.Legislation_LEGISLATION_EIDAS, Language: "de",
		Source:  &signingv1.SignatureRequest_Template{Template: &signingv1.TemplateSource{Template: "templates/nda", Language: "de"}},
		Signers: []*signingv1.Signer{{Role: "client", FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.org"}},
	}}
}

// TestWhatAnAccountCannotHonourIsRefusedByTheRealAdapter: Yousign has no Swiss signatures.
func TestWhatAnAccountCannotHonourIsRefusedByTheRealAdapter(t *testing.T) {
	service, err := signing.New(t.Context(), settings(), t.TempDir(), serve(t, func(grpc.ServiceRegistrar) {}), discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close() })
	in := aRequest()
	in.SignatureRequest.Level, in.SignatureRequest.Legislation = documentv1.Level_LEVEL_QES, documentv1.Legislation_LEGISLATION_ZERTES
	_, err = signingv1.NewSigningProviderClient(serve(t, service.Register)).CreateSignatureRequest(t.Context(), in)
	if status.Code(err) != codes.FailedPrecondition || fault.Reason(err) != "LEGISLATION_NOT_OFFERED" {
		t.Errorf("answer %v", err)
	}
}

func TestNewOpensNothingWithAMistakeInTheSettings(t *testing.T) {
	data := t.TempDir()
	cfg := settings()
	cfg.Callbacks = ""
	if _, err := signing.New(t.Context(), cfg, data, nil, discard()); err == nil {
		t.Fatal("the mistake was taken")
	}
	if left, err := os.ReadDir(data); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestASecondProcessOnTheSameDataIsRefused(t *testing.T) {
	data := t.TempDir()
	conn := serve(t, func(grpc.ServiceRegistrar) {})
	first, err := signing.New(t.Context(), settings(), data, conn, discard())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signing.New(t.Context(), settings(), data, conn, discard()); !errors.Is(err, durable.ErrInUse) {
		t.Errorf("the second one: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	third, err := signing.New(t.Context(), settings(), data, conn, discard())
	if err != nil {
		t.Fatal(err)
	}
	if err := third.Close(); err != nil {
		t.Error(err)
	}
}
