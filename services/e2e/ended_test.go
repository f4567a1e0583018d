package e2e_test

import (
	"errors"
	"strings"
	"testing"
)

// left is the card of a deal that stayed where it was.
func left(stage string, notes, tasks []string) tally {
	return tally{Stage: stage, Notes: notes, Tasks: tasks}
}

func testSkribbleDeclined(t *testing.T, w *world) { w.testDeclined(t, stageSkribbleQES, "message") }
func testYousignDeclined(t *testing.T, w *world)  { w.testDeclined(t, stageYousignQES, "reason") }

// testDeclined has the signer decline with words; field is where the vendor takes them.
func (w *world) testDeclined(t *testing.T, stage, field string) {
	d := w.begin(t, stage)
	w.vendorOf(d).do(t, w.sent(t, d), "decline", map[string]any{field: markWords + " gehört nicht in den Vertrag"})
	w.ends(t, d, left(stage, []string{"declined", "sent"}, []string{"declined"}))
	c, err := w.kommo.card(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range c.Notes {
		if strings.Contains(n.Params.Text, "has declined") && !strings.Contains(n.Params.Text, markWords) {
			t.Error("the note does not tell the signer's reason")
		}
	}
}

func testSkribbleExpired(t *testing.T, w *world) { w.testExpired(t, stageSkribbleQES) }
func testYousignExpired(t *testing.T, w *world)  { w.testExpired(t, stageYousignQES) }

func (w *world) testExpired(t *testing.T, stage string) {
	d := w.begin(t, stage)
	w.vendorOf(d).do(t, w.sent(t, d), "expire", nil)
	w.ends(t, d, left(stage, []string{"expired", "sent"}, []string{"expired"}))
}

func testSkribbleLost(t *testing.T, w *world) { w.testLost(t, stageSkribbleQES) }
func testYousignLost(t *testing.T, w *world)  { w.testLost(t, stageYousignQES) }

// testLost closes the deal as lost while its contract is out for signature: nobody may sign it any more.
func (w *world) testLost(t *testing.T, stage string) {
	d := w.begin(t, stage)
	e := w.sent(t, d)
	w.kommo.lose(t, d)
	w.ends(t, d, left("Closed - lost", []string{"sent", "withdrawn"}, nil))
	all := w.vendorOf(d).envelopes(t, d.title)
	if len(all) != 1 || all[0].ID != e.ID || all[0].live() {
		t.Errorf("the vendor has %v, want the one envelope withdrawn", all)
	}
}

// testDeletedDeal deletes the deal while its contract is out for signature.
func testDeletedDeal(t *testing.T, w *world) {
	d := w.begin(t, stageYousignQES)
	w.sent(t, d)
	w.kommo.remove(t, d)
	eventually(t, "the envelope is withdrawn", func() error {
		if _, err := w.yousign.only(t, d.title); err == nil {
			return errors.New("it is still live")
		}
		return w.expectState(d, "CANCELED")
	})
}

func testSkribbleLowerLevel(t *testing.T, w *world) {
	w.testProofFailed(t, stageSkribbleQES, "lower_level")
}
func testYousignLowerLevel(t *testing.T, w *world) {
	w.testProofFailed(t, stageYousignQES, "lower_level")
}
func testSkribbleWrongDocument(t *testing.T, w *world) {
	w.testProofFailed(t, stageSkribbleQES, "wrong_document")
}
func testYousignWrongDocument(t *testing.T, w *world) {
	w.testProofFailed(t, stageYousignQES, "wrong_document")
}

// testProofFailed has the vendor hand out something other than what was ordered: no deal is won by it.
func (w *world) testProofFailed(t *testing.T, stage, fault string) {
	d := w.begin(t, stage)
	e := w.sent(t, d)
	w.vendorOf(d).arm(t, map[string]any{"name": fault, "count": 1})
	w.vendorOf(d).do(t, e, "sign", nil)
	w.ends(t, d, left(stage, []string{"proof failed", "sent", "signed"}, []string{"proof failed"}))
	if r := w.requestOf(t, d); r.State != "STATE_PROOF_FAILED" || r.SignedDocument == "" {
		t.Errorf("the request is %s with document %q, want STATE_PROOF_FAILED with what came back archived", r.State, r.SignedDocument)
	}
}

// testTooWeak has a rule want a proof that no simple signature of the account can give: nobody is asked to sign for nothing,
// and a person is told.
func testTooWeak(t *testing.T, w *world) {
	d := w.begin(t, stageStrictSES)
	w.ends(t, d, left(stageStrictSES, nil, []string{"refused"}))
	if _, err := w.yousign.only(t, d.title); err == nil {
		t.Error("an envelope was made for a proof that it cannot give")
	}
}
