package document

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/countersign/countersign/services/document/internal/evidence"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/proof/statement"
)

// MaxPackageBytes is the size of the largest evidence package that Verify looks at.
const MaxPackageBytes = evidence.MaxBytes

// MayBePackage says by its first two bytes that a file can be an evidence package.
func MayBePackage(file []byte) bool { return bytes.HasPrefix(file, []byte("PK")) }

// checkPackage asks whether a package is as it was packed.
const checkPackage proof.Check = "PACKAGE"

// verifyPackage verifies a package, and then the signed PDF in it as it was verified when it was archived. What the
// request asks for itself replaces what was asked for then.
func verifyPackage(ctx context.Context, v *proof.Verifier, r VerifyRequest) Verification {
	p, err := evidence.Open(ctx, r.File)
	if err != nil {
		return statement.Of(r.Name, r.Level, proof.Report{Verdict: proof.Indeterminate, Findings: []proof.Finding{
			{Check: checkPackage, Outcome: proof.CheckIndeterminate, Reason: "CANCELED", Detail: "the verification was cut short"},
		}})
	}
	findings := packageFindings(p)
	kept, reason := keptProof(p)
	if p.Intact() && reason != "" {
		findings = []proof.Finding{{Check: checkPackage, Outcome: proof.CheckFailed, Reason: reason,
			Detail: "the proof in the package cannot be read, or is about other files than those in the package"}}
	}
	report, request := proof.Report{Verdict: proof.Failed}, r.proofRequest()
	if reason == "" {
		request = r.within(p, kept)
		report = v.Verify(ctx, request)
	}
	report.Findings = slices.Concat(findings, report.Findings)
	said := statement.Of(r.Name, request.Level, report)
	said.Package = aboutPackage(p)
	if reason == "" {
		said.Package.KeptVerdict, said.Package.KeptTime = kept.Verdict, &kept.CreateTime
	}
	return said
}

func packageFindings(p evidence.Package) []proof.Finding {
	if p.Intact() {
		return []proof.Finding{{Check: checkPackage, Outcome: proof.CheckPassed, Reason: "PACKAGE_INTACT",
			Detail: "every byte of the package is as it was packed"}}
	}
	var findings []proof.Finding
	for _, d := range p.Damages {
		is := map[evidence.Fault]string{
			evidence.Changed: "is not as it was packed", evidence.Missing: "is missing", evidence.Unexpected: "was not packed",
		}[d.Fault]
		findings = append(findings, proof.Finding{Check: checkPackage, Outcome: proof.CheckFailed,
			Reason: "PART_" + string(d.Fault), Detail: d.Part + " " + is})
	}
	return findings
}

// keptProof reads the proof in an intact package. It must be about the files beside it, and expect what every proof does:
// a package that was made anew could otherwise ask for nothing. The reason is empty when it is.
func keptProof(p evidence.Package) (statement.Kept, string) {
	var kept statement.Kept
	if !p.Intact() {
		return kept, "PACKAGE_DAMAGED"
	}
	if json.Unmarshal(p.Part(evidence.Proof), &kept) != nil || !usable(kept) {
		return kept, "KEPT_PROOF_UNREADABLE"
	}
	for name, want := range map[string]string{
		evidence.Signed: kept.SHA256, evidence.Sent: kept.Expectations.SentSHA256,
		evidence.AuditTrail: kept.Expectations.AuditTrailSHA256,
	} {
		i := slices.IndexFunc(p.Parts, func(part evidence.Part) bool { return part.Name == name })
		if i < 0 && want != "" || i >= 0 && p.Parts[i].SHA256 != want {
			return kept, "KEPT_PROOF_OF_OTHERS"
		}
	}
	return kept, ""
}

// usable says that the words of a kept proof are those of this product, and that it names whom and what it expected.
func usable(kept statement.Kept) bool {
	e := kept.Expectations
	return slices.Contains([]string{"PROVEN", "ATTESTED_BY_PROVIDER", "INDETERMINATE", "FAILED"}, kept.Verdict) &&
		slices.Contains([]string{"SES", "AES", "QES"}, e.Level) && slices.Contains([]string{"EIDAS", "ZERTES"}, e.Legislation) &&
		len(e.Signers) > 0
}

// within is the request for the signed PDF in a package.
func (r VerifyRequest) within(p evidence.Package, kept statement.Kept) proof.Request {
	request, asked := kept.Expectations.Request(), r.proofRequest()
	request.Signed, request.Sent = p.Part(evidence.Signed), p.Part(evidence.Sent)
	request.SignatureCount, request.Revocation, request.Now = asked.SignatureCount, asked.Revocation, asked.Now
	if asked.Sent != nil {
		request.Sent = asked.Sent
	}
	if asked.Level != "" {
		request.Level = asked.Level
	}
	if asked.Legislation != "" {
		request.Legislation = asked.Legislation
	}
	if len(asked.Signers) > 0 {
		request.Signers = asked.Signers
	}
	return request
}

func aboutPackage(p evidence.Package) *statement.Package {
	about := &statement.Package{
		Intact: p.Intact(), Head: p.Head, SHA256: p.SHA256, Subject: p.Subject,
		Parts: []statement.PackagePart{}, Damaged: []string{},
	}
	for _, part := range p.Parts {
		about.Parts = append(about.Parts, statement.PackagePart{Name: part.Name, SHA256: part.SHA256, OK: part.OK})
	}
	for _, d := range p.Damages {
		about.Damaged = append(about.Damaged, d.Part)
	}
	return about
}
