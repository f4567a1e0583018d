package signature_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// single reminds signers one by one, after an hour; all reminds everybody.
func single() signature.Capabilities {
	return signature.Capabilities{RemindOne: true, ReminderPause: time.Hour, SignerUpdates: signature.UpdatesUntilSigned}
}

func all() signature.Capabilities { return signature.Capabilities{ReminderPause: time.Hour} }

// twoGroups is out, with the client's turn first and the seller's to come.
func twoGroups() signature.Request {
	r := maybeSent()
	r.Signers[0].Order, r.Signers[1].Order = 1, 2
	r, _ = signature.Sent(r, envelope(signature.EnvelopeOpen, signature.SignerInvited, signature.SignerPending), at(1))
	return r
}

// sellersTurn is the same when the client has signed, an hour later.
func sellersTurn() signature.Request {
	r, _ := signature.Observe(twoGroups(), envelope(signature.EnvelopeOpen, signature.SignerSigned, signature.SignerInvited), at(61))
	return r
}

// asked lists the roles that a reminder was asked for.
func asked(r signature.Request) string {
	roles := ""
	for _, s := range r.Signers {
		if !s.Reminder.AskTime.IsZero() {
			roles += s.Role + " "
		}
	}
	return roles
}

func TestWhoIsReminded(t *testing.T) {
	with := func(r signature.Request, change func(*signature.Request)) signature.Request {
		change(&r)
		return r
	}
	late := at(120)
	for name, c := range map[string]struct {
		r      signature.Request
		role   string
		caps   signature.Capabilities
		now    time.Time
		asked  string
		denied signature.DenialReason
		why    map[string]string
	}{
		"everybody":              {r: sent(), caps: single(), now: late, asked: "client seller "},
		"everybody at once":      {r: sent(), caps: all(), now: late, asked: "client seller "},
		"one":                    {r: sent(), role: "seller", caps: single(), now: late, asked: "seller "},
		"who has their turn":     {r: twoGroups(), caps: single(), now: late, asked: "client "},
		"the only one, named":    {r: twoGroups(), role: "client", caps: all(), now: late, asked: "client "},
		"one where all are":      {r: sent(), role: "client", caps: all(), now: late, denied: "NOT_OFFERED", why: map[string]string{"provider": "eu"}},
		"nobody of that name":    {r: sent(), role: "boss", caps: single(), now: late, denied: "SIGNER_NOT_FOUND", why: map[string]string{"field": "signer_role"}},
		"whose turn is to come":  {r: twoGroups(), role: "seller", caps: single(), now: late, denied: "SIGNER_STATE_DOES_NOT_ALLOW", why: map[string]string{"signer_role": "seller", "signer_state": "PENDING"}},
		"who has signed":         {r: sellersTurn(), role: "client", caps: single(), now: late, denied: "SIGNER_STATE_DOES_NOT_ALLOW", why: map[string]string{"signer_role": "client", "signer_state": "SIGNED"}},
		"nobody left":            {r: with(twoGroups(), func(r *signature.Request) { r.Signers[0].State = signature.SignerSigned }), caps: single(), now: late, denied: "NOBODY_TO_REMIND"},
		"before it is out":       {r: preparing(), caps: single(), now: late, denied: "STATE_DOES_NOT_ALLOW", why: map[string]string{"state": "PREPARING"}},
		"when all have signed":   {r: signed(), caps: single(), now: late, denied: "STATE_DOES_NOT_ALLOW", why: map[string]string{"state": "SIGNED"}},
		"while it is withdrawn":  {r: signature.AskWithdrawal(sent(), signature.WithdrawnByCaller, "why", at(3)), caps: single(), now: late, denied: "STATE_DOES_NOT_ALLOW", why: map[string]string{"state": "OUT_FOR_SIGNATURE"}},
		"when the time is over":  {r: sent(), caps: single(), now: expiry(), denied: "STATE_DOES_NOT_ALLOW", why: map[string]string{"state": "OUT_FOR_SIGNATURE"}},
		"whom the caller mails":  {r: with(sent(), func(r *signature.Request) { r.CallerDelivers = true }), caps: single(), now: late, denied: "NOT_OFFERED", why: map[string]string{"provider": "eu"}},
		"just after inviting":    {r: sent(), caps: single(), now: at(60), denied: "REMINDER_TOO_SOON", why: map[string]string{"next_time": "2026-03-02T10:01:00Z"}},
		"at the end of the hour": {r: sent(), caps: single(), now: at(61), asked: "client seller "},
	} {
		got, err := signature.AskReminder(c.r, c.role, c.caps, c.now)
		var denial *signature.Denial
		if !errors.As(err, &denial) {
			denial = &signature.Denial{}
		}
		if denial.Reason != c.denied || asked(got) != c.asked || (denial.Reason != "") != (denial.Detail != "") {
			t.Errorf("%s: asked %q, %+v", name, asked(got), denial)
		}
		if diff := cmp.Diff(c.why, denial.Metadata); diff != "" {
			t.Errorf("%s: metadata (-want +got):\n%s", name, diff)
		}
	}
}

// remindedAt is a request whose seller was reminded at a minute, and the client was not.
func remindedAt(minute int) signature.Request {
	r := sent()
	r.Signers[1].Reminder = signature.Reminder{AskTime: at(minute), Tried: true}
	r, _ = signature.Reminded(r, at(minute))
	return r
}

