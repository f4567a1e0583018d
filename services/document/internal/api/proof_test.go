package api_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/trustlist"
	"github.com/countersign/countersign/services/document/internal/trustlist/trustlisttest"
	"github.com/countersign/countersign/services/sim/pdfsign"
	"github.com/countersign/countersign/services/sim/pki"
)

// sign signs a document the way a provider does and archives the result.
func (h *house) sign(t *testing.T, id string, sent *documentv1.Document, by *pki.Identity) *documentv1.Document {
	t.Helper()
	now := time.Now()
	signed := must(pdfsign.Sign(h.content(t, sent.GetName()), pdfsign.Signature{
		Field: sent.GetSignatureFields()[0].GetFormField(), Identity: by, Time: now,
		Timestamp: must(h.pki.TimestampUnit(now))(t),
	}))(t)
	head := header(id)
	head.Kind, head.Parent = documentv1.Document_KIND_SIGNED, sent.GetName()
	return h.upload(t, head, signed)
}

func (h *house) person(t *testing.T, level string) *pki.Identity {
	t.Helper()
	return must(h.pki.Person(pki.Person{FirstName: "Ada", LastName: "Muster", Country: "CH"}, level, time.Now()))(t)
}

// proveRequest asks for a qualified signature by the person of the tests.
func proveRequest(signed, sent *documentv1.Document) *documentv1.ProveDocumentRequest {
	return &documentv1.ProveDocumentRequest{
		Name: signed.GetName(), SentDocument: sent.GetName(), Level: documentv1.Level_LEVEL_QES,
		Legislation: documentv1.Legislation_LEGISLATION_EIDAS,
		Signers: []*documentv1.ProveDocumentRequest_ExpectedSigner{
			{Role: "client", FirstName: "Ada", LastName: "Muster"},
		},
	}
}

func (h *house) prove(t *testing.T, request *documentv1.ProveDocumentRequest) *documentv1.Proof {
	t.Helper()
	return must(h.ProveDocument(t.Context(), request))(t).GetProof()
}

func (h *house) kept(t *testing.T, d *documentv1.Document) (*documentv1.Proof, error) {
	t.Helper()
	answer, err := h.GetProof(t.Context(), &documentv1.GetProofRequest{Name: d.GetName() + "/proof"})
	return answer.GetProof(), err
}

func TestAQualifiedSignatureIsProvenAndTheProofKept(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	signed := h.sign(t, "signed", sent, h.person(t, "QES"))
	p := h.prove(t, proveRequest(signed, sent))
	if p.GetVerdict() != documentv1.Proof_VERDICT_PROVEN || p.GetLevel() != documentv1.Level_LEVEL_QES {
		t.Fatalf("verdict %v, level %v: %v", p.GetVerdict(), p.GetLevel(), p.GetFindings())
	}
	if p.GetName() != signed.GetName()+"/proof" || p.GetSha256() != signed.GetSha256() {
		t.Errorf("proof %q of hash %q", p.GetName(), p.GetSha256())
	}
	recent(t, p.GetCreateTime().AsTime())
	if len(p.GetSignatures()) != 1 {
		t.Fatalf("signatures %v", p.GetSignatures())
	}
	s := p.GetSignatures()[0]
	if s.GetField() != "client" || s.GetSubject() != "Ada Muster" || !s.GetQualifiedClaim() || s.GetSeal() || !s.GetTimestamped() {
		t.Errorf("signature %v", s)
	}
	for _, f := range p.GetFindings() {
		if f.GetOutcome() == documentv1.Proof_OUTCOME_UNSPECIFIED || f.GetCheck() == "" {
			t.Errorf("finding %v", f)
		}
	}
	if again, err := h.kept(t, signed); err != nil || !proto.Equal(again, p) {
		t.Errorf("kept: %v, %v", again, err)
	}
}

// What trusted lists say of the issuer, and which lists, is part of the proof.
func TestTrustedListsInTheProof(t *testing.T) {
	h := newHouse(t)
	by := h.person(t, "QES")
	u := trustlisttest.NewUnion(t, time.Now())
	u.Add(u.State("FR", trustlisttest.Granted(by.Chain[0], time.Now().AddDate(-1, 0, 0))))
	lists := must(trustlist.Load(u.Folder()))(t)
	h.service.Verifier = proof.New(must(proof.NewAnchors(h.pki.RootPEM()))(t), proof.Options{Lists: lists})
	sent := h.render(t, "sent")
	signed := h.sign(t, "signed", sent, by)
	h.prove(t, proveRequest(signed, sent))
	p := must(h.kept(t, signed))(t)
	if p.GetVerdict() != documentv1.Proof_VERDICT_PROVEN || p.GetTrustedLists() != lists.Snapshot() ||
		p.GetSignatures()[0].GetTrustService() != "CA/QC granted" {
		t.Errorf("proof %v", p)
	}
}

func TestTheFirstProofStands(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	signed := h.sign(t, "signed", sent, h.person(t, "AES"))
	first := h.prove(t, proveRequest(signed, sent))
	if first.GetVerdict() != documentv1.Proof_VERDICT_FAILED {
		t.Fatalf("an advanced signature for a qualified one: %v", first.GetVerdict())
	}
	other := proveRequest(signed, sent)
	other.Level = documentv1.Level_LEVEL_AES
	_, err := h.service.ProveDocument(t.Context(), other)
	refused(t, err, codes.FailedPrecondition, "PROOF_DIFFERS")
	if again := h.prove(t, proveRequest(signed, sent)); !proto.Equal(again, first) {
		t.Errorf("the same expectations returned another proof: %v", again.GetVerdict())
	}
	twin := h.sign(t, "twin", sent, h.person(t, "AES"))
	other.Name = twin.GetName()
	if p := h.prove(t, other); p.GetVerdict() != documentv1.Proof_VERDICT_PROVEN || p.GetLevel() != documentv1.Level_LEVEL_AES {
		t.Errorf("an advanced signature for an advanced one: %v %v", p.GetVerdict(), p.GetLevel())
	}
}

