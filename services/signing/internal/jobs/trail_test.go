package jobs_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestAnAuditTrailThatIsNotReadyIsWaitedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.say(signature.EnvelopeSigned)
	r.vendor.fail("audit trail", breakage{err: signature.ErrNotReady})
	r.start()
	id := r.accept(nil)
	r.await("a pause", func() bool { return r.jobs()[0].snoozes == 1 })
	if got := r.request(id); got.State != signature.Signed || got.SignedDocument == "" || r.events(id) != "CREATED SENT SIGNED" {
		t.Errorf("%s with %q, events %s", got.State, got.SignedDocument, r.events(id))
	}
	if done := r.reaches(id, signature.Completed); done.AuditTrail == "" || done.NoAuditTrail {
		t.Errorf("audit trail %q", done.AuditTrail)
	}
	if signed, trail := r.vendor.count("signed document"), r.vendor.count("audit trail"); signed != 1 || trail != 2 {
		t.Errorf("the document was asked for %d times, the audit trail %d times", signed, trail)
	}
}

// overdue makes a request one whose signed document came into the archive a day ago.
func (r *rig) overdue(id string) {
	r.t.Helper()
	request := r.request(id)
	request.ArchiveTime = time.Now().Add(-signature.AuditTrailWait)
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		if _, err := r.store.Save(ctx, tx, request, nil); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.Advance{Request: id})
	})
}

// TestAnAuditTrailThatNeverComesIsNone after a day: the verdict decides then.
func TestAnAuditTrailThatNeverComesIsNone(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"not ready":   signature.ErrNotReady,
		"unavailable": &signature.UnavailableError{RetryAfter: time.Hour, Cause: errors.New("503")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.vendor.say(signature.EnvelopeSigned)
			r.vendor.fail("audit trail", slices.Repeat([]breakage{{err: err}}, 20)...)
			r.start()
			id := r.accept(nil)
			r.await("a pause", func() bool { return r.jobs()[0].snoozes == 1 })
			r.overdue(id)
			done := r.reaches(id, signature.Completed)
			if done.AuditTrail != "" || done.NoAuditTrail || !done.TrailGivenUp || r.events(id) != "CREATED SENT SIGNED ARCHIVED COMPLETED" {
				t.Errorf("audit trail %q, events %s", done.AuditTrail, r.events(id))
			}
		})
	}
}

// TestAnAuditTrailIsNotGivenUpForAFailureOfOurs, however long it lasts.
func TestAnAuditTrailIsNotGivenUpForAFailureOfOurs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.say(signature.EnvelopeSigned)
	r.vendor.fail("audit trail", breakage{err: signature.ErrNotReady})
	r.archive.fail("create", nil, errors.New("disk"))
	r.start()
	id := r.accept(nil)
	r.await("a pause", func() bool { return r.jobs()[0].snoozes == 1 })
	r.overdue(id)
	if done := r.reaches(id, signature.Completed); done.NoAuditTrail || done.AuditTrail == "" {
		t.Errorf("%+v", done)
	}
}

// TestAnAuditTrailThatCannotBeKeptIsNone: the signed document is what counts.
func TestAnAuditTrailThatCannotBeKeptIsNone(t *testing.T) {
	t.Parallel()
	gone := breakage{err: &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: "retention"}}
	for name, prepare := range map[string]func(*rig){
		"gone":      func(r *rig) { r.vendor.fail("audit trail", gone) },
		"too large": func(r *rig) { r.archive.fail("create", nil, says("TOO_LARGE")) },
		"deleted":   func(r *rig) { r.archive.fail("create", nil, says("DOCUMENT_DELETED")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.vendor.say(signature.EnvelopeSigned)
			prepare(r)
			r.start()
			if done := r.reaches(r.accept(nil), signature.Completed); done.NoAuditTrail || !done.TrailGivenUp || done.SignedDocument == "" {
				t.Errorf("%+v", done)
			}
		})
	}
}

func TestAVendorWithoutAnAuditTrail(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.say(signature.EnvelopeSigned)
	r.vendor.fail("audit trail", breakage{err: signature.ErrNoAuditTrail})
	r.start()
	done := r.reaches(r.accept(nil), signature.Completed)
	if done.AuditTrail != "" || !done.NoAuditTrail || done.TrailGivenUp || r.archive.proofs[0].GetAuditTrail() != "" {
		t.Errorf("audit trail %q, none: %v", done.AuditTrail, done.NoAuditTrail)
	}
}
