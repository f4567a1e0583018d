package yousign_test

import (
	"os"
	"testing"

	"github.com/countersign/countersign/services/sim/vendorspec"
)

// contract is what the vendor says itself: every call of the adapter and every answer of the simulator goes through it.
var contract = vendorspec.Yousign(vendorspec.Adapter)

func TestMain(m *testing.M) { os.Exit(contract.Tests(m).Run()) }
