package api

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/countersign/countersign/services/document/internal/render"
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

// A contract that never gets done is refused; a caller who gives up is not told that his contract is at fault.
func TestNoContractIsSetForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := func(ctx context.Context) (render.Result, error) {
			<-ctx.Done()
			return render.Result{}, ctx.Err()
		}
		if _, err := within(t.Context(), stuck); fault.Reason(answer(err)) != "TOO_LARGE" {
			t.Errorf("got %v", err)
		}
		hasty, cancel := context.WithTimeout(t.Context(), renderTime/2)
		defer cancel()
		if _, err := within(hasty, stuck); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
