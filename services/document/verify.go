package document

import (
	"context"
	"slices"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// VerifyRequest is a file and what it is held against. Whatever is left away is not checked.
type VerifyRequest struct {
	// Name is what the file is called in the answer.
	Name string
	// File is the signed PDF, at most 64 MiB; Sent the PDF that was sent to be signed, nil when it is not at hand.
	File, Sent []byte
	// Anchors are bundles of PEM certificates to trust; a line "Proves:" says for what, as in the configuration.
	Anchors [][]byte
	// TrustedLists is a folder of trusted lists, laid out as Config.TrustedLists says; empty for none.
	TrustedLists string
	// Level is SES, AES or QES; empty asks which one the file proves. Legislation is EIDAS, the default, or ZERTES.
	Level, Legislation string
	// Signers are the whole names of the people who must have signed.
	Signers []string
	// Signatures is how many signatures the file must hold, document timestamps not counted; 0 for any number.
	Signatures int
	// Revocation are CRLs and OCSP answers beside those in the file. RequireRevocation makes an unknown status an open
	// question.
	Revocation        [][]byte
	RequireRevocation bool
	// At is the time of verification.
	At time.Time
}

// Verification is what came of Verify, in the shape that `countersign verify --json` prints. Texts of Signatures come
// from the file and hold personal data; nothing else does but File.
type Verification struct {
	// Verdict is PROVEN, ATTESTED_BY_PROVIDER, INDETERMINATE or FAILED.
	Verdict string `json:"verdict"`
	// Reasons carry a good verdict, and otherwise prevent one. There is at least one.
	Reasons []VerifiedReason `json:"reasons"`
	// Level is QES, AES or empty: what the file proves for every signer. RequestedLevel is empty when none was asked for.
	Level          string `json:"level"`
	RequestedLevel string `json:"requested_level"`
	// Signatures in the order in which they were made, document timestamps among them.
	Signatures []VerifiedSignature `json:"signatures"`
	// Findings are all checks, in order.
	Findings []VerifiedFinding `json:"findings"`
	// File is the name in the request; SHA256 is of its bytes, 64 lower-case hexadecimal digits, empty when it was not
	// looked at.
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	// TrustedLists is the snapshot of the lists that were asked, null when there were none.
	TrustedLists *string `json:"trusted_lists"`
	// RefusedLists are the files in the folder that are not used, each with the reason.
	RefusedLists []string `json:"trusted_lists_refused"`
}

// VerifiedReason is a finding that decides.
type VerifiedReason struct {
	// Code is a stable word in UPPER_SNAKE, Text the same for people.
	Code string `json:"code"`
	Text string `json:"text"`
	// Check and Signature are those of the finding.
	Check     string `json:"check"`
	Signature int    `json:"signature"`
}

// VerifiedFinding is one check and what came of it.
type VerifiedFinding struct {
	// Check is such as BYTE_RANGE; Outcome is PASSED, FAILED, INDETERMINATE or NOT_APPLICABLE.
	Check   string `json:"check"`
	Outcome string `json:"outcome"`
	// Reason is a stable word in UPPER_SNAKE, Detail the same for people.
	Reason string `json:"reason"`
	Detail string `json:"detail"`
	// Signature is the place in Signatures, counted from 1; 0 when the check is about the whole file.
	Signature int `json:"signature"`
}

// VerifiedSignature is one signature in the file. Times are RFC 3339 in UTC, null when there is none.
type VerifiedSignature struct {
	// Field is the full name of the signature field; Kind is PERSON, SEAL or TIMESTAMP.
	Field string `json:"field"`
	Kind  string `json:"kind"`
	// Subject and Issuer are common names; SerialNumber is hexadecimal.
	Subject      string     `json:"subject"`
	Issuer       string     `json:"issuer"`
	SerialNumber string     `json:"serial_number"`
	NotBefore    *time.Time `json:"not_before"`
	NotAfter     *time.Time `json:"not_after"`
	// ClaimedTime is the signer's word; ProvenTime is that of a trusted timestamp.
	ClaimedTime *time.Time `json:"claimed_time"`
	ProvenTime  *time.Time `json:"proven_time"`
	// Level is QES, AES or empty: what this signature supports by itself.
	Level string `json:"level"`
	// TrustService is what a trusted list says of the issuer at the time that matters, such as "CA/QC granted"; empty when
	// no list was asked or none knows it.
	TrustService string `json:"trust_service"`
	// CoversRevision: the signed bytes are the file up to the end of a revision. CoversFile: nothing follows them.
	CoversRevision bool `json:"covers_whole_revision"`
	CoversFile     bool `json:"covers_whole_file"`
	// What the certificate says of itself (ETSI EN 319 412-5): that it is qualified, that its key is in a qualified
	// device, ESIGN or ESEAL, and the countries whose law it means; none means the European Union.
	Qualified    bool     `json:"claims_qualified"`
	Device       bool     `json:"claims_qualified_device"`
	Types        []string `json:"claims_types"`
	Legislations []string `json:"claims_legislations"`
}

// MaxVerifyBytes is the size of the largest file that Verify looks at.
const MaxVerifyBytes = 64 << 20

// Verify says what a signed file proves. It needs no service, no network and no configuration. The error means that the
// request itself cannot be used, never that the file is bad.
func Verify(ctx context.Context, r VerifyRequest) (Verification, error) {
	trusted, err := r.trust()
	if err != nil {
		return Verification{}, err
	}
	request := proof.Request{
		Signed: r.File, Sent: r.Sent, Level: r.Level, Legislation: r.Legislation, SignatureCount: r.Signatures,
		Revocation: r.Revocation, Now: r.At,
	}
	for _, name := range r.Signers {
		request.Signers = append(request.Signers, proof.Signer{Name: name})
	}
	verifier := trusted.verifier(proof.Options{MaxBytes: MaxVerifyBytes, RequireRevocation: r.RequireRevocation})
	v := fromReport(r, verifyFile(ctx, verifier, request))
	if trusted.lists != nil {
		for _, refused := range trusted.lists.Refused() {
			v.RefusedLists = append(v.RefusedLists, refused.Error())
		}
	}
	return v, nil
}

// verifyFile is the place that tells kinds of files apart by their first bytes. There is one kind so far: anything else, a
// ZIP (PK\x03\x04) too, is a PDF that cannot be read.
func verifyFile(ctx context.Context, v *proof.Verifier, r proof.Request) proof.Report {
	return v.Verify(ctx, r)
}

// trust is what the request says is to be trusted.
func (r VerifyRequest) trust() (trust, error) {
	var all []proof.Anchors
	for _, bundle := range r.Anchors {
		one, err := proof.NewAnchors(bundle)
		if err != nil {
			return trust{}, err
		}
		all = append(all, one)
	}
	return newTrust(proof.JoinAnchors(all...), r.TrustedLists)
}

func fromReport(r VerifyRequest, report proof.Report) Verification {
	v := Verification{
		Verdict: string(report.Verdict), Level: report.Level, RequestedLevel: r.Level, File: r.Name, SHA256: report.SHA256,
		Signatures: []VerifiedSignature{}, Findings: []VerifiedFinding{}, RefusedLists: []string{},
	}
	if report.TrustedLists != "" {
		v.TrustedLists = &report.TrustedLists
	}
	for _, f := range report.Findings {
		v.Findings = append(v.Findings, VerifiedFinding{
			Check: string(f.Check), Outcome: string(f.Outcome), Reason: f.Reason, Detail: f.Detail, Signature: f.Signature,
		})
	}
	for _, s := range report.Signatures {
		v.Signatures = append(v.Signatures, fromSignature(s))
	}
	for _, f := range report.Deciding() {
		v.Reasons = append(v.Reasons, VerifiedReason{Code: f.Reason, Text: f.Detail, Check: string(f.Check), Signature: f.Signature})
	}
	return v
}

func fromSignature(s proof.Signature) VerifiedSignature {
	kind := "PERSON"
	switch {
	case s.Timestamp:
		kind = "TIMESTAMP"
	case s.SealClaim:
		kind = "SEAL"
	case s.SerialNumber == "":
		kind = "" // its certificate could not be read
	}
	return VerifiedSignature{
		Field: s.Field, Kind: kind, Subject: s.SubjectCN, Issuer: s.IssuerCN, SerialNumber: s.SerialNumber,
		NotBefore: instant(s.NotBefore), NotAfter: instant(s.NotAfter),
		ClaimedTime: instant(s.SigningTime), ProvenTime: instant(s.TimestampTime), Level: s.Level, TrustService: s.TrustService,
		CoversRevision: s.CoversWholeRevision, CoversFile: s.CoversWholeFile,
		Qualified: s.QualifiedClaim, Device: s.QualifiedDeviceClaim,
		Types: slices.Concat([]string{}, s.QualifiedTypes), Legislations: slices.Concat([]string{}, s.QualifiedLegislations),
	}
}

// instant is nil for no time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
