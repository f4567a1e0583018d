package e2e_test

import (
	"net/http"
	"slices"
	"testing"
)

// testRouted leaves the choice to routing, once by a rule of the CRM and once by a platform.
func testRouted(t *testing.T, w *world) {
	d := w.testWon(t, stageRoutedSES, "VERDICT_ATTESTED_BY_PROVIDER")
	if got := w.requestOf(t, d).Provider; got != "providers/skribble" {
		t.Errorf("the deal's request went to %s, want the first by name", got)
	}
	p := w.person()
	r := w.create(t, routed(p, "routed-"+p.last, "providers/yousign", "providers/skribble"))
	if r.Provider != "providers/yousign" {
		t.Errorf("the request went to %s, want the caller's first", r.Provider)
	}
}

// routed is the body of a creation that names no provider, only some to choose from.
func routed(p person, requestID string, among ...string) map[string]any {
	body := ordered(p, requestID)
	request := body["signatureRequest"].(map[string]any)
	delete(request, "provider")
	request["routing"] = map[string]any{"providers": among}
	return body
}

// testRerouted has a deal and a platform ask while nobody listens at the first account: the second one takes it.
func testRerouted(t *testing.T, w *world) {
	d := w.testWon(t, stageRoutedSES, "VERDICT_ATTESTED_BY_PROVIDER")
	p := w.person()
	r := w.create(t, routed(p, "rerouted-"+p.last, "providers/dead", "providers/yousign"))
	for name, want := range map[string]string{w.requestOf(t, d).Name: "providers/skribble", r.Name: "providers/yousign"} {
		if got := w.read(t, name).Provider; got != want {
			t.Errorf("the request went to %s, want %s", got, want)
		}
	}
	if types := w.eventTypes(t, r.Name); len(types) != 3 && !slices.Contains(types, "TYPE_REROUTED") {
		t.Errorf("events %v, want TYPE_REROUTED between the creation and the sending", types)
	}
	// Whoever insists waits: the account may come back.
	fixed := ordered(w.person(), "insists-"+p.last)
	fixed["signatureRequest"].(map[string]any)["provider"] = "providers/dead"
	var waits signatureRequest
	must(t, http.MethodPost, w.gateway("/v1/signatureRequests"), fixed, &waits)
	if got := w.read(t, waits.Name); got.State != "STATE_PREPARING" || got.Provider != "providers/dead" {
		t.Errorf("the request that names the account is %s at %s", got.State, got.Provider)
	}
}

// testRoutedOnce breaks the first account's answer after it took effect: an unknown outcome is looked up where it
// happened, and never sent elsewhere.
func testRoutedOnce(t *testing.T, w *world) {
	for _, fault := range []string{"error_after", "drop_after"} {
		w.yousign.arm(t, map[string]any{"name": fault, "method": http.MethodPost, "path": w.yousign.creationPath(), "count": 1})
		p := w.person()
		r := w.create(t, routed(p, fault+p.last, "providers/yousign", "providers/skribble"))
		here, there := w.yousign.envelopes(t, platformTitle(p)), w.skribble.envelopes(t, platformTitle(p))
		if r.Provider != "providers/yousign" || len(here) != 1 || len(there) != 0 {
			t.Errorf("after %s the request is at %s, with %v at Yousign and %v at Skribble", fault, r.Provider, here, there)
		}
	}
}
