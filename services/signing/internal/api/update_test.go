package api_test

import (
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestAChangeThatChangesNothing: an empty one is a mistake, one to what the signer is already has no effect.
func TestAChangeThatChangesNothing(t *testing.T) {
	r := newKeenRig(t)
	name := r.have(invited(time.Hour))[0]
	_, err := r.provider.UpdateSigner(t.Context(), &signingv1.UpdateSignerRequest{Name: name, SignerRole: "client", RequestId: "u-1"})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "signer_role")
	tells(t, err, "no change is given")
	got, err := r.updateSigner(name, "ada@example.org", "u-2")
	if err != nil || got.GetSigners()[0].GetUpdatePending() || r.count("river_job") != 0 || r.count("event_log") != 1 {
		t.Errorf("%v, %v, %d jobs, %d events", got.GetSigners(), err, r.count("river_job"), r.count("event_log"))
	}
}

// distinct wants an own e-mail address of each signer.
type distinct struct{ keen }

func (*distinct) Refusal(order signature.Order) *signature.Refusal {
	seen := map[string]bool{}
	for _, s := range order.Signers {
		if seen[s.Email] {
			return &signature.Refusal{Reason: signature.ReasonSignerEmailInvalid, Field: "signers[1].email", Detail: "two share one"}
		}
		seen[s.Email] = true
	}
	return nil
}

// TestAnAddressThatAnotherSignerIsAboutToHave is refused at once, and not by the vendor after both changes.
func TestAnAddressThatAnotherSignerIsAboutToHave(t *testing.T) {
	r := newKeenRig(t)
	r.providers["keen"] = &distinct{}
	request := invited(time.Hour)
	seller := request.Signers[0]
	seller.Role, seller.Email = "seller", "max@example.org"
	request.Signers = append(request.Signers, seller)
	name := r.have(request)[0]
	change := &signingv1.UpdateSignerRequest{Name: name, SignerRole: "seller", Email: proto.String("grace@example.org"), RequestId: "u-1"}
	if _, err := r.provider.UpdateSigner(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	_, err := r.updateSigner(name, "grace@example.org", "u-2")
	refused(t, err, codes.FailedPrecondition, "SIGNER_EMAIL_INVALID", "field", "email")
	if r.read(name).Signers[0].Update != nil {
		t.Error("the change is noted all the same")
	}
}
