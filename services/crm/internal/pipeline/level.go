package pipeline

// Level is what a signature is worth under its legislation.
type Level string

// The levels, lowest first.
const (
	SES Level = "SES"
	AES Level = "AES"
	QES Level = "QES"
)

func (l Level) rank() int {
	switch l {
	case SES:
		return 1
	case AES:
		return 2
	case QES:
		return 3
	}
	return 0
}

// Legislation is the law a signature is issued under.
type Legislation string

// The legislations: eIDAS for the European Union, ZertES for Switzerland.
const (
	EIDAS  Legislation = "EIDAS"
	ZERTES Legislation = "ZERTES"
)

// Authentication is how a signer proves at the moment of signing to be the one who was invited.
type Authentication string

// The authentication modes. Default leaves it to what the level demands at the provider.
const (
	AuthenticationDefault Authentication = ""
	AuthenticationNone    Authentication = "none"
	AuthenticationEmail   Authentication = "otp_email"
	AuthenticationSMS     Authentication = "otp_sms"
)

// Verdict is what checking the archived file found.
type Verdict string

// The verdicts. Attested means that the file proves its integrity, and the provider's audit trail the rest.
const (
	Proven        Verdict = "PROVEN"
	Attested      Verdict = "ATTESTED_BY_PROVIDER"
	Indeterminate Verdict = "INDETERMINATE"
	Failed        Verdict = "FAILED"
)

// ProofPolicy says which verdicts suffice to move a deal on.
type ProofPolicy string

// The proof policies. Default is RequireProven for QES and AcceptAttested for the other levels.
const (
	ProofDefault   ProofPolicy = ""
	RequireProven  ProofPolicy = "proven"
	AcceptAttested ProofPolicy = "attested"
)

// Satisfied tells whether the verdict suffices for a signature of the level. Indeterminate and Failed never do.
func (p ProofPolicy) Satisfied(v Verdict, level Level) bool {
	switch v {
	case Proven:
		return true
	case Attested:
		return p == AcceptAttested || p == ProofDefault && (level == SES || level == AES)
	}
	return false
}
