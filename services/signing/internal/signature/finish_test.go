package signature_test

import (
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestAnAuditTrailIsWaitedForADay(t *testing.T) {
	r := kept()
	if last := r.ArchiveTime.Add(24*time.Hour - time.Nanosecond); signature.TrailOverdue(r, last) {
		t.Error("overdue before its time")
	}
	if !signature.TrailOverdue(r, r.ArchiveTime.Add(24*time.Hour)) {
		t.Error("never overdue")
	}
}

// TestASignerIsNotedByTheVendorsID and only forward: each case says what a signer becomes.
func TestASignerIsNotedByTheVendorsID(t *testing.T) {
	const bounced, failed = signature.SignerBounced, signature.SignerIdentificationFailed
	for _, c := range []struct {
		name           string
		was, told, now signature.SignerState
		id             string
		kind           signature.EventType
	}{
		{"bounced", signature.SignerInvited, bounced, bounced, "v2", signature.EventSignerBounced},
		{"identification failed", signature.SignerOpened, failed, failed, "v2", signature.EventIdentificationFailed},
		{"bounced late", signature.SignerOpened, bounced, signature.SignerOpened, "v2", ""},
		{"bounced twice", bounced, bounced, bounced, "v2", ""},
		{"failed late", signature.SignerSigned, failed, signature.SignerSigned, "v2", ""},
		{"a state that only the vendor's view may tell", signature.SignerInvited, signature.SignerSigned, signature.SignerInvited, "v2", ""},
		{"a stranger", signature.SignerInvited, bounced, signature.SignerInvited, "v9", ""},
		{"nobody", signature.SignerInvited, bounced, signature.SignerInvited, "", ""},
	} {
		r := sent()
		r.Signers[1].State = c.was
		before := clone(r)
		got, events := noted(r, c.id, c.told, at(7))
		if got.Signers[1].State != c.now || got.Signers[0].State != signature.SignerInvited || r.Signers[1] != before.Signers[1] {
			t.Errorf("%s: %+v", c.name, got.Signers)
		}
		if c.kind == "" && len(events) == 0 {
			continue
		}
		if len(events) != 1 || events[0].Type != c.kind || events[0].SignerRole != "seller" || !events[0].Time.Equal(at(7)) {
			t.Errorf("%s: events %+v", c.name, events)
		}
	}
}

func TestTheFirstEvidencePackageStands(t *testing.T) {
	done, _ := signature.Judge(archived(), signature.Failed, "", at(5))
	for name, r := range map[string]signature.Request{"signed": archived(), "never proven": ended(signature.ProofFailed)} {
		if got := signature.Packed(r, "documents/e1", at(6)); signature.Packable(r) || got.EvidencePackage != "" {
			t.Errorf("%s: %q", name, got.EvidencePackage)
		}
	}
	if got := signature.Packed(done, "", at(6)); !signature.Packable(done) || got.EvidencePackage != "" || !got.UpdateTime.Equal(at(5)) {
		t.Errorf("no package: %+v", got)
	}
	first := signature.Packed(done, "documents/e1", at(6))
	again := signature.Packed(first, "documents/e2", at(7))
	if signature.Packable(first) || again.EvidencePackage != "documents/e1" || !again.UpdateTime.Equal(at(6)) {
		t.Errorf("%q at %v", again.EvidencePackage, again.UpdateTime)
	}
}
