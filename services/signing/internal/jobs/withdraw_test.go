package jobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// confirm makes the vendor say that an envelope is withdrawn once it was asked for it.
func (r *rig) confirm() {
	r.vendor.before = func(_ context.Context, call string) {
		if call == "withdraw" {
			r.vendor.say(signature.EnvelopeWithdrawn)
		}
	}
}

func TestARequestThatIsWithdrawnBeforeItIsSentNeverIs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.accept(nil)
	r.withdraw(id)
	r.start()
	if got := r.reaches(id, signature.Canceled); got.StateDetail != "the deal was lost" || r.events(id) != "CREATED CANCELED" {
		t.Errorf("%q, events %s", got.StateDetail, r.events(id))
	}
	if calls, _ := r.vendor.made(); len(calls) != 0 {
		t.Errorf("the vendor was asked to %v", calls)
	}
}

func TestARequestThatIsOutIsWithdrawnAtTheVendor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.confirm()
	r.start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	r.withdraw(id)
	r.reaches(id, signature.Canceled)
	r.idle("signing_advance")
	if diff := cmp.Diff([]string{"the deal was lost"}, r.vendor.withdrawn); diff != "" || r.events(id) != "CREATED SENT CANCELED" {
		t.Errorf("events %s, reasons (-want +got):\n%s", r.events(id), diff)
	}
}

// TestARequestThatIsWithdrawnWhileItIsSent: the job that was sending finds the request changed, looks the envelope up
// and withdraws it.
func TestARequestThatIsWithdrawnWhileItIsSent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var id string
	accepted := make(chan struct{})
	r.vendor.before = func(_ context.Context, call string) {
		switch call {
		case "send":
			<-accepted
			r.withdraw(id)
		case "withdraw":
			r.vendor.say(signature.EnvelopeWithdrawn)
		}
	}
	r.start()
	id = r.accept(nil)
	close(accepted)
	r.reaches(id, signature.Canceled)
	if _, envelopes := r.vendor.made(); envelopes != 1 || r.events(id) != "CREATED SENT CANCELED" {
		t.Errorf("%d envelopes, events %s", envelopes, r.events(id))
	}
}

// TestAVendorThatRefusesToWithdrawIsNotHammered: somebody paused the envelope by hand, for one.
func TestAVendorThatRefusesToWithdrawIsNotHammered(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	no := breakage{err: &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: "paused"}}
	r.vendor.fail("withdraw", no, no)
	r.withdraw(id)
	r.await("a long pause", func() bool { return len(r.planned("signing_advance")) == 2 })
	if log := r.log.String(); r.vendor.count("withdraw") != 1 || !strings.Contains(log, "refuses to withdraw") || !strings.Contains(log, "request="+id) {
		t.Errorf("asked %d times; the log:\n%s", r.vendor.count("withdraw"), log)
	}
	if pause := r.pause("signing_advance"); pause < 5*time.Minute {
		t.Errorf("asked again after %v", pause)
	}
	refused := r.request(id)
	r.hint(id)
	r.await("another refusal", func() bool { return len(r.planned("signing_advance")) == 3 })
	if again := r.request(id); refused.Refusing != signature.StepWithdraw || again.Version != refused.Version {
		t.Errorf("%q is refused; saved %d times more", refused.Refusing, again.Version-refused.Version)
	}
	r.vendor.say(signature.EnvelopeOpen) // the vendor takes it, and has not come to it yet
	r.hint(id)
	r.await("the withdrawal", func() bool { return r.request(id).Refusing == "" })
}

func TestSigningMayWinTheRace(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	r.vendor.say(signature.EnvelopeSigned)
	r.withdraw(id)
	r.reaches(id, signature.Completed)
	if want := "CREATED SENT SIGNED ARCHIVED COMPLETED"; r.events(id) != want {
		t.Errorf("events = %s", r.events(id))
	}
}

