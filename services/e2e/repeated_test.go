package e2e_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"
)

// testMovedTwice moves the deal away and back while its contract is out for signature.
func testMovedTwice(t *testing.T, w *world) {
	d := w.begin(t, stageSkribbleQES)
	e := w.sent(t, d)
	w.kommo.move(t, d, "New")
	w.kommo.move(t, d, d.stage)
	w.quiet(t)
	w.vendorOf(d).do(t, e, "sign", nil)
	w.ends(t, d, won())
	w.expectOneEnvelope(t, d)
}

// testRepeatedHooks sends the hook of one move many times, also after the contract went out and after it was signed.
func testRepeatedHooks(t *testing.T, w *world) {
	d := w.begin(t, stageYousignQES)
	for range 10 {
		w.kommo.sendHook(t, w.kommo.statusHook(d, d.stage))
	}
	e := w.sent(t, d)
	w.kommo.sendHook(t, w.kommo.statusHook(d, d.stage))
	w.vendorOf(d).do(t, e, "sign", nil)
	w.ends(t, d, won())
	w.kommo.sendHook(t, w.kommo.statusHook(d, d.stage))
	w.ends(t, d, won())
	w.expectOneEnvelope(t, d)
}

// testDisorderlyHooks duplicates and reorders the hooks of CRM and vendors. It needs a world of its own.
func testDisorderlyHooks(t *testing.T, w *world) {
	for _, stage := range []string{stageSkribbleQES, stageYousignQES} {
		w.kommo.misdeliver(t, "duplicate", 4)
		w.kommo.misdeliver(t, "reorder", 1)
		w.kommo.misdeliver(t, "duplicate", 2)
		d := w.begin(t, stage)
		e := w.sent(t, d)
		w.vendorOf(d).misdeliver(t, "duplicate", 1)
		if stage == stageYousignQES {
			w.yousign.misdeliver(t, "reorder", 1)
			w.yousign.misdeliver(t, "duplicate", 1)
		}
		w.vendorOf(d).do(t, e, "sign", nil)
		w.ends(t, d, won())
		w.expectOneEnvelope(t, d)
	}
}

// testSecondAttempt moves a declined deal back to its stage: that is a new attempt with notes of its own.
func testSecondAttempt(t *testing.T, w *world) {
	d := w.begin(t, stageYousignQES)
	w.vendorOf(d).do(t, w.sent(t, d), "decline", map[string]any{"reason": markWords})
	w.ends(t, d, left(d.stage, []string{"declined", "sent"}, []string{"declined"}))
	nextSecond(t)
	w.kommo.move(t, d, "New")
	w.kommo.move(t, d, d.stage)
	var second envelope
	eventually(t, "the second envelope is out", func() error {
		all := w.vendorOf(d).envelopes(t, d.title)
		if len(all) != 2 {
			return fmt.Errorf("there are %v", all)
		}
		second = all[1]
		return w.expectState(d, "OUT_FOR_SIGNATURE")
	})
	w.vendorOf(d).do(t, second, "sign", nil)
	want := won()
	want.Notes = []string{"attachment", "completed", "declined", "sent", "sent", "signed"}
	want.Tasks = []string{"declined"}
	w.ends(t, d, want)
}

// nextSecond waits for the clock's next second. Kommo tells times in seconds: a deal that comes back to its stage in the
// very second in which its request ended is not told from one that never left.
func nextSecond(t *testing.T) {
	t.Helper()
	second := time.Now().Unix()
	eventually(t, "a second goes by", func() error {
		if time.Now().Unix() == second {
			return errors.New("not yet")
		}
		return nil
	})
}

// expectOneEnvelope fails the test unless exactly one envelope was ever made for the deal.
func (w *world) expectOneEnvelope(t *testing.T, d *deal) {
	t.Helper()
	if all := w.vendorOf(d).envelopes(t, d.title); len(all) != 1 {
		t.Errorf("the vendor has %d envelopes for the deal, want 1: %v", len(all), all)
	}
}

// statusHook is the form that Kommo sends when a deal enters a stage.
func (k kommo) statusHook(d *deal, stage string) url.Values {
	seed := board(k.hook)
	form := url.Values{
		"account[id]":                     {strconv.Itoa(seed.Account.ID)},
		"leads[status][0][id]":            {strconv.Itoa(d.lead)},
		"leads[status][0][pipeline_id]":   {strconv.Itoa(seed.Pipelines[0].ID)},
		"leads[status][0][old_status_id]": {strconv.Itoa(stageNew)},
	}
	for _, s := range seed.Pipelines[0].Stages {
		if s.Name == stage {
			form.Set("leads[status][0][status_id]", strconv.Itoa(s.ID))
		}
	}
	return form
}

// sendHook calls the product as Kommo would. It must be taken.
func (k kommo) sendHook(t *testing.T, form url.Values) {
	t.Helper()
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	got, err := send(http.MethodPost, k.hook, header, []byte(form.Encode()))
	if err != nil || got.status != http.StatusOK {
		t.Fatalf("the hook was answered with %d, %v", got.status, err)
	}
}
