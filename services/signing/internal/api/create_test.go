package api_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// creation asks for a signature of two people, with every field that a caller can set.
func creation() *signingv1.CreateSignatureRequestRequest {
	return &signingv1.CreateSignatureRequestRequest{RequestId: "caller-1", SignatureRequest: &signingv1.SignatureRequest{
		Title: "Contract", Message: "Please sign.", Provider: "providers/eu", Level: documentv1.Level_LEVEL_QES,
		Legislation: documentv1.Legislation_LEGISLATION_ZERTES, Language: "de", Reference: "deal-7",
		RequiredVerdict: documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER, ExpireTime: timestamppb.New(time.Now().Add(48 * time.Hour)),
		Source: &signingv1.SignatureRequest_Template{Template: &signingv1.TemplateSource{
			Template: "templates/nda", Language: "fr", Values: map[string]string{"name": "Ada"},
		}},
		Signers: []*signingv1.Signer{
			{
				Role: "client", FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.org", PhoneNumber: "+41791234567",
				Language: "fr", Authentication: signingv1.Signer_AUTHENTICATION_SMS_CODE, OrderGroup: 1,
			},
			{Role: "seller", FirstName: "Max", LastName: "Muster", Email: "max@example.org", OrderGroup: 2},
		},
	}}
}

func TestCreateAcceptsARequestAndStartsIt(t *testing.T) {
	r := newRig(t)
	in := creation()
	created, err := r.provider.CreateSignatureRequest(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	got := created.GetSignatureRequest()
	want := proto.CloneOf(in.GetSignatureRequest())
	want.State, want.NextAction = signingv1.SignatureRequest_STATE_PREPARING, "the document is being prepared"
	want.Name, want.CreateTime, want.UpdateTime = got.GetName(), got.GetCreateTime(), got.GetUpdateTime()
	for _, s := range want.GetSigners() {
		s.State = signingv1.Signer_STATE_PENDING
	}
	want.Signers[1].Language = "de"
	want.Attempt, want.Delivery = 1, signingv1.SignatureRequest_DELIVERY_PROVIDER
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	read, err := r.provider.GetSignatureRequest(t.Context(), &signingv1.GetSignatureRequestRequest{Name: got.GetName()})
	if diff := cmp.Diff(got, read.GetSignatureRequest(), protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("read: %v (-created +read):\n%s", err, diff)
	}
	if jobs, events := r.count("river_job"), r.count("event_log"); jobs != 1 || events != 1 {
		t.Errorf("%d jobs, %d events", jobs, events)
	}
	kept, err := r.store.Request(t.Context(), strings.TrimPrefix(got.GetName(), "signatureRequests/"))
	if err != nil || len(kept.CallbackToken) != 32 || strings.Contains(got.String(), kept.CallbackToken) {
		t.Errorf("callback token of %d characters, %v", len(kept.CallbackToken), err)
	}
}

func TestWhatIsNotSetHasItsDefault(t *testing.T) {
	r := newRig(t)
	in := creation()
	in.SignatureRequest.ExpireTime, in.SignatureRequest.RequiredVerdict = nil, 0
	in.SignatureRequest.Source = &signingv1.SignatureRequest_SourceDocument{SourceDocument: "documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001"}
	created, err := r.provider.CreateSignatureRequest(t.Context(), in)
	got := created.GetSignatureRequest()
	ahead := got.GetExpireTime().AsTime().Sub(got.GetCreateTime().AsTime())
	if err != nil || got.GetRequiredVerdict() != documentv1.Proof_VERDICT_PROVEN || ahead.Round(time.Minute) != 14*24*time.Hour ||
		got.GetSourceDocument() == "" {
		t.Errorf("%v, %v ahead, %v", got, ahead, err)
	}
}

// TestTheProofThatIsRequiredUnasked is one that the files of the level reach: nobody shall sign for nothing.
func TestTheProofThatIsRequiredUnasked(t *testing.T) {
	for level, want := range map[documentv1.Level]documentv1.Proof_Verdict{
		documentv1.Level_LEVEL_SES: documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER,
		documentv1.Level_LEVEL_AES: documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER,
		documentv1.Level_LEVEL_QES: documentv1.Proof_VERDICT_PROVEN,
	} {
		in := creation()
		in.SignatureRequest.Level, in.SignatureRequest.RequiredVerdict = level, documentv1.Proof_VERDICT_UNSPECIFIED
		created, err := newRig(t).provider.CreateSignatureRequest(t.Context(), in)
		if got := created.GetSignatureRequest().GetRequiredVerdict(); err != nil || got != want {
			t.Errorf("%v: %v, %v", level, got, err)
		}
	}
}

// TestARepetitionOutlivesTheChecks: it is answered although the same request could not be made any more.
func TestARepetitionOutlivesTheChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		in := creation()
		in.SignatureRequest.ExpireTime = timestamppb.New(time.Now().Add(90 * time.Minute))
		first, err := r.provider.CreateSignatureRequest(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Hour)
		again, err := r.provider.CreateSignatureRequest(t.Context(), in)
		if err != nil || again.GetSignatureRequest().GetName() != first.GetSignatureRequest().GetName() {
			t.Errorf("with its expiry near: %v, %v", again, err)
		}
		r.providers["eu"].(*account).refusal = &signature.Refusal{Reason: signature.ReasonLevelNotOffered}
		if _, err := r.provider.CreateSignatureRequest(t.Context(), in); err != nil {
			t.Errorf("with a provider that refuses by now: %v", err)
		}
		in.SignatureRequest.Title = "Another contract"
		_, err = r.provider.CreateSignatureRequest(t.Context(), in)
		refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
	})
}

