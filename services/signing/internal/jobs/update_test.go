package jobs_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// readdress asks for the client to get another address.
func (r *rig) readdress(id, email string) {
	r.t.Helper()
	r.change(id, func(request signature.Request) (signature.Request, []signature.Event, error) {
		return signature.AskUpdate(request, "client", func(d *signature.SignerDetails) { d.Email = email }, r.vendor.Capabilities(), time.Now())
	})
}

// addresses are the client's, as the vendor was asked for them.
func (v *vendor) addresses() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var list []string
	for _, order := range v.changed {
		list = append(list, order.Signers[0].Email)
	}
	return list
}

// TestASignerIsChanged at the vendor first, and here when that came through; nothing personal is told or logged.
func TestASignerIsChanged(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.out(nil)
	r.vendor.before = func(_ context.Context, call string) {
		if call != "update" {
			return
		}
		if s := r.request(id).Signers[0]; s.Email != "ada@example.org" || s.Update == nil {
			t.Error("the change is made before it came through")
		}
	}
	r.readdress(id, "lovelace@example.org")
	r.await("the change", func() bool { return r.events(id) == "CREATED SENT SIGNER_UPDATED" })
	if s := r.request(id).Signers[0]; s.Email != "lovelace@example.org" || s.Update != nil || s.ProviderID != "v-client-1" || s.FirstName != "Ada" {
		t.Errorf("%+v", s)
	}
	if order := r.vendor.changed[0]; order.Envelope != "env-"+id || order.Signers[0].ProviderID != "v1" || order.Signers[1].Email != "grace@example.org" {
		t.Errorf("asked for %+v", order)
	}
	if strings.Contains(r.log.String(), "lovelace@") {
		t.Errorf("an address is in the log:\n%s", r.log)
	}
}

// TestAChangeIsRepeatedUntilItCameThrough, and the vendor is not read in between.
func TestAChangeIsRepeatedUntilItCameThrough(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.out(nil)
	r.vendor.fail("update", lost(&signature.UnknownOutcomeError{Cause: context.DeadlineExceeded}, true))
	before, _ := r.vendor.made()
	r.readdress(id, "lovelace@example.org")
	r.await("the change", func() bool { return r.events(id) == "CREATED SENT SIGNER_UPDATED" })
	calls, _ := r.vendor.made()
	if diff := cmp.Diff([]string{"update", "update"}, calls[len(before):][:2]); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestTheLastOfSeveralChangesWins also when it comes while an earlier one is being made.
func TestTheLastOfSeveralChangesWins(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.out(nil)
	second := true
	r.vendor.before = func(_ context.Context, call string) {
		if call == "update" && second {
			second = false
			r.readdress(id, "second@example.org")
		}
	}
	r.readdress(id, "first@example.org")
	r.await("the change", func() bool { return r.events(id) == "CREATED SENT SIGNER_UPDATED" })
	if diff := cmp.Diff([]string{"first@example.org", "second@example.org"}, r.vendor.addresses()); diff != "" || r.request(id).Signers[0].Email != "second@example.org" {
		t.Errorf("%s, asked for (-want +got):\n%s", r.request(id).Signers[0].Email, diff)
	}
}

// TestAChangeThatWasAskedForWhileItWasSentIsMadeOnceItIsOut.
func TestAChangeThatWasAskedForWhileItWasSentIsMadeOnceItIsOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var id string
	accepted := make(chan struct{})
	r.vendor.before = func(_ context.Context, call string) {
		if call == "send" {
			<-accepted
			r.readdress(id, "lovelace@example.org")
		}
	}
	r.start()
	id = r.accept(nil)
	close(accepted)
	r.await("the change", func() bool { return r.events(id) == "CREATED SENT SIGNER_UPDATED" })
	if order := r.vendor.orders[0]; order.Signers[0].Email != "ada@example.org" || r.request(id).Signers[0].Email != "lovelace@example.org" {
		t.Errorf("sent to %s", order.Signers[0].Email)
	}
}

// TestAChangeThatFails: a refusal leaves the signer and the request as they were; a vendor that is away holds nothing up.
func TestAChangeThatFails(t *testing.T) {
	t.Parallel()
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		r := newRig(t).start()
		id := r.out(nil)
		r.vendor.fail("update", breakage{err: &signature.RejectedError{Reason: signature.ReasonSignerEmailInvalid, Detail: "no"}})
		r.readdress(id, "lovelace@example.org")
		r.await("the refusal", func() bool { return r.events(id) == "CREATED SENT SIGNER_UPDATE_REFUSED" })
		if got := r.request(id); got.Signers[0].Email != "ada@example.org" || got.Signers[0].Update != nil || got.State != signature.OutForSignature || got.StateReason != "" {
			t.Errorf("%s %q, %+v", got.State, got.StateReason, got.Signers[0])
		}
		events, err := r.store.Events(t.Context(), 0, id, 10)
		if err != nil || events[2].StateReason != "SIGNER_EMAIL_INVALID" || events[2].SignerRole != "client" {
			t.Errorf("%+v, %v", events, err)
		}
	})
	t.Run("away", func(t *testing.T) {
		t.Parallel()
		r := newRig(t).start()
		id := r.out(nil)
		r.vendor.fail("update", breakage{err: &signature.UnavailableError{RetryAfter: time.Hour, Cause: context.DeadlineExceeded}})
		reads := r.vendor.count("read")
		r.readdress(id, "lovelace@example.org")
		r.await("a reading", func() bool { return r.vendor.count("read") > reads })
		r.idle("signing_advance")
		if s := r.request(id).Signers[0]; s.Update == nil || r.vendor.count("update") != 1 || r.pause("signing_advance") < 55*time.Minute {
			t.Errorf("%+v after %d tries", s, r.vendor.count("update"))
		}
	})
	t.Run("away for a day", func(t *testing.T) {
		t.Parallel()
		r := newRig(t).start()
		id := r.out(nil)
		r.vendor.fail("update", breakage{err: &signature.UnavailableError{RetryAfter: time.Hour, Cause: context.DeadlineExceeded}})
		r.change(id, func(request signature.Request) (signature.Request, []signature.Event, error) {
			long := time.Now().Add(-25 * time.Hour)
			return signature.AskUpdate(request, "client", func(d *signature.SignerDetails) { d.Email = "x@example.org" }, r.vendor.Capabilities(), long)
		})
		r.await("the end of it", func() bool { return r.events(id) == "CREATED SENT SIGNER_UPDATE_REFUSED" })
	})
}
