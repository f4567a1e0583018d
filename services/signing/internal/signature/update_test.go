package signature_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func rename(first string) func(*signature.SignerDetails) {
	return func(d *signature.SignerDetails) { d.FirstName = first }
}

func readdress(email string) func(*signature.SignerDetails) {
	return func(d *signature.SignerDetails) { d.Email = email }
}

func TestWhenASignerCanBeChanged(t *testing.T) {
	until := func(u signature.SignerUpdates) signature.Capabilities {
		return signature.Capabilities{SignerUpdates: u}
	}
	const never, first, signedOnes = signature.UpdatesNever, signature.UpdatesUntilFirstSignature, signature.UpdatesUntilSigned
	for name, c := range map[string]struct {
		r             signature.Request
		role          string
		caps          signature.SignerUpdates
		now           time.Time
		once, pending bool
		denied        signature.DenialReason
	}{
		"before anything is sent":             {r: preparing(), role: "client", caps: never, once: true},
		"while it is sent":                    {r: maybeSent(), role: "client", caps: first, pending: true},
		"while it is sent, never":             {r: maybeSent(), role: "client", caps: never, denied: "NOT_OFFERED"},
		"out":                                 {r: sent(), role: "client", caps: signedOnes, pending: true},
		"out, never":                          {r: sent(), role: "client", caps: never, denied: "NOT_OFFERED"},
		"out, nobody signed":                  {r: sellersTurn(), role: "seller", caps: signedOnes, pending: true},
		"out, somebody signed":                {r: sellersTurn(), role: "seller", caps: first, denied: "NOT_OFFERED"},
		"one whose turn is to come":           {r: twoGroups(), role: "seller", caps: first, pending: true},
		"an old envelope, to be opened again": {r: toReopen(), role: "client", caps: first, pending: true},
		"one who signed":                      {r: sellersTurn(), role: "client", caps: signedOnes, denied: "SIGNER_STATE_DOES_NOT_ALLOW"},
		"nobody":                              {r: sent(), role: "boss", caps: signedOnes, denied: "SIGNER_NOT_FOUND"},
		"all signed":                          {r: signed(), role: "client", caps: signedOnes, denied: "STATE_DOES_NOT_ALLOW"},
		"out of time":                         {r: sent(), role: "client", caps: signedOnes, now: expiry(), denied: "STATE_DOES_NOT_ALLOW"},
		"withdrawn before it is out":          {r: signature.AskWithdrawal(preparing(), signature.WithdrawnByCaller, "why", at(3)), role: "client", denied: "STATE_DOES_NOT_ALLOW"},
	} {
		if c.now.IsZero() {
			c.now = at(90)
		}
		before := clone(c.r)
		got, events, err := signature.AskUpdate(c.r, c.role, rename("Grace"), until(c.caps), c.now)
		var denial *signature.Denial
		if c.denied != "" {
			if !errors.As(err, &denial) || denial.Reason != c.denied || !got.UpdateTime.Equal(before.UpdateTime) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		i, _ := got.SignerOf(c.role)
		s := got.Signers[i]
		if err != nil || (s.Update != nil) != c.pending || (s.FirstName == "Grace") != c.once || (len(events) == 1) != c.once {
			t.Errorf("%s: %+v, %v, %v", name, s, events, err)
		}
		if s.Update != nil && (s.Update.FirstName != "Grace" || s.Update.Email != s.Email) {
			t.Errorf("%s: wanted %+v", name, s.Update)
		}
		if diff := cmp.Diff(before.Signers, c.r.Signers); diff != "" {
			t.Errorf("%s: the argument was changed:\n%s", name, diff)
		}
	}
}

// TestADenialNamesTheStatesThatWouldDo, and blames no state that would.
func TestADenialNamesTheStatesThatWouldDo(t *testing.T) {
	for want, r := range map[string]signature.Request{
		"the request is SIGNED: this needs PREPARING or OUT_FOR_SIGNATURE":                      signed(),
		"the request is PREPARING and about to end: it is being withdrawn, or its time is over": signature.AskWithdrawal(preparing(), signature.WithdrawnByCaller, "why", at(3)),
	} {
		_, _, err := signature.AskUpdate(r, "client", rename("Grace"), single(), at(4))
		var denial *signature.Denial
		if !errors.As(err, &denial) || denial.Detail != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestWhatIsWantedHasEveryChange, of which what is intended for one role has that one.
func TestWhatIsWantedHasEveryChange(t *testing.T) {
	r := sent()
	for _, role := range []string{"client", "seller"} {
		var err error
		if r, _, err = signature.AskUpdate(r, role, rename("Grace"), single(), at(4)); err != nil {
			t.Fatal(err)
		}
	}
	wanted, intended := signature.Wanted(r).Signers, signature.Intended(r, "client").Signers
	if wanted[0].FirstName != "Grace" || wanted[1].FirstName != "Grace" || intended[1].FirstName == "Grace" || r.Signers[0].FirstName == "Grace" {
		t.Errorf("wanted %+v, intended %+v, are %+v", wanted, intended, r.Signers)
	}
}

// toReopen is a new attempt that shall open the envelope of an expired one.
func toReopen() signature.Request {
	r := preparing()
	r.Reactivate, r.Envelope = true, "e1"
	return r
}

// TestAChangeOfOursIsNotTakenForTheVendors: not before its outcome is known, and not after.
func TestAChangeOfOursIsNotTakenForTheVendors(t *testing.T) {
	wanted, _, _ := signature.AskUpdate(sent(), "client", readdress("new@example.org"), single(), at(5))
	e := signature.Envelope{State: signature.EnvelopeOpen, Signers: []signature.EnvelopeSigner{
		{ID: "w1", Email: "new@example.org"}, {ID: "v2", Email: "seller@example.org"},
	}}
	if _, events := signature.Observe(wanted, e, at(6)); len(events) != 0 {
		t.Errorf("while it is under way: %v", kinds(events))
	}
	got, events := signature.Updated(wanted, "client", e, at(6))
	got, more := signature.Observe(got, e, at(7))
	if len(events) != 1 || len(more) != 0 || got.Signers[0].ProviderID != "w1" {
		t.Errorf("afterwards: %v, then %v", kinds(events), kinds(more))
	}
	e.Signers[0].Email = "other@example.org"
	if _, events = signature.Observe(got, e, at(8)); len(events) != 1 || events[0].Type != signature.EventSignerChanged {
		t.Errorf("the vendor's own: %v", kinds(events))
	}
}

// TestOfSeveralChangesNoneIsLost: each is made on top of what was wanted last, and the same one again is none.
func TestOfSeveralChangesNoneIsLost(t *testing.T) {
	r, _, _ := signature.AskUpdate(sent(), "client", rename("Grace"), single(), at(5))
	r, _, _ = signature.AskUpdate(r, "client", readdress("grace@example.org"), single(), at(6))
	r, _, _ = signature.AskUpdate(r, "client", rename("Alan"), single(), at(7))
	again, events, err := signature.AskUpdate(r, "client", rename("Alan"), single(), at(8))
	if err != nil || len(events) != 0 || !again.UpdateTime.Equal(at(7)) {
		t.Errorf("nothing changed: %v, %v", events, err)
	}
	order := signature.Intended(r, "client")
	if s := order.Signers[0]; s.FirstName != "Alan" || s.Email != "grace@example.org" || order.Signers[1].Email != "seller@example.org" {
		t.Errorf("intended %+v", order.Signers)
	}
	if r.Signers[0].Email != "client@example.org" || signature.Intended(r, "seller").Signers[0].FirstName != "" {
		t.Error("the change is made before it came through, or by somebody else's")
	}
}

// TestAChangeComesThrough with the ids that the vendor gives afterwards; a new address is a new invitation.
func TestAChangeComesThrough(t *testing.T) {
	for name, c := range map[string]struct {
		was, want signature.SignerState
		edit      func(*signature.SignerDetails)
	}{
		"bounced, another address":    {signature.SignerBounced, signature.SignerInvited, readdress("grace@example.org")},
		"opened, another address":     {signature.SignerOpened, signature.SignerInvited, readdress("grace@example.org")},
		"opened, another name":        {signature.SignerOpened, signature.SignerOpened, rename("Grace")},
		"not identified, its name":    {signature.SignerIdentificationFailed, signature.SignerInvited, rename("Grace")},
		"still to come, both at once": {signature.SignerPending, signature.SignerPending, readdress("grace@example.org")},
	} {
		r := sent()
		r.Signers[0].State = c.was
		r.Signers[0].RemindTime, r.Signers[0].AutoReminders = at(3), 1
		wanted, _, _ := signature.AskUpdate(r, "client", c.edit, single(), at(5))
		role, due := signature.UpdateDue(wanted, at(5))
		if signature.Next(wanted, at(5)) != signature.StepUpdateSigner || role != "client" || !due {
			t.Fatalf("%s: next %s", name, signature.Next(wanted, at(5)))
		}
		after := signature.Envelope{ID: "e1", State: signature.EnvelopeOpen, Signers: []signature.EnvelopeSigner{
			{ID: "w1", Email: signature.Intended(wanted, "client").Signers[0].Email}, {ID: "v2", Email: "seller@example.org"},
		}}
		got, events := signature.Updated(wanted, "client", after, at(6))
		s := got.Signers[0]
		if s.State != c.want || s.ProviderID != "w1" || s.Update != nil || got.Signers[1].ProviderID != "v2" {
			t.Errorf("%s: %+v", name, s)
		}
		if diff := cmp.Diff([]signature.EventType{"SIGNER_UPDATED"}, kinds(events)); diff != "" {
			t.Errorf("%s: events (-want +got):\n%s", name, diff)
		}
		if fresh := s.Email == "grace@example.org" && c.want == signature.SignerInvited; fresh != s.InviteTime.Equal(at(6)) || fresh != (s.AutoReminders == 0) {
			t.Errorf("%s: invited at %v after %d reminders", name, s.InviteTime, s.AutoReminders)
		}
		if wanted.Signers[0].Update == nil || wanted.Signers[0].ProviderID != "v1" {
			t.Errorf("%s: the argument was changed", name)
		}
	}
}

// TestEveryIDMayBeNew: a vendor may replace all signers to change one.
func TestEveryIDMayBeNew(t *testing.T) {
	r, _, _ := signature.AskUpdate(sent(), "seller", readdress("new@example.org"), single(), at(5))
	e := signature.Envelope{State: signature.EnvelopeOpen, Signers: []signature.EnvelopeSigner{
		{ID: "w2", Email: "new@example.org", State: signature.SignerInvited}, {ID: "w1", Email: "client@example.org", State: signature.SignerOpened},
	}}
	got, events := signature.Updated(r, "seller", e, at(6))
	if got.Signers[0].ProviderID != "w1" || got.Signers[1].ProviderID != "w2" || len(events) != 2 || events[1].Type != signature.EventSignerOpened {
		t.Errorf("%+v, %v", got.Signers, kinds(events))
	}
	if kept, _ := signature.Updated(r, "seller", signature.Envelope{State: signature.EnvelopeOpen}, at(6)); kept.Signers[0].ProviderID != "v1" {
		t.Error("an envelope without signers took the ids away")
	}
}

func TestAChangeThatIsRefusedLeavesTheSigner(t *testing.T) {
	r, _, _ := signature.AskUpdate(sent(), "client", rename("Grace"), single(), at(5))
	later := signature.PostponeUpdate(r, "client", at(9), at(6))
	if signature.Next(later, at(8)) != signature.StepRead || signature.Next(later, at(9)) != signature.StepUpdateSigner || !signature.UpdateAsked(later, "client").Equal(at(5)) {
		t.Errorf("put off: %s, then %s", signature.Next(later, at(8)), signature.Next(later, at(9)))
	}
	got, events := signature.UpdateRefused(r, "client", "PURPLE", at(6))
	if len(events) != 1 || events[0].Type != signature.EventSignerUpdateRefused || events[0].StateReason != "PURPLE" || got.StateReason != "" {
		t.Errorf("%v", events)
	}
	if diff := cmp.Diff(sent().Signers, got.Signers); diff != "" {
		t.Errorf("the signer (-want +got):\n%s", diff)
	}
}

// TestTheOrderOfWhatIsAskedFor: what ends the request comes first, then what changes it, then what only mails.
func TestTheOrderOfWhatIsAskedFor(t *testing.T) {
	r, _ := signature.AskReminder(sent(), "", single(), at(61))
	both, _, _ := signature.AskUpdate(r, "seller", rename("Grace"), single(), at(61))
	for want, r := range map[signature.Step]signature.Request{
		signature.StepRead: sent(), signature.StepRemind: r, signature.StepUpdateSigner: both,
		signature.StepWithdraw: signature.AskWithdrawal(both, signature.WithdrawnByCaller, "why", at(61)),
	} {
		if got := signature.Next(r, at(61)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