// TestAWithdrawalIsFollowedUp: a vendor that fails, or does not confirm at once, is asked until it does.
func TestAWithdrawalIsFollowedUp(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	r.vendor.fail("withdraw", breakage{err: &signature.UnknownOutcomeError{Cause: errors.New("timeout")}, after: true})
	r.withdraw(id)
	r.await("a pause", func() bool {
		for _, j := range r.jobs() {
			if j.kind == "signing_advance" && j.snoozes == 1 {
				return true
			}
		}
		return false
	})
	if got := r.request(id); got.State != signature.OutForSignature || r.vendor.count("withdraw") != 2 {
		t.Errorf("%s after %d withdrawals", got.State, r.vendor.count("withdraw"))
	}
	r.vendor.say(signature.EnvelopeWithdrawn)
	r.hint(id)
	r.reaches(id, signature.Canceled)
}

func TestTheDeadlineEndsARequest(t *testing.T) {
	t.Parallel()
	t.Run("before it was sent", func(t *testing.T) {
		t.Parallel()
		r := newRig(t).start()
		id := r.accept(func(request *signature.Request) { request.ExpireTime = time.Now() })
		r.reaches(id, signature.Expired)
		if calls, _ := r.vendor.made(); len(calls) != 0 || r.events(id) != "CREATED EXPIRED" {
			t.Errorf("calls %v, events %s", calls, r.events(id))
		}
	})
	t.Run("when it is out, by a job of its own", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.confirm()
		r.start()
		id := r.accept(func(request *signature.Request) { request.ExpireTime = time.Now().Add(3 * time.Second) })
		got := r.reaches(id, signature.Expired)
		if got.Withdrawal != signature.WithdrawnByExpiry || r.events(id) != "CREATED SENT EXPIRED" {
			t.Errorf("withdrawn by %q, events %s", got.Withdrawal, r.events(id))
		}
		if !got.UpdateTime.After(got.ExpireTime) {
			t.Errorf("ended %v before its time", got.ExpireTime.Sub(got.UpdateTime))
		}
	})
}

// TestAProviderThatIsGone: the request waits for its account to come back; what needs no vendor goes on meanwhile.
func TestAProviderThatIsGone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gone := func(request *signature.Request) { request.Provider = "gone" }
	r.start()
	waits, withdrawn := r.accept(gone), r.accept(gone)
	r.await("a complaint", func() bool {
		log := r.log.String()
		return strings.Contains(log, "level=ERROR") && strings.Contains(log, "is not configured any more") && strings.Contains(log, "request="+waits)
	})
	r.await("a pause", func() bool { return r.jobs()[0].snoozes == 1 })
	if strings.Contains(r.log.String(), "job failed") {
		t.Errorf("it is tried without patience:\n%s", r.log)
	}
	if got := r.request(waits); got.State != signature.Preparing || got.SendAttempted {
		t.Errorf("%s, attempted: %v", got.State, got.SendAttempted)
	}
	r.await("the document", func() bool { return r.request(withdrawn).Document != "" })
	r.withdraw(withdrawn)
	r.reaches(withdrawn, signature.Canceled)
	if log := r.log.String(); strings.Contains(log, "ada@example.org") || strings.Contains(log, "Lovelace") {
		t.Errorf("personal data in the log:\n%s", log)
	}
}

// TestAnotherAccountUnderTheSameNameIsNotAsked: it does not know what the first one was sent, and would call it gone. The
// request waits for its own account.
func TestAnotherAccountUnderTheSameNameIsNotAsked(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	calls, _ := r.vendor.made()
	r.vendor.mu.Lock()
	r.vendor.offers.Sandbox, r.vendor.said = true, signature.Envelope{State: signature.EnvelopeGone}
	r.vendor.mu.Unlock()
	r.hint(id)
	r.await("a complaint", func() bool { return strings.Contains(r.log.String(), "is not configured any more") })
	if after, _ := r.vendor.made(); len(after) != len(calls) || r.request(id).State != signature.OutForSignature {
		t.Errorf("asked for %v, and the request is %s", after[len(calls):], r.request(id).State)
	}
}
