package jobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// twin is an envelope of a request that another try of sending it made.
func (v *vendor) twin(request string, state signature.EnvelopeState) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.envelopes = append(v.envelopes, signature.Envelope{ID: "twin", Correlation: request, State: state})
}

// resumed is a rig whose next request is sent by its second try.
func resumed(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.vendor.fail("send", lost(&signature.UnknownOutcomeError{Cause: errors.New("timeout")}, false))
	return r.start()
}

// TestATwinThatComesAfterAnEarlyEndIsWithdrawn, although no check came by while the request was out.
func TestATwinThatComesAfterAnEarlyEndIsWithdrawn(t *testing.T) {
	t.Parallel()
	r := resumed(t)
	id := r.out(nil)
	r.vendor.say(signature.EnvelopeDeclined)
	r.hint(id)
	r.reaches(id, signature.Declined)
	r.await("a plan", func() bool { return len(r.planned("signing_recheck")) == 1 })
	r.recheck(id, 0)
	r.await("the second plan", func() bool { return len(r.planned("signing_recheck")) == 2 })
	if r.vendor.count("withdraw") != 0 {
		t.Error("the request's own envelope is withdrawn")
	}
	r.vendor.twin(id, signature.EnvelopeOpen)
	r.recheck(id, 1)
	r.await("the withdrawal", func() bool { return r.vendor.count("withdraw") == 1 })
	r.idle("signing_recheck")
	if got := r.request(id); got.State != signature.Declined || r.events(id) != "CREATED SENT DECLINED" {
		t.Errorf("%s, events %s", got.State, r.events(id))
	}
}

// TestATwinThatWasSignedIsToldOnce: a person decides, and the request stays as it ended.
func TestATwinThatWasSignedIsToldOnce(t *testing.T) {
	t.Parallel()
	r := resumed(t)
	id := r.out(nil)
	r.vendor.say(signature.EnvelopeDeclined)
	r.hint(id)
	r.reaches(id, signature.Declined)
	r.vendor.twin(id, signature.EnvelopeSigned)
	r.recheck(id, 0)
	r.await("the event", func() bool { return r.request(id).LateSignature })
	r.recheck(id, 1)
	r.idle("signing_recheck")
	if got := r.request(id); got.State != signature.Declined || r.events(id) != "CREATED SENT DECLINED LATE_SIGNATURE" || r.vendor.count("withdraw") != 0 {
		t.Errorf("%s, events %s", got.State, r.events(id))
	}
	if planned := r.planned("signing_recheck"); len(planned) != 2 { // after the end, and after the first look
		t.Errorf("planned %v", planned)
	}
}

// TestALateEnvelopeThatIsNotLetGoIsAskedForAgain, and shown to people until it is.
func TestALateEnvelopeThatIsNotLetGoIsAskedForAgain(t *testing.T) {
	t.Parallel()
	r := resumed(t)
	id := r.out(nil)
	r.vendor.say(signature.EnvelopeDeclined)
	r.hint(id)
	r.reaches(id, signature.Declined)
	r.vendor.twin(id, signature.EnvelopeOpen)
	r.vendor.fail("withdraw", breakage{err: &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: "paused"}})
	r.recheck(id, 1)
	r.await("a long pause", func() bool { return len(r.planned("signing_recheck")) == 2 })
	if got := r.request(id); got.Refusing != signature.StepWithdraw || r.vendor.count("withdraw") != 1 {
		t.Errorf("refused is %q, asked %d times", got.Refusing, r.vendor.count("withdraw"))
	}
	r.recheck(id, 1)
	r.await("the withdrawal", func() bool { return r.request(id).Refusing == "" })
	if r.vendor.count("withdraw") != 2 {
		t.Errorf("asked %d times", r.vendor.count("withdraw"))
	}
}

// TestAListThatLagsIsLookedAtAgain: what it does not show may come yet.
func TestAListThatLagsIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]func(v *vendor, id string){
		"it shows nothing":      func(v *vendor, _ string) { v.fail("find", breakage{err: signature.ErrNoEnvelope}) },
		"it shows another only": func(v *vendor, id string) { v.twin(id, signature.EnvelopeOpen) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := resumed(t)
			id := r.out(nil)
			lag(r.vendor, id)
			r.check(id, 1)
			r.await("the next check", func() bool { return len(r.planned("signing_check")) == 2 })
			if r.vendor.count("find") != 1 || !r.request(id).Resumed {
				t.Errorf("looked %d times, settled", r.vendor.count("find"))
			}
		})
	}
}

