package jobs

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

// attempted saves an attempt of a deal in a state.
func (d *desk) attempted(lead int64, rule string, number int, state pipeline.State) {
	d.Helper()
	reference := fmt.Sprintf("x/%d/%s/%d", lead, rule, number)
	d.must(d.db.Update(context.Background(), func(ctx context.Context, tx *durable.Tx) error {
		err := d.store.InsertAttempt(ctx, tx, store.Attempt{
			Reference: reference, Account: "acme", LeadID: lead,
			Attempt: pipeline.Attempt{Rule: rule, Number: number, State: pipeline.Planned},
		})
		if err != nil || state == pipeline.Planned {
			return err
		}
		return d.store.MoveAttempt(ctx, tx, store.Move{Reference: reference, State: state, Request: "signatureRequests/1", Time: time.Now()})
	}))
}

func TestWhichHintsAreWorthALook(t *testing.T) {
	t.Parallel()
	const trigger, other, plain = sim.StageSendSkribble, sim.StageSendYousign, sim.StageNew
	type attempt struct {
		rule  string
		state pipeline.State
	}
	cases := []struct {
		name     string
		pipeline int64
		stage    int64
		attempts []attempt
		look     bool
	}{
		{"no stage said", 0, 0, nil, true},
		{"no pipeline said", 0, trigger, nil, true},
		{"a stage of no rule, nothing known", sim.DefaultPipelineID, plain, nil, false},
		{"a stage in another pipeline", 1, trigger, nil, false},
		{"the trigger, nothing known", sim.DefaultPipelineID, trigger, nil, true},
		{"the trigger, decided and not started", sim.DefaultPipelineID, trigger, []attempt{{"service", pipeline.Planned}}, true},
		{"the trigger, under way", sim.DefaultPipelineID, trigger, []attempt{{"service", pipeline.OutForSignature}}, false},
		{"the trigger, in a state that is not known", sim.DefaultPipelineID, trigger, []attempt{{"service", "NEW"}}, false},
		{"the trigger, signed before", sim.DefaultPipelineID, trigger, []attempt{{"service", pipeline.Completed}}, false},
		{"the trigger, declined before", sim.DefaultPipelineID, trigger, []attempt{{"service", pipeline.Declined}}, true},
		{"the trigger, refused before", sim.DefaultPipelineID, trigger, []attempt{{"service", pipeline.Refused}}, true},
		{"the trigger, declined, then under way", sim.DefaultPipelineID, trigger, []attempt{{"service", pipeline.Declined}, {"service", pipeline.Preparing}}, false},
		{"another rule's trigger, under way", sim.DefaultPipelineID, other, []attempt{{"service", pipeline.OutForSignature}}, true},
		{"another rule's trigger, signed before", sim.DefaultPipelineID, other, []attempt{{"service", pipeline.Completed}}, true},
		{"left for no rule's stage, under way", sim.DefaultPipelineID, plain, []attempt{{"service", pipeline.OutForSignature}}, true},
		{"lost, under way", sim.DefaultPipelineID, sim.StageLost, []attempt{{"service", pipeline.OutForSignature}}, true},
		{"lost, under way under a rule that is gone", sim.DefaultPipelineID, sim.StageLost, []attempt{{"gone", pipeline.OutForSignature}}, true},
		{"won, signed", sim.DefaultPipelineID, sim.StageWon, []attempt{{"service", pipeline.Completed}}, false},
		{"lost, declined", sim.DefaultPipelineID, sim.StageLost, []attempt{{"service", pipeline.Declined}}, false},
	}
	atDesk(t, func(d *desk) {
		for i, tc := range cases {
			lead := int64(100 + i)
			for n, a := range tc.attempts {
				d.attempted(lead, a.rule, n+1, a.state)
			}
			hints := Hints{Account: "acme", Leads: []LeadHint{{Lead: lead, Pipeline: tc.pipeline, Stage: tc.stage}}}
			leads, err := d.worker.worthALook(d.Context(), hints)
			if got := len(leads) == 1 && leads[0] == lead; err != nil || got != tc.look {
				d.Errorf("%s: look %v, want %v; %v", tc.name, leads, tc.look, err)
			}
		}
	})
}

func TestHintsOfOneHookAreLookedAtOnceEach(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		d.must(d.db.Update(d.Context(), func(ctx context.Context, tx *durable.Tx) error {
			for lead, contact := range map[int64]int64{5: 50, 6: 50, 7: 51} {
				if err := d.store.SaveDeal(ctx, tx, store.Deal{Account: "acme", LeadID: lead, ContactID: contact}); err != nil {
					return err
				}
			}
			return d.store.SaveDeal(ctx, tx, store.Deal{Account: "other", LeadID: 8, ContactID: 50})
		}))
		true5 := LeadHint{Lead: 5, Pipeline: sim.DefaultPipelineID, Stage: sim.StageSendSkribble}
		forged5 := LeadHint{Lead: 5, Pipeline: sim.DefaultPipelineID, Stage: sim.StageNew}
		leads, err := d.worker.worthALook(d.Context(), Hints{
			Account: "acme", Leads: []LeadHint{forged5, true5, forged5, true5}, Contacts: []int64{50, 50, 99},
		})
		if diff := cmp.Diff([]int64{5, 6}, leads); diff != "" || err != nil {
			d.Error(diff, err)
		}
		if _, err := d.worker.worthALook(d.Context(), Hints{Account: "gone", Leads: []LeadHint{true5}}); err == nil {
			d.Error("an account that is not configured was looked at")
		}
	})
}

// Whatever a forged hook says of a deal, the true one beside it still leads to the request.
func TestAForgedHintHidesNoTrueOne(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageSendSkribble, d.contact())
		for _, stage := range []int64{sim.StageNew, sim.StageWon, sim.StageLost, 1} {
			d.moved(lead, stage)
		}
		d.hook(Hints{Leads: []LeadHint{{Lead: lead + 1}, {Lead: 1 << 60, Stage: 1}}})
		d.settle()
		d.created(0)
		for _, stage := range []int64{sim.StageLost, sim.StageSendSkribble, sim.StageLost} {
			d.moved(lead, stage)
		}
		d.settle()
		d.created(1)
		d.wantStates(lead, pipeline.Preparing)
		if len(d.signing.canceled) != 0 {
			d.Errorf("a forged loss withdrew %v", d.signing.canceled)
		}
		if left := d.count(`SELECT COUNT(*) FROM inbox WHERE length(body) > 0`); left != 0 {
			d.Errorf("%d handled hooks still have their content", left)
		}
	})
}
