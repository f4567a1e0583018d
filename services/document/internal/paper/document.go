package paper

import "time"

// Document is a PDF in the archive. Its bytes never change: a signed version is another document.
type Document struct {
	ID string
	// RequestID is the caller's idempotency id, ContentHash what it was used for.
	RequestID   string
	ContentHash string
	Kind        Kind
	Title       string
	FileName    string
	// SHA256 of the bytes in hexadecimal, and their number.
	SHA256 string
	Size   int64
	// Pages is 0 when they were not counted.
	Pages int
	// Parent is the id of the document this one was made from; empty when there is none.
	Parent string
	// Origin is where the bytes came from: "template:{id}@{version}", "upload", or a provider's name.
	Origin   string
	Language string
	// ValuesHash is the ValuesHash of what a rendered document was made from; empty for other kinds.
	ValuesHash string
	// Fields are where the roles sign.
	Fields []SignatureField
	// Inspection is set for an upload that is to be signed.
	Inspection *Inspection
	CreateTime time.Time
	// LegalHold forbids to delete it, whatever its retention.
	LegalHold bool
	// DeleteTime is when it was deleted; zero while it is there.
	DeleteTime time.Time
}
