package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func testMissingEmail(t *testing.T, w *world) {
	d := w.deal(stageSkribbleQES)
	right := d.email
	d.email = ""
	w.testMissing(t, d, gap{"EMAIL", "e-mail address", map[string]any{"email": right}})
}

func testMissingLastName(t *testing.T, w *world) {
	d := w.deal(stageYousignQES)
	right := d.last
	d.last = ""
	w.testMissing(t, d, gap{"LAST_NAME", "last name", map[string]any{"last_name": right}})
}

// gap is something that is missing of a contact: as the API calls it, as the task calls it, and what closes it.
type gap struct {
	code, words string
	correction  map[string]any
}

// testMissing moves a deal whose contact lacks something: a task names it, and once it is there the contract goes out
// without anybody moving the deal again.
func (w *world) testMissing(t *testing.T, d *deal, missing gap) {
	w.kommo.add(t, d)
	w.kommo.move(t, d, d.stage)
	w.ends(t, d, left(d.stage, nil, []string{"missing"}))
	known, err := w.known(d)
	if err != nil {
		t.Fatal(err)
	}
	if known.Decision != "DECISION_DATA_MISSING" || !slices.Contains(known.Missing, missing.code) {
		t.Errorf("the decision is %s %v, want DECISION_DATA_MISSING with %s", known.Decision, known.Missing, missing.code)
	}
	c, err := w.kommo.card(d)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(c.Tasks[0].Text, missing.words) {
		t.Errorf("the task does not name the %s", missing.words)
	}
	if all := w.vendorOf(d).envelopes(t, d.title); len(all) > 0 {
		t.Errorf("something was sent all the same: %v", all)
	}
	w.kommo.correct(t, d, missing.correction)
	w.vendorOf(d).do(t, w.sent(t, d), "sign", nil)
	want := won()
	want.Tasks = []string{"missing"}
	w.ends(t, d, want)
}

// testNoContact moves a deal without a contact.
func testNoContact(t *testing.T, w *world) {
	d := w.deal(stageYousignSES)
	w.kommo.addLead(t, d, nil)
	w.kommo.move(t, d, d.stage)
	w.ends(t, d, left(d.stage, nil, []string{"missing"}))
	c, err := w.kommo.card(d)
	if err == nil && !strings.Contains(c.Tasks[0].Text, "main contact") {
		err = fmt.Errorf("the task does not ask for a main contact")
	}
	if err != nil {
		t.Error(err)
	}
}
