package document

import "time"

// Problem is what a scrub found wrong with a content or a key.
type Problem string

// The problems.
const (
	// Damaged: the bytes do not match their hash.
	Damaged Problem = "DAMAGED"
	// Missing: documents refer to a content that is not in the archive.
	Missing Problem = "MISSING"
	// Unreadable: the archive did not give the bytes out.
	Unreadable Problem = "UNREADABLE"
	// Misplaced: there is an object under a key that is none of the archive's.
	Misplaced Problem = "MISPLACED"
	// Unknown: no document refers to this content, as when a process was killed between archiving and noting it. A warning.
	Unknown Problem = "UNKNOWN"
)

// Problems are all there are, the worst first.
func Problems() []Problem { return []Problem{Damaged, Missing, Unreadable, Misplaced, Unknown} }

// Finding is one thing that is wrong.
type Finding struct {
	Problem Problem `json:"problem"`
	// Key of the object in the archive; empty when it is missing.
	Key string `json:"key,omitempty"`
	// SHA256 of the content in hexadecimal; empty when the key does not tell.
	SHA256 string `json:"sha256,omitempty"`
	// Documents that refer to the content, `documents/{id}`, the first hundred.
	Documents []string `json:"documents,omitempty"`
}

// Tally counts what a scrub did.
type Tally struct {
	// Objects and Bytes that were read to their end and are undamaged.
	Objects int64 `json:"objects"`
	Bytes   int64 `json:"bytes"`
	// Findings by their problem.
	Findings map[Problem]int `json:"findings"`
	// Elapsed since the start.
	Elapsed time.Duration `json:"elapsed_ns"`
}

// Sound tells that nothing is wrong; warnings do not count.
func (t Tally) Sound() bool {
	return len(t.Findings) == 0 || len(t.Findings) == 1 && t.Findings[Unknown] > 0
}
