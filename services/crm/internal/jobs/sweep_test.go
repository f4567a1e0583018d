package jobs

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

const sweepTime = 5 * time.Second

// sweeping runs a sweeper until the returned function is called.
func (d *desk) sweeping() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	sweeper := &Sweeper{DB: d.db, Store: d.store, Accounts: d.worker.Accounts, Every: sweepTime, Logger: d.worker.Logger}
	go func() {
		defer close(ended)
		sweeper.Run(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

func (d *desk) looks() int {
	d.Helper()
	return d.count(`SELECT COUNT(*) FROM river_job WHERE kind = 'crm_deal'`)
}

func TestASweepFindsLostHooksAndIsQuietOtherwise(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		began := time.Now()
		d.account.IncludeExisting = true
		lead, idle := d.lead(sim.StageSendSkribble, d.contact()), d.lead(sim.StageNew, d.contact())
		d.fault("error_before", "GET", "/api/v4/leads", 1) // the first sweep fails, and the next one is none the worse
		defer d.sweeping()()
		<-time.After(sweepTime / 2)
		d.created(0)
		<-time.After(sweepTime)
		d.created(1)
		d.wantStates(lead, pipeline.Preparing)

		looks := d.looks()
		calls, _ := d.kommo.count()
		<-time.After(3 * sweepTime)
		if now, _ := d.kommo.count(); d.looks() != looks || now-calls != 3*(len(rules())+1) {
			d.Errorf("%d calls and %d looks in three quiet sweeps", now-calls, d.looks()-looks)
		}

		d.clock.Advance(time.Since(began))
		d.move(idle, sim.StageSendYousign)
		<-time.After(sweepTime)
		d.created(2)
	})
}

func TestASweepReadsEveryPage(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		d.account.IncludeExisting = true
		contact := d.create("contacts", `{"first_name":"Ana"}`)
		for range 251 {
			d.lead(sim.StageSendSkribble, contact)
		}
		d.must((&Sweeper{DB: d.db, Store: d.store, Accounts: d.worker.Accounts, Logger: d.worker.Logger}).sweep(d.Context(), "acme", d.account))
		if got := d.looks(); got != 251 {
			d.Errorf("%d deals were found", got)
		}
	})
}

func TestTheFirstSweepSendsNothing(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		began := time.Now()
		old, moving, later := d.lead(sim.StageSendSkribble, d.contact()), d.lead(sim.StageNew, d.contact()), d.lead(sim.StageNew, d.contact())
		d.move(moving, sim.StageSendSkribble)
		hooked := newDeal("acme", moving) // its hook came before the sweep, and is looked at after it
		defer d.sweeping()()
		<-time.After(sweepTime / 2)
		d.enqueue(hooked)
		d.settle()
		d.created(1)
		<-time.After(3 * sweepTime)
		d.created(1)
		d.clock.Advance(time.Since(began))
		d.control("PATCH", "leads/"+text(old), `{"name":"Renamed"}`, nil) // changed, but not moved
		d.move(later, sim.StageSendSkribble)
		<-time.After(2 * sweepTime)
		d.created(2)
		d.wantStates(later, pipeline.Preparing)
		d.clock.Advance(time.Minute)
		d.move(old, sim.StageNew)
		d.move(old, sim.StageSendSkribble)
		<-time.After(2 * sweepTime)
		d.created(3)
		d.wantStates(old, pipeline.Preparing)
	})
}

func TestASweepFindsCorrectedContacts(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		d.account.IncludeExisting = true
		without, refused := d.create("contacts", `{"first_name":"Ana","last_name":"Roth"}`), d.contact()
		d.signing.refuse = func(context.Context) error { return no(codes.FailedPrecondition, "SIGNER_EMAIL_INVALID") }
		first, second := d.lead(sim.StageSendSkribble, without), d.lead(sim.StageSendSkribble, refused)
		defer d.sweeping()()
		<-time.After(3 * sweepTime)
		d.created(0)
		d.signing.refuse = nil
		for _, contact := range []int64{without, refused} {
			d.control("PATCH", "contacts/"+text(contact), `{"email":"ana.roth@roth.example"}`, nil)
		}
		<-time.After(2 * sweepTime)
		d.created(2)
		d.wantStates(first, pipeline.Preparing)
		d.wantStates(second, pipeline.Refused, pipeline.Preparing)
	})
}

func TestASweepFindsLostAndDeletedDeals(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lost, deleted := d.started(sim.StageSendSkribble), d.started(sim.StageSendSkribble)
		d.started(sim.StageSendSkribble)
		d.clock.Advance(time.Minute)
		d.move(lost, sim.StageLost)
		d.control("DELETE", "leads/"+text(deleted), "", nil)
		d.must((&Sweeper{DB: d.db, Store: d.store, Accounts: d.worker.Accounts, Logger: d.worker.Logger}).sweep(d.Context(), "acme", d.account))
		d.settle()
		if len(d.signing.canceled) != 2 {
			d.Errorf("canceled %v; the log:\n%s", d.signing.canceled, d.log.String())
		}
	})
}
