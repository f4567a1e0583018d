package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	simyousign "github.com/countersign/countersign/services/sim/yousign"
)

// webhookRun runs the command against a simulated vendor and returns its status and all it said.
func webhookRun(t *testing.T, vendor, secret string, args ...string) (int, string) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "c.yaml")
	content := `
signing:
  callbacks: https://sign.example.com
  providers:
    eu:
      vendor: yousign
      base_url: ` + vendor + `/v3
      api_key: yousign-sim-full-access
      webhook_token: a-token-of-22-letters-and-more
      webhook_secrets: [` + secret + `]
`
	if err := os.WriteFile(config, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	status := run(t.Context(), append([]string{"webhooks", args[0], "--config", config}, args[1:]...), streams{strings.NewReader(""), &out, &out})
	return status, out.String()
}

func simulatedYousign(t *testing.T, trial *simyousign.Trial) string {
	t.Helper()
	simulator, err := simyousign.New(simyousign.Config{BaseURL: "http://localhost", Unlimited: true, Trial: trial})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(simulator)
	t.Cleanup(func() {
		server.Close()
		simulator.Close()
	})
	return server.URL
}

func TestWebhooksCommand(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	vendor := simulatedYousign(t, nil)
	trial := simulatedYousign(t, &simyousign.Trial{})
	for _, c := range []struct {
		name, vendor, secret string
		args                 []string
		status               int
		want                 []string
		secrets              bool
	}{
		{"plan", vendor, secret, []string{"plan"}, exitPending, []string{"webhooks are to reach https://sign.example.com\n", "eu: would create the subscription\n"}, false},
		{"dry run", vendor, secret, []string{"apply", "--dry-run"}, exitPending, []string{"eu: would create the subscription\n"}, false},
		{"apply", vendor, secret, []string{"apply"}, 0, []string{"eu: create the subscription\n"}, false},
		{"apply again", vendor, secret, []string{"apply"}, 0, []string{"eu: in step\n"}, false},
		{"plan again", vendor, secret, []string{"plan"}, 0, []string{"eu: in step\n"}, false},
		{"plan another secret", vendor, strings.Repeat("n", 32), []string{"plan"}, exitPending, []string{"eu: would change secret_key\n"}, false},
		{"plan a short secret", vendor, secret[:20], []string{"plan"}, 1, []string{"eu: failed: webhook_secrets"}, false},
		{"another secret", vendor, strings.Repeat("n", 32), []string{"apply"}, 0, []string{"eu: change secret_key\n"}, false},
		{"a short secret", vendor, secret[:20], []string{"apply"}, 1, []string{"eu: failed: webhook_secrets", "exactly 32", "not in step: 1 of 1"}, false},
		{"trial", trial, secret, []string{"apply"}, 1, []string{"eu: failed: ", "/webhooks/yousign/{webhook_token}\n", "signature_request.done", "--show-secrets"}, false},
		{"trial, shown", trial, secret, []string{"apply", "--show-secrets"}, 1, []string{"/webhooks/yousign/a-token-of-22-letters-and-more\n", secret}, true},
		{"wrong usage", vendor, secret, []string{"plan", "--dry-run"}, exitMisused, []string{"unknown flag"}, false},
	} {
		status, said := webhookRun(t, c.vendor, c.secret, c.args...)
		if status != c.status {
			t.Errorf("%s: status %d, want %d:\n%s", c.name, status, c.status, said)
		}
		for _, want := range c.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not in\n%s", c.name, want, said)
			}
		}
		for _, hidden := range []string{c.secret, "a-token-of-22-letters-and-more", "yousign-sim-full-access"} {
			if !c.secrets && strings.Contains(said, hidden) {
				t.Errorf("%s: a secret is told:\n%s", c.name, said)
			}
		}
	}
}
