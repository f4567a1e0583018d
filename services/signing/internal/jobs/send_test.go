package jobs_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestARequestGoesAllTheWay(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	id := r.accept(nil)
	r.reaches(id, signature.OutForSignature)
	r.idle("signing_advance")
	r.vendor.say(signature.EnvelopeSigned, signature.EnvelopeSigner{ID: "v1", State: signature.SignerSigned, SignedLevel: signature.AES})
	r.hint(id)
	done := r.reaches(id, signature.Completed)

	if want := "CREATED SENT SIGNER_SIGNED SIGNED ARCHIVED COMPLETED"; r.events(id) != want {
		t.Errorf("events = %s, want %s", r.events(id), want)
	}
	if done.Verdict != signature.Proven || done.ProvenLevel != signature.AES || done.Envelope != "env-"+id {
		t.Errorf("completed: %+v", done)
	}
	calls, envelopes := r.vendor.made()
	if diff := cmp.Diff([]string{"send", "read", "read", "signed document", "audit trail"}, calls); diff != "" || envelopes != 1 {
		t.Errorf("%d envelopes, calls (-want +got):\n%s", envelopes, diff)
	}
	order := r.vendor.orders[0]
	want := []signature.Field{{Role: "client", FormField: "client", Page: 2, X: 60.5, Y: 500, Width: 180, Height: 60}}
	if diff := cmp.Diff(want, order.Fields); diff != "" || string(order.Document) != "%PDF-1.7" || order.FileName != "contract.pdf" ||
		order.Correlation != id || order.CallbackToken != done.CallbackToken {
		t.Errorf("order %+v, fields (-want +got):\n%s", order, diff)
	}
	checkArchived(t, r, done)
	for _, j := range r.jobs() {
		if !strings.Contains(j.args, id) || strings.Contains(j.args, "@") || strings.Contains(j.args, "Ada") {
			t.Errorf("job arguments %s", j.args)
		}
	}
}

// checkArchived holds what the document service was asked against the request.
func checkArchived(t *testing.T, r *rig, done signature.Request) {
	t.Helper()
	r.archive.mu.Lock()
	defer r.archive.mu.Unlock()
	if len(r.archive.renders) != 1 || r.archive.renders[0].GetTemplate() != "templates/nda" || r.archive.renders[0].GetValues()["name"] != "Ada" {
		t.Errorf("rendered %v", r.archive.renders)
	}
	if len(r.archive.uploads) != 2 {
		t.Fatalf("uploads: %v", r.archive.uploads)
	}
	signed, trail := r.archive.uploads[0], r.archive.uploads[1]
	if signed.GetKind() != documentv1.Document_KIND_SIGNED || trail.GetKind() != documentv1.Document_KIND_AUDIT_TRAIL ||
		signed.GetParent() != done.Document || signed.GetOrigin() != "eu" || r.archive.bytes[signed.GetRequestId()] != 750_000 {
		t.Errorf("uploaded %v (%d bytes) and %v", signed, r.archive.bytes[signed.GetRequestId()], trail)
	}
	proof := r.archive.proofs[0]
	if proof.GetName() != done.SignedDocument || proof.GetSentDocument() != done.Document || proof.GetAuditTrail() != done.AuditTrail ||
		proof.GetLevel() != documentv1.Level_LEVEL_AES || proof.GetSigners()[0].GetLastName() != "Lovelace" {
		t.Errorf("asked to prove %v", proof)
	}
}

func TestAGivenDocumentIsSentAsItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t).start()
	const given = "documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001"
	id := r.accept(func(request *signature.Request) { request.Source = signature.Source{Document: given} })
	if out := r.reaches(id, signature.OutForSignature); out.Document != given || out.FileName != "given.pdf" {
		t.Errorf("%q, %q", out.Document, out.FileName)
	}
}

// TestWhatWasSignedBeforeIsNotSentAgain, nor is an audit trail.
func TestWhatWasSignedBeforeIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for kind, want := range map[documentv1.Document_Kind]signature.State{
		documentv1.Document_KIND_UPLOADED: signature.OutForSignature, documentv1.Document_KIND_RENDERED: signature.OutForSignature,
		documentv1.Document_KIND_SIGNED: signature.Refused, documentv1.Document_KIND_AUDIT_TRAIL: signature.Refused,
		documentv1.Document_KIND_UNSPECIFIED: signature.Refused,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.archive.kind = kind
			r.start()
			id := r.accept(func(request *signature.Request) {
				request.Source = signature.Source{Document: "documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001"}
			})
			if got := r.reaches(id, want); want == signature.Refused && got.StateReason != "DOCUMENT_REJECTED" {
				t.Errorf("%s: %s", got.StateReason, got.StateDetail)
			}
		})
	}
}

