package document_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document"
	"github.com/countersign/countersign/services/document/internal/evidence"
	"github.com/countersign/countersign/services/document/internal/proof/statement"
)

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// packed is the signed page in a package, the proof as the service keeps it, and the anchors that it was made with.
func packed(t *testing.T, edit func(*evidence.Contents, *statement.Kept)) (raw, anchors []byte, at time.Time) {
	t.Helper()
	file, anchors, at := signedPage(t)
	anchors = append([]byte("Proves: QES-EIDAS SEAL TIMESTAMP\n"), anchors...)
	trail := []byte("%PDF-1.7 trail")
	kept := statement.Kept{
		Statement: verify(t, document.VerifyRequest{
			Name: evidence.Signed, File: file, Sent: page(), Anchors: [][]byte{anchors}, Level: "QES", Signers: []string{"Anna Müller"}, At: at,
		}),
		CreateTime: at,
		Expectations: statement.Expectations{
			Level: "QES", Legislation: "EIDAS", Signers: []statement.Signer{{Role: "client", FirstName: "Anna", LastName: "Müller"}},
			SentSHA256: hash(page()), AuditTrailSHA256: hash(trail),
		},
	}
	contents := evidence.Contents{
		Subject: "signatureRequests/1", Created: at, Sent: page(), Signed: file, AuditTrail: trail,
		Events: []evidence.Event{{Time: at, Type: "SIGNED"}},
	}
	if edit != nil {
		edit(&contents, &kept)
	}
	contents.Proof = kept
	return must(evidence.Build(contents))(t), anchors, at
}

func text(t *testing.T, v document.Verification) string {
	t.Helper()
	var out strings.Builder
	if err := v.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAPackageIsVerifiedAsItWasArchived(t *testing.T) {
	raw, anchors, at := packed(t, nil)
	trusted := [][]byte{anchors}
	for name, c := range map[string]struct {
		request         document.VerifyRequest
		verdict, reason string
	}{
		"with its anchors":      {document.VerifyRequest{Anchors: trusted}, "PROVEN", "SENT_BYTES_KEPT"},
		"as of then":            {document.VerifyRequest{Anchors: trusted, Signatures: 2}, "PROVEN", "COUNT_MATCHES"},
		"without anchors":       {document.VerifyRequest{}, "INDETERMINATE", "ISSUER_UNKNOWN"},
		"another number":        {document.VerifyRequest{Anchors: trusted, Signatures: 3}, "FAILED", "COUNT_DIFFERS"},
		"another person":        {document.VerifyRequest{Anchors: trusted, Signers: []string{"Bea Meier"}}, "FAILED", "UNEXPECTED_SIGNER"},
		"another legislation":   {document.VerifyRequest{Anchors: trusted, Legislation: "ZERTES"}, "ATTESTED_BY_PROVIDER", ""},
		"another level":         {document.VerifyRequest{Anchors: trusted, Level: "AES"}, "PROVEN", ""},
		"another sent document": {document.VerifyRequest{Anchors: trusted, Sent: []byte("%PDF-1.7 other")}, "INDETERMINATE", "SENT_DOCUMENT_UNREADABLE"},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.request
			r.Name, r.File, r.At = "package.zip", raw, at
			v := verify(t, r)
			if v.Verdict != c.verdict || !slices.ContainsFunc(v.Reasons, func(r statement.Reason) bool { return c.reason == "" || r.Code == c.reason }) {
				t.Errorf("verdict %s, want %s: %+v", v.Verdict, c.verdict, v.Reasons)
			}
			p := v.Package
			if p == nil || !p.Intact || p.KeptVerdict != "PROVEN" || !p.KeptTime.Equal(at) || p.SHA256 != hash(raw) || p.Head == "" ||
				len(p.Parts) != 7 || !p.Parts[0].OK || len(p.Damaged) != 0 || v.Findings[0].Reason != "PACKAGE_INTACT" {
				t.Errorf("package %+v", p)
			}
			if said := strings.Contains(text(t, v), "now it is "+c.verdict); said != (c.verdict != "PROVEN") {
				t.Errorf("a difference is said: %t", said)
			}
		})
	}
}