// TestDefaultsInSoManyWordsAreTheSameContent: a client that fills them in repeats the call all the same.
func TestDefaultsInSoManyWordsAreTheSameContent(t *testing.T) {
	r := newRig(t)
	in := creation()
	in.SignatureRequest.RequiredVerdict, in.SignatureRequest.Signers[1].OrderGroup, in.SignatureRequest.Signers[0].OrderGroup = 0, 0, 0
	in.SignatureRequest.Observers = []*signingv1.Observer{{Email: "o@example.org"}}
	first, err := r.provider.CreateSignatureRequest(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	wordy := proto.CloneOf(in)
	w := wordy.GetSignatureRequest()
	w.Delivery, w.RequiredVerdict = signingv1.SignatureRequest_DELIVERY_PROVIDER, documentv1.Proof_VERDICT_PROVEN
	w.Signers[1].Language, w.Signers[0].OrderGroup, w.Signers[1].OrderGroup, w.Observers[0].Language = "de", 1, 1, "de"
	w.State, w.Attempt, w.StateDetail = signingv1.SignatureRequest_STATE_SIGNED, 7, "set by the service alone"
	again, err := r.provider.CreateSignatureRequest(t.Context(), wordy)
	if err != nil || again.GetSignatureRequest().GetName() != first.GetSignatureRequest().GetName() {
		t.Errorf("%v, %v", again, err)
	}
	for name, change := range map[string]func(*signingv1.SignatureRequest){
		"a language":    func(w *signingv1.SignatureRequest) { w.Signers[1].Language = "fr" },
		"a delivery":    func(w *signingv1.SignatureRequest) { w.Delivery = signingv1.SignatureRequest_DELIVERY_CALLER },
		"an order":      func(w *signingv1.SignatureRequest) { w.Signers[1].OrderGroup = 2 },
		"a proof":       func(w *signingv1.SignatureRequest) { w.RequiredVerdict = documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER },
		"another value": func(w *signingv1.SignatureRequest) { w.GetTemplate().Values["name"] = "Bob" },
		"any provider":  func(w *signingv1.SignatureRequest) { w.Provider = "" },
		"an end":        func(w *signingv1.SignatureRequest) { w.ExpireTime = nil },
	} {
		other := proto.CloneOf(wordy)
		change(other.GetSignatureRequest())
		_, err := r.provider.CreateSignatureRequest(t.Context(), other)
		t.Log(name)
		refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
	}
}

func TestABlankRequestIDIsNone(t *testing.T) {
	r := newRig(t)
	in := creation()
	in.RequestId = "   "
	_, err := r.provider.CreateSignatureRequest(t.Context(), in)
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "request_id")
}

