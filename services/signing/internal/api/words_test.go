package api_test

import (
	"testing"
	"time"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestEveryWordOfTheDomainHasATwinInTheContract: one without would be told as "not set".
func TestEveryWordOfTheDomainHasATwinInTheContract(t *testing.T) {
	r := newRig(t)
	for _, state := range []signature.State{
		signature.Preparing, signature.OutForSignature, signature.Signed, signature.Completed, signature.Declined,
		signature.Expired, signature.Canceled, signature.Refused, signature.ProofFailed,
	} {
		name := r.have(stored(state))[0]
		got, err := r.provider.GetSignatureRequest(t.Context(), &signingv1.GetSignatureRequestRequest{Name: name})
		if err != nil || got.GetSignatureRequest().GetState() == 0 || (got.GetSignatureRequest().GetNextAction() == "") != state.Ended() {
			t.Errorf("state %s: %v, %v", state, got.GetSignatureRequest(), err)
		}
	}
	for _, state := range []signature.SignerState{
		signature.SignerPending, signature.SignerInvited, signature.SignerOpened, signature.SignerSigned,
		signature.SignerDeclined, signature.SignerBounced, signature.SignerIdentificationFailed, signature.SignerFailed,
	} {
		request := stored(signature.OutForSignature)
		request.Signers[0].State, request.Signers[0].SignTime = state, time.Now()
		got, err := r.provider.GetSignatureRequest(t.Context(), &signingv1.GetSignatureRequestRequest{Name: r.have(request)[0]})
		if s := got.GetSignatureRequest().GetSigners()[0]; err != nil || s.GetState() == 0 || s.GetSignTime() == nil {
			t.Errorf("signer state %s: %v, %v", state, s, err)
		}
	}
	for _, kind := range []signature.EventType{
		signature.EventCreated, signature.EventSent, signature.EventSignerOpened, signature.EventSignerSigned,
		signature.EventSignerDeclined, signature.EventSignerBounced, signature.EventIdentificationFailed, signature.EventSigned,
		signature.EventArchived, signature.EventCompleted, signature.EventDeclined, signature.EventExpired,
		signature.EventCanceled, signature.EventRefused, signature.EventProofFailed,
	} {
		if signingv1.Event_Type_value["TYPE_"+string(kind)] == 0 {
			t.Errorf("the contract knows no event %s", kind)
		}
	}
	for _, reason := range []string{
		string(signature.ReasonDocumentTooLarge), string(signature.ReasonDocumentRejected),
		string(signature.ReasonSignatureFieldMissing), string(signature.ReasonTemplateRejected),
		"PROOF_INSUFFICIENT", "LEVEL_LOWERED", "PROVIDER_FAILED", "DOCUMENT_DELETED",
	} {
		if signingv1.ErrorReason_value["ERROR_REASON_"+reason] == 0 {
			t.Errorf("the contract knows no reason %s", reason)
		}
	}
}
