package api

import (
	"testing"

	"github.com/countersign/countersign/services/internal/fault"
)

// TestOnlyWhatFitsAMessageIsSent is of this package: no text of 300 pages makes a PDF of 3 MiB.
func TestOnlyWhatFitsAMessageIsSent(t *testing.T) {
	const rest = mostMessage - mostElse - mostPreview
	for _, test := range []struct {
		pdf, png int
		reason   string
	}{
		{mostPreview, 0, ""}, {mostPreview + 1, 0, "TOO_LARGE"}, {mostPreview, rest, ""}, {mostPreview, rest + 1, "TOO_LARGE"},
		{0, mostPreview + rest, ""},
	} {
		if got := fault.Reason(answer(sendable(make([]byte, test.pdf), make([]byte, test.png)))); got != test.reason {
			t.Errorf("%d and %d bytes: %q, want %q", test.pdf, test.png, got, test.reason)
		}
	}
}
