package proof

import (
	"time"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// Request is what a signed file is held against. An expectation that is left away is not checked, and the report says so.
type Request struct {
	// Signed is the PDF that came back, Sent the PDF that went out, nil when it is not at hand.
	Signed, Sent []byte
	// Level is the level asked for: "SES", "AES" or "QES"; "" asks which one the file proves.
	Level string
	// Legislation is "EIDAS", which "" means too, or "ZERTES"; it decides which anchors make a certificate qualified.
	Legislation string
	// Signers are the people who were to sign, each once; empty when anybody may have signed.
	Signers []Signer
	// SignatureCount is how many signatures the file must hold, document timestamps not counted; 0 for any number.
	SignatureCount int
	// AuditTrail says that the provider's audit trail is archived.
	AuditTrail bool
	// Revocation are CRLs and OCSP responses beside those in the file, in DER or PEM.
	Revocation [][]byte
	// Now is the time of verification; nothing may have been signed after it.
	Now time.Time
}

// Signer is a person who was to sign. A person whose name is known as a whole only has Name and neither of its parts.
type Signer struct{ Role, FirstName, LastName, Name string }

// Options bound the work; the zero value means the defaults.
type Options struct {
	// MaxBytes is the largest file that is looked at, sent or signed; 0 means 64 MiB.
	MaxBytes int
	// RequireRevocation leaves a signature undecided when nothing says whether its certificates were revoked.
	RequireRevocation bool
	// Lists are the trusted lists to ask; nil for none.
	Lists TrustedLists
}

// The levels in a request and a report.
const (
	levelSES = "SES"
	levelAES = "AES"
	levelQES = "QES"
)

const (
	defaultMaxBytes = 64 << 20
	maxSigners      = 64
)

// limits bound what one state of a file may cost. A file with more signatures has more states, which then may cost less.
func limits(signatures int) pdf.Limits {
	const many = 4
	return pdf.Limits{Objects: 100_000 / max(1, signatures/many), Decoded: 32 << 20, Lexed: 32 << 20, Memory: 32 << 20}
}

// valid says that the expectations are ones that can be checked.
func (r Request) valid() bool {
	switch r.Level {
	case "", levelSES, levelAES, levelQES:
	default:
		return false
	}
	_, known := qualifiedUnder(r.Legislation)
	asked := len(r.Signers) <= maxSigners && r.SignatureCount >= 0
	return (known || r.Level == levelSES || r.Level == levelAES) && asked && !r.Now.IsZero()
}

// withDefaults names the legislation that is meant when none is given.
func (r Request) withDefaults() Request {
	if r.Legislation == "" {
		r.Legislation = "EIDAS"
	}
	return r
}
