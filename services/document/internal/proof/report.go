package proof

import "time"

// Verdict is what a file proves about one signature request.
type Verdict string

// The verdicts.
const (
	// Proven: the file alone proves the content, every signer and the level asked for.
	Proven Verdict = "PROVEN"
	// AttestedByProvider: the file proves the content; that the signers signed is the provider's word, whose audit trail
	// is archived.
	AttestedByProvider Verdict = "ATTESTED_BY_PROVIDER"
	// Indeterminate: nothing is wrong, but something cannot be decided here; a person should look.
	Indeterminate Verdict = "INDETERMINATE"
	// Failed: the file is not the signed document that was asked for.
	Failed Verdict = "FAILED"
)

// Outcome is the result of one check.
type Outcome string

// The outcomes.
const (
	CheckPassed        Outcome = "PASSED"
	CheckFailed        Outcome = "FAILED"
	CheckIndeterminate Outcome = "INDETERMINATE"
	CheckNotApplicable Outcome = "NOT_APPLICABLE"
)

// Check names one question asked of a file.
type Check string

// The checks, in the order in which they are made.
const (
	CheckRequest      Check = "REQUEST"
	CheckFile         Check = "FILE"
	CheckPresent      Check = "SIGNATURE_PRESENT"
	CheckCount        Check = "SIGNATURE_COUNT"
	CheckByteRange    Check = "BYTE_RANGE"
	CheckDigest       Check = "DIGEST"
	CheckCMS          Check = "CMS"
	CheckTimestamp    Check = "TIMESTAMP"
	CheckAlgorithms   Check = "ALGORITHMS"
	CheckKeyUsage     Check = "KEY_USAGE"
	CheckChain        Check = "CERTIFICATE_CHAIN"
	CheckRevocation   Check = "REVOCATION"
	CheckChanges      Check = "CHANGES_AFTER_SIGNING"
	CheckSentContent  Check = "SENT_DOCUMENT"
	CheckSigners      Check = "SIGNERS"
	CheckTrustedLists Check = "TRUSTED_LISTS"
	CheckLevel        Check = "LEVEL"
)

// Finding is the result of one check.
type Finding struct {
	Check Check
	// Signature is the position in Report.Signatures, counted from 1; 0 when the check is about the whole file.
	Signature int
	Outcome   Outcome
	// Reason is a stable word in UPPER_SNAKE.
	Reason string
	// Detail is a sentence for people; it holds no personal data and nothing quoted from the file.
	Detail string
}

// Signature describes one signature of the file, in the order in which they were made. Its texts come from the file and
// hold personal data.
type Signature struct {
	// Field is the full name of the signature field.
	Field string
	// Timestamp says that this is a document timestamp and not anybody's signature.
	Timestamp             bool
	SubjectCN, IssuerCN   string
	SerialNumber          string // hexadecimal
	NotBefore, NotAfter   time.Time
	SigningTime           time.Time // as the signer claims; zero when not claimed
	TimestampTime         time.Time // as a verified and trusted timestamp proves; zero without one
	Level                 string    // the level this signature supports on its own: "QES", "AES" or ""
	QualifiedClaim        bool      // the certificate says of itself that it is qualified
	SealClaim             bool      // the certificate is an organisation's, not a person's
	CoversWholeRevision   bool      // the signature covers the file from its start to the end of a revision
	CoversWholeFile       bool      // nothing follows the signed bytes
	QualifiedDeviceClaim  bool      // the certificate says that its key is in a qualified device
	QualifiedTypes        []string  // what the certificate says it is for: "ESIGN", "ESEAL"
	QualifiedLegislations []string  // ISO 3166-1 codes the certificate names; empty means the European Union
	TrustService          string    // what a trusted list says of the issuer, such as "CA/QC granted"; empty when none does
}

// Report is the result of Verify.
type Report struct {
	Verdict Verdict
	// Level is the level that the file itself proves for every signer: "QES", "AES" or "" for none.
	Level      string
	Findings   []Finding
	Signatures []Signature
	// SHA256 is the hash of the signed file in hexadecimal.
	SHA256 string
	// TrustedLists names the trusted lists that were asked; empty when there were none.
	TrustedLists string
}

// notAsked is the reason of a check that the request holds no expectation for.
const notAsked = "NOT_ASKED"

// verdictOf derives the verdict: any failure decides, then anything undecided. Without a word on the level, the last
// check, nothing is proven.
func verdictOf(findings []Finding) Verdict {
	verdict := Indeterminate
	for _, f := range findings {
		if f.Check == CheckLevel && f.Outcome == CheckPassed {
			verdict = Proven
		} else if f.Check == CheckLevel && f.Outcome == CheckNotApplicable {
			verdict = AttestedByProvider
		}
	}
	for _, f := range findings {
		switch f.Outcome {
		case CheckFailed:
			return Failed
		case CheckIndeterminate:
			verdict = Indeterminate
		}
	}
	return verdict
}

// Deciding returns the findings that carry a good verdict, or else those that prevent one; at least one.
func (r Report) Deciding() []Finding {
	var decide func(Finding) bool
	switch r.Verdict {
	case Failed:
		decide = func(f Finding) bool { return f.Outcome == CheckFailed }
	case Indeterminate:
		decide = func(f Finding) bool { return f.Outcome == CheckIndeterminate }
	default:
		decide = Finding.carries
	}
	var deciding []Finding
	for _, f := range r.Findings {
		if decide(f) {
			deciding = append(deciding, f)
		}
	}
	if deciding == nil {
		return []Finding{{Check: CheckLevel, Outcome: CheckIndeterminate, Reason: "LEVEL_UNPROVEN",
			Detail: "the level was not looked at"}}
	}
	return deciding
}

// carries says that a good verdict rests on the finding: whom the certificates lead to, and what was held against what
// somebody expected.
func (f Finding) carries() bool {
	switch f.Check {
	case CheckChain, CheckRevocation, CheckChanges, CheckTrustedLists:
		return f.Outcome == CheckPassed
	case CheckSentContent, CheckCount, CheckSigners, CheckLevel:
		return f.Reason != notAsked
	}
	return false
}
