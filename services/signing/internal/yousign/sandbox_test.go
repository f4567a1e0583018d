package yousign_test

import (
	"cmp"
	"net/http"
	"os"
	"testing"

	"github.com/google/uuid"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/yousign"
)

// TestSandbox mails a real address, so it runs only where somebody names an account; CI never does. A trial account takes
// only addresses of its own organisation.
func TestSandbox(t *testing.T) {
	key, address := os.Getenv("COUNTERSIGN_YOUSIGN_API_KEY"), os.Getenv("COUNTERSIGN_SANDBOX_SIGNER_EMAIL")
	if key == "" || address == "" {
		t.Skip("NOT RUN against Yousign: it needs COUNTERSIGN_YOUSIGN_API_KEY and COUNTERSIGN_SANDBOX_SIGNER_EMAIL, and" +
			" COUNTERSIGN_YOUSIGN_BASE_URL where that is not the vendor's own")
	}
	base := cmp.Or(os.Getenv("COUNTERSIGN_YOUSIGN_BASE_URL"), "https://api-sandbox.yousign.app/v3")
	provider := newProvider(t, yousign.Config{
		BaseURL: base, APIKey: key, Sandbox: true,
		HTTPClient: &http.Client{Transport: contract.Transport(t, http.DefaultTransport)},
	})
	providertest.Unattended(t, provider, address, "suite-"+uuid.NewString())
}

// What is meant for a sandbox runs at the simulator first.
func TestUnattended(t *testing.T) {
	config := newVendor(t, nil).config(http.DefaultClient)
	config.Sandbox = true
	providertest.Unattended(t, newProvider(t, config), "max@example.org", "suite-1")
}
