package proof_test

import (
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/sim/pdfsign"
)

func TestQualifiedSignatureProves(t *testing.T) {
	w := newWorld(t)
	r := w.verify(w.request(w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))))
	expect(t, r, proof.Proven, "SENT_BYTES_KEPT")
	if r.Level != "QES" || len(r.Signatures) != 1 {
		t.Fatalf("level %q with %d signatures, want QES with 1", r.Level, len(r.Signatures))
	}
	s := r.Signatures[0]
	if s.Field != "client" || !s.QualifiedClaim || s.SealClaim || !s.CoversWholeFile || !s.TimestampTime.Equal(w.now) {
		t.Errorf("signature described as %+v", s)
	}
}

func TestLevels(t *testing.T) {
	w := newWorld(t)
	qes, aes, seal := w.person("Anna", "Müller", "QES"), w.person("Anna", "Müller", "AES"), w.seal()
	cases := []struct {
		name    string
		signed  []byte
		level   string
		trail   bool
		verdict proof.Verdict
		proven  string
		reason  string
	}{
		{"QES for AES", w.sign(sent(), "client", qes), "AES", false, proof.Proven, "QES", "LEVEL_PROVEN"},
		{"AES for QES", w.sign(sent(), "client", aes), "QES", true, proof.Failed, "", "LEVEL_TOO_LOW"},
		{"AES for AES", w.sign(sent(), "client", aes), "AES", false, proof.Proven, "AES", "LEVEL_PROVEN"},
		{"AES for SES", w.sign(sent(), "client", aes), "SES", false, proof.Proven, "AES", "LEVEL_PROVEN"},
		{"seal for QES", w.sign(sent(), "client", seal), "QES", true, proof.Failed, "", "LEVEL_TOO_LOW"},
		{"seal for AES", w.sign(sent(), "client", seal), "AES", true, proof.AttestedByProvider, "", "SEAL_ONLY"},
		{"seal for SES", w.sign(sent(), "client", seal), "SES", true, proof.AttestedByProvider, "", "ATTESTED_BY_AUDIT_TRAIL"},
		{"seal without trail", w.sign(sent(), "client", seal), "SES", false, proof.Indeterminate, "", "AUDIT_TRAIL_MISSING"},
		{"seal over QES", w.sign(w.sign(sent(), "client", qes), "seal", seal), "QES", false, proof.Proven, "QES", "LEVEL_PROVEN"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			request := w.request(c.signed)
			request.Level, request.AuditTrail = c.level, c.trail
			r := w.verify(request)
			expect(t, r, c.verdict, c.reason)
			if r.Level != c.proven {
				t.Errorf("level %q, want %q", r.Level, c.proven)
			}
		})
	}
}

// A certificate's claim counts only under an anchor that is configured for it.
func TestAnchorsDecide(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))
	sealed := w.sign(sent(), "client", w.seal())
	advanced := w.sign(sent(), "client", w.person("Anna", "Müller", "AES"))
	cases := []struct {
		name, label, legislation, level string
		signed                          []byte
		verdict                         proof.Verdict
		reason                          string
	}{
		{"unlabelled", "", "EIDAS", "QES", signed, proof.AttestedByProvider, "QUALIFIED_STATUS_UNKNOWN"},
		{"unlabelled, no claim", "", "EIDAS", "QES", advanced, proof.Failed, "LEVEL_TOO_LOW"},
		{"unlabelled AES", "", "EIDAS", "AES", signed, proof.Proven, "LEVEL_PROVEN"},
		{"other law", "Proves: QES-ZERTES TIMESTAMP\n", "EIDAS", "QES", signed, proof.AttestedByProvider, "QUALIFIED_STATUS_UNKNOWN"},
		{"Swiss law", "Proves: QES-ZERTES TIMESTAMP\n", "ZERTES", "QES", signed, proof.Proven, "LEVEL_PROVEN"},
		{"no timestamps", "Proves: QES-EIDAS\n", "EIDAS", "QES", signed, proof.Indeterminate, "ANCHOR_NOT_FOR_THIS"},
		{"seals only", "Proves: SEAL TIMESTAMP\n", "EIDAS", "QES", signed, proof.Indeterminate, "ANCHOR_NOT_FOR_THIS"},
		{"no seals", "Proves: AES TIMESTAMP\n", "EIDAS", "SES", sealed, proof.Indeterminate, "ANCHOR_NOT_FOR_THIS"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			request := w.request(c.signed)
			request.Legislation, request.Level = c.legislation, c.level
			expect(t, w.trusting(c.label).Verify(t.Context(), request), c.verdict, c.reason)
		})
	}
	expect(t, proof.New(proof.Anchors{}, proof.Options{}).Verify(t.Context(), w.request(signed)),
		proof.Indeterminate, "ISSUER_UNKNOWN")
}

