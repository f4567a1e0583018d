package jobs_test

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// packed waits for the evidence package and returns the request.
func (r *rig) packed(id string) signature.Request {
	r.t.Helper()
	r.await("the evidence package", func() bool { return r.request(id).EvidencePackage != "" })
	return r.request(id)
}

func TestAnEndedRequestGetsItsEvidencePackage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verdict documentv1.Proof_Verdict
		state   signature.State
		last    string
	}{
		"completed":    {documentv1.Proof_VERDICT_PROVEN, signature.Completed, "COMPLETED"},
		"proof failed": {documentv1.Proof_VERDICT_FAILED, signature.ProofFailed, "PROOF_FAILED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.vendor.say(signature.EnvelopeSigned)
			r.archive.verdict = c.verdict
			r.start()
			id := r.accept(nil)
			r.reaches(id, c.state)
			done := r.packed(id)
			r.idle("signing_pack")
			r.archive.mu.Lock()
			defer r.archive.mu.Unlock()
			if len(r.archive.packs) != 1 {
				t.Fatalf("%d packages", len(r.archive.packs))
			}
			got := r.archive.packs[0]
			if got.GetSubject() != "signatureRequests/"+id || got.GetSignedDocument() != done.SignedDocument ||
				got.GetSentDocument() != done.Document || got.GetAuditTrail() != done.AuditTrail || done.State != c.state {
				t.Errorf("asked for %v", got)
			}
			var kinds []string
			for _, e := range got.GetEvents() {
				kinds = append(kinds, e.GetType())
			}
			if want := "CREATED SENT SIGNED ARCHIVED " + c.last; strings.Join(kinds, " ") != want || r.events(id) != want {
				t.Errorf("events %v, logged %s", kinds, r.events(id))
			}
			end := got.GetEvents()[len(kinds)-1].GetAttributes()
			if end["state"] != string(c.state) || end["verdict"] == "" || end["proven_level"] != "AES" {
				t.Errorf("the end's attributes are %v", end)
			}
			if text := prototext.Format(got); strings.Contains(text, "Ada") || strings.Contains(text, "ada@") {
				t.Error("an event holds personal data")
			}
		})
	}
}

// TestAFailingPackageDelaysNobody: the request is completed long before.
func TestAFailingPackageDelaysNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.say(signature.EnvelopeSigned)
	broken := errors.New("disk")
	r.archive.fail("pack", broken, broken)
	r.start()
	id := r.accept(nil)
	r.reaches(id, signature.Completed)
	r.idle("signing_advance")
	done := r.packed(id)
	if done.State != signature.Completed || r.events(id) != "CREATED SENT SIGNED ARCHIVED COMPLETED" {
		t.Errorf("%s, events %s", done.State, r.events(id))
	}
	r.archive.mu.Lock()
	defer r.archive.mu.Unlock()
	if len(r.archive.packs) != 3 || r.archive.packs[0].GetRequestId() != r.archive.packs[2].GetRequestId() {
		t.Errorf("%d tries", len(r.archive.packs))
	}
}

// TestAPackageThatCannotBeMadeIsNotTriedForEver and a person is told in the log.
func TestAPackageThatCannotBeMadeIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.say(signature.EnvelopeSigned)
	r.archive.fail("pack", says("EVIDENCE_INCONSISTENT"))
	r.start()
	id := r.accept(nil)
	r.reaches(id, signature.Completed)
	r.await("the job's end", func() bool { return strings.Contains(r.log.String(), "never will") })
	r.idle("signing_pack")
	if done := r.request(id); done.EvidencePackage != "" || done.State != signature.Completed || len(r.archive.packs) != 1 {
		t.Errorf("%q after %d tries", done.EvidencePackage, len(r.archive.packs))
	}
}

// TestWhatWasNeverProvenHasNoPackage: there would be nothing in it.
func TestWhatWasNeverProvenHasNoPackage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.say(signature.EnvelopeSigned)
	r.archive.fail("create", says("NOT_A_PDF"))
	r.start()
	r.reaches(r.accept(nil), signature.ProofFailed)
	r.idle("signing_advance")
	for _, j := range r.jobs() {
		if j.kind == "signing_pack" {
			t.Errorf("job %+v", j)
		}
	}
}
