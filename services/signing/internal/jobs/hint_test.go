package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// told has the job of a callback run to its end, and returns how often the vendor was read for it.
func (r *rig) told(job jobs.Advance) int {
	r.t.Helper()
	before := r.vendor.count("read")
	r.update(func(ctx context.Context, tx *durable.Tx) error { return tx.Enqueue(ctx, job) })
	r.idle("signing_advance")
	return r.vendor.count("read") - before
}

// TestACallbackIsReadForUnlessTheAnswerIsKnown: one that was taken before the last reading began, or that tells of an
// invitation that was the answer to sending.
func TestACallbackIsReadForUnlessTheAnswerIsKnown(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	first, second := jobs.Hinted(id, signature.Hint{}), jobs.Hinted(id, signature.Hint{})
	if n := r.told(first); n != 1 {
		t.Errorf("a callback was read for %d times", n)
	}
	if n := r.told(second); n != 0 {
		t.Errorf("one that was taken before the reading was read for %d times more", n)
	}
	if n := r.told(jobs.Hinted(id, signature.Hint{})); n != 1 {
		t.Errorf("one that was taken after the reading was read for %d times", n)
	}
	if n := r.told(jobs.Hinted(id, signature.Hint{State: signature.SignerInvited, Time: time.Now()})); n != 0 {
		t.Errorf("a known invitation was read for %d times", n)
	}
}