func TestADamagedPackageFails(t *testing.T) {
	raw, anchors, at := packed(t, nil)
	at0 := strings.Index(string(raw), "/ByteRange")
	raw[at0] ^= 1
	v := verify(t, document.VerifyRequest{Name: "package.zip", File: raw, Anchors: [][]byte{anchors}, At: at})
	if v.Verdict != "FAILED" || v.Package.Intact || !slices.Equal(v.Package.Damaged, []string{"signed.pdf"}) || v.Package.KeptVerdict != "" {
		t.Errorf("verdict %s, package %+v", v.Verdict, v.Package)
	}
	if len(v.Reasons) != 1 || v.Reasons[0] != (statement.Reason{
		Code: "PART_CHANGED", Text: "signed.pdf is not as it was packed", Check: "PACKAGE",
	}) {
		t.Errorf("reasons %+v", v.Reasons)
	}
	if !strings.Contains(text(t, v), "damaged: signed.pdf") {
		t.Error("the text does not name the part")
	}
}

// A package that somebody made anew is intact: its proof must still be about what is in it, and expect something.
func TestAPackageMustFitItsProof(t *testing.T) {
	for name, c := range map[string]struct {
		edit   func(*evidence.Contents, *statement.Kept)
		reason string
	}{
		"another signed document": {func(c *evidence.Contents, _ *statement.Kept) { c.Signed = append(c.Signed, ' ') }, "KEPT_PROOF_OF_OTHERS"},
		"another sent document":   {func(c *evidence.Contents, _ *statement.Kept) { c.Sent = append(c.Sent, ' ') }, "KEPT_PROOF_OF_OTHERS"},
		"another audit trail":     {func(c *evidence.Contents, _ *statement.Kept) { c.AuditTrail = page() }, "KEPT_PROOF_OF_OTHERS"},
		"no audit trail":          {func(c *evidence.Contents, _ *statement.Kept) { c.AuditTrail = nil }, "KEPT_PROOF_OF_OTHERS"},
		"an audit trail too much": {func(_ *evidence.Contents, k *statement.Kept) { k.Expectations.AuditTrailSHA256 = "" }, "KEPT_PROOF_OF_OTHERS"},
		"no signer":               {func(_ *evidence.Contents, k *statement.Kept) { k.Expectations.Signers = nil }, "KEPT_PROOF_UNREADABLE"},
		"no level":                {func(_ *evidence.Contents, k *statement.Kept) { k.Expectations.Level = "" }, "KEPT_PROOF_UNREADABLE"},
		"another law":             {func(_ *evidence.Contents, k *statement.Kept) { k.Expectations.Legislation = "US" }, "KEPT_PROOF_UNREADABLE"},
		"a verdict with colours":  {func(_ *evidence.Contents, k *statement.Kept) { k.Verdict = "\x1b[32mPROVEN" }, "KEPT_PROOF_UNREADABLE"},
	} {
		raw, anchors, at := packed(t, c.edit)
		v := verify(t, document.VerifyRequest{Name: "package.zip", File: raw, Anchors: [][]byte{anchors}, At: at})
		if v.Verdict != "FAILED" || v.Reasons[0].Code != c.reason || !v.Package.Intact || v.Package.KeptVerdict != "" {
			t.Errorf("%s: %s %+v", name, v.Verdict, v.Reasons)
		}
	}
}

func TestACancelledVerificationOfAPackageDecidesNothing(t *testing.T) {
	raw, anchors, at := packed(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v, err := document.Verify(ctx, document.VerifyRequest{File: raw, Anchors: [][]byte{anchors}, At: at})
	if err != nil || v.Verdict != "INDETERMINATE" || v.Reasons[0].Code != "CANCELED" {
		t.Errorf("verdict %s, %v", v.Verdict, err)
	}
}
