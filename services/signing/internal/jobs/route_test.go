package jobs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// routed is a rig with a second account, ch, beside eu.
func routed(t *testing.T) (*rig, *vendor) {
	t.Helper()
	r, other := newRig(t), newVendor()
	r.worker.Accounts = routing.New(map[string]signature.Provider{"eu": r.vendor, "ch": other}, "eu")
	return r, other
}

func byRouting(request *signature.Request) { request.Routed = true }

// TestARequestWhoseFirstTryFailedGoesElsewhere, because nothing happened at the vendor.
func TestARequestWhoseFirstTryFailedGoesElsewhere(t *testing.T) {
	t.Parallel()
	r, other := routed(t)
	r.vendor.fail("send", breakage{err: &signature.UnavailableError{Cause: errors.New("503")}})
	id := r.start().accept(byRouting)
	got := r.reaches(id, signature.OutForSignature)
	calls, _ := r.vendor.made()
	elsewhere, envelopes := other.made()
	if got.Provider != "ch" || got.Resumed || strings.Join(calls, " ") != "send" || elsewhere[0] != "send" || envelopes != 1 {
		t.Errorf("at %s, resumed %t, after %v and %v", got.Provider, got.Resumed, calls, elsewhere)
	}
	if want := "CREATED REROUTED SENT"; r.events(id) != want {
		t.Errorf("events %s, want %s", r.events(id), want)
	}
	logged, err := r.store.Events(t.Context(), 0, id, 10)
	if err != nil || logged[0].Provider != "eu" || logged[1].Provider != "ch" || logged[1].State != signature.Preparing {
		t.Errorf("%+v, %v", logged, err)
	}
	if strings.Contains(r.log.String(), "changed nothing") {
		t.Error("the job failed over it")
	}
	if found, err := r.store.ByEnvelope(t.Context(), "ch", got.Envelope); err != nil || found.ID != id {
		t.Errorf("its envelope is not found at the new provider: %v", err)
	}
}

// TestARefusedAccountIsPassedBy: its key was revoked, say, which another account has nothing to do with.
func TestARefusedAccountIsPassedBy(t *testing.T) {
	t.Parallel()
	r, other := routed(t)
	r.vendor.fail("send", breakage{err: &signature.UnavailableError{RetryAfter: time.Hour, Account: true, Cause: errors.New("401")}})
	id := r.start().accept(byRouting)
	got := r.reaches(id, signature.OutForSignature)
	if got.Provider != "ch" || other.count("send") != 1 || r.events(id) != "CREATED REROUTED SENT" {
		t.Errorf("at %s: %s", got.Provider, r.events(id))
	}
}

// TestADownAccountIsNotAskedFirst: a request that was routed to it before it went down is sent by another.
func TestADownAccountIsNotAskedFirst(t *testing.T) {
	t.Parallel()
	r, other := routed(t)
	for n := range 3 {
		r.worker.Accounts.Note("eu", fmt.Sprint(n), &signature.UnavailableError{Cause: errors.New("503")}, time.Now())
	}
	id := r.start().accept(byRouting)
	got := r.reaches(id, signature.OutForSignature)
	if calls, _ := r.vendor.made(); got.Provider != "ch" || len(calls) != 0 || other.count("send") != 1 {
		t.Errorf("at %s after %v", got.Provider, calls)
	}
	if want := "CREATED REROUTED SENT"; r.events(id) != want {
		t.Errorf("events %s, want %s", r.events(id), want)
	}
}

// TestWhatMayHaveHappenedIsNeverGivenAway, nor what another account must not have.
func TestWhatMayHaveHappenedIsNeverGivenAway(t *testing.T) {
	t.Parallel()
	ill := &signature.UnavailableError{Cause: errors.New("503")}
	unknown := &signature.UnknownOutcomeError{Cause: errors.New("connection reset")}
	for name, c := range map[string]struct {
		faults  []breakage // of the tries, one after another
		request func(*signature.Request)
		other   func(*rig, *vendor)
	}{
		"an unknown outcome":           {[]breakage{{err: unknown}}, byRouting, nil},
		"an unknown outcome, made":     {[]breakage{lost(unknown, true)}, byRouting, nil},
		"an unknown outcome behind it": {[]breakage{{err: fmt.Errorf("%w, %w", ill, unknown)}}, byRouting, nil},
		"a later try":                  {[]breakage{{err: unknown}, {err: ill}}, byRouting, nil},
		"patience":                     {[]breakage{{err: &signature.UnavailableError{RetryAfter: time.Millisecond, Cause: ill}}}, byRouting, nil},
		"a fixed provider":             {[]breakage{{err: ill}}, func(*signature.Request) {}, nil},
		"a brand":                      {[]breakage{{err: ill}}, func(q *signature.Request) { q.Routed, q.Brand = true, "b" }, nil},
		"routing without the other":    {[]breakage{{err: ill}}, func(q *signature.Request) { q.Routed, q.Routing.Providers = true, []string{"eu"} }, nil},
		"routing to a sandbox":         {[]breakage{{err: ill}}, func(q *signature.Request) { q.Routed, q.Routing.Sandbox = true, true }, nil},
		"another that refuses": {[]breakage{{err: ill}}, byRouting, func(_ *rig, v *vendor) {
			v.refusal = &signature.Refusal{Reason: signature.ReasonSignatureFieldMissing}
		}},
		"another that failed last": {[]breakage{{err: ill}}, byRouting, func(r *rig, _ *vendor) {
			r.worker.Accounts.Note("ch", "r", ill, time.Now())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, other := routed(t)
			if c.other != nil {
				c.other(r, other)
			}
			r.vendor.fail("send", c.faults[0])
			r.vendor.fail("resume", c.faults[1:]...)
			id := r.start().accept(c.request)
			got := r.reaches(id, signature.OutForSignature)
			calls, envelopes := r.vendor.made()
			elsewhere, _ := other.made()
			if got.Provider != "eu" || envelopes != 1 || len(elsewhere) != 0 || len(calls) < 2 || calls[1] != "resume" {
				t.Errorf("at %s, %d envelopes after %v and %v", got.Provider, envelopes, calls, elsewhere)
			}
			if want := "CREATED SENT"; r.events(id) != want {
				t.Errorf("events %s, want %s", r.events(id), want)
			}
		})
	}
}

// TestAttachmentsAreSentWithTheDocument, each with its name and bytes.
func TestAttachmentsAreSentWithTheDocument(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.start().accept(func(q *signature.Request) {
		q.Attachments = []string{"documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001"}
	})
	r.reaches(id, signature.OutForSignature)
	sent := r.vendor.orders[0].Attachments
	if len(sent) != 1 || sent[0].FileName != "given.pdf" || string(sent[0].Content) != "%PDF-1.7" {
		t.Errorf("attachments %+v", sent)
	}
}
