package jobs

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

// prove makes the only request a completed one.
func (d *desk) prove() {
	d.signing.set(0, func(r *signingv1.SignatureRequest) {
		r.State = signingv1.SignatureRequest_STATE_COMPLETED
		r.Verdict = documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER
	})
}

// started returns a deal whose request is on its way.
func (d *desk) started(stage int64) int64 {
	d.Helper()
	lead := d.lead(stage, d.contact())
	d.moved(lead, stage)
	d.settle()
	d.wantStates(lead, pipeline.Preparing)
	return lead
}

func about(role string) func(*store.SigningEvent) {
	return func(e *store.SigningEvent) { e.SignerRole = role }
}

// story takes a deal from its stage change to Won, with every kind of effect on the way.
// seen is what a story leaves on the card, without what differs from run to run.
func TestEventsBecomeEffectsInOrder(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		d.prove()
		for _, e := range [][2]string{
			{"SENT", "OUT_FOR_SIGNATURE"}, {"SIGNER_OPENED", "OUT_FOR_SIGNATURE"}, {"SIGNER_SIGNED", "OUT_FOR_SIGNATURE"},
			{"SIGNED", "SIGNED"}, {"ARCHIVED", "SIGNED"}, {"COMPLETED", "COMPLETED"},
		} {
			d.tell(lead, e[0], e[1], about("customer"))
		}
		d.settle()
		want := []string{
			"“Roth AG” is out for signature (SES, Skribble).",
			"Ana Roth (customer) has signed “Roth AG”.",
			"",
			"“Roth AG” is signed by everyone (SES, Skribble). Proof: file intact, signing attested by the provider.",
		}
		card := d.card(lead)
		if diff := cmp.Diff(want, card.notes()); diff != "" {
			d.Error(diff)
		}
		if card.Stage != "Closed - won" || card.field("SIGN_STATUS") != "Completed" || len(card.Files) != 1 {
			d.Errorf("stage %q, status %q, files %v", card.Stage, card.field("SIGN_STATUS"), card.Files)
		}
		ledger := []string{
			"1/field/request done", "1/field/status/preparing done", "1/note/sent done", "1/field/status/sent superseded",
			"1/note/signed/customer done", "1/file/signed done", "1/note/completed done",
			"1/field/status/completed done", "1/stage/completed done",
		}
		if diff := cmp.Diff(ledger, d.effects(lead)); diff != "" {
			d.Error(diff)
		}
		d.wantStates(lead, pipeline.Completed)
		if left := d.count(`SELECT COUNT(*) FROM signing_event`); left != 0 {
			d.Errorf("%d events left", left)
		}
	})
}

func TestACompletedEventMovesNothingUntilTheRequestIsCompleted(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		d.signing.set(0, func(r *signingv1.SignatureRequest) { r.State = signingv1.SignatureRequest_STATE_SIGNED })
		d.tell(lead, "SENT", "OUT_FOR_SIGNATURE", nil)
		d.tell(lead, "COMPLETED", "COMPLETED", nil)
		d.await("the refusal", func() bool { return strings.Count(d.log.String(), "the request is not completed") > 2 })
		card := d.card(lead)
		if card.Stage != "Send contract (Skribble)" || card.field("SIGN_STATUS") != "Sent" || len(card.Notes) != 1 || len(card.Files) != 0 {
			d.Errorf("stage %q, status %q, notes %v", card.Stage, card.field("SIGN_STATUS"), card.notes())
		}
		d.wantStates(lead, pipeline.OutForSignature)
		d.prove()
		d.settle()
		if card := d.card(lead); card.Stage != "Closed - won" || len(card.Files) != 1 {
			d.Errorf("stage %q", card.Stage)
		}
	})
}

