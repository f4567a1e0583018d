package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Every configuration that is shipped must load as a start would load it.
func TestShippedConfigurationsLoad(t *testing.T) {
	shipped, err := filepath.Glob("../../../deploy/*.yaml")
	if err != nil || len(shipped) == 0 {
		t.Fatalf("no shipped configuration found: %v", err)
	}
	for _, path := range append(shipped, "simulate.yaml") {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`\{env: (\w+)\}`).FindAllSubmatch(content, -1) {
			t.Setenv(string(name[1]), "a-secret-of-thirty-two-characters")
		}
		if _, err := loadConfig(path, roleNames()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
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
