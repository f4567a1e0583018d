package api_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// reopener is an account whose vendor ends envelopes itself and opens them again.
type reopener struct{ account }

func (*reopener) Capabilities() signature.Capabilities {
	return signature.Capabilities{Name: "fake", Reactivates: true, MaxExpiryDays: 365, ExpiryZone: time.UTC}
}

func (r *rig) reissue(name, requestID string, change func(*signingv1.ReissueSignatureRequestRequest)) (*signingv1.SignatureRequest, error) {
	in := &signingv1.ReissueSignatureRequestRequest{Name: name, RequestId: requestID}
	if change != nil {
		change(in)
	}
	answer, err := r.provider.ReissueSignatureRequest(r.t.Context(), in)
	return answer.GetSignatureRequest(), err
}

// TestReissuingTwiceNamesTheAttemptThatIsThere, and does not blame the state, which would allow it.
func TestReissuingTwiceNamesTheAttemptThatIsThere(t *testing.T) {
	r := newRig(t)
	name := r.have(stored(signature.Canceled))[0]
	first, err := r.reissue(name, "again-1", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.reissue(name, "again-2", nil)
	refused(t, err, codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW", "next_attempt", first.GetName())
	tells(t, err, "the request was reissued before: its next attempt is "+first.GetName())
}

// TestReissueInEveryState: what ended unsigned gets a new attempt, once; the two name each other and the old one stays.
func TestReissueInEveryState(t *testing.T) {
	for state, want := range map[signature.State]bool{
		signature.Declined: true, signature.Expired: true, signature.Canceled: true, signature.Refused: true,
		signature.Preparing: false, signature.OutForSignature: false, signature.Signed: false, signature.Completed: false,
		signature.ProofFailed: false,
	} {
		t.Run(string(state), func(t *testing.T) {
			r := newRig(t)
			name := r.have(stored(state))[0]
			got, err := r.reissue(name, "again-1", nil)
			if !want {
				refused(t, err, codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW", "state", string(state))
				tells(t, err, "the request is "+string(state)+": this needs EXPIRED or DECLINED or CANCELED or REFUSED")
				if r.count("request") != 1 || r.count("river_job") != 0 {
					t.Errorf("%d requests, %d jobs", r.count("request"), r.count("river_job"))
				}
				return
			}
			if err != nil || got.GetAttempt() != 2 || got.GetPreviousAttempt() != name || got.GetState() != signingv1.SignatureRequest_STATE_PREPARING {
				t.Fatalf("%v, %v", got, err)
			}
			old := r.read(name)
			if "signatureRequests/"+old.NextAttempt != got.GetName() || old.State != state {
				t.Errorf("the old one is %s and names %s", old.State, old.NextAttempt)
			}
			if ahead := time.Until(got.GetExpireTime().AsTime()); ahead < 13*24*time.Hour || ahead > 14*24*time.Hour {
				t.Errorf("it ends in %v", ahead)
			}
			if _, err := r.reissue(name, "again-2", nil); err == nil {
				t.Error("reissued twice")
			}
			told, jobs := r.told(old.ID)+" "+r.told(strings.TrimPrefix(got.GetName(), "signatureRequests/")), r.count("river_job")
			if told != "CREATED REISSUED CREATED" || jobs != 1 {
				t.Errorf("events %s, %d jobs", told, jobs)
			}
		})
	}
}

// told are the events of a request.
func (r *rig) told(id string) string {
	r.t.Helper()
	events, err := r.store.Events(r.t.Context(), 0, id, 100)
	if err != nil {
		r.t.Fatal(err)
	}
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, string(e.Type))
	}
	return strings.Join(kinds, " ")
}

// TestAReissueIsTakenOnce however often it comes, and at once or not; the same id for anything else is refused.
func TestAReissueIsTakenOnce(t *testing.T) {
	r := newRig(t)
	names := r.have(stored(signature.Declined), stored(signature.Declined))
	var calls sync.WaitGroup
	answers := make([]string, 8)
	for i := range answers {
		calls.Go(func() {
			got, err := r.reissue(names[0], "again-1", nil)
			answers[i] = fmt.Sprint(got.GetName(), err)
		})
	}
	calls.Wait()
	for _, answer := range answers {
		if answer != answers[0] || !strings.HasSuffix(answer, "<nil>") {
			t.Errorf("%s, and %s", answer, answers[0])
		}
	}
	if r.count("request") != 3 || r.count("river_job") != 1 {
		t.Errorf("%d requests, %d jobs", r.count("request"), r.count("river_job"))
	}
	_, err := r.reissue(names[1], "again-1", nil)
	refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
	_, err = r.reissue(names[0], "again-1", func(in *signingv1.ReissueSignatureRequestRequest) { in.Provider = "providers/ch" })
	refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
}

// TestOfTwoReissuesOneWins when they come at once with ids of their own.
func TestOfTwoReissuesOneWins(t *testing.T) {
	r := newRig(t)
	name := r.have(stored(signature.Declined))[0]
	var calls sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		calls.Go(func() { _, errs[i] = r.reissue(name, fmt.Sprint("again-", i), nil) })
	}
	calls.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		refused(t, err, codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW")
	}
	if won != 1 || r.count("request") != 2 {
		t.Errorf("%d won, %d requests", won, r.count("request"))
	}
}

