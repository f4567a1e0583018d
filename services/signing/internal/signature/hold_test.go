package signature_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// progress of a state; every end state is as far as any other.
func progress(s signature.State) int {
	switch s {
	case signature.Preparing:
		return 0
	case signature.OutForSignature:
		return 1
	case signature.Signed:
		return 2
	}
	return 3
}

func signerProgress(s signature.SignerState) int {
	return map[signature.SignerState]int{
		signature.SignerInvited: 1, signature.SignerBounced: 2, signature.SignerOpened: 3,
		signature.SignerIdentificationFailed: 4, signature.SignerSigned: 5, signature.SignerDeclined: 5,
		signature.SignerFailed: 5,
	}[s]
}

func holdMoves(t *testing.T, before, after signature.Request, events []signature.Event) {
	t.Helper()
	if progress(after.State) < progress(before.State) {
		t.Fatalf("%s moved back to %s", before.State, after.State)
	}
	if before.State.Ended() && after.State != before.State {
		t.Fatalf("%s was left for %s", before.State, after.State)
	}
	if before.State != after.State && len(events) == 0 {
		t.Fatalf("nobody was told of the move from %s to %s", before.State, after.State)
	}
	ids := map[string]bool{}
	for i, s := range after.Signers {
		was := before.Signers[i]
		if updated(events, "") && was.ProviderID != s.ProviderID {
			was.ProviderID = "" // a change at the vendor may give new ids to all
		}
		if updated(events, s.Role) && s.State == signature.SignerInvited {
			was.State = s.State // as freshly invited
		}
		if signerProgress(s.State) < signerProgress(was.State) || signerProgress(was.State) == 5 && s.State != was.State {
			t.Fatalf("signer %s moved from %s to %s", s.Role, was.State, s.State)
		}
		if s.ProviderID != "" && ids[s.ProviderID] || was.ProviderID != "" && s.ProviderID != was.ProviderID {
			t.Fatalf("signer %s is %q at the vendor, as is another, or was %q", s.Role, s.ProviderID, was.ProviderID)
		}
		ids[s.ProviderID] = true
	}
	if before.SignedDocument != "" && after.SignedDocument != before.SignedDocument ||
		before.AuditTrail != "" && after.AuditTrail != before.AuditTrail || before.NoAuditTrail && !after.NoAuditTrail {
		t.Fatalf("the archived document was replaced")
	}
	if before.EvidencePackage != "" && after.EvidencePackage != before.EvidencePackage {
		t.Fatalf("the evidence package was replaced")
	}
	if before.NextAttempt != "" && after.NextAttempt != before.NextAttempt || !before.EraseTime.IsZero() && !after.EraseTime.Equal(before.EraseTime) {
		t.Fatalf("the next attempt or the erasure was replaced")
	}
	if !after.EraseTime.IsZero() && (!after.State.Ended() || after.State == signature.Completed && after.SignedDocument == "") {
		t.Fatalf("%s was erased with the archived document %q", after.State, after.SignedDocument)
	}
	if after.EvidencePackage != "" && (!after.State.Ended() || after.Verdict == "" || after.SignedDocument == "") {
		t.Fatalf("%s with verdict %q has an evidence package", after.State, after.Verdict)
	}
}

// updated tells whether the change of a role came through; with an empty role, whether anybody's did.
func updated(events []signature.Event, role string) bool {
	return slices.ContainsFunc(events, func(e signature.Event) bool {
		return e.Type == signature.EventSignerUpdated && (role == "" || e.SignerRole == role)
	})
}

// holdAsks: what was asked for is done while there is somebody it can be done for, and a reminder that was tried is never
// tried again.
func holdAsks(t *testing.T, before, after signature.Request, now time.Time) {
	t.Helper()
	for i, s := range after.Signers {
		if (s.Update != nil || s.Reminder != signature.Reminder{}) && after.State != signature.OutForSignature && after.State != signature.Preparing {
			t.Fatalf("%s, and signer %s still waits for %+v, %+v", after.State, s.Role, s.Update, s.Reminder)
		}
		if s.AutoReminders > after.Reminders.Most {
			t.Fatalf("signer %s is reminded %d times", s.Role, s.AutoReminders)
		}
		if at := signature.NextReminder(after, s.Role, signature.Capabilities{RemindOne: true}, now); after.State.Ended() && !at.IsZero() {
			t.Fatalf("%s, and signer %s is reminded at %v", after.State, s.Role, at)
		}
		if was := before.Signers[i]; !s.RemindTime.Equal(was.RemindTime) && !s.RemindTime.IsZero() && !was.Reminder.Tried {
			t.Fatalf("signer %s was reminded, and the intent was not saved", s.Role)
		}
	}
	if step := signature.Next(after, now); len(signature.Tried(after)) > 0 && step == signature.StepRead {
		t.Fatal("the vendor is read before the outcome of a reminder is noted")
	}
}