func TestAnIndeterminateProofIsMadeAgain(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	signed := h.sign(t, "signed", sent, h.person(t, "QES"))
	trusting := h.service.Verifier
	h.service.Verifier = proof.New(proof.Anchors{}, proof.Options{})
	if p := h.prove(t, proveRequest(signed, sent)); p.GetVerdict() != documentv1.Proof_VERDICT_INDETERMINATE {
		t.Fatalf("without anchors: %v", p.GetVerdict())
	}
	h.service.Verifier = trusting
	for range 2 { // then it stands
		if p := h.prove(t, proveRequest(signed, sent)); p.GetVerdict() != documentv1.Proof_VERDICT_PROVEN {
			t.Fatalf("with the anchor: %v", p.GetVerdict())
		}
		h.service.Verifier = proof.New(proof.Anchors{}, proof.Options{})
	}
}

func TestAnAuditTrailMustBeOne(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	signed := h.sign(t, "signed", sent, must(h.pki.Seal("Provider SAS", time.Now()))(t))
	request := proveRequest(signed, sent)
	request.Level = documentv1.Level_LEVEL_SES
	request.AuditTrail = sent.GetName()
	_, err := h.ProveDocument(t.Context(), request)
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "audit_trail")
	request.AuditTrail = noName
	_, err = h.ProveDocument(t.Context(), request)
	refused(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND")
	if _, err := h.kept(t, signed); err == nil {
		t.Error("a refused request left a proof")
	}
	head := header("trail")
	head.Kind, head.Parent = documentv1.Document_KIND_AUDIT_TRAIL, signed.GetName()
	request.AuditTrail = h.upload(t, head, pdf(100)).GetName()
	if p := h.prove(t, request); p.GetVerdict() != documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER {
		t.Errorf("verdict %v: %v", p.GetVerdict(), p.GetFindings())
	}
}

func TestASealWithoutAuditTrailIsNotAttested(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	request := proveRequest(h.sign(t, "signed", sent, must(h.pki.Seal("Provider SAS", time.Now()))(t)), sent)
	request.Level = documentv1.Level_LEVEL_SES
	if p := h.prove(t, request); p.GetVerdict() != documentv1.Proof_VERDICT_INDETERMINATE || !p.GetSignatures()[0].GetSeal() {
		t.Errorf("verdict %v, signatures %v", p.GetVerdict(), p.GetSignatures())
	}
}

func TestWhatIsNotThereCannotBeProven(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	none := &documentv1.Document{Name: noName}
	for _, request := range []*documentv1.ProveDocumentRequest{proveRequest(none, sent), proveRequest(sent, none)} {
		_, err := h.ProveDocument(t.Context(), request)
		refused(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND")
	}
	_, err := h.kept(t, none)
	refused(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND")
	_, err = h.kept(t, sent)
	refused(t, err, codes.NotFound, "PROOF_NOT_FOUND")
	nobody := proveRequest(sent, sent)
	nobody.Signers = nil
	_, err = h.ProveDocument(t.Context(), nobody)
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "signers")
	unset := proveRequest(sent, sent)
	unset.Level = documentv1.Level_LEVEL_UNSPECIFIED
	_, err = h.ProveDocument(t.Context(), unset)
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "level")
}

func TestADamagedArchiveKeepsNoProof(t *testing.T) {
	for _, what := range []string{"signed", "sent"} {
		h := newHouse(t)
		sent := h.render(t, "sent")
		signed := h.sign(t, "signed", sent, h.person(t, "QES"))
		h.damage(t, map[string]string{"signed": signed.GetSha256(), "sent": sent.GetSha256()}[what])
		_, err := h.ProveDocument(t.Context(), proveRequest(signed, sent))
		refused(t, err, codes.DataLoss, "HASH_MISMATCH")
		_, err = h.kept(t, signed)
		refused(t, err, codes.NotFound, "PROOF_NOT_FOUND")
	}
}

// fuse is a context that ends when it is asked for the nth time whether it has.
type fuse struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func newFuse(ctx context.Context, n int64) *fuse {
	ctx, cancel := context.WithCancel(ctx)
	f := &fuse{Context: ctx, cancel: cancel}
	f.left.Store(n)
	return f
}

func (f *fuse) burn() {
	if f.left.Add(-1) == 0 {
		f.cancel()
	}
}

func (f *fuse) Done() <-chan struct{} {
	f.burn()
	return f.Context.Done()
}

func (f *fuse) Err() error {
	f.burn()
	return f.Context.Err()
}

func TestAProofThatWasCutShortIsNotKept(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	signed := h.sign(t, "signed", sent, h.person(t, "QES"))
	for n := int64(1); ; n++ {
		ctx := newFuse(t.Context(), n)
		_, err := h.service.ProveDocument(ctx, proveRequest(signed, sent))
		ctx.cancel()
		p, readErr := h.kept(t, signed)
		if readErr == nil && p.GetVerdict() != documentv1.Proof_VERDICT_PROVEN {
			t.Fatalf("cut short at question %d, kept %v: %v", n, p.GetVerdict(), p.GetFindings())
		}
		if err == nil || readErr == nil {
			t.Logf("complete at question %d", n)
			return
		}
	}
}
