package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// reopen is a request that is to open the envelope of another one again.
func (r *rig) reopen() string {
	return r.accept(func(request *signature.Request) {
		request.Reactivate, request.Envelope, request.EnvelopeCorrelation = true, "env-old", "old"
		request.Document, request.FileName, request.Attempt = "documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001", "c.pdf", 2
		request.Signers[0].ProviderID = "v1"
	})
}

func TestAnEnvelopeIsOpenedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.fail("reactivate", lost(&signature.UnknownOutcomeError{Cause: errors.New("timeout")}, true))
	r.start()
	id := r.reopen()
	got := r.reaches(id, signature.OutForSignature)
	_, envelopes := r.vendor.made()
	if got.Envelope != "env-old" || envelopes != 0 || r.vendor.count("reactivate") != 2 || r.events(id) != "CREATED SENT" {
		t.Errorf("envelope %s, %d made, asked %d times, events %s", got.Envelope, envelopes, r.vendor.count("reactivate"), r.events(id))
	}
}

// TestARefusedReactivation makes a new envelope only where the vendor says that the old one is closed still.
func TestARefusedReactivation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said signature.EnvelopeState
		want signature.State
		made int
	}{
		"expired still": {signature.EnvelopeExpired, signature.OutForSignature, 1},
		"open":          {signature.EnvelopeOpen, signature.OutForSignature, 0},
		"unclear":       {signature.EnvelopeUnknown, signature.Preparing, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.vendor.fail("reactivate", breakage{err: &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: "no"}})
			r.vendor.say(c.said)
			r.vendor.before = func(_ context.Context, call string) {
				if call == "send" {
					r.vendor.say(signature.EnvelopeOpen)
				}
			}
			r.start()
			id := r.reopen()
			if c.want == signature.Preparing {
				r.await("a pause", func() bool { return len(r.planned("signing_advance")) == 1 })
			}
			got := r.reaches(id, c.want)
			if _, made := r.vendor.made(); made != c.made || c.made == 1 && got.Envelope != "env-"+id {
				t.Errorf("%d made, envelope %s", made, got.Envelope)
			}
		})
	}
}

// TestAReactivationThatIsNotWantedAnyMore is looked at before the request ends, and what is open is withdrawn.
func TestAReactivationThatIsNotWantedAnyMore(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]bool{"it came through": true, "it did not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			var id string
			accepted := make(chan struct{})
			r.vendor.fail("reactivate", lost(&signature.UnknownOutcomeError{Cause: errors.New("timeout")}, open))
			r.vendor.say(map[bool]signature.EnvelopeState{true: signature.EnvelopeOpen, false: signature.EnvelopeExpired}[open])
			r.vendor.before = func(_ context.Context, call string) {
				switch call {
				case "reactivate":
					<-accepted
					r.withdraw(id)
				case "withdraw":
					r.vendor.say(signature.EnvelopeWithdrawn)
				}
			}
			r.start()
			id = r.reopen()
			close(accepted)
			r.reaches(id, signature.Canceled)
			want := map[bool]string{true: "CREATED SENT CANCELED", false: "CREATED CANCELED"}[open]
			if r.events(id) != want || r.vendor.count("reactivate") != 1 {
				t.Errorf("events %s, asked %d times", r.events(id), r.vendor.count("reactivate"))
			}
			if planned := len(r.planned("signing_recheck")); (planned == 1) == open {
				t.Errorf("%d looks are planned", planned)
			}
		})
	}
}

// TestAReopenedRequestHasItsOwnDeadline, whatever the old one was.
func TestAReopenedRequestHasItsOwnDeadline(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.reopen()
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	if pause := r.pause("signing_advance"); pause < 23*time.Hour || pause > 25*time.Hour {
		t.Errorf("it ends after %v", pause)
	}
}
