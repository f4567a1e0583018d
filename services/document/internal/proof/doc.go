// Package proof says what a signed PDF proves.
//
// Verify takes the file that came back, the document that was sent and who was to sign at which level, and returns a
// report: one finding per check and a verdict that follows from the findings alone. The package reads bytes and nothing
// else; the time is an argument.
//
// Three questions are kept apart. Integrity: byte ranges, digests, signatures, no change after signing but permitted
// ones, and the content is that of the document sent. Identity: certificates that chain to a configured anchor and name
// the signers. Level: what those certificates are good for. A seal answers the first only; the method by which a person
// signed is then the provider's word, kept in its audit trail.
//
// A certificate's claim to be qualified counts only under an anchor that the operator configured for it. Whether a
// certificate was revoked is read from the CRLs and OCSP responses in the file and in the request; nothing is fetched.
package proof
