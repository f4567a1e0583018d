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

// TestRemindersGoOnByThemselves: planned with the invitation, asked for on their day, planned again, and no more when it
// is enough.
func TestRemindersGoOnByThemselves(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.out(func(request *signature.Request) {
		request.ExpireTime = time.Now().AddDate(0, 0, 30)
		request.Reminders = signature.Reminders{Days: 3, Most: 2}
	})
	client, seller := fmt.Sprintf(`{"request":%q,"role":"client"}`, id), fmt.Sprintf(`{"request":%q,"role":"seller"}`, id)
	if diff := cmp.Diff([]string{client, seller}, r.planned("signing_remind")); diff != "" {
		t.Fatalf("planned (-want +got):\n%s", diff)
	}
	if pause := r.pause("signing_remind"); pause < 71*time.Hour || pause > 73*time.Hour {
		t.Errorf("the first one after %v", pause)
	}
	r.remind(id, "client") // too early: it only comes back
	r.await("the next one", func() bool { return len(r.planned("signing_remind")) == 3 })
	for n := range 2 {
		r.age(id, 73*time.Hour)
		r.remind(id, "client")
		r.await("the reminder", func() bool { return len(r.vendor.remindedIDs()) == n+1 })
		r.idle("signing_advance")
		r.idle("signing_remind")
	}
	r.age(id, 73*time.Hour)
	r.remind(id, "client")
	r.idle("signing_remind")
	if diff := cmp.Diff([][]string{{"v1"}, {"v1"}}, r.vendor.remindedIDs()); diff != "" || len(r.planned("signing_remind")) != 4 {
		t.Errorf("planned %v, reminded (-want +got):\n%s", r.planned("signing_remind"), diff)
	}
	if want := "CREATED SENT SIGNER_REMINDED SIGNER_REMINDED"; r.events(id) != want {
		t.Errorf("events %s", r.events(id))
	}
}

// TestALaterSignersRemindersCountFromTheirOwnInvitation.
func TestALaterSignersRemindersCountFromTheirOwnInvitation(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.accept(func(request *signature.Request) {
		two(request)
		request.Signers[0].Order, request.Signers[1].Order = 1, 2
		request.Reminders = signature.Reminders{Days: 3, Most: 2}
	})
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	if planned := r.planned("signing_remind"); len(planned) != 1 {
		t.Fatalf("planned at first: %v", planned)
	}
	r.vendor.say(signature.EnvelopeOpen, signature.EnvelopeSigner{ID: "v1", State: signature.SignerSigned},
		signature.EnvelopeSigner{ID: "v2", State: signature.SignerInvited})
	r.hint(id)
	r.await("the seller's turn", func() bool { return r.events(id) == "CREATED SENT SIGNER_SIGNED SIGNER_INVITED" })
	if planned := r.planned("signing_remind"); len(planned) != 2 || planned[1] != fmt.Sprintf(`{"request":%q,"role":"seller"}`, id) {
		t.Errorf("planned then: %v", planned)
	}
	r.remind(id, "client")
	r.idle("signing_remind")
	if planned := r.planned("signing_remind"); len(planned) != 2 {
		t.Errorf("whoever signed is planned for again: %v", planned)
	}
}

// remind has the automatic reminder of a role looked at now.
func (r *rig) remind(id, role string) {
	r.t.Helper()
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		return tx.Enqueue(ctx, jobs.Remind{Request: id, Role: role})
	})
}

// age makes the signers' invitations and reminders lie further back.
func (r *rig) age(id string, by time.Duration) {
	r.t.Helper()
	request := r.request(id)
	for i := range request.Signers {
		s := &request.Signers[i]
		s.InviteTime = s.InviteTime.Add(-by)
		if !s.RemindTime.IsZero() {
			s.RemindTime = s.RemindTime.Add(-by)
		}
	}
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		_, err := r.store.Save(ctx, tx, request, nil)
		return err
	})
}

// remindedIDs are whom the vendor was asked to remind, by call.
func (v *vendor) remindedIDs() [][]string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.reminded
}
