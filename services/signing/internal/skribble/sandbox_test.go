package skribble_test

import (
	"cmp"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/skribble"
	sim "github.com/countersign/countersign/services/sim/skribble"
)

// TestSandbox mails a real address, so it runs only where somebody names an account; CI never does.
func TestSandbox(t *testing.T) {
	user, key := os.Getenv("COUNTERSIGN_SKRIBBLE_USERNAME"), os.Getenv("COUNTERSIGN_SKRIBBLE_API_KEY")
	address := os.Getenv("COUNTERSIGN_SANDBOX_SIGNER_EMAIL")
	if user == "" || key == "" || address == "" {
		t.Skip("NOT RUN against Skribble: it needs COUNTERSIGN_SKRIBBLE_USERNAME, COUNTERSIGN_SKRIBBLE_API_KEY and" +
			" COUNTERSIGN_SANDBOX_SIGNER_EMAIL, and COUNTERSIGN_SKRIBBLE_BASE_URL outside Switzerland")
	}
	base := cmp.Or(os.Getenv("COUNTERSIGN_SKRIBBLE_BASE_URL"), "https://api.skribble.com/v2")
	provider := newProvider(t, skribble.Config{
		BaseURL: base, Username: user, APIKey: key, Sandbox: true, LookupGrace: 5 * time.Second,
		HTTPClient: &http.Client{Transport: contract.Transport(t, http.DefaultTransport)},
	})
	providertest.Unattended(t, provider, address, "suite-"+uuid.NewString())
}

// What is meant for a sandbox runs at the simulator first.
func TestUnattended(t *testing.T) {
	v := newVendor(t, sim.Settings{})
	config := v.config(http.DefaultClient)
	config.Username, config.Sandbox = demoUser, true
	providertest.Unattended(t, newProvider(t, config), "max@example.org", "suite-1")
}
