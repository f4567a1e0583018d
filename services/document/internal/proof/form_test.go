package proof_test

import (
	"testing"
	"testing/fstest"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/render"
	"github.com/countersign/countersign/services/document/internal/render/form/formtest"
)

// TestFilledFormIsSignedAndProven takes a lawyer's form all the way: filled, signed by both parties in its own fields,
// and proven against what was sent.
func TestFilledFormIsSignedAndProven(t *testing.T) {
	const manifest = `id: approved
version: "1"
languages:
  en: {title: Agreement, file_name: agreement.pdf}
roles: [{id: client, labels: {en: Client}}, {id: provider, labels: {en: Provider}}]
variables:
  - {name: deal.name, type: text}
  - {name: contact.name, type: text}
  - {name: address, type: lines}
  - {name: iban, type: text}
  - {name: accept, type: boolean}
  - {name: plan, type: text}
  - {name: payment, type: text}
  - {name: note, type: text}
`
	source := must(render.Load(fstest.MapFS{
		"manifest.yaml": {Data: []byte(manifest)}, "en.pdf": {Data: formtest.Contract().Bytes()},
	}))(t)
	sent := must(must(render.New())(t).Render(t.Context(), source, "en", map[string]string{
		"deal.name": "Łukasz Żółć, Ελένη, Цветан", "accept": "true", "plan": "monthly",
	}))(t)
	w := newWorld(t)
	signed := w.sign(w.sign(sent.PDF, "client", w.person("Anna", "Müller", "QES")), "provider", w.person("Paul", "Roche", "QES"))
	request := w.request(signed)
	request.Sent = sent.PDF
	request.Signers = append(request.Signers, proof.Signer{Role: "provider", FirstName: "Paul", LastName: "Roche"})
	report := w.verify(request)
	expect(t, report, proof.Proven, "")
	for i, field := range []string{"client", "provider"} {
		if len(report.Signatures) != 2 || report.Signatures[i].Field != field {
			t.Errorf("signatures %v", report.Signatures)
		}
	}
	kept := false
	for _, f := range report.Findings {
		kept = kept || f.Reason == "SENT_BYTES_KEPT"
	}
	if !kept {
		t.Errorf("the sent document was not found in the signed one: %v", report.Findings)
	}
	request.Sent = must(must(render.New())(t).Render(t.Context(), source, "en", map[string]string{"deal.name": "Other"}))(t).PDF
	expect(t, w.verify(request), proof.Failed, "")
}
