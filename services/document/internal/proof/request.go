package proof

import "time"

// Request is what a signed file is held against.
type Request struct {
	// Signed is the PDF that came back, Sent the PDF that went out.
	Signed, Sent []byte
	// Level is the level asked for: "SES", "AES" or "QES".
	Level string
	// Legislation is "EIDAS" or "ZERTES"; it decides which anchors make a certificate qualified.
	Legislation string
	// Signers are the people who were to sign, each once.
	Signers []Signer
	// AuditTrail says that the provider's audit trail is archived.
	AuditTrail bool
	// Revocation are CRLs and OCSP responses beside those in the file, in DER or PEM.
	Revocation [][]byte
	// Now is the time of verification; nothing may have been signed after it.
	Now time.Time
}

// Signer is a person who was to sign.
type Signer struct{ Role, FirstName, LastName string }

// Options bound the work; the zero value means the defaults.
type Options struct {
	// MaxBytes is the largest file that is looked at, sent or signed; 0 means 64 MiB.
	MaxBytes int
	// RequireRevocation leaves a signature undecided when nothing says whether its certificates were revoked.
	RequireRevocation bool
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

func (r Request) valid() bool {
	switch r.Level {
	case levelSES, levelAES, levelQES:
	default:
		return false
	}
	_, known := qualifiedUnder(r.Legislation)
	return (known || r.Level != levelQES) && len(r.Signers) > 0 && len(r.Signers) <= maxSigners && !r.Now.IsZero()
}
