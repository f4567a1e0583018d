// Package statement says a report of package proof in JSON, for programs, and in words, for people. The JSON is a contract:
// `countersign verify --json` prints it, and evidence packages keep it for years.
package statement

import (
	"slices"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// Statement is a report with what it was made for. Texts of Signatures come from the file and hold personal data; nothing
// else does but File.
type Statement struct {
	// Verdict is PROVEN, ATTESTED_BY_PROVIDER, INDETERMINATE or FAILED.
	Verdict string `json:"verdict"`
	// Reasons carry a good verdict, and otherwise prevent one. There is at least one.
	Reasons []Reason `json:"reasons"`
	// Level is QES, AES or empty: what the file proves for every signer. RequestedLevel is empty when none was asked for.
	Level          string `json:"level"`
	RequestedLevel string `json:"requested_level"`
	// Signatures in the order in which they were made, document timestamps among them.
	Signatures []Signature `json:"signatures"`
	// Findings are all checks, in order.
	Findings []Finding `json:"findings"`
	// File is the name in the request; SHA256 is of its bytes, 64 lower-case hexadecimal digits, empty when it was not
	// looked at.
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	// TrustedLists is the snapshot of the lists that were asked, null when there were none.
	TrustedLists *string `json:"trusted_lists"`
	// RefusedLists are the files in the folder that are not used, each with the reason.
	RefusedLists []string `json:"trusted_lists_refused"`
	// Package is set when the file came in an evidence package.
	Package *Package `json:"package,omitempty"`
}

// Reason is a finding that decides.
type Reason struct {
	// Code is a stable word in UPPER_SNAKE, Text the same for people.
	Code string `json:"code"`
	Text string `json:"text"`
	// Check and Signature are those of the finding.
	Check     string `json:"check"`
	Signature int    `json:"signature"`
}

// Finding is one check and what came of it.
type Finding struct {
	// Check is such as BYTE_RANGE; Outcome is PASSED, FAILED, INDETERMINATE or NOT_APPLICABLE.
	Check   string `json:"check"`
	Outcome string `json:"outcome"`
	// Reason is a stable word in UPPER_SNAKE, Detail the same for people.
	Reason string `json:"reason"`
	Detail string `json:"detail"`
	// Signature is the place in Signatures, counted from 1; 0 when the check is about the whole file.
	Signature int `json:"signature"`
}

// Signature is one signature in the file. Times are RFC 3339 in UTC, null when there is none.
type Signature struct {
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

// Of states a report on a file under the name that people gave it; requestedLevel is empty when none was asked for.
func Of(file, requestedLevel string, report proof.Report) Statement {
	v := Statement{
		Verdict: string(report.Verdict), Level: report.Level, RequestedLevel: requestedLevel, File: file, SHA256: report.SHA256,
		Signatures: []Signature{}, Findings: []Finding{}, RefusedLists: []string{},
	}
	if report.TrustedLists != "" {
		v.TrustedLists = &report.TrustedLists
	}
	for _, f := range report.Findings {
		v.Findings = append(v.Findings, Finding{
			Check: string(f.Check), Outcome: string(f.Outcome), Reason: f.Reason, Detail: f.Detail, Signature: f.Signature,
		})
	}
	for _, s := range report.Signatures {
		v.Signatures = append(v.Signatures, fromSignature(s))
	}
	for _, f := range report.Deciding() {
		v.Reasons = append(v.Reasons, Reason{Code: f.Reason, Text: f.Detail, Check: string(f.Check), Signature: f.Signature})
	}
	return v
}

func fromSignature(s proof.Signature) Signature {
	kind := "PERSON"
	switch {
	case s.Timestamp:
		kind = "TIMESTAMP"
	case s.SealClaim:
		kind = "SEAL"
	case s.SerialNumber == "":
		kind = "" // its certificate could not be read
	}
	return Signature{
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
