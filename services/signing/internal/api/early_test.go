package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestABounceThatComesTooEarlyIsKept until the signers' ids are known.
func TestABounceThatComesTooEarlyIsKept(t *testing.T) {
	r := newRig(t)
	request := stored(signature.Preparing)
	request.SendAttempted = true
	name := r.have(request)[0]
	body := fmt.Sprintf(`{"event_id":"e1","event_name":"signer.notification_delivery_failed","data":{"signature_request":{"id":"env-1","external_id":%q},"signer":{"id":"v1"}}}`, request.ID)
	for range 2 {
		if err := r.yousign(hookToken, sign(body, hookSecret)); err != nil {
			t.Fatal(err)
		}
	}
	kept := r.read(name)
	if len(kept.Early) != 1 || kept.Early[0].SignerID != "v1" || kept.Early[0].State != signature.SignerBounced {
		t.Errorf("kept %+v", kept.Early)
	}
	if events, _ := r.store.Events(t.Context(), 0, request.ID, 10); len(events) != 1 {
		t.Errorf("told %+v", events)
	}
}

// TestTheNormalEnd is the vendor's own where it has one.
func TestTheNormalEnd(t *testing.T) {
	r := newRig(t)
	r.providers["eu"] = &reopener{}
	in := creation()
	in.SignatureRequest.ExpireTime = nil
	got, err := r.provider.CreateSignatureRequest(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if end := got.GetSignatureRequest().GetExpireTime().AsTime(); end.Hour() != 0 || end.Minute() != 1 || time.Until(end) < 14*24*time.Hour {
		t.Errorf("it ends at %v", end)
	}
}
