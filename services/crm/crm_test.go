package crm_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm"
	"github.com/countersign/countersign/services/internal/rpc"
	"github.com/countersign/countersign/services/sim/clock"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// neighbour is signing and document in one: it completes each request as soon as it is created.
type neighbour struct {
	signingv1.UnimplementedSigningProviderServer
	documentv1.UnimplementedDocumentServiceServer

	mu      sync.Mutex
	created []*signingv1.SignatureRequest
	events  chan *signingv1.Event
}

func (n *neighbour) GetTemplate(context.Context, *documentv1.GetTemplateRequest) (*documentv1.GetTemplateResponse, error) {
	return &documentv1.GetTemplateResponse{Template: &documentv1.Template{}}, nil
}

func (n *neighbour) CreateSignatureRequest(_ context.Context, in *signingv1.CreateSignatureRequestRequest) (*signingv1.CreateSignatureRequestResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	request := in.GetSignatureRequest()
	request.Name = fmt.Sprintf("signatureRequests/00000000-0000-0000-0000-%012d", len(n.created)+1)
	request.State, request.Verdict = signingv1.SignatureRequest_STATE_COMPLETED, documentv1.Proof_VERDICT_PROVEN
	n.created = append(n.created, request)
	n.events <- &signingv1.Event{
		Position: int64(len(n.created)), SignatureRequest: request.GetName(), Reference: request.GetReference(),
		Type: signingv1.Event_TYPE_COMPLETED, State: signingv1.SignatureRequest_STATE_COMPLETED,
	}
	return &signingv1.CreateSignatureRequestResponse{SignatureRequest: request}, nil
}

func (n *neighbour) GetSignatureRequest(context.Context, *signingv1.GetSignatureRequestRequest) (*signingv1.GetSignatureRequestResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return &signingv1.GetSignatureRequestResponse{SignatureRequest: n.created[0]}, nil
}

func (n *neighbour) WatchEvents(_ *signingv1.WatchEventsRequest, stream grpc.ServerStreamingServer[signingv1.WatchEventsResponse]) error {
	for {
		select {
		case e := <-n.events:
			if err := stream.Send(&signingv1.WatchEventsResponse{Event: e}); err != nil {
				return err
			}
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}

func (n *neighbour) StreamSignedDocument(_ *signingv1.StreamSignedDocumentRequest, stream grpc.ServerStreamingServer[signingv1.StreamSignedDocumentResponse]) error {
	return stream.Send(&signingv1.StreamSignedDocumentResponse{Chunk: []byte("%PDF-signed")})
}

// serve serves until the test ends and returns a connection.
func serve(t *testing.T, register func(grpc.ServiceRegistrar)) *grpc.ClientConn {
	t.Helper()
	server, err := rpc.NewServer(rpc.ServerConfig{Domain: crm.Domain, Logger: quiet()}, register)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := server.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
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

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// newKommo starts a simulated account on the loopback and returns its address.
func newKommo(t *testing.T) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	clk := clock.New(1)
	simulator, err := sim.New(sim.Config{BaseURL: "http://" + server.Listener.Addr().String(), Clock: clk, Token: accessToken})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = simulator
	server.Start()
	t.Cleanup(func() {
		simulator.Close()
		server.Close()
		clk.Close()
	})
	return server.URL
}

// control makes a call of the simulator's control side, such as "POST leads", and reads its answer into out.
func control(t *testing.T, base, call, body string, out any) {
	t.Helper()
	method, path, _ := strings.Cut(call, " ")
	request, err := http.NewRequestWithContext(t.Context(), method, base+"/_sim/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(out); err != nil || answer.StatusCode >= 300 {
		t.Fatalf("%s: %d %v", path, answer.StatusCode, err)
	}
}

// start runs the whole service and returns a connection to it.
func start(t *testing.T, cfg crm.Config, backends crm.Backends) *grpc.ClientConn {
	t.Helper()
	service, err := crm.New(t.Context(), cfg, t.TempDir(), backends, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	conn := serve(t, service.Register)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return conn
}

// eventually polls until ok, for ten seconds at most.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	for !ok() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			t.Fatalf("%s never happened", what)
		}
	}
}

func TestADealGoesFromItsStageToWon(t *testing.T) {
	address, signing := newKommo(t), &neighbour{events: make(chan *signingv1.Event, 8)}
	conn := serve(t, func(s grpc.ServiceRegistrar) {
		signingv1.RegisterSigningProviderServer(s, signing)
		documentv1.RegisterDocumentServiceServer(s, signing)
	})
	cfg := with(func(a *crm.Account) { a.BaseURL, a.RequestField = address, "SIGN_REQUEST_ID" })
	cfg.CallsPerSecond = 1000
	server := start(t, cfg, crm.Backends{Signing: conn, Document: conn})

	var contact, lead struct{ ID int64 }
	control(t, address, "POST contacts", `{"first_name":"Ana","last_name":"Roth","email":"ana@roth.example"}`, &contact)
	control(t, address, "POST leads", fmt.Sprintf(
		`{"name":"Roth AG","stage":"Send contract (Skribble)","contact_ids":[%d]}`, contact.ID), &lead)
	webhooks, deals := crmv1.NewCrmWebhooksClient(server), crmv1.NewCrmServiceClient(server)
	body := fmt.Sprintf("leads[status][0][id]=%d&leads[status][0][status_id]=%d&leads[status][0][pipeline_id]=%d", lead.ID, sim.StageSendSkribble, sim.DefaultPipelineID)
	for range 3 {
		_, err := webhooks.ReceiveKommoWebhook(t.Context(), &crmv1.ReceiveKommoWebhookRequest{
			Account: "acme", Token: webhookToken, Body: &httpbody.HttpBody{ContentType: "application/x-www-form-urlencoded", Data: []byte(body)},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the last mark in the ledger", func() bool {
		answer, err := deals.GetDeal(t.Context(), &crmv1.GetDealRequest{Name: fmt.Sprintf("accounts/acme/deals/%d", lead.ID)})
		effects := answer.GetDeal().GetEffects()
		return err == nil && len(effects) > 5 && effects[len(effects)-1].GetState() == "done"
	})
	var card struct {
		Stage string
		Files []struct{ Size int }
	}
	control(t, address, fmt.Sprint("GET leads/", lead.ID), "", &card)
	if card.Stage != "Closed - won" || len(card.Files) != 1 || card.Files[0].Size != len("%PDF-signed") {
		t.Errorf("the card shows %+v", card)
	}
	if n := len(signing.created); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestAServiceDoesNotStartWithMistakes(t *testing.T) {
	cfg := withRule(func(r *crm.Rule) { r.Level = "XES" })
	if service, err := crm.New(t.Context(), cfg, t.TempDir(), crm.Backends{}, quiet()); err == nil {
		t.Error("it started", service.Close())
	}
}
