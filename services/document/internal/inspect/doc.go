// Package inspect looks into an uploaded PDF before somebody is asked to sign it. What a signer could not see, what acts,
// or what could change after signing is refused; what is merely unusual is reported.
//
// The raw object table is read, not only what a reader shows: an object that seems unreachable today may be reached by
// another reader. Time and memory are bounded by numbers of objects, bytes and values, whatever the size of the file.
package inspect

import (
	"fmt"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// Kind is why a file is refused. The names are those of the contract's error reasons.
type Kind string

// The kinds of Error.
const (
	// Encrypted is a file with an encryption dictionary, one without a password included.
	Encrypted Kind = "PDF_ENCRYPTED"
	// Malformed is a file that two readers could understand differently.
	Malformed Kind = "PDF_MALFORMED"
	// Active is a file that holds what acts or what a signer does not see; Error.Content says what.
	Active Kind = "PDF_ACTIVE_CONTENT"
	// TooComplex is a file that costs more to read than the bounds allow.
	TooComplex Kind = "PDF_TOO_COMPLEX"
	// Signed is a file with a signature.
	Signed Kind = "PDF_SIGNED"
)

// Error is a refusal. It quotes nothing of the file.
type Error struct {
	Kind Kind
	// Content is set with Active.
	Content Content
	// What says the same for people.
	What string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Content != "" {
		return fmt.Sprintf("inspect: %s: %s", e.Content, e.What)
	}
	return "inspect: " + e.What
}

// Bounds on what inspecting one file may cost.
const (
	maxObjects   = 50_000
	maxDecoded   = 12 << 20
	maxLexed     = 8 << 20
	maxMemory    = 24 << 20
	maxFields    = 2_000
	maxAnnots    = 50_000
	maxAncestors = 32
	maxActions   = 1_000
	maxPageSide  = 14_400 // points; ISO 32000-1, C.2
	maxRemarks   = 50     // of one code
)

func limits() pdf.Limits {
	return pdf.Limits{Objects: maxObjects, Decoded: maxDecoded, Lexed: maxLexed, Memory: maxMemory}
}

func malformed(what string) error { return &Error{Kind: Malformed, What: what} }
