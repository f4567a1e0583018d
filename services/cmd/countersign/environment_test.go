package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/internal/config"
)

func TestAVariableThatIsNoSettingIsToldWithTheNearest(t *testing.T) {
	cfg, looked := defaultConfig(), variables{}
	if err := config.Load(&cfg, "", nil, environmentPrefix, looked.lookup); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	looked.warn([]string{
		"COUNTERSIGN_GATEWY_LISTEN=s3cret", "COUNTERSIGN_DOCUMENT_REQUIRE_REVOCATON=true", "COUNTERSIGN_GATEWAY_LISTEN=127.0.0.1:1",
		"COUNTERSIGN_CONFIG=x", "COUNTERSIGN_KOMMO_TOKEN=s3cret", "COUNTERSIGNED=1", "PATH=/bin",
	}, []byte("token: {env: COUNTERSIGN_KOMMO_TOKEN}"), slog.New(slog.NewTextHandler(&log, nil)))
	for _, want := range []string{
		"variable=COUNTERSIGN_GATEWY_LISTEN nearest=COUNTERSIGN_GATEWAY_LISTEN",
		"variable=COUNTERSIGN_DOCUMENT_REQUIRE_REVOCATON nearest=COUNTERSIGN_DOCUMENT_REQUIRE_REVOCATION",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in\n%s", want, log.String())
		}
	}
	if strings.Count(log.String(), "\n") != 2 || strings.Contains(log.String(), "s3cret") {
		t.Errorf("log:\n%s", log.String())
	}
}
