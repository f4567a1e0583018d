// Package pdf reads the object structure of a PDF file, strictly and within bounds.
//
// It exists to compare two states of a file, so it never repairs: whatever two readers could understand differently (a
// wrong offset, a key that occurs twice, a stream that does not end where it says, data after the end) is an error. It
// never panics; memory and time are bounded by a small multiple of the file's size.
package pdf

import (
	"fmt"
	"math"
)

// Kind says what kept a file from being read.
type Kind int

// The kinds of Error.
const (
	// Malformed is a file that is not written as the standard says.
	Malformed Kind = iota + 1
	// Encrypted is a file with an encryption dictionary.
	Encrypted
	// TooComplex is a file that costs more than the bounds allow.
	TooComplex
	// Ambiguous is a file that this package reads in one way and another reader may read in another.
	Ambiguous
)

// Error says why a file was refused; it never quotes the file.
type Error struct {
	Kind   Kind
	Offset int
	What   string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("pdf: %s at offset %d", e.What, e.Offset) }

// Bounds that no caller changes.
const (
	maxSections  = 512
	maxDepth     = 96
	maxPages     = 20_000
	maxPacks     = 4_000
	workFactor   = 8
	workFloor    = 16 << 20
	trailerReach = 1024

	rowsPerObject = 3
)

// Limits say what reading one file may cost. A contract has a few hundred objects.
type Limits struct {
	// Objects is the number of entries of the cross-reference data; all its sections and all object streams together
	// may list three times as many.
	Objects int
	// Decoded is the number of bytes that streams may decode to, all together.
	Decoded int
	// Lexed is the number of bytes that may be read as objects, all together; what a stream holds is not counted.
	Lexed int
	// Memory is the number of bytes, estimated, that all values which are read may take, those that are dropped included.
	Memory int
}

// DefaultLimits stay far above the largest real files.
func DefaultLimits() Limits {
	return Limits{Objects: 400_000, Decoded: 96 << 20, Lexed: math.MaxInt, Memory: math.MaxInt}
}

func malformed(offset int, what string) error {
	return &Error{Kind: Malformed, Offset: offset, What: what}
}

func tooComplex(offset int, what string) error {
	return &Error{Kind: TooComplex, Offset: offset, What: what}
}
