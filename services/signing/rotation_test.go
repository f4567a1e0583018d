package signing_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing"
)

// hookGateway passes every webhook on to the service that runs, as the gateway does, and tells the answers.
type hookGateway struct {
	t       *testing.T
	current signingv1.SigningWebhooksClient
	answers chan error
}

func (g *hookGateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		g.t.Error(err)
	}
	ctx := metadata.AppendToOutgoingContext(r.Context(), "x-yousign-signature-256", r.Header.Get("X-Yousign-Signature-256"))
	_, err = g.current.ReceiveYousignEvent(ctx, &signingv1.ReceiveYousignEventRequest{
		Token: r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], Body: &httpbody.HttpBody{Data: body},
	})
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
	}
	g.answers <- err
}

// restart runs the service with these settings until the function it returns is called.
func (g *hookGateway) restart(t *testing.T, cfg signing.Config, data string) (stop func()) {
	t.Helper()
	service, err := signing.New(t.Context(), cfg, data, serve(t, func(grpc.ServiceRegistrar) {}), discard())
	if err != nil {
		t.Fatal(err)
	}
	g.current = signingv1.NewSigningWebhooksClient(serve(t, service.Register))
	return func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestASecretIsReplacedWithoutARefusedEvent walks through the steps that an operator takes: the new secret is put before the
// old one and the service restarted, the vendor is told, and once the vendor's repetitions under the old one are through
// the old one is taken away.
func TestASecretIsReplacedWithoutARefusedEvent(t *testing.T) {
	vendor := startYousign(t, nil)
	gateway := &hookGateway{t: t, answers: make(chan error, 1)}
	server := httptest.NewServer(gateway)
	t.Cleanup(server.Close)
	data := t.TempDir()
	event := func() error {
		t.Helper()
		var made struct{ ID string }
		if err := json.Unmarshal(callYousign(t, vendor, http.MethodPost, "/signature_requests", `{"name":"x","delivery_mode":"none"}`), &made); err != nil {
			t.Fatal(err)
		}
		callYousign(t, vendor, http.MethodDelete, "/signature_requests/"+made.ID, "")
		select {
		case err := <-gateway.answers:
			return err
		case <-time.After(10 * time.Second):
			t.Fatal("no event came")
			return nil
		}
	}
	steps := []struct {
		name    string
		secrets []string
		apply   bool
		refused bool
	}{
		{"the old one alone", []string{oldSecret}, true, false},
		{"both, the vendor still signs with the old one", []string{newSecret, oldSecret}, false, false},
		{"both, the vendor signs with the new one", []string{newSecret, oldSecret}, true, false},
		{"the new one alone", []string{newSecret}, false, false},
		{"the old one is dead", []string{oldSecret}, false, true},
	}
	for _, step := range steps {
		cfg := webhookSettings(vendor, server.URL, step.secrets...)
		stop := gateway.restart(t, cfg, data)
		if step.apply {
			apply(t, cfg)
		}
		if err := event(); (err != nil) != step.refused {
			t.Errorf("%s: answered %v", step.name, err)
		}
		stop()
	}
	if all := subscriptions(t, vendor); len(all) != 1 || all[0]["secret_key"] != newSecret {
		t.Errorf("%d subscriptions, or one with another secret", len(all))
	}
}
