package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/evidence"
	"github.com/countersign/countersign/services/document/internal/proof/statement"
)

// proven is a rendered document, its signed version, an audit trail and a proof with them.
func (h *house) proven(t *testing.T) (sent, signed, trail *documentv1.Document) {
	t.Helper()
	sent = h.render(t, "sent")
	signed = h.sign(t, "signed", sent, h.person(t, "QES"))
	head := header("trail")
	head.Kind, head.Parent = documentv1.Document_KIND_AUDIT_TRAIL, signed.GetName()
	trail = h.upload(t, head, pdf(100))
	request := proveRequest(signed, sent)
	request.AuditTrail = trail.GetName()
	h.prove(t, request)
	return sent, signed, trail
}

func evidenceRequest(sent, signed, trail *documentv1.Document) *documentv1.CreateEvidencePackageRequest {
	at := timestamppb.New(time.Date(2099, 1, 2, 3, 4, 5, 0, time.UTC))
	return &documentv1.CreateEvidencePackageRequest{
		Subject: "signatureRequests/1", SignedDocument: signed.GetName(), SentDocument: sent.GetName(),
		AuditTrail: trail.GetName(), RequestId: "evidence",
		Events: []*documentv1.CreateEvidencePackageRequest_Event{
			{Time: at, Type: "SENT"}, {Time: at, Type: "SIGNER_SIGNED", Attributes: map[string]string{"signer": "client"}},
		},
	}
}

func TestAnEvidencePackageHoldsAllThereIs(t *testing.T) {
	h := newHouse(t)
	sent, signed, trail := h.proven(t)
	d := must(h.CreateEvidencePackage(t.Context(), evidenceRequest(sent, signed, trail)))(t).GetDocument()
	if d.GetKind() != documentv1.Document_KIND_EVIDENCE || d.GetMediaType() != "application/zip" ||
		d.GetParent() != signed.GetName() || d.GetFileName() != "Offer-evidence.zip" || d.GetTitle() != "Offer" {
		t.Errorf("document %v", d)
	}
	p := must(evidence.Open(t.Context(), h.content(t, d.GetName())))(t)
	if !p.Intact() || p.SHA256 != d.GetSha256() || p.Subject != "signatureRequests/1" || p.Created.Year() != 2099 {
		t.Fatalf("package %+v of %s at %v", p.Damages, p.Subject, p.Created)
	}
	for name, want := range map[string]*documentv1.Document{"sent.pdf": sent, "signed.pdf": signed, "audit-trail.pdf": trail} {
		if string(p.Part(name)) != string(h.content(t, want.GetName())) {
			t.Errorf("%s is another file", name)
		}
	}
	var origin evidence.Origin
	if err := json.Unmarshal(p.Part("template.json"), &origin); err != nil || origin != (evidence.Origin{
		Template: strings.TrimPrefix(sent.GetOrigin(), "template:"), Language: "de", ValuesSHA256: sent.GetValuesSha256(),
	}) {
		t.Errorf("origin %+v, %v", origin, err)
	}
	if got := strings.Count(string(p.Part("events.jsonl")), "\n"); got != 2 {
		t.Errorf("%d events", got)
	}
	var kept statement.Kept
	if err := json.Unmarshal(p.Part("proof.json"), &kept); err != nil {
		t.Fatal(err)
	}
	e := kept.Expectations
	if kept.Verdict != "PROVEN" || kept.SHA256 != signed.GetSha256() || e.SentSHA256 != sent.GetSha256() ||
		e.AuditTrailSHA256 != trail.GetSha256() || e.Level != "QES" || e.Legislation != "EIDAS" {
		t.Errorf("proof %+v", kept)
	}
	if len(e.Signers) != 1 || e.Signers[0] != (statement.Signer{Role: "client", FirstName: "Ada", LastName: "Muster"}) {
		t.Errorf("signers %+v", e.Signers)
	}
}

func TestAnEvidencePackageIsMadeOnce(t *testing.T) {
	h := newHouse(t)
	sent, signed, trail := h.proven(t)
	request := evidenceRequest(sent, signed, trail)
	first := must(h.CreateEvidencePackage(t.Context(), request))(t).GetDocument()
	again := must(h.CreateEvidencePackage(t.Context(), request))(t).GetDocument()
	if !proto.Equal(first, again) {
		t.Errorf("the second answer is %v", again)
	}
	request.RequestId = "another"
	if other := must(h.CreateEvidencePackage(t.Context(), request))(t).GetDocument(); other.GetSha256() != first.GetSha256() {
		t.Error("the same parts make other bytes")
	}
	request.RequestId, request.Subject = "evidence", "signatureRequests/2"
	_, err := h.CreateEvidencePackage(t.Context(), request)
	refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
}

