package jobs

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

// created fails unless signing made so many requests.
func (d *desk) created(want int) {
	d.Helper()
	if _, got := d.signing.count(); got != want {
		d.Errorf("%d requests were created, want %d; the log:\n%s", got, want, d.log.String())
	}
}

func (d *desk) attempts(lead int64) []store.Attempt {
	d.Helper()
	attempts, err := d.store.Attempts(context.Background(), "acme", lead)
	d.must(err)
	return attempts
}

// states are those of a deal's attempts, oldest first.
func (d *desk) states(lead int64) []pipeline.State {
	d.Helper()
	var states []pipeline.State
	for _, a := range d.attempts(lead) {
		states = append(states, a.State)
	}
	return states
}

func (d *desk) wantStates(lead int64, want ...pipeline.State) {
	d.Helper()
	if diff := cmp.Diff(want, d.states(lead)); diff != "" {
		d.Errorf("attempts: %s", diff)
	}
}

func TestAStageChangeStartsOneRequest(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageSendSkribble, d.contact())
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		if len(d.signing.asked) != 1 {
			d.Fatalf("asked %d times", len(d.signing.asked))
		}
		in := d.signing.asked[0]
		request := in.GetSignatureRequest()
		if in.GetRequestId() == "" || in.GetRequestId() != request.GetReference() {
			d.Errorf("request id %q, reference %q", in.GetRequestId(), request.GetReference())
		}
		if request.GetProvider() != "providers/skribble" || request.GetLevel() != documentv1.Level_LEVEL_SES ||
			request.GetRequiredVerdict() != documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER {
			d.Errorf("asked for %v", request)
		}
		// What the template has no slot for stays here: company.name is not known, the price has no slot.
		want := map[string]string{"deal.name": "Roth AG", "contact.name": "Ana Roth"}
		if diff := cmp.Diff(want, request.GetTemplate().GetValues()); diff != "" {
			d.Error(diff)
		}
		if left := time.Until(request.GetExpireTime().AsTime()); left < 14*24*time.Hour || left > 16*24*time.Hour {
			d.Errorf("expires in %v", left)
		}
		d.wantStates(lead, pipeline.Preparing)
		if got := d.card(lead); got.field("SIGN_STATUS") != "Preparing" || !strings.HasSuffix(d.signing.requests[0].GetName(), got.field("SIGN_REQUEST_ID")) {
			d.Errorf("the card says %q and %q", got.field("SIGN_STATUS"), got.field("SIGN_REQUEST_ID"))
		}
	})
}

func TestRepeatedHooksAndParallelJobsStartOneRequest(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageSendSkribble, d.contact())
		for range 10 {
			d.moved(lead, sim.StageSendSkribble)
		}
		// Jobs that no earlier look has seen: nothing but the lease and the history keep them from starting one each.
		for i := range int64(10) {
			d.enqueue(Deal{Account: "acme", Lead: lead, Hinted: time.Now().Add(time.Hour).UnixMicro() + i})
		}
		d.settle()
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		d.created(1)
		d.wantStates(lead, pipeline.Preparing)
		if asked, _ := d.signing.count(); asked != 1 {
			d.Errorf("signing was asked %d times", asked)
		}
	})
}

func TestACrashBeforeOrAfterSigningAnsweredLeavesOneRequest(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		set  func(f *fakeSigning, hang func(context.Context) error)
	}{
		{"attempt saved, nothing created", func(f *fakeSigning, hang func(context.Context) error) { f.refuse = hang }},
		{"created, answer not saved", func(f *fakeSigning, hang func(context.Context) error) { f.answer = hang }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			atDesk(t, func(d *desk) {
				reached := make(chan struct{})
				tc.set(d.signing, func(ctx context.Context) error {
					close(reached)
					<-ctx.Done()
					return ctx.Err()
				})
				lead := d.lead(sim.StageSendSkribble, d.contact())
				d.moved(lead, sim.StageSendSkribble)
				<-reached
				d.close()
				d.signing.answer, d.signing.refuse = nil, nil
				// Another day, another price, which the template does not show: what was decided is what is asked for.
				<-time.After(26 * time.Hour)
				d.control("PATCH", "leads/"+text(lead), `{"price":1300}`, nil)
				d.open()
				d.settle()
				d.created(1)
				d.wantStates(lead, pipeline.Preparing)
				if len(d.signing.asked) != 2 || !proto.Equal(d.signing.asked[0], d.signing.asked[1]) {
					d.Errorf("asked for different things: %v", d.signing.asked)
				}
			})
		})
	}
}

func TestALostAnswerOfSigningIsAskedForAgain(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		failures := []error{
			status.Error(codes.Unavailable, "gone"), status.Error(codes.DeadlineExceeded, "slow"),
			no(codes.Internal, "INTERNAL"), no(codes.AlreadyExists, "REQUEST_ID_REUSED"),
		}
		d.signing.answer = func(context.Context) error {
			if len(failures) == 0 {
				return nil
			}
			err := failures[0]
			failures = failures[1:]
			return err
		}
		lead := d.lead(sim.StageSendSkribble, d.contact())
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		d.created(1)
		d.wantStates(lead, pipeline.Preparing)
		if len(failures) != 0 || len(d.card(lead).Tasks) != 0 {
			d.Errorf("%d failures left, tasks %v", len(failures), d.card(lead).Tasks)
		}
	})
}

// A request may be accepted and refused by the provider later. The id on the card is ours: it corrects nothing.
func TestADealIsLookedAtAgainWhenItChangesDuringALook(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageNew, d.contact())
		changed := false
		d.kommo.after = func(r *http.Request) {
			if !changed && r.URL.Path == "/api/v4/leads/"+text(lead) {
				changed = true // read as it was; now it moves, and the hook comes while the look is under way
				d.move(lead, sim.StageSendSkribble)
				d.moved(lead, sim.StageSendSkribble)
			}
		}
		d.enqueue(newDeal("acme", lead))
		d.settle()
		d.created(1)
	})
}

func TestALookSavesTheOnesThatWereAskedForBeforeIt(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageNew, d.contact())
		early := newDeal("acme", lead)
		<-time.After(time.Millisecond)
		d.enqueue(newDeal("acme", lead))
		d.settle()
		before, _ := d.kommo.count()
		for range 50 {
			d.enqueue(early)
		}
		d.settle()
		if after, _ := d.kommo.count(); after != before {
			d.Errorf("%d more calls", after-before)
		}
	})
}

func TestARateLimitPausesEverythingAndLosesNothing(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageSendSkribble, d.contact())
		d.fault("rate_limit", "GET", "/api/v4/leads/"+text(lead), 1)
		refused := make(chan struct{})
		d.kommo.after = func(r *http.Request) {
			if r.URL.Path == "/api/v4/leads/"+text(lead) {
				d.kommo.after = nil
				close(refused)
			}
		}
		began := time.Now()
		d.moved(lead, sim.StageSendSkribble)
		<-refused
		calls, _ := d.kommo.count()
		<-time.After(1500 * time.Millisecond)
		if now, _ := d.kommo.count(); now != calls {
			d.Errorf("%d calls during the pause", now-calls)
		}
		d.settle()
		if waited := time.Since(began); waited < 2*time.Second {
			d.Errorf("waited %v", waited)
		}
		if strings.Contains(d.log.String(), "job failed") {
			d.Errorf("a pause passed for a failure: %s", d.log.String())
		}
		d.created(1)
	})
}

// The decline is known at signing; before it is known here, the deal is moved back and looked at in vain.