func TestWhatAReissueMayChange(t *testing.T) {
	r := newRig(t)
	signer := &signingv1.Signer{Role: "client", FirstName: "Grace", LastName: "Hopper", Email: "grace@example.org"}
	name := r.have(stored(signature.Declined))[0]
	soon := timestamppb.New(time.Now().Add(3 * time.Hour))
	got, err := r.reissue(name, "again-1", func(in *signingv1.ReissueSignatureRequestRequest) {
		in.Signers, in.Provider, in.ExpireTime = []*signingv1.Signer{signer}, "providers/ch", soon
	})
	if err != nil || got.GetProvider() != "providers/ch" || got.GetSigners()[0].GetEmail() != "grace@example.org" ||
		got.GetExpireTime().AsTime().Unix() != soon.AsTime().Unix() || got.GetTitle() != "Contract" || got.GetReference() != "deal-7" {
		t.Errorf("%v, %v", got, err)
	}
	for what, change := range map[string]func(*signingv1.ReissueSignatureRequestRequest){
		"signers":     func(in *signingv1.ReissueSignatureRequestRequest) { in.Signers = []*signingv1.Signer{signer, signer} },
		"expire_time": func(in *signingv1.ReissueSignatureRequestRequest) { in.ExpireTime = timestamppb.Now() },
	} {
		_, err := r.reissue(r.have(stored(signature.Declined))[0], "other", change)
		refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", what)
	}
	_, err = r.reissue(r.have(stored(signature.Declined))[0], "other", func(in *signingv1.ReissueSignatureRequestRequest) { in.Provider = "providers/none" })
	refused(t, err, codes.FailedPrecondition, "PROVIDER_UNKNOWN")
	r.providers["eu"].(*account).refusal = &signature.Refusal{Reason: signature.ReasonLevelNotOffered, Detail: "no"}
	_, err = r.reissue(r.have(stored(signature.Declined))[0], "other", nil)
	refused(t, err, codes.FailedPrecondition, "LEVEL_NOT_OFFERED")
	_, err = r.reissue("signatureRequests/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001", "other", nil)
	refused(t, err, codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")
}

// TestAReissuesRefusalNamesWhatTheCallHolds: its own field, the provider it chose for the old content, or the request.
func TestAReissuesRefusalNamesWhatTheCallHolds(t *testing.T) {
	r := newRig(t)
	signer := []*signingv1.Signer{{Role: "client", FirstName: "Grace", LastName: "Hopper", Email: "grace@example.org"}}
	for _, c := range []struct {
		refused, want string
		change        func(*signingv1.ReissueSignatureRequestRequest)
	}{
		{"signers[0].email", "signers[0].email", func(in *signingv1.ReissueSignatureRequestRequest) { in.Signers = signer }},
		{"expire_time", "expire_time", func(in *signingv1.ReissueSignatureRequestRequest) {
			in.ExpireTime = timestamppb.New(time.Now().Add(3 * time.Hour))
		}},
		{"level", "provider", func(in *signingv1.ReissueSignatureRequestRequest) { in.Provider = "providers/ch" }},
		{"signers[0].email", "provider", func(in *signingv1.ReissueSignatureRequestRequest) { in.Provider = "providers/ch" }},
		{"signers[0].email", "name", nil}, {"expire_time", "name", nil}, {"level", "name", nil},
	} {
		for _, id := range []string{"eu", "ch"} {
			r.providers[id].(*account).refusal = &signature.Refusal{Reason: signature.ReasonLevelNotOffered, Field: c.refused, Detail: "no"}
		}
		_, err := r.reissue(r.have(stored(signature.Declined))[0], "again", c.change)
		refused(t, err, codes.FailedPrecondition, "LEVEL_NOT_OFFERED", "field", c.want)
	}
}

// TestAnExpiredEnvelopeIsTakenOver by the new attempt, and so are its webhooks, from the first moment.
func TestAnExpiredEnvelopeIsTakenOver(t *testing.T) {
	r := newRig(t)
	r.providers["eu"] = &reopener{}
	old := sentBy("eu", "env-1")
	old.State, old.ExpiredAtProvider, old.CreateTime = signature.Expired, true, time.Now().Add(-time.Hour)
	name := r.have(old)[0]
	got, err := r.reissue(name, "again-1", nil)
	if err != nil || got.GetProviderReference() != "env-1" {
		t.Fatalf("%v, %v", got, err)
	}
	next := r.read(got.GetName())
	if !next.Reactivate || next.Correlation() != old.ID || got.GetNextAction() != "the provider is being asked to open it again" {
		t.Errorf("reactivate %v as %s, next: %s", next.Reactivate, next.Correlation(), got.GetNextAction())
	}
	if end := next.ExpireTime; end.Hour() != 0 || end.Minute() != 1 {
		t.Errorf("it ends at %v, and not after the vendor's day", end)
	}
	next.State, next.Signers[0].ProviderID, next.Signers[0].State = signature.OutForSignature, "v1", signature.SignerInvited
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		_, err := r.store.Save(ctx, tx, next, nil)
		return err
	})
	body := `{"event_id":"e1","event_name":"signer.notification_delivery_failed","data":{"signature_request":{"id":"env-1"},"signer":{"id":"v1"}}}`
	if err := r.yousign(hookToken, sign(body, hookSecret)); err != nil {
		t.Fatal(err)
	}
	if told := r.told(next.ID); told != "CREATED SIGNER_BOUNCED" || r.told(old.ID) != "CREATED REISSUED" {
		t.Errorf("the new one was told %s, the old one %s", told, r.told(old.ID))
	}
}
