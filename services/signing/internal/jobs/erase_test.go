package jobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// clearing is a rig whose account is cleared a month after the end of a request.
func clearing(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.worker.EraseAfter = map[string]time.Duration{"eu": 30 * 24 * time.Hour}
	return r
}

// eraseNow has a request erased as if its time had come.
func (r *rig) eraseNow(id string) {
	r.t.Helper()
	r.update(func(ctx context.Context, tx *durable.Tx) error { return tx.Enqueue(ctx, jobs.Erase{Request: id}) })
}

func TestWhatEndedIsErasedAfterAWhile(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]signature.EnvelopeState{"signed": signature.EnvelopeSigned, "declined": signature.EnvelopeDeclined} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := clearing(t).start()
			id := r.out(nil)
			r.vendor.say(said)
			r.hint(id)
			r.await("a plan", func() bool { return len(r.planned("signing_erase")) == 1 })
			if pause := r.pause("signing_erase"); pause < 29*24*time.Hour {
				t.Errorf("erased after %v", pause)
			}
			r.vendor.fail("erase", breakage{err: &signature.UnavailableError{RetryAfter: time.Millisecond, Cause: errors.New("503")}},
				lost(&signature.UnknownOutcomeError{Cause: errors.New("timeout")}, true))
			r.eraseNow(id)
			r.await("the erasure", func() bool { return !r.request(id).EraseTime.IsZero() })
			r.eraseNow(id)
			r.idle("signing_erase")
			if !strings.HasSuffix(r.events(id), " ERASED") || strings.Count(r.events(id), "ERASED") != 1 || r.vendor.count("erase") != 3 {
				t.Errorf("asked %d times, events %s", r.vendor.count("erase"), r.events(id))
			}
			if len(r.planned("signing_erase")) != 1 {
				t.Errorf("planned %v", r.planned("signing_erase"))
			}
		})
	}
}

// TestWhatIsNotErased: a request that is open, one that could not be archived, one of an account that keeps everything, and
// an envelope that a later attempt took over.
func TestWhatIsNotErased(t *testing.T) {
	t.Parallel()
	r := clearing(t).start()
	open := r.out(nil)
	lost := r.out(nil)
	r.vendor.fail("signed document", breakage{err: &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: "retention"}})
	r.vendor.say(signature.EnvelopeSigned)
	r.hint(lost)
	r.reaches(lost, signature.ProofFailed)
	r.vendor.say(signature.EnvelopeOpen)
	old := r.out(nil)
	r.edit(old, func(request *signature.Request) { request.State = signature.Expired })
	envelope := r.request(old).Envelope
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		next := signature.Request{ID: uuid.NewString(), RequestID: uuid.NewString(), CallbackToken: uuid.NewString(), Provider: "eu", State: signature.Declined, Envelope: envelope, CreateTime: time.Now()}
		_, err := r.store.Insert(ctx, tx, next, nil)
		return err
	})
	for _, id := range []string{open, lost, old} {
		r.eraseNow(id)
	}
	r.await("the end of the jobs", func() bool {
		done := 0
		for _, j := range r.jobs() {
			if j.kind == "signing_erase" && j.state == "completed" {
				done++
			}
		}
		return done == 3
	})
	if len(r.vendor.erased) != 0 || len(r.planned("signing_erase")) != 0 {
		t.Errorf("erased %v, planned %v", r.vendor.erased, r.planned("signing_erase"))
	}
}

// TestAnErasureSurvivesARestart, and a vendor that refuses is told of once.
func TestAnErasureSurvivesARestart(t *testing.T) {
	t.Parallel()
	r := clearing(t).start()
	id := r.out(nil)
	r.vendor.say(signature.EnvelopeDeclined)
	r.hint(id)
	r.await("a plan", func() bool { return len(r.planned("signing_erase")) == 1 })
	path := r.image()
	r.db, r.store = r.open(path, r.worker)
	if diff := cmp.Diff([]string{`{"request":"` + id + `"}`}, r.planned("signing_erase")); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	r.start()
	r.vendor.fail("erase", breakage{err: &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: "no"}})
	r.eraseNow(id)
	r.await("a complaint", func() bool { return strings.Contains(r.log.String(), "a person must") })
	r.idle("signing_erase")
	r.await("somebody to be told", func() bool { return r.request(id).Refusing == signature.StepErase })
	if got := r.request(id); !got.EraseAsked || !got.EraseTime.IsZero() || r.vendor.count("erase") != 1 {
		t.Errorf("asked: %v, erased at %v", got.EraseAsked, got.EraseTime)
	}
}