func TestForgerWithTheSameNames(t *testing.T) {
	w, forger := newWorld(t), newWorld(t)
	r := w.verify(w.request(forger.sign(sent(), "client", forger.person("Anna", "Müller", "QES"))))
	expect(t, r, proof.Indeterminate, "ISSUER_UNKNOWN")
	if r.Level != "" {
		t.Errorf("level %q from an unknown issuer", r.Level)
	}
}

func TestSigners(t *testing.T) {
	w := newWorld(t)
	bob := proof.Signer{Role: "provider", FirstName: "Bob", LastName: "Łukasz-O'Neill"}
	annaSigned := w.sign(sent(), "client", w.person("ANNA Maria", "Mueller", "QES"))
	both := w.sign(annaSigned, "provider", w.person("Bob", "Lukasz ONeill", "QES"))
	cases := []struct {
		name    string
		signed  []byte
		signers []proof.Signer
		verdict proof.Verdict
		reason  string
	}{
		{"spelled differently", annaSigned, []proof.Signer{anna()}, proof.Proven, "EVERY_SIGNER_NAMED"},
		{"two of two", both, []proof.Signer{bob, anna()}, proof.Proven, "EVERY_SIGNER_NAMED"},
		{"one of two", annaSigned, []proof.Signer{anna(), bob}, proof.Failed, "SIGNER_MISSING"},
		{"one too many", both, []proof.Signer{anna()}, proof.Indeterminate, "UNEXPECTED_SIGNER"},
		{"someone else", annaSigned, []proof.Signer{bob}, proof.Failed, "UNEXPECTED_SIGNER"},
		{"twins need two", annaSigned, []proof.Signer{anna(), anna()}, proof.Failed, "SIGNER_MISSING"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			request := w.request(c.signed)
			request.Signers = c.signers
			expect(t, w.verify(request), c.verdict, c.reason)
		})
	}
}

func TestTimes(t *testing.T) {
	w := newWorld(t)
	by := w.person("Anna", "Müller", "QES")
	plain := w.signAs(sent(), pdfsign.Signature{Field: "client", Identity: by, Time: w.now})
	early := w.signAs(sent(), pdfsign.Signature{Field: "client", Identity: by, Time: w.now.Add(-time.Hour), Timestamp: w.tsa})
	stamped := w.sign(sent(), "client", by)
	cases := []struct {
		name    string
		signed  []byte
		now     time.Time
		verdict proof.Verdict
		reason  string
	}{
		{"no timestamp, fresh", plain, w.now.Add(time.Minute), proof.Proven, "NO_TIMESTAMP"},
		{"no timestamp, expired", plain, w.now.AddDate(0, 0, 3), proof.Indeterminate, "SIGNING_TIME_UNPROVEN"},
		{"no timestamp, future", plain, w.now.Add(-time.Hour), proof.Failed, "SIGNING_TIME_IN_FUTURE"},
		{"timestamp, expired since", stamped, w.now.AddDate(0, 0, 3), proof.Proven, "TRUSTED"},
		{"timestamp in future", stamped, w.now.Add(-time.Hour), proof.Failed, "TIMESTAMP_IN_FUTURE"},
		{"timestamp before the certificate", early, w.now, proof.Failed, "CERTIFICATE_NOT_VALID_THEN"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			request := w.request(c.signed)
			request.Now = c.now
			expect(t, w.verify(request), c.verdict, c.reason)
		})
	}
}

func TestTimestampUnitMustBeOne(t *testing.T) {
	w := newWorld(t)
	signed := w.signAs(sent(), pdfsign.Signature{Field: "client", Identity: w.person("Anna", "Müller", "QES"),
		Time: w.now, Timestamp: w.seal()})
	expect(t, w.verify(w.request(signed)), proof.Failed, "EXTENDED_KEY_USAGE_WRONG")
}

func TestKeyUsage(t *testing.T) {
	w := newWorld(t)
	expect(t, w.verify(w.request(w.sign(sent(), "client", w.tsa))), proof.Failed, "EXTENDED_KEY_USAGE_WRONG")
}

// One person who signs twice is not two signers, whatever the second is called; nor is it somebody unexpected.
func TestOnePersonTwice(t *testing.T) {
	w := newWorld(t)
	anna := w.person("Anna Maria", "Müller", "QES")
	request := w.request(w.sign(w.sign(sent(), "client", anna), "second", anna))
	request.Signers = []proof.Signer{{FirstName: "Anna", LastName: "Müller"}, {FirstName: "Anna Maria", LastName: "Müller"}}
	expect(t, w.verify(request), proof.Failed, "SIGNER_MISSING")
	request.Signers = request.Signers[:1]
	expect(t, w.verify(request), proof.Proven, "EVERY_SIGNER_NAMED")
	request.Signed = w.sign(request.Signed, "third", w.person("Anna", "Müller", "AES"))
	expect(t, w.verify(request), proof.Indeterminate, "UNEXPECTED_SIGNER")
}
