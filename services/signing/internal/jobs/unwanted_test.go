package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestARequestThatMayBeOutAndIsNotWantedIsNotSent: it is looked for, withdrawn when it is found, and ended when not.
func TestARequestThatMayBeOutAndIsNotWantedIsNotSent(t *testing.T) {
	t.Parallel()
	unknown := &signature.UnknownOutcomeError{Cause: errors.New("timeout")}
	for name, c := range map[string]struct {
		made, late bool
		want       signature.State
		events     string
	}{
		"withdrawn, it is not out": {false, false, signature.Canceled, "CREATED CANCELED"},
		"withdrawn, it is out":     {true, false, signature.Canceled, "CREATED SENT CANCELED"},
		"too late, it is not out":  {false, true, signature.Expired, "CREATED EXPIRED"},
		"too late, it is out":      {true, true, signature.Expired, "CREATED SENT EXPIRED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			var id string
			accepted := make(chan struct{})
			r.vendor.fail("send", lost(unknown, c.made))
			r.vendor.fail("find", breakage{err: &signature.UnavailableError{Cause: errors.New("503")}})
			r.vendor.before = func(_ context.Context, call string) {
				switch call {
				case "send":
					<-accepted
					r.unwant(id, c.late)
				case "withdraw":
					r.vendor.say(signature.EnvelopeWithdrawn)
				}
			}
			r.start()
			id = r.accept(nil)
			close(accepted)
			r.reaches(id, c.want)
			if r.vendor.count("send") != 1 || r.vendor.count("resume") != 0 || r.vendor.count("find") != 2 || r.events(id) != c.events {
				calls, _ := r.vendor.made()
				t.Errorf("calls %v, events %s", calls, r.events(id))
			}
			if order := r.vendor.looked[0]; order.Correlation != id || len(order.Signers) != 1 {
				t.Errorf("looked for %+v", order)
			}
		})
	}
}

// unwant withdraws a request, or moves its deadline to now.
func (r *rig) unwant(id string, late bool) {
	if !late {
		r.withdraw(id)
		return
	}
	request := r.request(id)
	request.ExpireTime = time.Now()
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		_, err := r.store.Save(ctx, tx, request, nil)
		return err
	})
}
