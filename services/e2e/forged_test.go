package e2e_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// testForgedYousign tells the product that a request is done which nobody signed: under a wrong signature, and even under
// the right one. The vendor is asked, and says otherwise.
func testForgedYousign(t *testing.T, w *world) {
	d := w.begin(t, stageYousignQES)
	e := w.sent(t, d)
	event := yousignEvent("signature_request.done", e.ID)
	for secret, want := range map[string]int{
		"another-secret-of-32-characters-0": http.StatusUnauthorized, "": http.StatusUnauthorized, yousignSecret: http.StatusOK,
	} {
		reads := w.yousign.reads(e)
		if got := w.postYousign(t, yousignToken, signed(secret, event), event); got != want {
			t.Errorf("the forged event was answered with %d, want %d", got, want)
		}
		if want == http.StatusOK {
			w.awaitRead(t, w.yousign, e, reads)
		}
	}
	w.expectOnlySent(t, d)
	w.yousign.do(t, e, "sign", nil)
	w.ends(t, d, won())
}

// testForgedSkribble calls back for a request that nobody signed: under a wrong token, and even under the right one.
func testForgedSkribble(t *testing.T, w *world) {
	d := w.begin(t, stageSkribbleQES)
	e := w.sent(t, d)
	for token, want := range map[string]int{
		strings.Repeat("A", 32): http.StatusNotFound, e.callbackToken(): http.StatusOK,
	} {
		reads := w.skribble.reads(e)
		got, err := send(http.MethodPost, w.gateway("/webhooks/skribble/success/"+token+"/"+e.ID), nil, nil)
		if err != nil || got.status != want {
			t.Errorf("the forged callback was answered with %d, want %d; %v", got.status, want, err)
		}
		if want == http.StatusOK {
			w.awaitRead(t, w.skribble, e, reads)
		}
	}
	w.expectOnlySent(t, d)
	w.skribble.do(t, e, "sign", nil)
	w.ends(t, d, won())
}

// testForgedKommo tells the product that a deal entered a stage which it is not in. Kommo is asked, and says otherwise.
func testForgedKommo(t *testing.T, w *world) {
	d := w.deal(stageSkribbleQES)
	w.kommo.add(t, d)
	w.kommo.sendHook(t, w.kommo.statusHook(d, d.stage))
	eventually(t, "the product has looked at the deal", func() error {
		known, err := w.known(d)
		if err == nil && known.Decision != "DECISION_NOTHING_TO_DO" {
			err = fmt.Errorf("the decision is %s", known.Decision)
		}
		return err
	})
	if all := w.skribble.envelopes(t, d.title); len(all) > 0 {
		t.Errorf("a forged hook sent a contract: %v", all)
	}
}

// awaitRead waits until the product asked the vendor once more.
func (w *world) awaitRead(t *testing.T, v vendor, e envelope, before int) {
	t.Helper()
	eventually(t, "the product asks "+v.name, func() error {
		if v.reads(e) == before {
			return fmt.Errorf("it has asked %d times", before)
		}
		return nil
	})
}

// expectOnlySent fails the test unless the deal's contract is out for signature and nothing came of it yet.
func (w *world) expectOnlySent(t *testing.T, d *deal) {
	t.Helper()
	w.quiet(t)
	if err := w.expectState(d, "OUT_FOR_SIGNATURE"); err != nil {
		t.Error(err)
	}
	w.ends(t, d, left(d.stage, []string{"sent"}, nil))
}

// yousignEvent is the body of an event about an envelope, in the vendor's form.
func yousignEvent(name, envelope string) []byte {
	body, _ := json.Marshal(map[string]any{ // strings always can be encoded
		"event_id": "01890000-0000-7000-8000-" + hex.EncodeToString([]byte(envelope))[:12], "event_name": name,
		"event_time": "1790000000", "subscription_id": "x", "subscription_description": "", "sandbox": false,
		"data": map[string]any{"signature_request": map[string]any{"id": envelope, "status": "done"}},
	})
	return body
}

// signed is the vendor's signature of a body under a secret; empty for no secret.
func signed(secret string, body []byte) string {
	if secret == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// postYousign calls the product as Yousign does and returns the status of the answer.
func (w *world) postYousign(t *testing.T, token, signature string, body []byte) int {
	t.Helper()
	header := http.Header{"Content-Type": {"application/json"}}
	if signature != "" {
		header.Set("X-Yousign-Signature-256", signature)
	}
	got, err := send(http.MethodPost, w.gateway("/webhooks/yousign/"+token), header, body)
	if err != nil {
		t.Fatal(err)
	}
	return got.status
}
