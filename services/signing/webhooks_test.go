package signing_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// TestAWebhookWhoseAnswerIsLostIsMadeOnce: the next run finds it.
func TestAWebhookWhoseAnswerIsLostIsMadeOnce(t *testing.T) {
	vendor := startYousign(t, nil)
	cfg := webhookSettings(vendor, "https://sign.example.com", oldSecret)
	fault := strings.NewReader(`{"name":"drop_after","method":"POST","count":1}`)
	response, err := http.Post(vendor+"/_sim/faults", "application/json", fault)
	if err != nil || response.StatusCode > 299 {
		t.Fatalf("%v, %v", response, err)
	}
	_ = response.Body.Close()
	reports, err := signing.ApplyWebhooks(t.Context(), cfg)
	if err != nil || reports[0].Err == nil || !strings.Contains(reports[0].Err.Error(), "run it again") {
		t.Fatalf("with a lost answer: %+v, %v", reports, err)
	}
	if again := apply(t, cfg); again.Create || len(subscriptions(t, vendor)) != 1 {
		t.Errorf("again: %+v", again)
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