// TestTheSameCallManyTimesAtOnceCreatesOnce: whoever comes second gets the first one's request.
func TestTheSameCallManyTimesAtOnceCreatesOnce(t *testing.T) {
	r := newRig(t)
	names := make(chan string, 8)
	in := creation()
	var calls sync.WaitGroup
	for range cap(names) {
		calls.Go(func() {
			created, err := r.provider.CreateSignatureRequest(t.Context(), in)
			if err != nil {
				t.Error(err)
			}
			names <- created.GetSignatureRequest().GetName()
		})
	}
	calls.Wait()
	close(names)
	first := <-names
	for name := range names {
		if name != first {
			t.Errorf("created %s and %s", first, name)
		}
	}
	if requests, jobs, events := r.count("request"), r.count("river_job"), r.count("event_log"); requests != 1 || jobs != 1 || events != 1 {
		t.Errorf("%d requests, %d jobs, %d events", requests, jobs, events)
	}
}

func TestWhatAProviderCannotHonourIsRefusedBeforeAnythingIsStored(t *testing.T) {
	r := newRig(t)
	for _, reason := range []signature.RefusalReason{
		signature.ReasonLevelNotOffered, signature.ReasonLegislationNotOffered, signature.ReasonAuthenticationNotOffered,
		signature.ReasonLanguageNotOffered, signature.ReasonOrderNotOffered, signature.ReasonTooManySigners,
		signature.ReasonSignerNameInvalid, signature.ReasonSignerEmailInvalid, signature.ReasonSignerPhoneRequired,
		signature.ReasonTitleInvalid, signature.ReasonExpiryInvalid, signature.ReasonProviderRejected,
		signature.ReasonProviderMisconfigured,
	} {
		r.providers["eu"].(*account).refusal = &signature.Refusal{Reason: reason, Field: "signers[0].phone_number", Detail: "no"}
		_, err := r.provider.CreateSignatureRequest(t.Context(), creation())
		refused(t, err, codes.FailedPrecondition, string(reason), "field", "signature_request.signers[0].phone_number")
		refused(t, err, codes.FailedPrecondition, string(reason), "providers", "providers/ch,providers/test")
	}
	in := creation()
	in.SignatureRequest.Provider = "providers/nobody"
	_, err := r.provider.CreateSignatureRequest(t.Context(), in)
	refused(t, err, codes.FailedPrecondition, "PROVIDER_UNKNOWN", "field", "signature_request.provider")
	if requests, jobs, events := r.count("request"), r.count("river_job"), r.count("event_log"); requests+jobs+events != 0 {
		t.Errorf("%d requests, %d jobs, %d events", requests, jobs, events)
	}
}

// TestWhatNeedsTheDocumentIsJudgedLater: at creation there is none.
func TestWhatNeedsTheDocumentIsJudgedLater(t *testing.T) {
	r := newRig(t)
	for i, reason := range []signature.RefusalReason{
		signature.ReasonSignatureFieldMissing, signature.ReasonDocumentTooLarge, signature.ReasonDocumentRejected,
	} {
		r.providers["eu"].(*account).refusal = &signature.Refusal{Reason: reason}
		in := creation()
		in.RequestId = string(reason)
		if _, err := r.provider.CreateSignatureRequest(t.Context(), in); err != nil || r.count("request") != i+1 {
			t.Errorf("%s: %v", reason, err)
		}
	}
}
