package api_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestNextActionTellsWhyItWaits where a call to the provider is next, and not where the signers are waited for.
func TestNextActionTellsWhyItWaits(t *testing.T) {
	r := newRig(t)
	withdrawn, out := stored(signature.OutForSignature), stored(signature.OutForSignature)
	withdrawn.Withdrawal, withdrawn.Envelope, out.Envelope = signature.WithdrawnByCaller, "env-1", "env-2"
	names := r.have(withdrawn, out)
	for _, envelope := range []string{"env-1", "env-2"} {
		r.accounts.Note("eu", envelope, &signature.UnavailableError{RetryAfter: time.Hour, Cause: errors.New("429")}, time.Now())
	}
	for i, want := range []string{"the provider is being asked to withdraw it: the provider asked to wait until ", "waiting for the signers"} {
		got, err := r.provider.GetSignatureRequest(t.Context(), &signingv1.GetSignatureRequestRequest{Name: names[i]})
		if action := got.GetSignatureRequest().GetNextAction(); err != nil || !strings.HasPrefix(action, want) || (i == 1) != (action == want) {
			t.Errorf("%q, %v, want %q", action, err, want)
		}
	}
}
