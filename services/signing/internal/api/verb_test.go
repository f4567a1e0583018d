package api_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestAVerbThatIsRepeatedAnswersWithTheRequestAsItIsNow although by now the verb would be refused.
func TestAVerbThatIsRepeatedAnswersWithTheRequestAsItIsNow(t *testing.T) {
	r := newRig(t)
	name := r.have(stored(signature.OutForSignature))[0]
	call := &signingv1.CancelSignatureRequestRequest{Name: name, Reason: "the deal was lost", RequestId: "c-1"}
	if _, err := r.provider.CancelSignatureRequest(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	r.becomes(name, func(request *signature.Request) { request.State = signature.Declined })
	again, err := r.provider.CancelSignatureRequest(t.Context(), call)
	if err != nil || again.GetSignatureRequest().GetState() != signingv1.SignatureRequest_STATE_DECLINED || r.count("river_job") != 1 {
		t.Errorf("%v, %v, %d jobs", again, err, r.count("river_job"))
	}
	call.RequestId = "c-2"
	_, err = r.provider.CancelSignatureRequest(t.Context(), call)
	refused(t, err, codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW", "state", "DECLINED")
	if r.count("verb") != 1 {
		t.Error("a verb that was refused is noted")
	}
}

// TestAVerbsIDStandsForOneThing: not for other content, nor another request.
func TestAVerbsIDStandsForOneThing(t *testing.T) {
	r := newRig(t)
	names := r.have(stored(signature.OutForSignature), stored(signature.OutForSignature))
	for i, call := range []*signingv1.CancelSignatureRequestRequest{
		{Name: names[0], Reason: "the deal was lost", RequestId: "c-1"},
		{Name: names[0], Reason: "the deal was won", RequestId: "c-1"},
		{Name: names[1], Reason: "the deal was lost", RequestId: "c-1"},
	} {
		if _, err := r.provider.CancelSignatureRequest(t.Context(), call); i == 0 && err != nil {
			t.Fatal(err)
		} else if i > 0 {
			refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
		}
	}
	if other := r.read(names[1]); other.Withdrawal != signature.NotWithdrawn || r.count("river_job") != 1 {
		t.Errorf("withdrawn by %q, %d jobs", other.Withdrawal, r.count("river_job"))
	}
}

// TestTheSameVerbAtTheSameTimeHasOneEffect.
func TestTheSameVerbAtTheSameTimeHasOneEffect(t *testing.T) {
	r := newRig(t)
	name := r.have(stored(signature.OutForSignature))[0]
	results := make(chan error)
	for range 8 {
		go func() {
			_, err := r.provider.CancelSignatureRequest(context.WithoutCancel(t.Context()),
				&signingv1.CancelSignatureRequestRequest{Name: name, Reason: "the deal was lost", RequestId: "c-1"})
			results <- err
		}()
	}
	for range 8 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if r.count("river_job") != 1 || r.count("verb") != 1 || r.read(name).Version != 2 {
		t.Errorf("%d jobs, %d verbs, version %d", r.count("river_job"), r.count("verb"), r.read(name).Version)
	}
}

// becomes changes a request as a job does.
func (r *rig) becomes(name string, change func(*signature.Request)) {
	r.t.Helper()
	request, err := r.store.Request(r.t.Context(), strings.TrimPrefix(name, "signatureRequests/"))
	if err != nil {
		r.t.Fatal(err)
	}
	change(&request)
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		_, err := r.store.Save(ctx, tx, request, nil)
		return err
	})
}

// TestAReissueTakesNoOtherVerbsID, and no other verb takes its.
func TestAReissueTakesNoOtherVerbsID(t *testing.T) {
	r := newRig(t)
	names := r.have(stored(signature.OutForSignature), stored(signature.Declined))
	cancel := func(id string) error {
		_, err := r.provider.CancelSignatureRequest(t.Context(), &signingv1.CancelSignatureRequestRequest{Name: names[0], Reason: "why", RequestId: id})
		return err
	}
	if err := cancel("c-1"); err != nil {
		t.Fatal(err)
	}
	_, err := r.reissue(names[1], "c-1", nil)
	refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
	if r.count("request") != 2 || r.read(names[1]).NextAttempt != "" {
		t.Errorf("%d requests", r.count("request"))
	}
	first, err := r.reissue(names[1], "i-1", nil)
	again, repeated := r.reissue(names[1], "i-1", nil)
	if err != nil || repeated != nil || first.GetName() != again.GetName() {
		t.Errorf("%v, %v", err, repeated)
	}
	refused(t, cancel("i-1"), codes.FailedPrecondition, "REQUEST_ID_REUSED")
}

// TestAVerbInTheMomentOfAnotherChangeHasItsEffect: two clocks that agree are no repetition.
func TestAVerbInTheMomentOfAnotherChangeHasItsEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		request := stored(signature.OutForSignature)
		request.UpdateTime = time.Now()
		name := r.have(request)[0]
		_, err := r.provider.CancelSignatureRequest(t.Context(), &signingv1.CancelSignatureRequestRequest{Name: name, Reason: "why", RequestId: "c-1"})
		if got := r.read(name); err != nil || got.Withdrawal != signature.WithdrawnByCaller || r.count("river_job") != 1 {
			t.Errorf("withdrawn by %q, %v", got.Withdrawal, err)
		}
	})
}