// TestAReminderMakesTheNextOneWait: one by one those go who may; where all are reminded, the last one's pause counts.
func TestAReminderMakesTheNextOneWait(t *testing.T) {
	r := remindedAt(100)
	if got, err := signature.AskReminder(r, "", single(), at(120)); err != nil || asked(got) != "client " {
		t.Errorf("one by one: %q, %v", asked(got), err)
	}
	for role, caps := range map[string]signature.Capabilities{"": all(), "seller": single()} {
		_, err := signature.AskReminder(r, role, caps, at(120))
		var denial *signature.Denial
		if !errors.As(err, &denial) || denial.Metadata["next_time"] != "2026-03-02T11:40:00Z" {
			t.Errorf("%q: %v", role, denial)
		}
	}
	r.Signers[0].RemindTime = at(110)
	_, err := signature.AskReminder(r, "", single(), at(120))
	var denial *signature.Denial
	if !errors.As(err, &denial) || denial.Metadata["next_time"] != "2026-03-02T11:40:00Z" {
		t.Errorf("the first who may: %v", denial)
	}
	waiting, err := signature.AskReminder(sent(), "", single(), at(61))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signature.AskReminder(waiting, "", single(), at(62)); err == nil {
		t.Error("a reminder that has not gone out yet is asked for again")
	}
}

// TestAReminderIsTriedOnce whatever comes of it: what is marked is sent, refused or put off, and nothing else is.
func TestAReminderIsTriedOnce(t *testing.T) {
	due, err := signature.AskReminder(sent(), "", single(), at(61))
	if err != nil || signature.Next(due, at(61)) != signature.StepRemind {
		t.Fatal(signature.Next(due, at(61)), err)
	}
	both, _ := signature.TryReminders(due, all(), at(62))
	first, events := signature.TryReminders(due, single(), at(62))
	if diff := cmp.Diff([][]string{{"v1", "v2"}, {"v1"}}, [][]string{signature.Tried(both), signature.Tried(first)}); diff != "" || len(events) != 0 {
		t.Fatalf("tried (-want +got):\n%s", diff)
	}
	sent, events := signature.Reminded(first, at(63))
	if kinds(events)[0] != signature.EventSignerReminded || events[0].SignerRole != "client" || len(events) != 1 ||
		!sent.Signers[0].RemindTime.Equal(at(63)) || asked(sent) != "seller " || !sent.Signers[1].RemindTime.IsZero() {
		t.Errorf("sent: %v, waiting %q", events, asked(sent))
	}
	refused, events := signature.ReminderRefused(both, "PURPLE", at(63))
	if len(events) != 2 || events[1].Type != signature.EventReminderRefused || events[1].StateReason != "PURPLE" || refused.StateReason != "" ||
		asked(refused) != "" || !refused.Signers[0].RemindTime.IsZero() {
		t.Errorf("refused: %v, waiting %q", events, asked(refused))
	}
	later := signature.PostponeReminder(both, at(70), at(63))
	if len(signature.Tried(later)) != 0 || signature.Next(later, at(69)) != signature.StepRead || signature.Next(later, at(70)) != signature.StepRemind {
		t.Errorf("put off: %s, then %s", signature.Next(later, at(69)), signature.Next(later, at(70)))
	}
	day := at(61).Add(24 * time.Hour)
	if _, events := signature.TryReminders(later, single(), day.Add(-time.Second)); len(events) != 0 {
		t.Error("given up before a day is over")
	}
	old, events := signature.TryReminders(later, single(), day)
	if len(events) != 2 || events[0].StateReason != "PROVIDER_UNAVAILABLE" || asked(old) != "" || len(signature.Tried(old)) != 0 {
		t.Errorf("after a day: %v, waiting %q", events, asked(old))
	}
}

// TestWhatComesTooLateIsTold: whoever asked for something hears what became of it.
func TestWhatComesTooLateIsTold(t *testing.T) {
	r, _ := signature.AskReminder(sent(), "", single(), at(61))
	r, _, _ = signature.AskUpdate(r, "client", rename("Ada"), single(), at(62))
	tried, _ := signature.TryReminders(r, all(), at(62))
	for name, c := range map[string]struct {
		r    signature.Request
		e    signature.Envelope
		want []signature.EventType
		why  string
	}{
		"the signer signed": {
			r, envelope(signature.EnvelopeOpen, signature.SignerSigned, signature.SignerInvited),
			[]signature.EventType{"SIGNER_SIGNED", "SIGNER_UPDATE_REFUSED", "SIGNER_REMINDER_REFUSED"}, "SIGNER_STATE_DOES_NOT_ALLOW",
		},
		"all signed": {
			r, envelope(signature.EnvelopeSigned),
			[]signature.EventType{"SIGNED", "SIGNER_UPDATE_REFUSED", "SIGNER_REMINDER_REFUSED", "SIGNER_REMINDER_REFUSED"}, "STATE_DOES_NOT_ALLOW",
		},
		"it ended": {
			r, envelope(signature.EnvelopeExpired),
			[]signature.EventType{"EXPIRED", "SIGNER_UPDATE_REFUSED", "SIGNER_REMINDER_REFUSED", "SIGNER_REMINDER_REFUSED"}, "STATE_DOES_NOT_ALLOW",
		},
		"it may have gone out": {
			tried, envelope(signature.EnvelopeExpired),
			[]signature.EventType{"EXPIRED", "SIGNER_UPDATE_REFUSED", "SIGNER_REMINDED", "SIGNER_REMINDED"}, "STATE_DOES_NOT_ALLOW",
		},
	} {
		got, events := signature.Observe(c.r, c.e, at(63))
		if diff := cmp.Diff(c.want, kinds(events)); diff != "" || got.Signers[0].Update != nil || !got.Signers[0].Reminder.AskTime.IsZero() {
			t.Errorf("%s: %+v (-want +got):\n%s", name, got.Signers[0], diff)
		}
		for _, e := range events {
			if e.Type == signature.EventSignerUpdateRefused && e.StateReason != c.why {
				t.Errorf("%s: because of %q", name, e.StateReason)
			}
		}
	}
}
