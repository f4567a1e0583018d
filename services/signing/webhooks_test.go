package signing_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/config"
	"github.com/countersign/countersign/services/signing"
	"github.com/countersign/countersign/services/sim/yousign"
)

const (
	oldSecret = "the-old-secret-of-32-characters-"
	newSecret = "the-new-secret-of-32-characters-"
)

// startYousign runs a simulated vendor until the test ends.
func startYousign(t *testing.T, adapt func(*yousign.Config)) string {
	t.Helper()
	config := yousign.Config{BaseURL: "http://localhost", APIKey: apiKey, Unlimited: true, AnyEndpoint: true}
	if adapt != nil {
		adapt(&config)
	}
	simulator, err := yousign.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(simulator)
	t.Cleanup(func() {
		server.Close()
		simulator.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return server.URL
}

// webhookSettings are those of one Yousign account at the vendor.
func webhookSettings(vendor, callbacks string, secrets ...string) signing.Config {
	cfg := settings()
	cfg.Callbacks = callbacks
	delete(cfg.Providers, "ch")
	account := cfg.Providers["eu"]
	account.BaseURL, account.WebhookSecrets = vendor+"/v3", nil
	for _, secret := range secrets {
		account.WebhookSecrets = append(account.WebhookSecrets, config.NewSecret(secret))
	}
	cfg.Providers["eu"] = account
	return cfg
}

func apply(t *testing.T, cfg signing.Config) signing.WebhookReport {
	t.Helper()
	reports, err := signing.ApplyWebhooks(t.Context(), cfg)
	if err != nil || len(reports) != 1 || reports[0].Err != nil {
		t.Fatalf("apply: %+v, %v", reports, err)
	}
	return reports[0]
}

func TestWebhooksComeInStepAndStayThere(t *testing.T) {
	vendor := startYousign(t, nil)
	cfg := webhookSettings(vendor, "https://sign.example.com/", oldSecret)
	planned, err := signing.PlanWebhooks(t.Context(), cfg)
	if err != nil || !planned[0].Create {
		t.Fatalf("the plan: %+v, %v", planned, err)
	}
	if again, _ := signing.PlanWebhooks(t.Context(), cfg); !again[0].Create {
		t.Error("the plan changed something")
	}
	if made := apply(t, cfg); !made.Create || made.Account != "eu" {
		t.Errorf("the first time: %+v", made)
	}
	if diff := cmp.Diff(signing.WebhookReport{Account: "eu"}, apply(t, cfg)); diff != "" {
		t.Errorf("the second time: %s", diff)
	}
	account := cfg.Providers["eu"]
	account.WebhookToken = config.NewSecret(webhookToken + "-new")
	cfg.Providers["eu"] = account
	moved := apply(t, cfg)
	if diff := cmp.Diff([]string{"endpoint"}, moved.Changes); diff != "" || len(moved.Notes) != 1 || moved.Create {
		t.Errorf("another token: %+v", moved)
	}
	if n := len(subscriptions(t, vendor)); n != 1 {
		t.Errorf("%d subscriptions", n)
	}
}

func subscriptions(t *testing.T, vendor string) []map[string]any {
	t.Helper()
	var all []map[string]any
	if err := json.Unmarshal(callYousign(t, vendor, http.MethodGet, "/webhooks", ""), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func callYousign(t *testing.T, vendor, method, path, body string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, vendor+"/v3"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+apiKey)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode > 299 {
		t.Fatalf("%s %s: %d, %v", method, path, response.StatusCode, err)
	}
	return answer
}

// TestWebhooksThatCannotBeManagedAreToldHow in words without a secret.
func TestWebhooksThatCannotBeManagedAreToldHow(t *testing.T) {
	trial := startYousign(t, func(c *yousign.Config) { c.Trial = &yousign.Trial{} })
	cfg := webhookSettings(trial, "https://sign.example.com", oldSecret)
	reports, err := signing.ApplyWebhooks(t.Context(), cfg)
	if err != nil || reports[0].Err == nil || reports[0].Manual == nil {
		t.Fatalf("a trial: %+v, %v", reports, err)
	}
	form := reports[0].Manual
	if form.Endpoint.Reveal() != "https://sign.example.com/webhooks/yousign/"+webhookToken || form.SecretKey.Reveal() != oldSecret {
		t.Errorf("what to type in is wrong")
	}
	for name, cfg := range map[string]signing.Config{
		"a short secret": webhookSettings(trial, "https://sign.example.com", oldSecret[:31]),
		"a long secret":  webhookSettings(trial, "https://sign.example.com", oldSecret+"x", oldSecret),
	} {
		reports, err := signing.PlanWebhooks(t.Context(), cfg)
		if err != nil || reports[0].Err == nil || !strings.Contains(reports[0].Err.Error(), "exactly 32") ||
			strings.Contains(reports[0].Err.Error(), oldSecret[:31]) {
			t.Errorf("%s: %+v, %v", name, reports, err)
		}
	}
	if _, err := signing.PlanWebhooks(t.Context(), webhookSettings(trial, "", oldSecret)); err == nil {
		t.Error("the vendor is to call nobody, and nobody minded")
	}
}

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
