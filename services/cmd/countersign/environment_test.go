package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestAVariableThatIsNoSettingIsToldWithTheNearest(t *testing.T) {
	var log bytes.Buffer
	warnStrays([]string{
		"COUNTERSIGN_GATEWY_LISTEN=s3cret", "COUNTERSIGN_DOCUMENT_REQUIRE_REVOCATON=true", "COUNTERSIGN_SIGNING_PROVIDER=s3cret",
		"COUNTERSIGN_XYZ=s3cret", "COUNTERSIGN_GATEWAY_LISTEN=127.0.0.1:1",
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
	if strings.Count(log.String(), "\n") != 4 || strings.Contains(log.String(), "nearest=COUNTERSIGN_SIGNING_PROVIDERS") || strings.Contains(log.String(), "s3cret") {
		t.Errorf("log:\n%s", log.String())
	}
}
