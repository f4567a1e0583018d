package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/sim/pki"
)

// Every configuration that is shipped must load as a start would load it.
func TestShippedConfigurationsLoad(t *testing.T) {
	shipped, err := filepath.Glob("../../../deploy/*.yaml")
	if err != nil || len(shipped) == 0 {
		t.Fatalf("no shipped configuration found: %v", err)
	}
	anchors := testAnchors(t)
	for _, path := range append(shipped, "simulate.yaml") {
		roles := roleNames()
		if path == "simulate.yaml" {
			roles = []string{"signing", "crm", "gateway"} // the simulators bring their own trust anchor
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		here := filepath.Join(t.TempDir(), filepath.Base(path))
		if err := os.WriteFile(here, bytes.ReplaceAll(content, []byte("/etc/countersign/trust-anchors.pem"), []byte(anchors)), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`\{env: (\w+)\}`).FindAllSubmatch(content, -1) {
			t.Setenv(string(name[1]), "a-secret-of-thirty-two-characters")
		}
		t.Setenv("COUNTERSIGN_DOCUMENT_ADDRESS", "127.0.0.1:7001")
		if _, err := loadConfig(here, roles); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestProvidersWithoutTrustAnchorsAreRefused(t *testing.T) {
	cfg, err := simulatedConfig()
	if err != nil {
		t.Fatal(err)
	}
	if err := cfg.check(roleNames()); err == nil || !strings.Contains(err.Error(), "document.trust_anchors") {
		t.Errorf("err = %v", err)
	}
	cfg.Document.Address = "127.0.0.1:7001"
	if err := cfg.check([]string{"signing"}); err != nil {
		t.Errorf("signing alone cannot know the anchors: %v", err)
	}
	cfg.Document.TrustedLists = "lists"
	if err := cfg.checkProof(roleNames()); err != nil {
		t.Errorf("trusted lists are anchors, too: %v", err)
	}
}

func testAnchors(t *testing.T) string {
	t.Helper()
	authority, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "anchors.pem")
	if err := os.WriteFile(path, authority.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAMissingSecretIsAnErrorNotAnOpenDoor(t *testing.T) {
	if _, err := loadConfig("../../../deploy/countersign.yaml", roleNames()); err == nil {
		t.Fatal("the configuration loaded although its secrets are not set")
	}
}

// TestAnUnsetSecretDoesNotHideOtherMistakes, and no configuration comes back.
func TestAnUnsetSecretDoesNotHideOtherMistakes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.yaml")
	content := "gateway: {max_watchers: 0}\ncrm: {accounts: {acme: {token: {env: NOT_SET_ANYWHERE}}}}\n"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := loadConfig(path, []string{"gateway", "document", "signing", "crm"})
	if err == nil || cfg.Data != "" {
		t.Fatal("it loaded")
	}
	for _, want := range []string{"crm.accounts.acme.token: the environment variable NOT_SET_ANYWHERE", "gateway.max_watchers"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "token: is required") {
		t.Errorf("the secret is told twice:\n%v", err)
	}
}

func TestAStartWithoutProvidersSaysSo(t *testing.T) {
	simulated, err := simulatedConfig()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cfg   Config
		roles []string
		lines int
	}{{defaultConfig(), roleNames(), 1}, {defaultConfig(), []string{"document", "gateway"}, 0}, {simulated, roleNames(), 0}} {
		var log bytes.Buffer
		c.cfg.warnIdle(c.roles, slog.New(slog.NewTextHandler(&log, nil)))
		if strings.Count(log.String(), "\n") != c.lines || c.lines > 0 && !strings.Contains(log.String(), "signing.providers") {
			t.Errorf("%v: %s", c.roles, log.String())
		}
	}
}

func TestTheDemoNeedsNoSettings(t *testing.T) {
	cfg, err := demoConfig()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data = t.TempDir()
	sims, err := startSimulators(&cfg, "http://"+cfg.Gateway.Listen)
	if err != nil {
		t.Fatal(err)
	}
	defer sims.close()
	if err := cfg.check(roleNames()); err != nil {
		t.Error(err)
	}
}

func TestARoleNeedsOnlyItsOwnSettings(t *testing.T) {
	cfg := defaultConfig()
	cfg.CRM.Sweep, cfg.CRM.Address = 0, "127.0.0.1:7003"
	if err := cfg.check([]string{"document", "signing", "gateway"}); err != nil {
		t.Errorf("crm's settings were checked: %v", err)
	}
	if err := cfg.check([]string{"crm"}); err == nil {
		t.Error("crm's settings were not checked")
	}
}

// What calls a role that is neither here nor anywhere else cannot start, and the check says so beforehand.
func TestTheCheckNamesTheAddressesThatAStartNeeds(t *testing.T) {
	for name, want := range map[string][]string{
		"document": nil, "signing": {"document"}, "crm": {"document", "signing"}, "gateway": {"document", "signing", "crm"},
	} {
		cfg := defaultConfig()
		cfg.Data = t.TempDir()
		for _, called := range roleNames() {
			err := cfg.checkAddresses([]string{name})
			if got := err != nil && strings.Contains(err.Error(), called+".address: is needed"); got != slices.Contains(want, called) {
				t.Errorf("%s: %s is named: %t", name, called, got)
			}
		}
		p, err := build(t.Context(), cfg, []string{name}, slog.New(slog.DiscardHandler))
		if (err != nil) != (len(want) > 0) {
			t.Errorf("%s alone: the start says %v", name, err)
		}
		if p != nil {
			if err := p.close(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := defaultConfig().checkAddresses(roleNames()); err != nil {
		t.Error(err)
	}
}

func TestTheCheckSaysWhatAStartWouldSay(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"data: must name a folder":               func(c *Config) { c.Data = "" },
		"signing.listen: want HOST:PORT":         func(c *Config) { c.Signing.Listen = "7002" },
		"crm.listen: address":                    func(c *Config) { c.CRM.Listen = "0.0.0.0:7003" },
		"gateway.listen: want HOST:PORT":         func(c *Config) { c.Gateway.Listen = "127.0.0.1:99999" },
		"gateway.webhook_listen: want HOST:PORT": func(c *Config) { c.Gateway.WebhookListen = "8081" },
	} {
		cfg := defaultConfig()
		change(&cfg)
		if err := cfg.check(roleNames()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want %q", err, want)
		}
	}
}