func TestADealThatAPersonClosedStaysWhereItIs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name             string
		trigger, closed  int64
		wantStage, state string
	}{
		{"lost", sim.StageSendSkribble, sim.StageLost, "Closed - lost", "failed"},
		{"won", sim.StageSendSkribble, sim.StageWon, "Closed - won", "done"},
		{"won instead of signed", sim.StageSendYousign, sim.StageWon, "Closed - won", "failed"},
		{"moved on", sim.StageSendYousign, sim.StageNew, "Signed", "done"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			atDesk(t, func(d *desk) {
				lead := d.started(tc.trigger)
				d.move(lead, tc.closed)
				d.prove()
				d.tell(lead, "COMPLETED", "COMPLETED", nil)
				d.settle()
				if got := d.card(lead).Stage; got != tc.wantStage {
					d.Errorf("stage %q", got)
				}
				if ledger := d.effects(lead); !slices.Contains(ledger, "1/stage/completed "+tc.state) || slices.Contains(ledger, "1/task/stage done") != (tc.state == "failed") {
					d.Errorf("ledger %q", ledger)
				}
			})
		})
	}
}

func TestADocumentThatCannotBeHadHoldsNothingUp(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*fakeSigning){
		"too large": func(f *fakeSigning) { f.chunks = slices.Repeat([][]byte{bytes.Repeat([]byte{'x'}, 1<<20)}, 65) },
		"deleted":   func(f *fakeSigning) { f.chunks, f.end = nil, no(codes.FailedPrecondition, "DOCUMENT_DELETED") },
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, func(d *desk) {
				prepare(d.signing)
				lead := d.story()
				if got := d.effects(lead); !cmp.Equal(got[len(got)-5:], []string{
					"1/file/signed failed", "1/note/completed done", "1/field/status/completed done", "1/stage/completed done",
					"1/task/file done",
				}) {
					d.Errorf("ledger %q", got)
				}
			})
		})
	}
}

func TestAnUnknownKindOfEffectHoldsNothingUp(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		d.must(d.db.Update(d.Context(), func(ctx context.Context, tx *durable.Tx) error {
			effects := []pipeline.Effect{{Key: "a/1/r/1/x", Kind: "x"}, {Key: "a/1/r/1/note", Kind: pipeline.KindNote, Text: "after"}}
			if err := d.store.Plan(ctx, tx, store.Entries{Account: "acme", LeadID: lead, Effects: effects}); err != nil {
				return err
			}
			return tx.Enqueue(ctx, Card{Account: "acme", Lead: lead})
		}))
		d.settle()
		if got := d.effects(lead); !cmp.Equal(got[2:], []string{"1/x failed", "1/note done"}) {
			d.Errorf("ledger %q", got)
		}
	})
}

// An event can overtake the answer of the call that started its request: the card then still tells of the start first.
func TestAnEventThatOvertakesTheAnswerWaits(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageSendSkribble, d.contact())
		d.signing.answer = func(context.Context) error {
			d.tell(lead, "SENT", "OUT_FOR_SIGNATURE", func(e *store.SigningEvent) { e.Request = d.signing.requests[0].GetName() })
			return context.DeadlineExceeded
		}
		d.enqueue(newDeal("acme", lead))
		d.await("the event", func() bool { return d.count(`SELECT COUNT(*) FROM signing_event`) > 0 })
		d.signing.answer = nil
		d.settle()
		card := d.card(lead)
		if card.field("SIGN_STATUS") != "Sent" || card.field("SIGN_REQUEST_ID") == "" || len(card.Notes) != 1 {
			d.Errorf("status %q, request %q, notes %q", card.field("SIGN_STATUS"), card.field("SIGN_REQUEST_ID"), card.notes())
		}
		d.wantStates(lead, pipeline.OutForSignature)
		d.created(1)
	})
}

func TestAnEventOfAnotherRequestWithOurReferenceIsDropped(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		d.tell(lead, "COMPLETED", "COMPLETED", func(e *store.SigningEvent) {
			e.Request = "signatureRequests/00000000-0000-0000-0000-00000000beef"
		})
		d.settle()
		d.wantStates(lead, pipeline.Preparing)
		if got := d.card(lead).Stage; got != "Send contract (Skribble)" {
			d.Errorf("stage %q", got)
		}
	})
}

// Two jobs for one card at once: the second must not take what the first is about to write for lost.
func TestJobsForOneCardTakeTurns(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		d.fault("slow", "POST", "/api/v4/leads/notes", 1)
		d.tell(lead, "SENT", "OUT_FOR_SIGNATURE", nil)
		for range 5 {
			d.enqueue(Card{Account: "acme", Lead: lead})
		}
		d.settle()
		if notes := d.card(lead).notes(); len(notes) != 1 {
			d.Errorf("notes %q", notes)
		}
	})
}