// holdEvents: each fact is told once, with the state it led to, and a request ends once.
func holdEvents(t *testing.T, r signature.Request, events []signature.Event, told map[signature.Event]int) {
	t.Helper()
	for _, e := range events {
		key := signature.Event{Type: e.Type, SignerRole: e.SignerRole}
		if e.Type == signature.EventSignerUpdated {
			maps.DeleteFunc(told, func(k signature.Event, _ int) bool { return k.SignerRole == e.SignerRole })
		}
		if told[key]++; told[key] > 1 && !repeats(e.Type) {
			t.Fatalf("%s of %q was told twice", e.Type, e.SignerRole)
		}
		if e.Request != r.ID || e.Reference != r.Reference {
			t.Fatalf("event %+v is about another request", e)
		}
	}
	if len(events) > 0 && events[len(events)-1].State != r.State {
		t.Fatalf("the last event says %s, the request is %s", events[len(events)-1].State, r.State)
	}
	ends := 0
	for _, kind := range []signature.EventType{
		signature.EventCompleted, signature.EventDeclined, signature.EventExpired, signature.EventCanceled,
		signature.EventRefused, signature.EventProofFailed,
	} {
		ends += told[signature.Event{Type: kind}]
	}
	if ended := r.State.Ended(); ended != (ends == 1) {
		t.Fatalf("%s, and %d ends were told", r.State, ends)
	}
}

// repeats tells of a fact that may be told again: it follows each call of a verb, or each change at the vendor.
func repeats(kind signature.EventType) bool {
	switch kind {
	case signature.EventSignerReminded, signature.EventReminderRefused, signature.EventSignerUpdated, signature.EventSignerUpdateRefused,
		signature.EventSignerChanged: // back and forth
		return true
	}
	return false
}

// holdEnd: what completes is archived, proven and of the level asked for; what has not ended has something to be done.
func holdEnd(t *testing.T, r signature.Request, now time.Time) {
	t.Helper()
	step := signature.Next(r, now)
	if (step == signature.StepNone) != r.State.Ended() || (step.Describe() == "") != r.State.Ended() {
		t.Fatalf("%s: the next step is %s", r.State, step)
	}
	if end, _ := signature.EndUnsent(r, now); step == signature.StepEnd && !end.State.Ended() {
		t.Fatalf("the step %s does not end the request", step)
	}
	if end, _ := signature.EndUnfound(r, now); step == signature.StepFind && !end.State.Ended() {
		t.Fatalf("the step %s does not end a request that is not found", step)
	}
	unwanted := r.Withdrawal != signature.NotWithdrawn || !now.Before(r.ExpireTime)
	if unwanted && (step == signature.StepPrepare || step == signature.StepSend) {
		t.Fatalf("%s, although nobody wants it any more", step)
	}
	if r.State != signature.Completed {
		return
	}
	if r.SignedDocument == "" || r.Verdict != signature.Proven &&
		(r.Verdict != signature.AttestedByProvider || r.RequiredVerdict != signature.AttestedByProvider) {
		t.Fatalf("completed with %q and verdict %s where %s is required", r.SignedDocument, r.Verdict, r.RequiredVerdict)
	}
	if len(r.Strangers) > 0 || slices.ContainsFunc(r.Signers, func(s signature.Signer) bool { return s.SeenEmail != "" || s.Removed }) {
		t.Fatal("completed with other signers than were ordered")
	}
	if r.Verdict == signature.Proven && !r.ProvenLevel.AtLeast(r.Level) {
		t.Fatalf("completed as proven at level %q where %s was asked", r.ProvenLevel, r.Level)
	}
	for _, s := range r.Signers {
		if r.Verdict != signature.Proven && (s.State != signature.SignerSigned || s.SignedLevel == "" && r.Level != signature.SES) {
			t.Fatalf("completed on the word of a provider that does not give it: %+v", s)
		}
		if s.SignedLevel != "" && s.SignedLevel != signature.SandboxLevel && !s.SignedLevel.AtLeast(r.Level) {
			t.Fatalf("completed with a signature of level %s where %s was asked", s.SignedLevel, r.Level)
		}
	}
}
