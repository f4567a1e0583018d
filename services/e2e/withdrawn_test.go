package e2e_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
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

func testSkribbleWithdrawn(t *testing.T, w *world) { w.testWithdrawn(t, stageSkribbleQES) }
func testYousignWithdrawn(t *testing.T, w *world)  { w.testWithdrawn(t, stageYousignQES) }

// testWithdrawn ends a deal's envelope in the vendor's own pages.
func (w *world) testWithdrawn(t *testing.T, stage string) {
	d := w.begin(t, stage)
	e := w.sent(t, d)
	w.vendorOf(d).withdraw(t, e)
	w.hint(t, e)
	w.expectEndedElsewhere(t, d, "WITHDRAWN_AT_PROVIDER", "withdrawn at vendor")
}

// beginVanishing has Skribble forget a deal's envelope, in a world of its own, and returns what must have come of it a
// minute later: a second look makes sure.
func beginVanishing(t *testing.T, shape topology) (expect func(*testing.T)) {
	t.Helper()
	w := newWorld(t, shape, settings{})
	d := w.begin(t, stageSkribbleQES)
	e := w.sent(t, d)
	w.skribble.do(t, e, "purge", nil)
	w.hint(t, e)
	return func(t *testing.T) { w.expectEndedElsewhere(t, d, "ENVELOPE_VANISHED", "vanished") }
}

// expectEndedElsewhere waits until the request, its events and the card say how the envelope ended, and a person is asked
// to follow up.
func (w *world) expectEndedElsewhere(t *testing.T, d *deal, reason, word string) {
	t.Helper()
	r := w.requestOf(t, d)
	want := []string{"TYPE_CREATED", "TYPE_SENT", "TYPE_CANCELED"}
	if diff := cmp.Diff(want, w.lines(t, "?signatureRequest="+r.Name)(t, "TYPE_CANCELED")); diff != "" {
		t.Errorf("watched (-want +got):\n%s", diff)
	}
	w.ends(t, d, left(d.stage, []string{"sent", word}, []string{word}))
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
