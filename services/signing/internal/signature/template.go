package signature

import (
	"slices"
	"time"
)

// lacksSentDocument tells whether the document that a vendor's template became is still to be kept.
func lacksSentDocument(r Request) bool {
	return r.Source.ProviderTemplate != "" && r.Document == "" && !r.NoSentDocument
}

// KeptSent notes the archived document that the vendor's template became; empty when it cannot be had. e is what the
// vendor says after it was fetched: a document that may have been fetched after a signature is kept and proves nothing,
// because what was sent is what nobody had signed.
func KeptSent(r Request, document, fileName string, e Envelope, now time.Time) Request {
	if r.State != OutForSignature || !lacksSentDocument(r) {
		return r
	}
	signed := e.State != EnvelopeOpen || slices.ContainsFunc(e.Signers, func(s EnvelopeSigner) bool {
		return s.State == SignerSigned
	}) || slices.ContainsFunc(r.Signers, func(s Signer) bool { return s.State == SignerSigned })
	r.Document, r.FileName, r.NoSentDocument, r.UpdateTime = document, fileName, document == "" || signed, now
	return r
}

// Unprovable tells why a signed request can be archived and never proven, in words; empty when it can be tried.
func Unprovable(r Request) string {
	if r.Source.ProviderTemplate != "" && (r.Document == "" || r.NoSentDocument) {
		return "the document that the provider's template became was not archived before the first signature"
	}
	return ""
}
