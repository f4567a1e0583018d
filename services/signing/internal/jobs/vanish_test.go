package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// edit saves a request as a test needs it.
func (r *rig) edit(id string, change func(*signature.Request)) {
	r.t.Helper()
	request := r.request(id)
	change(&request)
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		_, err := r.store.Save(ctx, tx, request, nil)
		return err
	})
}

// TestAMissingEnvelopeIsLookedForAgain a minute later, and gone then.
func TestAMissingEnvelopeIsLookedForAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.out(nil)
	r.vendor.say(signature.EnvelopeGone)
	r.hint(id)
	r.await("a second look", func() bool { return len(r.planned("signing_advance")) == 2 })
	if pause := r.pause("signing_advance"); pause < 50*time.Second || pause > 70*time.Second {
		t.Errorf("after %v", pause)
	}
	if got := r.request(id); got.State != signature.OutForSignature || got.VanishTime.IsZero() {
		t.Errorf("%s, missed at %v", got.State, got.VanishTime)
	}
	r.edit(id, func(request *signature.Request) { request.VanishTime = time.Now().Add(-time.Minute) })
	r.hint(id)
	if got := r.reaches(id, signature.Canceled); got.StateReason != "ENVELOPE_VANISHED" || r.events(id) != "CREATED SENT CANCELED" {
		t.Errorf("%s, events %s", got.StateReason, r.events(id))
	}
}

// TestTheVendorsOwnEndComesFirst where it ends envelopes itself: it is read before it is asked to withdraw.
func TestTheVendorsOwnEndComesFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said      signature.EnvelopeState
		withdrawn int
	}{
		"ended there": {signature.EnvelopeExpired, 0}, "open still": {signature.EnvelopeOpen, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.confirm()
			r.vendor.offers.ExpiryZone = time.UTC
			r.start()
			id := r.out(nil)
			r.vendor.say(c.said)
			r.edit(id, func(request *signature.Request) { request.ExpireTime = time.Now() })
			r.hint(id)
			got := r.reaches(id, signature.Expired)
			if r.vendor.count("withdraw") != c.withdrawn || got.ExpiredAtProvider != (c.withdrawn == 0) {
				t.Errorf("withdrawn %d times, expired at the vendor: %v", r.vendor.count("withdraw"), got.ExpiredAtProvider)
			}
		})
	}
}

// recheck has a request looked for once more.
func (r *rig) recheck(id string, try int) {
	r.t.Helper()
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		return tx.Enqueue(ctx, jobs.Recheck{Request: id, Try: try})
	})
}

// TestAnEnvelopeThatComesLateIsWithdrawn: its request had ended because it was not found. It is looked for twice, and the
// request stays as it ended.
func TestAnEnvelopeThatComesLateIsWithdrawn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var id string
	accepted := make(chan struct{})
	r.vendor.fail("send", lost(&signature.UnknownOutcomeError{Cause: errors.New("timeout")}, false))
	r.vendor.before = func(_ context.Context, call string) {
		if call == "send" {
			<-accepted
			r.withdraw(id)
		}
	}
	r.start()
	id = r.accept(nil)
	close(accepted)
	r.reaches(id, signature.Canceled)
	r.await("a plan", func() bool { return len(r.planned("signing_recheck")) == 1 })
	if pause := r.pause("signing_recheck"); pause < 110*time.Second || pause > 130*time.Second {
		t.Errorf("looked for after %v", pause)
	}
	r.recheck(id, 0)
	r.await("the second plan", func() bool { return len(r.planned("signing_recheck")) == 2 })
	if pause := r.pause("signing_recheck"); pause < 19*time.Minute || r.vendor.count("withdraw") != 0 {
		t.Errorf("looked for again after %v; %d withdrawn", pause, r.vendor.count("withdraw"))
	}
	r.vendor.mu.Lock()
	r.vendor.envelopes = append(r.vendor.envelopes, signature.Envelope{ID: "late", Correlation: id, State: signature.EnvelopeOpen})
	r.vendor.mu.Unlock()
	r.recheck(id, 1)
	r.await("the withdrawal", func() bool { return r.vendor.count("withdraw") == 1 })
	r.idle("signing_recheck")
	if got := r.request(id); got.State != signature.Canceled || len(r.planned("signing_recheck")) != 2 || r.events(id) != "CREATED CANCELED" {
		t.Errorf("%s, planned %v, events %s", got.State, r.planned("signing_recheck"), r.events(id))
	}
}

// TestAHintForARequestThatIsWorkedOnIsNotLost: what it tells may have happened after the vendor was read.
func TestAHintForARequestThatIsWorkedOnIsNotLost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	reading, told := make(chan struct{}), make(chan struct{})
	first := true
	r.vendor.before = func(_ context.Context, call string) {
		if call == "withdraw" && first {
			first = false
			close(reading)
			<-told
		}
	}
	r.start()
	id := r.out(nil)
	r.withdraw(id)
	<-reading
	reads := r.vendor.count("read")
	r.hint(id)
	r.await("the hint to wait", func() bool {
		all := r.jobs()
		return all[len(all)-1].snoozes > 0
	})
	r.vendor.say(signature.EnvelopeWithdrawn)
	close(told)
	r.reaches(id, signature.Canceled)
	r.idle("signing_advance")
	if r.vendor.count("read") <= reads {
		t.Error("nobody read after the hint")
	}
}
