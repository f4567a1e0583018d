package jobs

import (
	"context"
	"net/http"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

func TestADealInAnotherStageIsWithdrawnBeforeTheOtherRequestStarts(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		d.clock.Advance(time.Minute)
		d.move(lead, sim.StageSendYousign)
		for range 2 {
			d.moved(lead, sim.StageSendYousign)
			d.settle()
		}
		d.created(1)
		if len(d.signing.canceled) == 0 {
			d.Fatal("the first request goes on")
		}
		d.tellOf(lead, 0, "CANCELED", "CANCELED")
		d.settle()
		d.created(2)
		d.wantStates(lead, pipeline.Canceled, pipeline.Preparing)
		if tasks := d.card(lead).Tasks; len(tasks) != 0 {
			d.Errorf("a withdrawal of ours made tasks: %v", tasks)
		}
	})
}

// tellOf takes an event about one of a deal's attempts.
func (d *desk) tellOf(lead int64, attempt int, kind, state string) {
	d.Helper()
	a := d.attempts(lead)[attempt]
	d.tell(lead, kind, state, func(e *store.SigningEvent) { e.Reference, e.Request = a.Reference, a.SignatureRequest })
}

func TestARequestThatEndsAtTheProviderMakesATask(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		d.tell(lead, "CANCELED", "CANCELED", func(e *store.SigningEvent) { e.StateReason = "PROVIDER_FAILED" })
		d.settle()
		if card := d.card(lead); len(card.Tasks) != 1 || card.field("SIGN_STATUS") != "Canceled" {
			d.Errorf("status %q, tasks %v", card.field("SIGN_STATUS"), card.Tasks)
		}
	})
}

func TestADealThatSeemsGoneIsReadTwice(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		reads := 0
		d.kommo.read = func(r *http.Request) int {
			if r.URL.Path != "/api/v4/leads/"+text(lead) {
				return 0
			}
			if reads++; reads == 1 {
				return http.StatusNoContent
			}
			return 0
		}
		d.hook(Hints{Leads: []LeadHint{{Lead: lead}}})
		d.settle()
		if len(d.signing.canceled) != 0 || reads != 2 {
			d.Errorf("canceled %v after %d reads", d.signing.canceled, reads)
		}
	})
}

// unfinished is a deal whose attempt was decided, but not known to be started.
func (d *desk) unfinished(fail func(f *fakeSigning, with func(context.Context) error)) int64 {
	d.Helper()
	down := status.Error(codes.Unavailable, "gone")
	fail(d.signing, func(context.Context) error { return down })
	lead := d.lead(sim.StageSendSkribble, d.contact())
	d.moved(lead, sim.StageSendSkribble)
	d.await("the attempt", func() bool { asked, _ := d.signing.count(); return asked > 0 })
	return lead
}

func TestAnUnfinishedStartOfADealThatChangedIsNotSent(t *testing.T) {
	t.Parallel()
	refuse := func(f *fakeSigning, with func(context.Context) error) { f.refuse = with }
	answer := func(f *fakeSigning, with func(context.Context) error) { f.answer = with }
	for _, tc := range []struct {
		name     string
		fail     func(f *fakeSigning, with func(context.Context) error)
		change   func(d *desk, lead int64)
		created  int
		canceled int
		want     []pipeline.State
	}{
		{"lost, not created", refuse, func(d *desk, lead int64) { d.move(lead, sim.StageLost) }, 0, 0, []pipeline.State{pipeline.Canceled}},
		{"lost, created", answer, func(d *desk, lead int64) { d.move(lead, sim.StageLost) }, 1, 1, []pipeline.State{pipeline.Preparing}},
		{"renamed, not created", refuse, func(d *desk, lead int64) { d.control("PATCH", "leads/"+text(lead), `{"name":"Renamed"}`, nil) }, 1, 0,
			[]pipeline.State{pipeline.Canceled, pipeline.Preparing}},
		{"renamed, created", answer, func(d *desk, lead int64) { d.control("PATCH", "leads/"+text(lead), `{"name":"Renamed"}`, nil) }, 1, 0,
			[]pipeline.State{pipeline.Preparing}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			atDesk(t, func(d *desk) {
				lead := d.unfinished(tc.fail)
				d.close()
				d.signing.refuse, d.signing.answer = nil, nil
				tc.change(d, lead)
				d.open()
				d.settle()
				d.created(tc.created)
				d.wantStates(lead, tc.want...)
				if len(d.signing.canceled) != tc.canceled {
					d.Errorf("canceled %v", d.signing.canceled)
				}
				if n := len(d.signing.requests); tc.fail != nil && n == 1 && tc.want[0] == pipeline.Canceled && d.signing.requests[0].GetTitle() != "Renamed" {
					d.Errorf("sent %q", d.signing.requests[0].GetTitle())
				}
			})
		})
	}
}

func TestTheSameLackIsAskedForAgainAfterTheDealLeft(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageSendSkribble, d.create("contacts", `{"first_name":"Ana","last_name":"Roth"}`))
		for _, stage := range []int64{sim.StageSendSkribble, sim.StageSendSkribble, sim.StageNew, sim.StageSendSkribble, sim.StageSendSkribble} {
			d.move(lead, stage)
			d.moved(lead, stage)
			d.settle()
		}
		if tasks := d.card(lead).Tasks; len(tasks) != 2 {
			d.Errorf("tasks %v", tasks)
		}
	})
}

// One stage entry starts one request, although by Kommo's clock it is in our future.
func TestAFastClockAtKommoLoopsNothing(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		d.clock.Advance(time.Hour)
		lead := d.lead(sim.StageNew, d.contact())
		d.move(lead, sim.StageSendSkribble)
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		d.tell(lead, "DECLINED", "DECLINED", nil)
		d.settle()
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		d.created(1)
	})
}