// TestWhatIsFoundInsteadOfSentMayHaveATwin: nobody knows which try it is of.
func TestWhatIsFoundInsteadOfSentMayHaveATwin(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var id string
	accepted := make(chan struct{})
	r.vendor.fail("send", lost(&signature.UnknownOutcomeError{Cause: errors.New("timeout")}, true))
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
	r.idle("signing_advance")
	if planned := r.planned("signing_recheck"); len(planned) != 1 || !r.request(id).Resumed {
		t.Errorf("planned %v", planned)
	}
}

// TestALaterTryThatIsRejectedIsLookedForOnceMore: the first one may come through.
func TestALaterTryThatIsRejectedIsLookedForOnceMore(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]int{"send": 0, "resume": 1} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if call == "resume" {
				r.vendor.fail("send", lost(&signature.UnknownOutcomeError{Cause: errors.New("timeout")}, false))
			}
			r.vendor.fail(call, breakage{err: &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: "no"}})
			id := r.start().accept(nil)
			r.reaches(id, signature.Refused)
			r.idle("signing_advance")
			if planned := r.planned("signing_recheck"); len(planned) != want {
				t.Errorf("planned %v", planned)
			}
		})
	}
}

// TestAReactivationOfUnknownOutcomeDoesNotEndOnAnUnknownWord: the envelope may be open.
func TestAReactivationOfUnknownOutcomeDoesNotEndOnAnUnknownWord(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var id string
	accepted := make(chan struct{})
	r.vendor.fail("reactivate", lost(&signature.UnknownOutcomeError{Cause: errors.New("timeout")}, false))
	r.vendor.say(signature.EnvelopeUnknown)
	r.vendor.before = func(_ context.Context, call string) {
		if call == "reactivate" {
			<-accepted
			r.withdraw(id)
		}
	}
	r.start()
	id = r.reopen()
	close(accepted)
	r.await("a pause", func() bool { return r.vendor.count("read") > 0 && len(r.planned("signing_advance")) > 0 })
	if got := r.request(id); got.State != signature.Preparing || r.events(id) != "CREATED" {
		t.Errorf("%s, events %s", got.State, r.events(id))
	}
}

// TestAnUnclearViewDecidesNothingOfADocumentOfTheVendors: it is fetched again, and the view is read again.
func TestAnUnclearViewDecidesNothingOfADocumentOfTheVendors(t *testing.T) {
	t.Parallel()
	for _, said := range []signature.EnvelopeState{signature.EnvelopeUnknown, signature.EnvelopeGone} {
		t.Run(string(said), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.vendor.say(said)
			r.start()
			id := r.accept(fromTemplate)
			r.await("a pause", func() bool { return len(r.planned("signing_advance")) == 2 }) // beside the deadline
			if got := r.request(id); got.NoSentDocument || got.Document != "" {
				t.Errorf("decided: %q, none: %v", got.Document, got.NoSentDocument)
			}
			r.vendor.say(signature.EnvelopeOpen)
			r.hint(id)
			r.await("the document", func() bool { return r.request(id).Document != "" })
			if r.request(id).NoSentDocument {
				t.Error("what was kept in time proves nothing")
			}
		})
	}
}

// TestAnEndIsFollowedUpOnce, however many of its events are about signers.
func TestAnEndIsFollowedUpOnce(t *testing.T) {
	t.Parallel()
	r := clearing(t).start()
	id := r.out(nil)
	r.edit(id, func(request *signature.Request) {
		*request, _, _ = signature.AskUpdate(*request, "client", func(d *signature.SignerDetails) { d.Phone = "+41790000000" },
			signature.Capabilities{SignerUpdates: signature.UpdatesUntilSigned}, request.UpdateTime)
		*request = signature.PostponeUpdate(*request, "client", request.ExpireTime, request.UpdateTime)
	})
	r.vendor.say(signature.EnvelopeDeclined)
	r.hint(id)
	r.reaches(id, signature.Declined)
	r.idle("signing_advance")
	if planned := r.planned("signing_erase"); len(planned) != 1 || !strings.Contains(r.events(id), "SIGNER_UPDATE_REFUSED") {
		t.Errorf("planned %v, events %s", planned, r.events(id))
	}
}
