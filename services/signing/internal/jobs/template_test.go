package jobs_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// fromTemplate makes a request's document a matter of the vendor's.
func fromTemplate(request *signature.Request) {
	request.Source = signature.Source{ProviderTemplate: "tpl-7", Values: map[string]string{"price": "100"}}
}

// TestADocumentOfTheVendorsIsKeptBeforeAnythingElse: nothing is rendered, and the proof is held against what was kept.
func TestADocumentOfTheVendorsIsKeptBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.fail("sent document", breakage{err: &signature.UnknownOutcomeError{Cause: errors.New("timeout")}})
	r.start()
	id := r.accept(fromTemplate)
	r.await("the sent document", func() bool { return r.request(id).Document != "" })
	r.idle("signing_advance")
	r.vendor.say(signature.EnvelopeSigned, signature.EnvelopeSigner{ID: "v1", State: signature.SignerSigned, SignedLevel: signature.AES})
	r.hint(id)
	done := r.reaches(id, signature.Completed)
	calls, _ := r.vendor.made()
	want := []string{"send", "sent document", "sent document", "read", "read", "read", "signed document", "audit trail"}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	order, kept, proof := r.vendor.orders[0], r.archive.uploads[0], r.archive.proofs[0]
	if order.Template != "tpl-7" || order.TemplateValues["price"] != "100" || order.Document != nil || len(r.archive.renders) != 0 {
		t.Errorf("order %+v, rendered %v", order, r.archive.renders)
	}
	if kept.GetKind() != documentv1.Document_KIND_UPLOADED || kept.GetFileName() != "document.pdf" || kept.GetParent() != "" ||
		proof.GetSentDocument() != done.Document || done.Document == done.SignedDocument {
		t.Errorf("kept %v, proven against %s, the request has %s", kept, proof.GetSentDocument(), done.Document)
	}
}

// TestWhatCannotBeKeptIsNeverProven: the signed document is archived, and a person decides.
func TestWhatCannotBeKeptIsNeverProven(t *testing.T) {
	t.Parallel()
	rejected := &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: "retention"}
	for name, c := range map[string]struct {
		fault error
		said  signature.EnvelopeState
	}{
		"it is refused":          {rejected, signature.EnvelopeOpen},
		"it is not offered":      {signature.ErrNotOffered, signature.EnvelopeOpen},
		"it is fetched too late": {nil, signature.EnvelopeSigned},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if c.fault != nil {
				r.vendor.fail("sent document", breakage{err: c.fault})
			}
			r.vendor.say(c.said)
			r.start()
			id := r.accept(fromTemplate)
			r.await("the decision", func() bool { return r.request(id).NoSentDocument })
			r.vendor.say(signature.EnvelopeSigned)
			r.hint(id)
			got := r.reaches(id, signature.ProofFailed)
			if got.StateReason != "PROOF_INSUFFICIENT" || got.SignedDocument == "" || len(r.archive.proofs) != 0 {
				t.Errorf("%s, archived %q, %d proofs", got.StateReason, got.SignedDocument, len(r.archive.proofs))
			}
		})
	}
}

// TestAttachmentsAreSent with their names and bytes.
func TestAttachmentsAreSent(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	r.reaches(r.accept(func(request *signature.Request) {
		request.Attachments = []string{"documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001", "documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0002"}
	}), signature.OutForSignature)
	pdf := signature.Attachment{FileName: "given.pdf", Content: []byte("%PDF-1.7")}
	if diff := cmp.Diff([]signature.Attachment{pdf, pdf}, r.vendor.orders[0].Attachments); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAnAttachmentThatIsMissingRefusesTheRequest: nothing is sent without it.
func TestAnAttachmentThatIsMissingRefusesTheRequest(t *testing.T) {
	t.Parallel()
	for reason, detail := range map[string]string{
		"DOCUMENT_NOT_FOUND": "not in the archive", "DOCUMENT_DELETED": "not in the archive", "HASH_MISMATCH": "damaged",
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.archive.fail("get", says(reason))
			r.start()
			id := r.accept(func(request *signature.Request) {
				request.Attachments = []string{"documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001"}
			})
			got := r.reaches(id, signature.Refused)
			if got.StateReason != "DOCUMENT_REJECTED" || !strings.Contains(got.StateDetail, detail) || r.vendor.count("send") != 0 {
				t.Errorf("%s: %s", got.StateReason, got.StateDetail)
			}
		})
	}
}
