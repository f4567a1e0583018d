package api_test

import (
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	structure "github.com/countersign/countersign/services/document/internal/pdf"
	"github.com/countersign/countersign/services/sim/pdfsign"
)

func TestVerifyKeepsNothing(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	signed := h.sign(t, "signed", sent, h.person(t, "QES"))
	one := func(edit func(*documentv1.VerifyDocumentRequest)) *documentv1.Proof {
		request := &documentv1.VerifyDocumentRequest{Name: signed.GetName()}
		edit(request)
		return must(h.VerifyDocument(t.Context(), request))(t).GetProof()
	}
	signer := func(last string) []*documentv1.ProveDocumentRequest_ExpectedSigner {
		return []*documentv1.ProveDocumentRequest_ExpectedSigner{{Role: "client", FirstName: "Ada", LastName: last}}
	}
	for _, c := range []struct {
		name    string
		edit    func(*documentv1.VerifyDocumentRequest)
		verdict documentv1.Proof_Verdict
	}{
		{"nothing asked", func(*documentv1.VerifyDocumentRequest) {}, documentv1.Proof_VERDICT_PROVEN},
		{"document sent", func(r *documentv1.VerifyDocumentRequest) { r.SentDocument = sent.GetName() }, documentv1.Proof_VERDICT_PROVEN},
		{"other document", func(r *documentv1.VerifyDocumentRequest) {
			r.SentDocument = h.upload(t, header("other"), pdf(100)).GetName()
		}, documentv1.Proof_VERDICT_INDETERMINATE},
		{"level", func(r *documentv1.VerifyDocumentRequest) { r.Level = documentv1.Level_LEVEL_QES }, documentv1.Proof_VERDICT_PROVEN},
		{"signer", func(r *documentv1.VerifyDocumentRequest) { r.Signers = signer("Muster") }, documentv1.Proof_VERDICT_PROVEN},
		{"other signer", func(r *documentv1.VerifyDocumentRequest) { r.Signers = signer("Meister") }, documentv1.Proof_VERDICT_INDETERMINATE},
		{"one signature", func(r *documentv1.VerifyDocumentRequest) { r.SignatureCount = 1 }, documentv1.Proof_VERDICT_PROVEN},
		{"two signatures", func(r *documentv1.VerifyDocumentRequest) { r.SignatureCount = 2 }, documentv1.Proof_VERDICT_FAILED},
	} {
		if p := one(c.edit); p.GetVerdict() != c.verdict {
			t.Errorf("%s: %v, %v", c.name, p.GetVerdict(), p.GetFindings())
		}
	}
	p := one(func(*documentv1.VerifyDocumentRequest) {})
	recent(t, p.GetCreateTime().AsTime())
	if p.GetName() != signed.GetName()+"/proof" || p.GetSha256() != signed.GetSha256() || p.GetLevel() != documentv1.Level_LEVEL_QES {
		t.Errorf("proof %v", p)
	}
	if s := p.GetSignatures()[0]; s.GetLevel() != documentv1.Level_LEVEL_QES || !s.GetQualifiedDeviceClaim() {
		t.Errorf("signature %v", s)
	}
	_, err := h.kept(t, signed)
	refused(t, err, codes.NotFound, "PROOF_NOT_FOUND")
}

func TestVerifyReadsTheArchive(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	seal := must(h.pki.Seal("Provider SAS", time.Now()))(t)
	signed := h.sign(t, "signed", sent, seal)
	for name, request := range map[string]*documentv1.VerifyDocumentRequest{
		"signed": {Name: noName},
		"sent":   {Name: signed.GetName(), SentDocument: noName},
		"trail":  {Name: signed.GetName(), AuditTrail: noName},
	} {
		_, err := h.VerifyDocument(t.Context(), request)
		if refused(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	_, err := h.VerifyDocument(t.Context(), &documentv1.VerifyDocumentRequest{Name: signed.GetName(), AuditTrail: sent.GetName()})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "audit_trail")
	_, err = h.VerifyDocument(t.Context(), &documentv1.VerifyDocumentRequest{Name: signed.GetName(), SignatureCount: 65})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "signature_count")
	p := must(h.VerifyDocument(t.Context(), &documentv1.VerifyDocumentRequest{Name: signed.GetName()}))(t).GetProof()
	if p.GetVerdict() != documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER || !p.GetSignatures()[0].GetSeal() {
		t.Errorf("a seal: %v %v", p.GetVerdict(), p.GetFindings())
	}
	h.damage(t, signed.GetSha256())
	_, err = h.VerifyDocument(t.Context(), &documentv1.VerifyDocumentRequest{Name: signed.GetName()})
	refused(t, err, codes.DataLoss, "HASH_MISMATCH")
}

// What is rendered here is tagged, its signature fields too; signing it and adding a further field changes nothing else.
func TestARenderedContractStaysWhatItIs(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	file := must(structure.Open(h.content(t, sent.GetName())))(t)
	for _, field := range file.Array(file.Dict(file.Catalog()["AcroForm"])["Fields"]) {
		if _, tagged := file.Dict(field)["StructParent"].(int64); !tagged || file.Catalog()["StructTreeRoot"] == nil {
			t.Fatal("the contract's fields are not tagged")
		}
	}
	signed := h.sign(t, "signed", sent, h.person(t, "QES"))
	now := time.Now()
	again := must(pdfsign.Sign(h.content(t, signed.GetName()), pdfsign.Signature{
		Field: "seal", Identity: must(h.pki.Seal("Provider SAS", now))(t), Time: now, Page: 1,
		Rect: [4]float64{10, 10, 100, 50},
	}))(t)
	head := header("again")
	head.Kind, head.Parent = documentv1.Document_KIND_SIGNED, sent.GetName()
	p := must(h.VerifyDocument(t.Context(), &documentv1.VerifyDocumentRequest{
		Name: h.upload(t, head, again).GetName(), SentDocument: sent.GetName(), SignatureCount: 2,
	}))(t).GetProof()
	reasons := map[string]string{}
	for _, f := range p.GetFindings() {
		reasons[f.GetCheck()] = f.GetReason()
	}
	if p.GetVerdict() != documentv1.Proof_VERDICT_PROVEN || reasons["SENT_DOCUMENT"] != "SENT_BYTES_KEPT" ||
		reasons["CHANGES_AFTER_SIGNING"] != "ONLY_PERMITTED" {
		t.Errorf("%v: %v", p.GetVerdict(), p.GetFindings())
	}
}