// A package is no signed PDF: to call it a broken one would look like a forgery.
func TestAnEvidencePackageIsNotProvenAsAPDF(t *testing.T) {
	h := newHouse(t)
	sent, signed, trail := h.proven(t)
	pack := must(h.CreateEvidencePackage(t.Context(), evidenceRequest(sent, signed, trail)))(t).GetDocument()
	_, err := h.VerifyDocument(t.Context(), &documentv1.VerifyDocumentRequest{Name: pack.GetName()})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "name")
}

// A failed proof has a package too, and an uploaded document no template.
func TestAnEvidencePackageOfAFailedProof(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	signed := h.sign(t, "signed", sent, h.person(t, "AES"))
	h.prove(t, proveRequest(signed, sent))
	d := must(h.CreateEvidencePackage(t.Context(), evidenceRequest(sent, signed, nil)))(t).GetDocument()
	p := must(evidence.Open(t.Context(), h.content(t, d.GetName())))(t)
	if !p.Intact() || p.Part("audit-trail.pdf") != nil || !strings.Contains(string(p.Part("proof.json")), `"verdict": "FAILED"`) {
		t.Errorf("package %v: %s", p.Damages, p.Part("proof.json"))
	}
}

func TestAnEvidencePackageIsOfOneProof(t *testing.T) {
	h := newHouse(t)
	sent, signed, trail := h.proven(t)
	none := &documentv1.Document{Name: noName}
	other := must(h.RenderDocument(t.Context(), func() *documentv1.RenderDocumentRequest {
		r := renderRequest("other")
		r.Values["deal.reference"] = "R-2"
		return r
	}()))(t).GetDocument()
	unproven := h.sign(t, "unproven", sent, h.person(t, "AES"))
	head := header("other trail")
	head.Kind, head.Parent = documentv1.Document_KIND_AUDIT_TRAIL, signed.GetName()
	otherTrail := h.upload(t, head, pdf(101))
	h.prove(t, proveRequest(other, sent)) // of what nobody signed
	twin := h.sign(t, "twin", sent, h.person(t, "QES"))
	h.prove(t, proveRequest(twin, signed)) // as if a signed document had been sent
	documents := h.documents(t)
	for name, c := range map[string]struct {
		request      *documentv1.CreateEvidencePackageRequest
		code         codes.Code
		reason, part string
	}{
		"no sent document":           {evidenceRequest(none, signed, trail), codes.NotFound, "DOCUMENT_NOT_FOUND", ""},
		"no signed document":         {evidenceRequest(sent, none, trail), codes.NotFound, "DOCUMENT_NOT_FOUND", ""},
		"no such trail":              {evidenceRequest(sent, signed, none), codes.NotFound, "DOCUMENT_NOT_FOUND", ""},
		"nothing proven":             {evidenceRequest(sent, unproven, trail), codes.NotFound, "PROOF_NOT_FOUND", ""},
		"another sent document":      {evidenceRequest(other, signed, trail), codes.FailedPrecondition, "EVIDENCE_INCONSISTENT", "sent_document"},
		"the signed as the sent one": {evidenceRequest(signed, signed, trail), codes.FailedPrecondition, "EVIDENCE_INCONSISTENT", "sent_document"},
		"a signed one that was sent": {evidenceRequest(signed, twin, nil), codes.FailedPrecondition, "EVIDENCE_INCONSISTENT", "sent_document"},
		"another trail":              {evidenceRequest(sent, signed, otherTrail), codes.FailedPrecondition, "EVIDENCE_INCONSISTENT", "audit_trail"},
		"what is not a signed one":   {evidenceRequest(sent, other, nil), codes.FailedPrecondition, "EVIDENCE_INCONSISTENT", "signed_document"},
		"no trail":                   {evidenceRequest(sent, signed, nil), codes.FailedPrecondition, "EVIDENCE_INCONSISTENT", "audit_trail"},
		"the sent one as the trail":  {evidenceRequest(sent, signed, sent), codes.FailedPrecondition, "EVIDENCE_INCONSISTENT", "audit_trail"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.CreateEvidencePackage(t.Context(), c.request)
			if c.part == "" {
				refused(t, err, c.code, c.reason)
			} else {
				refused(t, err, c.code, c.reason, "part", c.part)
			}
		})
	}
	if h.documents(t) != documents {
		t.Error("a refused request left a document")
	}
	must(h.DeleteDocument(t.Context(), &documentv1.DeleteDocumentRequest{Name: trail.GetName()}))(t)
	_, err := h.CreateEvidencePackage(t.Context(), evidenceRequest(sent, signed, trail))
	refused(t, err, codes.FailedPrecondition, "DOCUMENT_DELETED")
}

func TestADamagedArchiveMakesNoEvidencePackage(t *testing.T) {
	h := newHouse(t)
	sent, signed, trail := h.proven(t)
	h.damage(t, signed.GetSha256())
	_, err := h.CreateEvidencePackage(t.Context(), evidenceRequest(sent, signed, trail))
	refused(t, err, codes.DataLoss, "HASH_MISMATCH")
}
