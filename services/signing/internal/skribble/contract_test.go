package skribble_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	sim "github.com/countersign/countersign/services/sim/skribble"
	"github.com/countersign/countersign/services/sim/vendorspec"
)

// contract is what the vendor says itself: every call of the adapter and every answer of the simulator goes through it.
var contract = vendorspec.Skribble(vendorspec.Adapter)

func TestMain(m *testing.M) { os.Exit(contract.Tests(m).Run()) }

// A property that is misspelt anywhere, by the adapter or by the simulator, must not pass.
func TestEveryRenamedPropertyIsNoticed(t *testing.T) {
	if !contract.Here(t) {
		t.Skipf("NOT TESTED: %s names no folder with the vendor's OpenAPI files", vendorspec.Variable)
	}
	v := newVendor(t, sim.Settings{})
	renamed := contract.Bite(t, http.DefaultTransport, func(line http.RoundTripper) {
		providertest.Tour(t, fixture(t, v, v.config(&http.Client{Transport: line})))
	})
	if t.Logf("%d properties were renamed, each alone", renamed); renamed < 50 {
		t.Error("that is too few to show anything")
	}
}
