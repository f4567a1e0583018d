package signature_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestOnlyWhatWasNeverAskedForIsRerouted: routing chose the account, and no vendor was asked.
func TestOnlyWhatWasNeverAskedForIsRerouted(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(*signature.Request)
		to     string
		want   bool
	}{
		"being prepared":        {func(*signature.Request) {}, "ch", true},
		"taken back":            {func(r *signature.Request) { r.SendAttempted = true; *r = signature.Unsent(*r) }, "ch", true},
		"asked for":             {func(r *signature.Request) { r.SendAttempted = true }, "ch", false},
		"sent":                  {func(r *signature.Request) { r.State, r.Envelope = signature.OutForSignature, "e" }, "ch", false},
		"ended":                 {func(r *signature.Request) { r.State = signature.Refused }, "ch", false},
		"withdrawn":             {func(r *signature.Request) { r.Withdrawal = signature.WithdrawnByCaller }, "ch", false},
		"fixed":                 {func(r *signature.Request) { r.Routed = false }, "ch", false},
		"a brand's":             {func(r *signature.Request) { r.Brand = "b" }, "ch", false},
		"a provider template's": {func(r *signature.Request) { r.Source.ProviderTemplate = "t" }, "ch", false},
		"to where it is":        {func(*signature.Request) {}, "eu", false},
		"to nobody":             {func(*signature.Request) {}, "", false},
	} {
		before := signature.Request{ID: "r1", Reference: "deal-7", Provider: "eu", Routed: true, State: signature.Preparing}
		c.change(&before)
		after, events := signature.Reroute(before, c.to, now)
		if !c.want {
			if diff := cmp.Diff(before, after); diff != "" || len(events) != 0 {
				t.Errorf("%s: rerouted, %v (-before +after):\n%s", name, events, diff)
			}
			continue
		}
		want := []signature.Event{{
			Request: "r1", Reference: "deal-7", Provider: "ch", Type: signature.EventRerouted, State: signature.Preparing, Time: now,
		}}
		if !slices.Equal(events, want) || after.Provider != "ch" || after.UpdateTime != now || !signature.Reroutable(after) {
			t.Errorf("%s: %+v, %+v", name, after, events)
		}
	}
}
