package jobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestWhatMaySucceedIsTriedAgain: a failure that passes leaves nothing but a delay.
func TestWhatMaySucceedIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*rig){
		"the archive fails":         func(r *rig) { r.archive.fail("render", errors.New("disk"), errors.New("disk")) },
		"the archive cannot stream": func(r *rig) { r.archive.fail("stream", errors.New("disk")) },
		"the vendor is unavailable": func(r *rig) {
			r.vendor.fail("send", breakage{err: &signature.UnavailableError{Cause: errors.New("503")}})
		},
		"the vendor cannot be read": func(r *rig) {
			r.vendor.fail("read", breakage{err: &signature.UnavailableError{Cause: errors.New("503")}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			prepare(r)
			r.start()
			id := r.accept(nil)
			r.reaches(id, signature.OutForSignature)
			if _, envelopes := r.vendor.made(); envelopes != 1 || r.events(id) != "CREATED SENT" {
				t.Errorf("%d envelopes, events %s", envelopes, r.events(id))
			}
		})
	}
}

// TestAFailureNamesItsRequest: it is what a person who reads the log looks for.
func TestAFailureNamesItsRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.archive.fail("render", errors.New("disk"))
	r.start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	for line := range strings.Lines(r.log.String()) {
		if strings.Contains(line, "job failed") && !strings.Contains(line, "request "+id) {
			t.Errorf("whose failure is it? %s", line)
		}
	}
	if !strings.Contains(r.log.String(), "job failed") {
		t.Errorf("no failure was logged:\n%s", r.log)
	}
}

func TestAVendorThatAsksForPatienceGetsIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const wait = 700 * time.Millisecond
	r.vendor.fail("send", breakage{err: &signature.UnavailableError{RetryAfter: wait, Cause: errors.New("429")}})
	times := make(chan time.Time, 10)
	r.vendor.before = func(context.Context, string) { times <- time.Now() }
	r.start()
	r.reaches(r.accept(nil), signature.OutForSignature)
	if pause := -(<-times).Sub(<-times); pause < wait {
		t.Errorf("asked again after %v", pause)
	}
	for _, j := range r.jobs() {
		if j.errors != 0 {
			t.Errorf("patience was counted as a failure: %+v", j)
		}
	}
}

// TestManyHintsAtOnceSendOnce: the jobs of one request wait for each other.
func TestManyHintsAtOnceSendOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	asked, release := make(chan struct{}, 10), make(chan struct{})
	r.vendor.before = func(_ context.Context, call string) {
		if call == "send" || call == "resume" {
			asked <- struct{}{}
			<-release
		}
	}
	id := r.accept(nil)
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		return errors.Join(tx.Enqueue(ctx, jobs.Advance{Request: id}), tx.Enqueue(ctx, jobs.Advance{Request: id}),
			tx.Enqueue(ctx, jobs.Check{Request: id, Waited: 1}))
	})
	r.start()
	<-asked
	r.await("the others' waiting", func() bool {
		waited := 0
		for _, j := range r.jobs() {
			waited += min(j.snoozes, 1)
		}
		return waited == 3
	})
	close(release)
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	r.idle("signing_check")
	if _, envelopes := r.vendor.made(); envelopes != 1 || r.vendor.count("send") != 1 || r.vendor.count("resume") != 0 {
		t.Errorf("%d envelopes", envelopes)
	}
}

func TestAJobOfNoRequestEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	r.hint("00000000-0000-4000-8000-000000000000")
	r.await("the job's end", func() bool { return r.jobs()[0].state == "completed" })
}
