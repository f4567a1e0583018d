package jobs

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

func TestMissingDataAsksOnceAndStartsWhenTheContactIsCorrected(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		contact := d.create("contacts", `{"first_name":"Ana","last_name":"Roth"}`)
		lead := d.lead(sim.StageSendSkribble, contact)
		for range 3 {
			d.moved(lead, sim.StageSendSkribble)
			d.settle()
		}
		d.created(0)
		tasks := d.card(lead).Tasks
		if len(tasks) != 1 || !strings.Contains(tasks[0].Text, "e-mail address") {
			d.Errorf("tasks %v", tasks)
		}
		if known, err := d.store.Deal(d.Context(), "acme", lead); err != nil || !cmp.Equal(known.Missing, []string{"EMAIL"}) {
			d.Errorf("known %v, %v", known, err)
		}
		d.control("PATCH", "contacts/"+text(contact), `{"email":"ana@roth.example"}`, nil)
		d.hook(Hints{Contacts: []int64{contact}})
		d.settle()
		d.created(1)
	})
}

func TestARefusalMakesOneTaskAndWaitsForACorrection(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		d.signing.refuse = func(context.Context) error { return no(codes.FailedPrecondition, "SIGNER_EMAIL_INVALID") }
		contact := d.contact()
		lead := d.lead(sim.StageSendSkribble, contact)
		for range 4 { // the echo of what we write on the card among them
			d.moved(lead, sim.StageSendSkribble)
			d.settle()
		}
		d.wantStates(lead, pipeline.Refused)
		card := d.card(lead)
		if len(card.Tasks) != 1 || !strings.Contains(card.Tasks[0].Text, "check the contact's e-mail") || card.field("SIGN_STATUS") != "Refused" {
			d.Errorf("status %q, tasks %v", card.field("SIGN_STATUS"), card.Tasks)
		}
		d.signing.refuse = nil
		d.control("PATCH", "contacts/"+text(contact), `{"email":"ana.roth@roth.example"}`, nil)
		d.hook(Hints{Contacts: []int64{contact}})
		d.settle()
		d.created(1)
		d.wantStates(lead, pipeline.Refused, pipeline.Preparing)
	})
}

func TestALateRefusalStartsNothingAnew(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageSendSkribble, d.contact())
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		d.tell(lead, "REFUSED", "REFUSED", func(e *store.SigningEvent) { e.StateReason = "SIGNER_NAME_INVALID" })
		d.settle()
		for range 3 {
			d.moved(lead, sim.StageSendSkribble)
			d.settle()
		}
		d.created(1)
		d.wantStates(lead, pipeline.Refused)
		if tasks := d.card(lead).Tasks; len(tasks) != 1 || !strings.Contains(tasks[0].Text, "first and last name") {
			d.Errorf("tasks %v", tasks)
		}
	})
}

func TestALostOrDeletedDealIsWithdrawn(t *testing.T) {
	t.Parallel()
	gone := map[string]func(d *desk, lead int64){
		"lost": func(d *desk, lead int64) {
			d.move(lead, sim.StageLost)
			d.moved(lead, sim.StageLost)
		},
		"deleted": func(d *desk, lead int64) {
			d.control("DELETE", "leads/"+text(lead), "", nil)
			d.hook(Hints{Leads: []LeadHint{{Lead: lead}}})
		},
	}
	answers := []struct {
		name     string
		failures []error
		canceled int
	}{
		{"at once", nil, 1},
		{"after signing was gone", []error{status.Error(codes.Unavailable, "gone"), no(codes.Internal, "INTERNAL")}, 1},
		{"too late", []error{no(codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW")}, 0},
		{"when signing knows it no more", []error{no(codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")}, 0},
	}
	for name, leave := range gone {
		for _, tc := range answers {
			t.Run(name+" "+tc.name, func(t *testing.T) {
				atDesk(t, func(d *desk) {
					lead := d.lead(sim.StageSendSkribble, d.contact())
					d.moved(lead, sim.StageSendSkribble)
					d.settle()
					tries := 0
					d.signing.cancel = func() error {
						if tries++; tries <= len(tc.failures) {
							return tc.failures[tries-1]
						}
						return nil
					}
					leave(d, lead)
					d.settle()
					if len(d.signing.canceled) != tc.canceled || tries != len(tc.failures)+tc.canceled {
						d.Errorf("canceled %v in %d tries", d.signing.canceled, tries)
					}
				})
			})
		}
	}
}

func TestADealGoesOutAgainOnlyWhenAPersonMovesItBack(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageSendSkribble, d.contact())
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		d.tell(lead, "DECLINED", "DECLINED", nil)
		d.settle()
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		d.created(1)
		d.clock.Advance(time.Hour)
		d.move(lead, sim.StageNew)
		d.move(lead, sim.StageSendSkribble)
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		d.created(2)
		d.wantStates(lead, pipeline.Declined, pipeline.Preparing)
	})
}

func TestADealMovedBackBeforeTheDeclineWasHeardOfGoesOutAgain(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageSendSkribble, d.contact())
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		declined := d.clock.Now()
		d.clock.Advance(time.Hour)
		d.move(lead, sim.StageNew)
		d.move(lead, sim.StageSendSkribble)
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		d.created(1)
		d.tell(lead, "DECLINED", "DECLINED", func(e *store.SigningEvent) { e.Time = declined })
		d.settle()
		d.created(2)
	})
}
