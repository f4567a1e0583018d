package api_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc/codes"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

func (r *rig) cancel(name, reason string) (*signingv1.SignatureRequest, error) {
	answer, err := r.provider.CancelSignatureRequest(r.t.Context(), &signingv1.CancelSignatureRequestRequest{
		Name: name, Reason: reason, RequestId: "cancel, because " + reason,
	})
	return answer.GetSignatureRequest(), err
}

func (r *rig) read(name string) signature.Request {
	r.t.Helper()
	request, err := r.store.Request(r.t.Context(), strings.TrimPrefix(name, "signatureRequests/"))
	if err != nil {
		r.t.Fatal(err)
	}
	return request
}

// TestCancelInEveryState: what is on its way is withdrawn by a job, what is canceled stays so, anything else is refused.
func TestCancelInEveryState(t *testing.T) {
	for state, c := range map[signature.State]struct{ refused, job bool }{
		signature.Preparing:       {job: true},
		signature.OutForSignature: {job: true},
		signature.Canceled:        {},
		signature.Signed:          {refused: true},
		signature.Completed:       {refused: true},
		signature.Declined:        {refused: true},
		signature.Expired:         {refused: true},
		signature.Refused:         {refused: true},
		signature.ProofFailed:     {refused: true},
	} {
		t.Run(string(state), func(t *testing.T) {
			r := newRig(t)
			name := r.have(stored(state))[0]
			got, err := r.cancel(name, "the deal was lost")
			if c.refused {
				refused(t, err, codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW", "state", string(state))
				tells(t, err, "the request is "+string(state)+": this needs PREPARING or OUT_FOR_SIGNATURE or CANCELED")
			} else if err != nil || got.GetState().String() != "STATE_"+string(state) {
				t.Errorf("%v, %v", got, err)
			}
			kept := r.read(name)
			if asked := kept.Withdrawal == signature.WithdrawnByCaller && kept.WithdrawReason == "the deal was lost"; asked != c.job {
				t.Errorf("withdrawal %q %q", kept.Withdrawal, kept.WithdrawReason)
			}
			if jobs := r.count("river_job"); (jobs == 1) != c.job || jobs > 1 {
				t.Errorf("%d jobs", jobs)
			}
		})
	}
}

func TestCancelRepeatedAsksOnceAndKeepsTheFirstReason(t *testing.T) {
	r := newRig(t)
	name := r.have(stored(signature.OutForSignature))[0]
	for _, reason := range []string{"first", "second"} {
		got, err := r.cancel(name, reason)
		if err != nil || got.GetNextAction() != "the provider is being asked to withdraw it" {
			t.Errorf("%s: %v, %v", reason, got.GetNextAction(), err)
		}
	}
	if kept := r.read(name); kept.WithdrawReason != "first" || r.count("river_job") != 1 {
		t.Errorf("%q, %d jobs", kept.WithdrawReason, r.count("river_job"))
	}
}

func TestCancelAnswersMistakes(t *testing.T) {
	r := newRig(t)
	name := r.have(stored(signature.OutForSignature))[0]
	_, err := r.cancel(nobody, "x")
	refused(t, err, codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")
	_, err = r.cancel(name, "")
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "reason")
	_, err = r.cancel(name, strings.Repeat("x", 501))
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "reason")
	_, err = r.provider.CancelSignatureRequest(t.Context(), &signingv1.CancelSignatureRequestRequest{Name: name, Reason: "x"})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "request_id")
	if r.count("river_job") != 0 {
		t.Error("a job was enqueued")
	}
}

// TestCancelWinsAgainstWritersThatAreFaster: a job may save the request between the reading and the saving here.
func TestCancelWinsAgainstWritersThatAreFaster(t *testing.T) {
	r := newRig(t)
	name := r.have(stored(signature.OutForSignature))[0]
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for range 2 {
		writers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				read, err := r.store.Request(context.WithoutCancel(t.Context()), strings.TrimPrefix(name, "signatureRequests/"))
				if err != nil {
					t.Error(err)
					return
				}
				_ = r.db.Update(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *durable.Tx) error {
					_, err := r.store.Save(ctx, tx, read, nil) // a conflict is the point
					return err
				})
			}
		})
	}
	_, err := r.cancel(name, "the deal was lost")
	close(stop)
	writers.Wait()
	if kept := r.read(name); err != nil || kept.Withdrawal != signature.WithdrawnByCaller || r.count("river_job") != 1 {
		t.Errorf("%v, %q, %d jobs", err, kept.Withdrawal, r.count("river_job"))
	}
}
