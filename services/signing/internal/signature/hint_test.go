package signature_test

import (
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestAnInvitationThatIsKnownTellsNothing, and everything else does.
func TestAnInvitationThatIsKnownTellsNothing(t *testing.T) {
	invited := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	r := signature.Request{Signers: []signature.Signer{
		{Role: "client", ProviderID: "v1", State: signature.SignerOpened, InviteTime: invited},
		{Role: "seller", ProviderID: "v2", State: signature.SignerPending},
	}}
	for name, c := range map[string]struct {
		hint signature.Hint
		want bool
	}{
		"nothing":               {signature.Hint{}, false},
		"somebody":              {signature.Hint{State: signature.SignerInvited, Time: invited.Add(time.Second)}, true},
		"this one":              {signature.Hint{SignerID: "v1", State: signature.SignerInvited, Time: invited.Add(-time.Second)}, true},
		"this one, once more":   {signature.Hint{SignerID: "v1", State: signature.SignerInvited, Time: invited.Add(2 * time.Minute)}, false},
		"this one, at no time":  {signature.Hint{SignerID: "v1", State: signature.SignerInvited}, false},
		"this one, another way": {signature.Hint{SignerID: "v1", State: signature.SignerOpened, Time: invited}, false},
		"one whose turn it was": {signature.Hint{SignerID: "v2", State: signature.SignerInvited, Time: invited}, false},
		"a stranger":            {signature.Hint{SignerID: "v3", State: signature.SignerInvited, Time: invited}, false},
	} {
		if got := r.Knows(c.hint); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}
