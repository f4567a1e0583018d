package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
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
	cfg.CRM.Sweep = 0
	if err := cfg.check([]string{"document", "signing", "gateway"}); err != nil {
		t.Errorf("crm's settings were checked: %v", err)
	}
	if err := cfg.check([]string{"crm"}); err == nil {
		t.Error("crm's settings were not checked")
	}
}
