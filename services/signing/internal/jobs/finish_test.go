package jobs_test

import (
	"errors"
	"strings"
	"testing"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestASignedDocumentIsArchivedOnce whatever fails on the way.
func TestASignedDocumentIsArchivedOnce(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	unavailable := breakage{err: &signature.UnavailableError{Cause: errors.New("503")}}
	for name, prepare := range map[string]func(*rig){
		"nothing":                        func(*rig) {},
		"the first upload fails":         func(r *rig) { r.archive.fail("create", broken) },
		"the second upload fails":        func(r *rig) { r.archive.fail("create", nil, broken, nil, broken) },
		"the proof fails":                func(r *rig) { r.archive.fail("prove", broken, broken) },
		"the vendor's file fails":        func(r *rig) { r.vendor.fail("signed document", unavailable) },
		"the vendor's audit trail fails": func(r *rig) { r.vendor.fail("audit trail", unavailable, unavailable) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.vendor.say(signature.EnvelopeSigned)
			prepare(r)
			r.start()
			id := r.accept(nil)
			done := r.reaches(id, signature.Completed)
			if want := "CREATED SENT SIGNED ARCHIVED COMPLETED"; r.events(id) != want {
				t.Errorf("events = %s", r.events(id))
			}
			r.archive.mu.Lock()
			defer r.archive.mu.Unlock()
			if len(r.archive.bytes) != 2 || done.SignedDocument == "" || done.AuditTrail == "" || done.SignedDocument == done.AuditTrail {
				t.Errorf("%d files, %q and %q", len(r.archive.bytes), done.SignedDocument, done.AuditTrail)
			}
		})
	}
}

// TestWhatCanNeverBeProvenFails with a reason, and is not tried for ever.
func TestWhatCanNeverBeProvenFails(t *testing.T) {
	t.Parallel()
	gone := breakage{err: &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: "retention"}}
	for name, c := range map[string]struct {
		prepare        func(*rig)
		reason, detail string
	}{
		"the envelope is gone": {
			func(r *rig) { r.vendor.fail("signed document", gone) },
			"PROVIDER_FAILED", "the signed document cannot be had any more: retention",
		},
		"the file is endless": {
			func(r *rig) { r.vendor.huge = true }, "DOCUMENT_TOO_LARGE", "the signed document is larger than can be archived",
		},
		"the file is too large for the archive": {
			func(r *rig) { r.archive.fail("create", says("TOO_LARGE")) },
			"DOCUMENT_TOO_LARGE", "the signed document is larger than can be archived",
		},
		"the file is no PDF": {
			func(r *rig) { r.archive.fail("create", says("NOT_A_PDF")) },
			"PROVIDER_FAILED", "the provider's signed document is no PDF that can be archived",
		},
		"the file was damaged": {
			func(r *rig) { r.archive.fail("prove", says("HASH_MISMATCH")) },
			"PROOF_INSUFFICIENT", "the signed document is damaged in the archive",
		},
		"another proof stands": {
			func(r *rig) { r.archive.fail("prove", says("PROOF_DIFFERS")) },
			"PROOF_INSUFFICIENT", "the signed document was proven against other expectations before",
		},
		"a document was deleted before the proof": {
			func(r *rig) { r.archive.fail("prove", says("DOCUMENT_DELETED")) },
			"DOCUMENT_DELETED", "a document that the proof needs is not in the archive any more",
		},
		"a document is missing at the proof": {
			func(r *rig) { r.archive.fail("prove", says("DOCUMENT_NOT_FOUND")) },
			"DOCUMENT_DELETED", "a document that the proof needs is not in the archive any more",
		},
		"the proof's request breaks a rule": {
			func(r *rig) { r.archive.fail("prove", says("INVALID_REQUEST")) },
			"PROOF_INSUFFICIENT", "the document service refuses the documents, or what is expected of them, as breaking a rule",
		},
		"the signed document was archived before, and deleted": {
			func(r *rig) { r.archive.fail("create", says("DOCUMENT_DELETED")) },
			"DOCUMENT_DELETED", "a document that the proof needs is not in the archive any more",
		},
		"the sent document is missing at the upload": {
			func(r *rig) { r.archive.fail("create", says("DOCUMENT_NOT_FOUND")) },
			"DOCUMENT_DELETED", "a document that the proof needs is not in the archive any more",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.vendor.say(signature.EnvelopeSigned)
			c.prepare(r)
			r.start()
			id := r.accept(nil)
			got := r.reaches(id, signature.ProofFailed)
			if got.StateReason != c.reason || got.StateDetail != c.detail || !strings.HasSuffix(r.events(id), " PROOF_FAILED") {
				t.Errorf("%s: %s, events %s", got.StateReason, got.StateDetail, r.events(id))
			}
		})
	}
}

