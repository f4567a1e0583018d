package yousign

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/countersign/countersign/services/sim/vendorspec"
)

// contract is what the vendor says itself: whatever the simulator takes and answers goes through it.
var contract = vendorspec.Yousign(vendorspec.Simulator)

func TestMain(m *testing.M) { goleak.VerifyTestMain(contract.Tests(m)) }
