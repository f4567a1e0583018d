// Package cms verifies the two kinds of CMS messages a signed PDF holds: a detached signature (RFC 5652, CAdES) and an
// RFC 3161 timestamp token.
//
// It checks what the message itself can prove: structure, algorithms, digest, signature, the binding of the signer's
// certificate. Whether that certificate is to be trusted is the caller's question.
package cms

// The reasons of an Error.
const (
	ReasonMalformed   = "CMS_MALFORMED"
	ReasonAttached    = "CMS_NOT_DETACHED"
	ReasonSigners     = "CMS_SIGNER_COUNT"
	ReasonContentType = "CMS_CONTENT_TYPE_WRONG"
	ReasonAttributes  = "CMS_ATTRIBUTES_WRONG"
	ReasonNoSigner    = "SIGNER_CERTIFICATE_MISSING"
	ReasonUnbound     = "SIGNER_CERTIFICATE_NOT_BOUND"
	ReasonWrongBound  = "SIGNER_CERTIFICATE_SUBSTITUTED"
	ReasonDigest      = "DIGEST_MISMATCH"
	ReasonSignature   = "SIGNATURE_INVALID"
	ReasonRefused     = "ALGORITHM_REFUSED"
	ReasonUnsupported = "ALGORITHM_UNSUPPORTED"
	ReasonImprint     = "TIMESTAMP_FOR_OTHER_DATA"
)

// Error is a message that does not verify. Open says that the message may be right but this package cannot tell
// (an algorithm it does not know).
type Error struct {
	Reason string
	Open   bool
}

// Error implements error.
func (e *Error) Error() string { return "cms: " + e.Reason }

func refuse(reason string) error { return &Error{Reason: reason} }

func unsupported() error { return &Error{Reason: ReasonUnsupported, Open: true} }