// TestAFailedProofTellsWhichChecksFailed, and nothing of what was found.
func TestAFailedProofTellsWhichChecksFailed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.archive.verdict = documentv1.Proof_VERDICT_FAILED
	broken := &documentv1.Proof_Finding{
		Check: "BYTE_RANGE", Outcome: documentv1.Proof_OUTCOME_FAILED, Reason: "BYTES_LEFT_OUT", Detail: "secret words", Signature: 1,
	}
	r.archive.findings = []*documentv1.Proof_Finding{
		{Check: "DIGEST", Outcome: documentv1.Proof_OUTCOME_PASSED}, broken, broken,
		{Check: "REVOCATION", Outcome: documentv1.Proof_OUTCOME_INDETERMINATE}, {Check: "LEVEL", Outcome: documentv1.Proof_OUTCOME_NOT_APPLICABLE},
	}
	r.vendor.say(signature.EnvelopeSigned)
	r.start()
	got := r.reaches(r.accept(nil), signature.ProofFailed)
	if want := "the proof's verdict is FAILED, required is PROVEN; not passed: BYTE_RANGE (BYTES_LEFT_OUT), REVOCATION"; got.StateDetail != want {
		t.Errorf("%q, want %q", got.StateDetail, want)
	}
}

// TestWhatIsNotProvenIsNotCompleted for every verdict, and for a level that was lowered.
func TestWhatIsNotProvenIsNotCompleted(t *testing.T) {
	t.Parallel()
	aes := signature.EnvelopeSigner{ID: "v1", State: signature.SignerSigned, SignedLevel: signature.AES}
	for name, c := range map[string]struct {
		verdict  documentv1.Proof_Verdict
		required signature.Verdict
		level    signature.Level
		want     signature.State
		reason   string
	}{
		"attested where that will do": {documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER, signature.AttestedByProvider, signature.AES, signature.Completed, ""},
		"attested":                    {documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER, signature.Proven, signature.AES, signature.ProofFailed, "PROOF_INSUFFICIENT"},
		"indeterminate":               {documentv1.Proof_VERDICT_INDETERMINATE, signature.AttestedByProvider, signature.AES, signature.ProofFailed, "PROOF_INSUFFICIENT"},
		"failed":                      {documentv1.Proof_VERDICT_FAILED, signature.AttestedByProvider, signature.AES, signature.ProofFailed, "PROOF_INSUFFICIENT"},
		"no verdict":                  {documentv1.Proof_VERDICT_UNSPECIFIED, signature.AttestedByProvider, signature.AES, signature.ProofFailed, "PROOF_INSUFFICIENT"},
		"a lower level proven":        {documentv1.Proof_VERDICT_PROVEN, signature.Proven, signature.QES, signature.ProofFailed, "PROOF_INSUFFICIENT"},
		"a lowered level":             {documentv1.Proof_VERDICT_PROVEN, signature.Proven, signature.QES, signature.ProofFailed, "LEVEL_LOWERED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.archive.verdict = c.verdict
			says := aes
			if c.reason == "PROOF_INSUFFICIENT" {
				says.SignedLevel = "" // the vendor does not say
			}
			r.vendor.say(signature.EnvelopeSigned, says)
			r.start()
			id := r.accept(func(request *signature.Request) { request.Level, request.RequiredVerdict = c.level, c.required })
			got := r.reaches(id, c.want)
			if got.StateReason != c.reason || got.SignedDocument == "" {
				t.Errorf("%s (%s) with %q", got.State, got.StateReason, got.SignedDocument)
			}
			if c.want == signature.ProofFailed && !strings.HasSuffix(r.events(id), "ARCHIVED PROOF_FAILED") {
				t.Errorf("events = %s", r.events(id))
			}
		})
	}
}

// TestAnAnswerWithoutADocumentIsNoAnswer: the step is tried again later, and not in a circle.
func TestAnAnswerWithoutADocumentIsNoAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.archive.nameless = true
	r.start()
	id := r.accept(nil)
	r.await("a failed try", func() bool { return strings.Contains(r.log.String(), "job failed") })
	r.archive.mu.Lock()
	rendered := len(r.archive.renders)
	r.archive.nameless = false
	r.archive.mu.Unlock()
	if rendered > 10 {
		t.Errorf("rendered %d times", rendered)
	}
	r.reaches(id, signature.OutForSignature)
}

// TestEveryChangeOfASignerIsSaved: also one that nobody is told of.
func TestEveryChangeOfASignerIsSaved(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	version := r.request(id).Version
	r.hint(id)
	r.idle("signing_advance")
	if got := r.request(id).Version; got != version {
		t.Errorf("a look at an unchanged envelope was saved: version %d after %d", got, version)
	}
	r.vendor.say(signature.EnvelopeOpen, signature.EnvelopeSigner{ID: "v1", State: signature.SignerFailed})
	r.hint(id)
	r.await("the signer's failure", func() bool { return r.request(id).Signers[0].State == signature.SignerFailed })
	if r.events(id) != "CREATED SENT" {
		t.Errorf("events = %s", r.events(id))
	}
}

// TestAFileThatIsTooLargeIsNotHeldInMemory bounds what a hostile vendor can make of a signed document.
func TestAFileThatIsTooLargeIsNotHeldInMemory(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.say(signature.EnvelopeSigned)
	r.vendor.huge = true
	r.start()
	r.reaches(r.accept(nil), signature.ProofFailed)
	if len(r.archive.uploads) != 0 {
		t.Errorf("%d uploads", len(r.archive.uploads))
	}
}
