package signature_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// every has a request reminded by itself.
func every(days, most int, r signature.Request) signature.Request {
	r.Reminders = signature.Reminders{Days: days, Most: most}
	return r
}

func day(n int) time.Time { return at(1).AddDate(0, 0, n) }

// TestRemindersBeginWithEachSignersInvitation, once.
func TestRemindersBeginWithEachSignersInvitation(t *testing.T) {
	r, roles := signature.PlanReminders(every(3, 2, twoGroups()))
	if strings.Join(roles, " ") != "client" {
		t.Errorf("at first: %v", roles)
	}
	r, events := signature.Observe(r, envelope(signature.EnvelopeOpen, signature.SignerSigned, signature.SignerInvited), day(2))
	if diff := cmp.Diff([]signature.EventType{"SIGNER_SIGNED", "SIGNER_INVITED"}, kinds(events)); diff != "" || events[1].SignerRole != "seller" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	r, roles = signature.PlanReminders(r)
	if next := signature.NextReminder(r, "seller", single(), day(2)); strings.Join(roles, " ") != "seller" || !next.Equal(day(5)) {
		t.Errorf("then: %v, at %v", roles, next)
	}
	if _, roles = signature.PlanReminders(r); len(roles) != 0 {
		t.Errorf("again: %v", roles)
	}
	old := every(3, 2, sent())
	old.Signers[0].InviteTime = time.Time{} // invited before that was noted
	if _, roles = signature.PlanReminders(old); strings.Join(roles, " ") != "seller" {
		t.Errorf("invited nobody knows when: %v", roles)
	}
	if _, roles = signature.PlanReminders(sellersTurn()); len(roles) != 0 {
		t.Errorf("nobody asked for reminders: %v", roles)
	}
}

// TestWhoWasInvitedWithTheSendingIsNotToldOfAgain.
func TestWhoWasInvitedWithTheSendingIsNotToldOfAgain(t *testing.T) {
	_, events := signature.Sent(maybeSent(), envelope(signature.EnvelopeOpen, signature.SignerInvited, signature.SignerInvited), at(1))
	if diff := cmp.Diff([]signature.EventType{"SENT"}, kinds(events)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestRemindersComeBackUntilEnough walks through the days: asked on the third and the sixth, and no more.
func TestRemindersComeBackUntilEnough(t *testing.T) {
	for name, caps := range map[string]signature.Capabilities{"one by one": single(), "all": all()} {
		r := every(3, 2, sent())
		var days []int
		for n := range 13 {
			before := r.UpdateTime
			r = signature.AskDueReminder(r, "client", caps, day(n))
			if r.UpdateTime.Equal(before) {
				continue
			}
			days = append(days, n)
			if next := signature.NextReminder(r, "client", caps, day(n)); !next.IsZero() && !next.After(day(n)) {
				t.Fatalf("%s: it comes back at once", name)
			}
			r, _ = signature.TryReminders(r, caps, day(n))
			r, _ = signature.Reminded(r, day(n))
		}
		if diff := cmp.Diff([]int{3, 6}, days); diff != "" || !signature.NextReminder(r, "client", caps, day(13)).IsZero() {
			t.Errorf("%s: reminded on days (-want +got):\n%s", name, diff)
		}
		if both := r.Signers[1].AutoReminders == 2; both == caps.RemindOne {
			t.Errorf("%s: the other signer was reminded %d times", name, r.Signers[1].AutoReminders)
		}
	}
}

// TestAReminderThatSomebodyAskedForPutsOffTheNext: it begins the days anew and is not counted.
func TestAReminderThatSomebodyAskedForPutsOffTheNext(t *testing.T) {
	r := every(3, 1, sent())
	r.Signers[0].RemindTime = day(2)
	if next := signature.NextReminder(r, "client", single(), day(2)); !next.Equal(day(5)) {
		t.Errorf("next at %v", next)
	}
	if got := signature.AskDueReminder(r, "client", single(), day(3)); asked(got) != "" {
		t.Errorf("reminded %q", asked(got))
	}
	if next := signature.NextReminder(r, "client", all(), day(2)); !next.Equal(day(5)) {
		t.Errorf("where all are reminded, next at %v", next)
	}
}

func TestRemindersStop(t *testing.T) {
	two := every(3, 2, sent())
	done, _ := signature.Observe(two, envelope(signature.EnvelopeOpen, signature.SignerSigned, signature.SignerInvited), at(9))
	ended, _ := signature.Observe(two, envelope(signature.EnvelopeDeclined), at(9))
	for name, r := range map[string]signature.Request{
		"signed": done, "ended": ended, "nobody asked": sent(),
		"withdrawn": signature.AskWithdrawal(two, signature.WithdrawnByCaller, "why", at(9)),
	} {
		if next := signature.NextReminder(r, "client", single(), at(9)); !next.IsZero() || asked(signature.AskDueReminder(r, "client", single(), day(9))) != "" {
			t.Errorf("%s: next at %v", name, next)
		}
	}
	if next := signature.NextReminder(two, "client", single(), expiry()); !next.IsZero() {
		t.Errorf("out of time: next at %v", next)
	}
}
