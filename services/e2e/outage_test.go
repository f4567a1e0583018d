package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
)

// testLostKommoHook drops the hooks of a move: the sweep finds the deal.
func testLostKommoHook(t *testing.T, w *world) {
	w.awaitSwept(t)
	d := w.deal(stageSkribbleQES)
	w.kommo.add(t, d)
	eventually(t, "the hooks of the new deal were delivered", func() error {
		if pending := w.kommo.deliveries(t, "pending"); pending > 0 {
			return fmt.Errorf("%d are pending", pending)
		}
		return nil
	})
	w.kommo.misdeliver(t, "drop", 2) // a move is a change of status and an update
	w.kommo.move(t, d, d.stage)
	if dropped := w.kommo.deliveries(t, "dropped"); dropped != 2 {
		t.Fatalf("%d hooks were dropped, want the 2 of the move", dropped)
	}
	w.vendorOf(d).do(t, w.sent(t, d), "sign", nil)
	w.ends(t, d, won())
	w.expectOneEnvelope(t, d)
}

func testLostSkribbleCallback(t *testing.T, w *world) { w.testLostCallbacks(t, stageSkribbleQES) }
func testLostYousignCallback(t *testing.T, w *world)  { w.testLostCallbacks(t, stageYousignQES) }

// testLostCallbacks drops whatever the vendor has to say about the signature, some time after it went out: a check finds
// it, and not only the first.
func (w *world) testLostCallbacks(t *testing.T, stage string) {
	d := w.begin(t, stage)
	e := w.sent(t, d)
	heard := w.vendorOf(d).reads(e)
	eventually(t, "the product asks twice by itself", func() error {
		if asked := w.vendorOf(d).reads(e) - heard; asked < 2 {
			return fmt.Errorf("it has asked %d times", asked)
		}
		return nil
	})
	w.vendorOf(d).misdeliver(t, "drop", 50)
	w.vendorOf(d).do(t, e, "sign", nil)
	w.ends(t, d, won())
}

// The faults of a call that makes an envelope, each by the name the simulators know. In two of them it came into being.
func faultsOfCreation() []string {
	return []string{"error_after", "drop_after", "error_before", "rate_limit"}
}

func testSkribbleOutages(t *testing.T, w *world) { w.testOutages(t, stageSkribbleQES) }
func testYousignOutages(t *testing.T, w *world)  { w.testOutages(t, stageYousignQES) }

// testOutages breaks the call that makes the envelope, once in each way: there is one envelope all the same.
func (w *world) testOutages(t *testing.T, stage string) {
	for _, fault := range faultsOfCreation() {
		d := w.deal(stage)
		v, before := w.vendorOf(d), w.vendorOf(d).creations()
		w.kommo.add(t, d)
		v.arm(t, map[string]any{
			"name": fault, "method": http.MethodPost, "path": v.creationPath(), "count": 1, "retry_after": "1s",
		})
		w.kommo.move(t, d, stage)
		v.do(t, w.sent(t, d), "sign", nil)
		w.ends(t, d, won())
		w.expectOneEnvelope(t, d)
		want := map[string]int{"error_after": 1, "drop_after": 1, "error_before": 2, "rate_limit": 2}[fault]
		if got := v.creations() - before; got != want {
			t.Errorf("after %s the vendor was asked %d times for an envelope, want %d", fault, got, want)
		}
	}
}

// testActivation breaks the call that invites Yousign's signers, after it took effect.
func testActivation(t *testing.T, w *world) {
	for _, fault := range []string{"error_after", "drop_after"} {
		d := w.deal(stageYousignQES)
		w.kommo.add(t, d)
		w.yousign.arm(t, map[string]any{
			"name": fault, "method": http.MethodPost, "path": "/v3/signature_requests/*/activate", "count": 1,
		})
		w.kommo.move(t, d, d.stage)
		w.yousign.do(t, w.sent(t, d), "sign", nil)
		w.ends(t, d, won())
		w.expectOneEnvelope(t, d)
	}
}

// testKommoWrites breaks the calls that write on the card, before and after they take effect: everything is there once.
func testKommoWrites(t *testing.T, w *world) {
	for _, fault := range []map[string]any{
		{"name": "error_after", "method": "POST", "path": "/api/v4/leads/notes", "count": 2},
		{"name": "drop_after", "method": "POST", "path": "/api/v4/leads/notes", "count": 1},
		{"name": "drop_after", "method": "PATCH", "path": "/api/v4/leads", "count": 1},
		{"name": "error_after", "method": "PATCH", "path": "/api/v4/leads/*", "count": 1},
		{"name": "error_after", "method": "PUT", "path": "/api/v4/leads/*/files", "count": 1},
		{"name": "drop_after", "method": "POST", "path": "/drive/v1.0/sessions", "count": 1},
		{"name": "rate_limit", "method": "GET", "count": 2, "retry_after": "1s"},
		{"name": "error_before", "method": "GET", "count": 2},
	} {
		must(t, http.MethodPost, w.kommo.url+"/_sim/faults", fault, nil)
	}
	d := w.begin(t, stageYousignQES)
	w.yousign.do(t, w.sent(t, d), "sign", nil)
	w.ends(t, d, won())
	w.checkArchive(t, d)
}

// testRealLimit moves several deals at once where Kommo admits no more than it does in reality: the product keeps below.
func testRealLimit(t *testing.T, w *world) {
	var all []*deal
	for _, stage := range []string{stageSkribbleQES, stageYousignQES, stageSkribbleQES} {
		all = append(all, w.begin(t, stage))
	}
	for _, d := range all {
		w.vendorOf(d).do(t, w.sent(t, d), "sign", nil)
	}
	for _, d := range all {
		w.ends(t, d, won())
	}
	if refused := w.kommo.tap.count(func(c exchange) bool { return c.status == http.StatusTooManyRequests }); refused > 0 {
		t.Errorf("Kommo refused %d calls for the rate", refused)
	}
}

// deliveries is how many of Kommo's webhooks are in a state: pending, delivered, given_up or dropped.
func (k kommo) deliveries(t *testing.T, state string) int {
	t.Helper()
	var log struct {
		Deliveries []struct {
			State string `json:"state"`
		} `json:"deliveries"`
	}
	must(t, http.MethodGet, k.url+"/_sim/deliveries", nil, &log)
	n := 0
	for _, d := range log.Deliveries {
		if d.State == state {
			n++
		}
	}
	return n
}
