package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// badCall is something that comes in and is none of the vendors' business.
type badCall struct {
	name, path, contentType string
	body                    []byte
	signature               string // of Yousign's header; empty for none
	want                    int
}

func badCalls(w *world) []badCall {
	kommo, yousign := "/webhooks/kommo/acme/"+kommoHookToken, "/webhooks/yousign/"+yousignToken
	wrong := "wrong-token-" + markWords
	lead := []byte("leads[status][0][id]=424242&leads[status][0][status_id]=67548611&leads[status][0][pipeline_id]=8572511&name=" + markName)
	event := yousignEvent("signature_request.done", "6d1c9c0e-1111-4222-8333-944455556666")
	unknown := yousignEvent("weather.changed", "6d1c9c0e-1111-4222-8333-944455556666")
	brokenJSON := []byte(`{"event_id":"` + markName)
	return []badCall{
		{"kommo, wrong token", "/webhooks/kommo/acme/" + wrong, formType, lead, "", 404},
		{"kommo, wrong account", "/webhooks/kommo/other/" + kommoHookToken, formType, lead, "", 404},
		{"kommo, wrong content type", kommo, "text/plain", lead, "", 415},
		{"kommo, no content type", kommo, "", lead, "", 415},
		{"kommo, 20 MB", kommo, formType, bytes.Repeat([]byte(markName+"=1&"), 2_000_000), "", 413},
		{"kommo, broken JSON", kommo, jsonType, []byte(`{"leads":{"status":[{"id":"` + markName), "", 400},
		{"kommo, broken percent-encoding", kommo, formType, []byte("leads%5Bstatus=%zz" + markName), "", 400},
		{"kommo, unknown group", kommo, formType, []byte("weather[add][0][id]=1&weather[add][0][name]=" + markName), "", 200},
		{"kommo, another account", kommo, formType, append([]byte("account[id]=1&"), lead...), "", 200},
		{"kommo, empty", kommo, formType, nil, "", 200},
		{"yousign, wrong token", "/webhooks/yousign/" + wrong, jsonType, event, signed(yousignSecret, event), 404},
		{"yousign, wrong signature", yousign, jsonType, event, signed("another-secret-of-32-characters-0", event), 401},
		{"yousign, signature of another body", yousign, jsonType, event, signed(yousignSecret, unknown), 401},
		{"yousign, no signature", yousign, jsonType, event, "", 401},
		{"yousign, broken JSON", yousign, jsonType, brokenJSON, signed(yousignSecret, brokenJSON), 400},
		{"yousign, unknown request", yousign, jsonType, event, signed(yousignSecret, event), 200},
		{"yousign, unknown event", yousign, jsonType, unknown, signed(yousignSecret, unknown), 200},
		{"skribble, wrong token", "/webhooks/skribble/success/" + wrong + "/x", "", nil, "", 404},
		{"skribble, unknown kind", "/webhooks/skribble/weather/" + wrong + "/x", "", nil, "", 400},
		{"unknown vendor", "/webhooks/weather/" + wrong, formType, lead, "", 404},
		{"API, unknown field", "/v1/signatureRequests", jsonType, []byte(`{"` + markName + `":1}`), "", 400},
		{"API, broken JSON", "/v1/signatureRequests", jsonType, brokenJSON, "", 400},
		{"API, 2 MB", "/v1/signatureRequests", jsonType, bytes.Repeat([]byte(" "), 2<<20), "", 413},
	}
}

// TestBadInput calls the running product with what it must not take: each call has its documented answer, and nothing
// has come of any of them.
func TestBadInput(t *testing.T) {
	noLeaks(t)
	for _, shape := range topologies() {
		t.Run(shape.name, func(t *testing.T) {
			w := newWorld(t, shape, settings{})
			for _, c := range badCalls(w) {
				t.Run(c.name, func(t *testing.T) { w.expectAnswer(t, c) })
			}
			w.quiet(t)
			w.expectNothingKnown(t)
			w.testUnknownLead(t)
			w.testManyKeys(t)
		})
	}
}

func (w *world) expectAnswer(t *testing.T, c badCall) {
	t.Helper()
	header := http.Header{}
	if c.contentType != "" {
		header.Set("Content-Type", c.contentType)
	}
	if c.signature != "" {
		header.Set("X-Yousign-Signature-256", c.signature)
	}
	got, err := send(http.MethodPost, w.gateway(c.path), header, c.body)
	if err != nil {
		t.Fatal(err)
	}
	if got.status != c.want {
		t.Errorf("status %d, want %d: %s", got.status, c.want, got.body)
	}
	for _, private := range append(marks(), secrets()...) {
		if strings.Contains(string(got.body), private) {
			t.Errorf("the answer repeats what was sent: %s", got.body)
		}
	}
}

// expectNothingKnown fails the test when the product knows a deal or a request, or the vendors have one.
func (w *world) expectNothingKnown(t *testing.T) {
	t.Helper()
	for _, path := range []string{"/v1/accounts/acme/deals", "/v1/signatureRequests", "/v1/events"} {
		var list map[string]any
		must(t, http.MethodGet, w.gateway(path), nil, &list)
		for key, value := range list {
			if items, ok := value.([]any); ok && len(items) > 0 {
				t.Errorf("%s has %d %s, want none", path, len(items), key)
			}
		}
	}
	if n := len(w.skribble.envelopes(t, "")) + len(w.yousign.envelopes(t, "")); n > 0 {
		t.Errorf("the vendors have %d envelopes, want none", n)
	}
}

// testUnknownLead sends a hook about a lead that Kommo does not have: it is looked at, and that is all.
func (w *world) testUnknownLead(t *testing.T) {
	t.Helper()
	d := &deal{lead: 424242}
	w.kommo.sendHook(t, w.kommo.statusHook(d, stageSkribbleQES))
	eventually(t, "the product has looked for the lead", func() error {
		known, err := w.known(d)
		if err == nil && (known.Decision != "DECISION_NOTHING_TO_DO" || len(known.Attempts)+len(known.Effects) > 0) {
			t.Fatalf("an unknown lead came to %+v", known)
		}
		return err
	})
}

// testManyKeys sends a hook with more keys than Go's own form reader takes, its lead first: it is handled.
func (w *world) testManyKeys(t *testing.T) {
	t.Helper()
	d := w.deal(stageSkribbleQES)
	w.kommo.add(t, d)
	w.kommo.misdeliver(t, "drop", 2)
	w.kommo.move(t, d, d.stage)
	var body strings.Builder
	body.WriteString(w.kommo.statusHook(d, d.stage).Encode())
	for i := range 10_001 {
		fmt.Fprintf(&body, "&leads[status][0][custom_fields][%d][id]=%d", i, i)
	}
	got, err := send(http.MethodPost, w.kommo.hook, http.Header{"Content-Type": {formType}}, []byte(body.String()))
	if err != nil || got.status != http.StatusOK {
		t.Fatalf("a form of 10,001 keys was answered with %d, %v", got.status, err)
	}
	w.sent(t, d)
}
