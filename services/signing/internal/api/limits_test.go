package api_test

import (
	"testing"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// generous takes more than the contract does; terse says nothing of its limits.
type generous struct{ account }

func (*generous) Capabilities() signature.Capabilities {
	return signature.Capabilities{
		Name: "generous", MaxSigners: 100, MaxAttachments: 49, MaxObservers: 100, MaxMessage: 2000, MaxTitle: 1010,
	}
}

type terse struct{ account }

func (*terse) Capabilities() signature.Capabilities { return signature.Capabilities{Name: "terse"} }

// TestAProviderPromisesNoMoreThanTheAPITakes.
func TestAProviderPromisesNoMoreThanTheAPITakes(t *testing.T) {
	type limits struct{ signers, attachments, observers, message, title int32 }
	want := map[string]limits{"generous": {50, 10, 20, 1000, 128}, "terse": {50, 0, 0, 1000, 128}}
	r := newRigOf(t, map[string]signature.Provider{"generous": &generous{}, "terse": &terse{}})
	got, err := r.provider.ListProviders(t.Context(), &signingv1.ListProvidersRequest{})
	if err != nil || len(got.GetProviders()) != len(want) {
		t.Fatal(got, err)
	}
	for _, p := range got.GetProviders() {
		promised := limits{p.GetMaxSigners(), p.GetMaxAttachments(), p.GetMaxObservers(), p.GetMaxMessageLength(), p.GetMaxTitleLength()}
		if promised != want[p.GetVendor()] {
			t.Errorf("%s: %+v, want %+v", p.GetVendor(), promised, want[p.GetVendor()])
		}
	}
}
