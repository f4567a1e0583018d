package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// change saves what a verb makes of a request and has it carried on, as the API does.
func (r *rig) change(id string, change func(signature.Request) (signature.Request, []signature.Event, error)) {
	r.t.Helper()
	next, events, err := change(r.request(id))
	if err != nil {
		r.t.Fatal(err)
	}
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		if _, err := r.store.Save(ctx, tx, next, events); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.Advance{Request: id})
	})
}

// ask asks for everybody to be reminded.
func (r *rig) ask(id string) {
	r.t.Helper()
	r.change(id, func(request signature.Request) (signature.Request, []signature.Event, error) {
		next, err := signature.AskReminder(request, "", r.vendor.Capabilities(), time.Now())
		return next, nil, err
	})
}

// two are the signers of a request, as the vendor knows them once it is out.
func two(request *signature.Request) {
	request.Signers = append(request.Signers, signature.Signer{Role: "seller", FirstName: "Grace", LastName: "Hopper", Email: "grace@example.org"})
}

// out is a request for two signers whose ids at the vendor are known.
func (r *rig) out(change func(*signature.Request)) string {
	r.t.Helper()
	r.vendor.say(signature.EnvelopeOpen, signature.EnvelopeSigner{ID: "v1", State: signature.SignerInvited},
		signature.EnvelopeSigner{ID: "v2", State: signature.SignerInvited})
	id := r.accept(func(request *signature.Request) {
		two(request)
		if change != nil {
			change(request)
		}
	})
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	return id
}

func TestSignersAreReminded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		one   bool
		calls [][]string
	}{"one by one": {true, [][]string{{"v1"}, {"v2"}}}, "all at once": {false, [][]string{{"v1", "v2"}}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.vendor.offers.RemindOne = c.one
			r.start()
			id := r.out(nil)
			r.vendor.before = func(_ context.Context, call string) {
				if call == "remind" && len(signature.Tried(r.request(id))) == 0 {
					t.Error("the vendor is asked before the intent is saved")
				}
			}
			r.ask(id)
			r.await("the reminders", func() bool { return r.events(id) == "CREATED SENT SIGNER_REMINDED SIGNER_REMINDED" })
			if diff := cmp.Diff(c.calls, r.vendor.reminded); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if s := r.request(id).Signers[1]; time.Since(s.RemindTime) > time.Minute || s.Reminder != (signature.Reminder{}) {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestAReminderGoesOutOnceAtMost: what may have gone out is not repeated, not even after a crash.
func TestAReminderGoesOutOnceAtMost(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]breakage{
		"unknown, before the mail": lost(&signature.UnknownOutcomeError{Cause: context.DeadlineExceeded}, false),
		"unknown, after the mail":  lost(&signature.UnknownOutcomeError{Cause: context.DeadlineExceeded}, true),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.vendor.offers.RemindOne = false
			r.start()
			id := r.out(nil)
			r.vendor.fail("remind", fault)
			r.ask(id)
			r.await("the reminders", func() bool { return r.events(id) == "CREATED SENT SIGNER_REMINDED SIGNER_REMINDED" })
			r.hint(id)
			r.idle("signing_advance")
			if n := r.vendor.count("remind"); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
	t.Run("a process that is killed", func(t *testing.T) {
		t.Parallel()
		r := newRig(t).start()
		id := r.out(nil)
		r.change(id, func(request signature.Request) (signature.Request, []signature.Event, error) {
			asked, err := signature.AskReminder(request, "client", r.vendor.Capabilities(), time.Now())
			tried, _ := signature.TryReminders(asked, r.vendor.Capabilities(), time.Now())
			return tried, nil, err // what it leaves behind: the intent, and no outcome
		})
		r.await("the outcome", func() bool { return r.events(id) == "CREATED SENT SIGNER_REMINDED" })
		if n := r.vendor.count("remind"); n != 0 {
			t.Errorf("asked %d times", n)
		}
	})
}

// TestAnOutcomeIsSavedAlthoughTheRequestWasChangedMeanwhile: else the next run would take it for unknown.
func TestAnOutcomeIsSavedAlthoughTheRequestWasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.out(nil)
	r.vendor.before = func(_ context.Context, call string) {
		if call == "remind" {
			r.change(id, func(request signature.Request) (signature.Request, []signature.Event, error) {
				request.Reference = "deal-8"
				return request, nil, nil
			})
		}
	}
	r.vendor.fail("remind", breakage{err: &signature.RejectedError{Reason: signature.ReasonProviderRejected}})
	r.ask(id)
	r.await("the outcomes", func() bool { return r.events(id) == "CREATED SENT SIGNER_REMINDER_REFUSED SIGNER_REMINDED" })
	if got := r.request(id); got.Reference != "deal-8" || got.StateReason != "" || r.vendor.count("remind") != 2 {
		t.Errorf("%q, %q, asked %d times", got.Reference, got.StateReason, r.vendor.count("remind"))
	}
}

// TestAVendorThatCannotRemindNowHoldsNothingUp: the request is read and goes on, and comes back for the reminder.
func TestAVendorThatCannotRemindNowHoldsNothingUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.offers.RemindOne = false
	r.start()
	id := r.out(nil)
	r.vendor.fail("remind", breakage{err: &signature.UnavailableError{RetryAfter: time.Hour, Cause: errors.New("too early")}})
	reads := r.vendor.count("read")
	r.ask(id)
	r.await("a reading", func() bool { return r.vendor.count("read") > reads })
	r.idle("signing_advance")
	if pause := r.pause("signing_advance"); pause < 55*time.Minute || pause > time.Hour || len(signature.Tried(r.request(id))) != 0 {
		t.Errorf("comes back after %v, tried %v", pause, signature.Tried(r.request(id)))
	}
	r.hint(id)
	r.idle("signing_advance")
	if n := r.vendor.count("remind"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	r.vendor.say(signature.EnvelopeDeclined)
	r.hint(id)
	r.reaches(id, signature.Declined)
	if want := "CREATED SENT DECLINED SIGNER_REMINDER_REFUSED SIGNER_REMINDER_REFUSED"; r.events(id) != want {
		t.Errorf("events %s", r.events(id))
	}
}