// TestAnUnknownOutcomeIsLookedUp: whether the vendor made the envelope or not, there is one in the end.
func TestAnUnknownOutcomeIsLookedUp(t *testing.T) {
	t.Parallel()
	unknown := &signature.UnknownOutcomeError{Cause: errors.New("connection reset")}
	for name, after := range map[string]bool{"made": true, "not made": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t).start()
			r.vendor.fail("send", lost(unknown, after))
			r.vendor.fail("resume", lost(unknown, after))
			id := r.accept(nil)
			r.reaches(id, signature.OutForSignature)
			calls, envelopes := r.vendor.made()
			if envelopes != 1 || strings.Join(calls[:3], " ") != "send resume resume" || r.events(id) != "CREATED SENT" {
				t.Errorf("%d envelopes after %v, events %s", envelopes, calls, r.events(id))
			}
		})
	}
}

func lost(err error, after bool) breakage { return breakage{err: err, after: after} }

func TestWhatCannotSucceedBecomesAState(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare        func(*rig)
		reason, detail string
		calls          string
	}{
		"the document is damaged": {
			func(r *rig) { r.archive.fail("stream", says("HASH_MISMATCH")) }, "DOCUMENT_REJECTED", "the document is damaged in the archive", "",
		},
		"the document is missing": {
			func(r *rig) { r.archive.fail("stream", says("DOCUMENT_NOT_FOUND")) }, "DOCUMENT_REJECTED", "the document is not in the archive any more", "",
		},
		"the document was deleted": {
			func(r *rig) { r.archive.fail("stream", says("DOCUMENT_DELETED")) }, "DOCUMENT_REJECTED", "the document is not in the archive any more", "",
		},
		"the rendered document was deleted": {
			func(r *rig) { r.archive.fail("render", says("DOCUMENT_DELETED")) }, "DOCUMENT_REJECTED", "the document was deleted", "",
		},
		"the document is too large": {func(r *rig) { r.archive.fail("render", says("TOO_LARGE")) }, "DOCUMENT_TOO_LARGE", "the document is larger than can be archived", ""},
		"the template changed meanwhile": {
			func(r *rig) { r.archive.fail("render", says("REQUEST_ID_REUSED")) },
			"TEMPLATE_REJECTED", "the template was changed while the document was being rendered", "",
		},
		"rejected by the vendor": {
			func(r *rig) {
				r.vendor.fail("send", breakage{err: &signature.RejectedError{Reason: signature.ReasonDocumentRejected, Detail: "encrypted"}})
			}, "DOCUMENT_REJECTED", "encrypted", "send",
		},
		"rejected when looked up": {
			func(r *rig) {
				r.vendor.fail("send", breakage{err: &signature.UnknownOutcomeError{Cause: errors.New("timeout")}})
				r.vendor.fail("resume", breakage{err: &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: "no"}})
			}, "PROVIDER_REJECTED", "no", "send resume",
		},
		"refused with the document at hand": {
			func(r *rig) {
				r.vendor.refusal = &signature.Refusal{Reason: signature.ReasonSignatureFieldMissing, Detail: "no field for client"}
			}, "SIGNATURE_FIELD_MISSING", "no field for client", "",
		},
		"no such template": {func(r *rig) { r.archive.fail("render", says("TEMPLATE_NOT_FOUND")) }, "TEMPLATE_REJECTED", "there is no such template", ""},
		"no such language": {
			func(r *rig) {
				r.archive.fail("render", says("LANGUAGE_NOT_FOUND", "language", "de"))
			},
			"TEMPLATE_REJECTED", "the template has no text in language de", "",
		},
		"a value is missing": {
			func(r *rig) { r.archive.fail("render", says("VALUE_MISSING", "variable", "price")) },
			"TEMPLATE_REJECTED", "the template needs a value for price", "",
		},
		"a value is wrong": {
			func(r *rig) { r.archive.fail("render", says("VALUE_INVALID", "variable", "price")) },
			"TEMPLATE_REJECTED", "the template cannot use the value of price", "",
		},
		"a glyph is missing": {
			func(r *rig) { r.archive.fail("render", says("GLYPH_MISSING", "rune", "U+1F600")) },
			"TEMPLATE_REJECTED", "no font has the character U+1F600", "",
		},
		"the template's name breaks a rule": {func(r *rig) { r.archive.fail("render", says("INVALID_REQUEST")) }, "TEMPLATE_REJECTED", "the template's name, language or values break a rule", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c.prepare(r)
			r.start()
			id := r.accept(nil)
			got := r.reaches(id, signature.Refused)
			calls, _ := r.vendor.made()
			if got.StateReason != c.reason || got.StateDetail != c.detail || strings.Join(calls, " ") != c.calls {
				t.Errorf("%s: %s after %v", got.StateReason, got.StateDetail, calls)
			}
			if r.events(id) != "CREATED REFUSED" {
				t.Errorf("events = %s", r.events(id))
			}
		})
	}
}
