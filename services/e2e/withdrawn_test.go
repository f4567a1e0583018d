package e2e_test

import (
	"encoding/json"
	"net/http"
	"testing"
)

// withdraw has the vendor's own people, or the sender's in the vendor's pages, withdraw an envelope.
func (v vendor) withdraw(t *testing.T, e envelope) {
	t.Helper()
	path, key, body := "/v3/signature_requests/"+e.ID+"/cancel", yousignKey, map[string]string{"reason": "other", "custom_note": markWords}
	if v.name == "skribble" {
		path, key, body = "/v2/signature-requests/"+e.ID+"/withdraw", v.login(t), map[string]string{"message": markWords}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := send(http.MethodPost, v.url+path, http.Header{"Authorization": {"Bearer " + key}, "Content-Type": {jsonType}}, raw)
	if err != nil || got.status >= http.StatusBadRequest {
		t.Fatalf("withdraw at %s: status %d, %v", v.name, got.status, err)
	}
}

func testSkribbleWithdrawn(t *testing.T, w *world) {
	w.testEndedElsewhere(t, stageSkribbleQES, "WITHDRAWN_AT_PROVIDER", "withdrawn at vendor", w.skribble.withdraw)
}

func testYousignWithdrawn(t *testing.T, w *world) {
	w.testEndedElsewhere(t, stageYousignQES, "WITHDRAWN_AT_PROVIDER", "withdrawn at vendor", w.yousign.withdraw)
}

// testVanished has Skribble forget the envelope. A second look, a minute after the first, makes sure.
func testVanished(t *testing.T, w *world) {
	w.testEndedElsewhere(t, stageSkribbleQES, "ENVELOPE_VANISHED", "vanished", func(t *testing.T, e envelope) {
		t.Helper()
		w.skribble.do(t, e, "purge", nil)
	})
}

// testEndedElsewhere ends a deal's envelope at the vendor: the request, its events and the card say so, and a person is
// asked to follow up.
func (w *world) testEndedElsewhere(t *testing.T, stage, reason, word string, end func(*testing.T, envelope)) {
	d := w.begin(t, stage)
	e := w.sent(t, d)
	r := w.requestOf(t, d)
	watched := w.lines(t, "?signatureRequest="+r.Name)
	end(t, e)
	w.hint(t, e)
	watched(t, "TYPE_CANCELED")
	w.ends(t, d, left(stage, []string{"sent", word}, []string{word}))
	if r = w.read(t, r.Name); r.State != "STATE_CANCELED" || r.StateReason != reason {
		t.Errorf("the request is %s for %s, want STATE_CANCELED for %s", r.State, r.StateReason, reason)
	}
}

// hint tells the product that something about a Skribble envelope changed: Skribble itself tells of neither a withdrawal
// nor a purge.
func (w *world) hint(t *testing.T, e envelope) {
	t.Helper()
	if e.Success == "" {
		return
	}
	path := "/webhooks/skribble/update/" + e.callbackToken() + "/" + e.ID
	if got, err := send(http.MethodPost, w.gateway(path), nil, nil); err != nil || got.status != http.StatusOK {
		t.Fatalf("a callback was answered with %d, %v", got.status, err)
	}
}
