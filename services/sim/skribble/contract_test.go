package skribble

import (
	"os"
	"testing"

	"github.com/countersign/countersign/services/sim/vendorspec"
)

// contract is what the vendor says itself: whatever the simulator takes and answers goes through it.
var contract = vendorspec.Skribble(vendorspec.Simulator)

func TestMain(m *testing.M) { os.Exit(contract.Tests(m).Run()) }
