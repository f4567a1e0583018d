package jobs_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// check has a request looked at unasked.
func (r *rig) check(id string, waited int64) {
	r.t.Helper()
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		return tx.Enqueue(ctx, jobs.Check{Request: id, Waited: waited})
	})
}

func TestASentRequestIsLookedAtOnceInAWhileAndAtItsDeadline(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	if diff := cmp.Diff([]string{fmt.Sprintf(`{"request":%q,"waited":600}`, id)}, r.planned("signing_check")); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{fmt.Sprintf(`{"request":%q}`, id)}, r.planned("signing_advance")); diff != "" {
		t.Errorf("deadlines (-want +got):\n%s", diff)
	}
}

// TestChecksComeInGrowingPauses up to the longest one, each planning the next.
func TestChecksComeInGrowingPauses(t *testing.T) {
	t.Parallel()
	for waited, next := range map[int64]int64{1: 2, 300: 600, 450: 900, 600: 900, 900: 900} {
		t.Run(fmt.Sprint(waited), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.worker.FirstCheck = 9 * time.Hour
			r.start()
			id := r.accept(nil)
			r.reaches(id, signature.OutForSignature)
			r.idle("signing_advance")
			reads := r.vendor.count("read")
			r.check(id, waited)
			r.await("the next check", func() bool { return len(r.planned("signing_check")) == 2 })
			want := fmt.Sprintf(`{"request":%q,"waited":%d}`, id, next)
			if got := r.planned("signing_check")[1]; got != want || r.vendor.count("read") != reads+1 {
				t.Errorf("planned %s, want %s; %d reads", got, want, r.vendor.count("read")-reads)
			}
		})
	}
}

// TestACheckFindsWhatALostCallbackDidNotTell and plans no other one for a request that moved on.
func TestACheckFindsWhatALostCallbackDidNotTell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said signature.EnvelopeState
		want signature.State
	}{
		"signed":   {signature.EnvelopeSigned, signature.Completed},
		"declined": {signature.EnvelopeDeclined, signature.Declined},
		"failed":   {signature.EnvelopeFailed, signature.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t).start()
			id := r.accept(nil)
			r.reaches(id, signature.OutForSignature)
			r.idle("signing_advance")
			r.vendor.say(c.said)
			r.check(id, 600)
			r.reaches(id, c.want)
			r.idle("signing_check")
			if left := r.planned("signing_check"); len(left) != 1 { // the one that sending planned
				t.Errorf("planned: %v", left)
			}
			reads := r.vendor.count("read")
			r.check(id, 600)
			r.await("the last check", func() bool {
				all := r.jobs()
				return all[len(all)-1].state == "completed"
			})
			if left := r.planned("signing_check"); len(left) != 1 || r.vendor.count("read") != reads {
				t.Errorf("an ended request: planned %v, %d reads", left, r.vendor.count("read")-reads)
			}
		})
	}
}

// TestALostSendingIsLookedForOnceMore a while after a later try sent the request, and then no more.
func TestALostSendingIsLookedForOnceMore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.fail("send", lost(&signature.UnknownOutcomeError{Cause: context.DeadlineExceeded}, false))
	r.vendor.fail("find", breakage{err: &signature.UnavailableError{Cause: context.DeadlineExceeded}})
	r.start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	for planned := 2; planned < 4; planned++ {
		r.check(id, 1)
		r.await("the next check", func() bool { return len(r.planned("signing_check")) == planned })
	}
	if looked := r.vendor.looked; len(looked) != 1 || looked[0].Envelope != "env-"+id || r.vendor.count("find") != 2 {
		t.Errorf("looked for %+v, asked %d times", looked, r.vendor.count("find"))
	}
}

// TestACheckThatFailsPlansNothingTwice: it is tried again itself.
func TestACheckThatFailsPlansNothingTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	r.vendor.fail("read", breakage{err: &signature.UnavailableError{Cause: context.DeadlineExceeded}},
		breakage{err: &signature.UnavailableError{Cause: context.DeadlineExceeded}})
	r.check(id, 1)
	r.await("the next check", func() bool { return len(r.planned("signing_check")) == 2 })
	r.idle("signing_check")
	if planned := r.planned("signing_check"); len(planned) != 2 {
		t.Errorf("planned: %v", planned)
	}
}
