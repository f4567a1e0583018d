package jobs

import (
	"context"
	"errors"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// able is an account that would have any request.
type able struct{ signature.Provider }

func (able) Capabilities() signature.Capabilities       { return signature.Capabilities{Name: "able"} }
func (able) Refusal(signature.Order) *signature.Refusal { return nil }

// TestAStopIsNoFailureOfTheVendors: a request stays at its account when the process was told to end. The worker has nothing
// to save another choice with.
func TestAStopIsNoFailureOfTheVendors(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := &Worker{Accounts: routing.New(map[string]signature.Provider{"eu": able{}, "ch": able{}})}
	r := signature.Request{Provider: "eu", Routed: true, State: signature.Preparing, SendAttempted: true}
	got, err := w.unsent(ctx, r, r.Order(), &signature.UnavailableError{Cause: errors.New("canceled")})
	if err == nil || !got.SendAttempted || got.Provider != "eu" {
		t.Errorf("at %s, %v", got.Provider, err)
	}
}
