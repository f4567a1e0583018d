package signature_test

import (
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestALateSignatureIsToldOnceAndMovesNothing.
func TestALateSignatureIsToldOnceAndMovesNothing(t *testing.T) {
	for _, state := range []signature.State{signature.Canceled, signature.Declined, signature.Completed} {
		r, events := signature.SignedLate(ended(state), at(9))
		again, more := signature.SignedLate(r, at(10))
		if len(events) != 1 || len(more) != 0 || events[0].Type != signature.EventLateSignature || events[0].State != state || again.State != state ||
			!strings.Contains(signature.NextAction(again, at(10)), "a person must decide") || signature.Erasable(erasable(again)) {
			t.Errorf("%s: %v, then %v, %s", state, kinds(events), kinds(more), signature.NextAction(again, at(10)))
		}
	}
	if r, events := signature.SignedLate(sent(), at(9)); len(events) != 0 || r.LateSignature {
		t.Error("a request that is out was signed late")
	}
}

func erasable(r signature.Request) signature.Request {
	r.Envelope = "e1"
	return r
}

// TestWhatTheVendorRefusesForGoodIsLeftForAPerson, until it does no longer or the request ends.
func TestWhatTheVendorRefusesForGoodIsLeftForAPerson(t *testing.T) {
	r := signature.StepRefused(signature.AskWithdrawal(sent(), signature.WithdrawnByCaller, "why", at(2)), signature.StepWithdraw, at(3))
	if action := signature.NextAction(r, at(4)); !strings.Contains(action, "refuses to withdraw") || !r.UpdateTime.Equal(at(3)) {
		t.Errorf("%q", action)
	}
	over, _ := signature.Observe(r, envelope(signature.EnvelopeWithdrawn), at(5))
	for name, quiet := range map[string]signature.Request{"taken back": signature.StepRefused(r, "", at(4)), "ended": over} {
		if action := signature.NextAction(quiet, at(5)); strings.Contains(action, "person") {
			t.Errorf("%s: %q", name, action)
		}
	}
	kept := signature.StepRefused(signature.AskErasure(erasable(ended(signature.Declined)), at(3)), signature.StepErase, at(3))
	erased, _ := signature.Erased(kept, at(5))
	if action := signature.NextAction(kept, at(4)); !strings.Contains(action, "refuses to erase") || signature.NextAction(erased, at(5)) != "" {
		t.Errorf("%q, then %q", action, signature.NextAction(erased, at(5)))
	}
}

// TestATrailThatWasGivenUpIsNotErased: it may be all there is, unlike where the vendor issues none.
func TestATrailThatWasGivenUpIsNotErased(t *testing.T) {
	given, events := signature.GiveTrailUp(kept(), at(4))
	again, more := signature.GiveTrailUp(given, at(5))
	late, never := signature.Archived(given, "documents/a1", at(5))
	if len(events) != 1 || events[0].Type != signature.EventArchived || len(more)+len(never) != 0 || late.AuditTrail != "" ||
		signature.Next(again, at(5)) != signature.StepProve {
		t.Errorf("%v, then %v, %v, %s", kinds(events), kinds(more), kinds(never), signature.Next(again, at(5)))
	}
	none, _ := signature.Archived(kept(), "", at(4))
	for r, want := range map[*signature.Request]bool{&given: false, &none: true} {
		done, _ := signature.Judge(*r, signature.Proven, signature.AES, at(6))
		if done.State != signature.Completed || signature.Erasable(erasable(done)) != want {
			t.Errorf("given up %v, none %v: %s can be erased", r.TrailGivenUp, r.NoAuditTrail, done.State)
		}
	}
}

// TestAFactFromBeforeACorrectionIsPassedOver; vendors tell whole seconds, so one of the same second counts.
func TestAFactFromBeforeACorrectionIsPassedOver(t *testing.T) {
	corrected := at(6).Add(400 * time.Millisecond)
	r, _ := signature.Updated(changing(), "client", signature.Envelope{State: signature.EnvelopeOpen}, corrected)
	for name, c := range map[string]struct {
		id   string
		time time.Time
		told int
	}{
		"the old address": {"v1", at(5), 0}, "a second before": {"v1", at(6).Add(-time.Second), 0}, "the same second": {"v1", at(6), 1},
		"the new address": {"v1", at(7), 1}, "nobody knows when": {"v1", time.Time{}, 1}, "another signer": {"v2", at(1), 1},
	} {
		got, events := signature.NoteSigner(r, signature.SignerFact{SignerID: c.id, State: signature.SignerBounced, Time: c.time}, at(8))
		if len(events) != c.told || (c.told == 1) != got.UpdateTime.Equal(at(8)) {
			t.Errorf("%s: %v", name, kinds(events))
		}
	}
	_, events := signature.NoteSigner(sent(), signature.SignerFact{SignerID: "v1", State: signature.SignerBounced, Time: at(99)}, at(8))
	if len(events) != 1 || !events[0].Time.Equal(at(8)) {
		t.Errorf("a time to come: %+v", events)
	}
}

// TestABounceOfAnEnvelopeThatIsBeingOpenedAgainIsKept although its signers are known.
func TestABounceOfAnEnvelopeThatIsBeingOpenedAgainIsKept(t *testing.T) {
	r := toReopen()
	r.SendAttempted = true
	r.Signers[0].ProviderID, r.Signers[1].ProviderID = "v1", "v2"
	r, events := noted(r, "v1", signature.SignerBounced, at(5))
	if len(events) != 0 || len(r.Early) != 1 {
		t.Fatalf("%v, kept %v", kinds(events), r.Early)
	}
	r, events = signature.Reopened(r, envelope(signature.EnvelopeOpen, signature.SignerInvited, signature.SignerInvited), false, at(6))
	if len(events) != 2 || events[1].Type != signature.EventSignerBounced || r.Signers[0].State != signature.SignerBounced || len(r.Early) != 0 {
		t.Errorf("%v, %+v", kinds(events), r.Signers)
	}
}

// TestWhomTheVendorCannotRemindIsNotAsked of it: told to who asks, and quiet where nobody did.
func TestWhomTheVendorCannotRemindIsNotAsked(t *testing.T) {
	caps := single()
	caps.Remindable = []signature.SignerState{signature.SignerInvited}
	r := every(3, 2, sent())
	r.Signers[0].State = signature.SignerOpened
	later := at(200)
	if _, err := signature.AskReminder(r, "client", caps, later); err == nil || !strings.Contains(err.Error(), "SIGNER_STATE_DOES_NOT_ALLOW") {
		t.Errorf("the one who opened: %v", err)
	}
	both, err := signature.AskReminder(r, "", caps, later)
	if err != nil || !both.Signers[0].Reminder.AskTime.IsZero() || both.Signers[1].Reminder.AskTime.IsZero() {
		t.Errorf("all: %v, %+v", err, both.Signers)
	}
	r.Signers[1].State = signature.SignerOpened
	if _, err := signature.AskReminder(r, "", caps, later); err == nil || !strings.Contains(err.Error(), "NOBODY_TO_REMIND") {
		t.Errorf("nobody is left: %v", err)
	}
	quiet := signature.AskDueReminder(r, "client", caps, day(4))
	if next := signature.NextReminder(quiet, "client", caps, day(4)); !signature.Same(quiet, r) || !next.Equal(day(7)) {
		t.Errorf("by itself: %+v, looked at again at %v", quiet.Signers[0], next)
	}
	quiet.Signers[0].State = signature.SignerInvited // after a change of the signer
	if asked := signature.AskDueReminder(quiet, "client", caps, day(7)); asked.Signers[0].AutoReminders != 1 {
		t.Error("not asked of the vendor when it can")
	}
}
