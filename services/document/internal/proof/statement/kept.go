package statement

import (
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// Kept is a statement that was made before, and what the file was held against then.
type Kept struct {
	Statement
	// CreateTime is when it was made, in UTC.
	CreateTime   time.Time    `json:"create_time"`
	Expectations Expectations `json:"expectations"`
}

// Expectations are what a signed file was held against. Signers are personal data.
type Expectations struct {
	// Level is SES, AES or QES; Legislation is EIDAS or ZERTES.
	Level       string   `json:"level"`
	Legislation string   `json:"legislation"`
	Signers     []Signer `json:"signers"`
	// Hashes of the document that was sent and of the audit trail, 64 lower-case hexadecimal digits; that of the trail is
	// empty when there was none.
	SentSHA256       string `json:"sent_sha256"`
	AuditTrailSHA256 string `json:"audit_trail_sha256"`
}

// Signer is a person who was to sign.
type Signer struct {
	Role      string `json:"role"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

// Expecting states what a request expects, beside the hashes.
func Expecting(r proof.Request) Expectations {
	e := Expectations{Level: r.Level, Legislation: r.Legislation, Signers: []Signer{}}
	for _, s := range r.Signers {
		e.Signers = append(e.Signers, Signer{Role: s.Role, FirstName: s.FirstName, LastName: s.LastName})
	}
	return e
}

// Request is a request with the same expectations.
func (e Expectations) Request() proof.Request {
	r := proof.Request{Level: e.Level, Legislation: e.Legislation, AuditTrail: e.AuditTrailSHA256 != ""}
	for _, s := range e.Signers {
		r.Signers = append(r.Signers, proof.Signer{Role: s.Role, FirstName: s.FirstName, LastName: s.LastName})
	}
	return r
}
