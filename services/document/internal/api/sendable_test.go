package api

import (
	"testing"

	"github.com/countersign/countersign/services/internal/fault"
)

// TestOnlyWhatFitsAMessageIsSent is of this package: no text of 300 pages makes a PDF of 3 MiB.
func TestOnlyWhatFitsAMessageIsSent(t *testing.T) {
	for size, reason := range map[int]string{mostPreview: "", mostPreview + 1: "TOO_LARGE"} {
		if got := fault.Reason(answer(sendable(make([]byte, size)))); got != reason {
			t.Errorf("%d bytes: %q, want %q", size, got, reason)
		}
	}
}
