// Package paper is the domain of documents: what a template promises, which values it accepts and how each language
// writes them, and where a page asks for a signature. It is pure: no file, no PDF, no clock.
package paper

// Kind says what a PDF in the archive is. The names are those of the contract without its prefix.
type Kind string

// The kinds of document.
const (
	// KindRendered was rendered here from a template.
	KindRendered Kind = "RENDERED"
	// KindUploaded came from a caller, to be signed.
	KindUploaded Kind = "UPLOADED"
	// KindSigned is what a provider returned.
	KindSigned Kind = "SIGNED"
	// KindAuditTrail is a provider's protocol of the signing process.
	KindAuditTrail Kind = "AUDIT_TRAIL"
	// KindEvidence is a ZIP that proves one signature request by itself.
	KindEvidence Kind = "EVIDENCE"
)

// MediaType is the IANA media type of a kind's bytes.
func (k Kind) MediaType() string {
	if k == KindEvidence {
		return "application/zip"
	}
	return "application/pdf"
}

// SignatureField is a box that one role signs in. Lengths are PDF points (1/72 inch) from the top left corner of the
// displayed page.
type SignatureField struct {
	// Role that signs here, as the template names it.
	Role string
	// FormField names the empty AcroForm signature field at the same place.
	FormField string
	// Page counts from 1.
	Page int
	// X is the distance from the left edge, Y from the top edge, both to the box's nearest side.
	X, Y float64
	// Width and Height of the box.
	Width, Height float64
}
