// Package cmstest builds CMS messages for tests, right ones and wrong ones.
package cmstest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"testing"
	"time"
)

// OID is an object identifier.
type OID = asn1.ObjectIdentifier

// Data is the content type of a detached signature.
func Data() OID { return OID{1, 2, 840, 113549, 1, 7, 1} }

// TSTInfo is the content type of a timestamp token.
func TSTInfo() OID { return PKCS9(16, 1, 4) }

// PKCS9 is an identifier below 1.2.840.113549.1.9, where the attributes live.
func PKCS9(last ...int) OID { return append(OID{1, 2, 840, 113549, 1, 9}, last...) }

// SHA2 is the identifier of a digest: 1 is SHA-256, 2 SHA-384, 3 SHA-512, 8 to 10 SHA3-256, SHA3-384 and SHA3-512.
func SHA2(n int) OID { return OID{2, 16, 840, 1, 101, 3, 4, 2, n} }

// PKCS1 is an identifier of an RSA algorithm.
func PKCS1(n int) OID { return OID{1, 2, 840, 113549, 1, 1, n} }

// Signature is the identifier of a signature with SHA-3: 10 to 12 are ECDSA with 256, 384 and 512 bits, 14 to 16 RSA.
func Signature(n int) OID { return OID{2, 16, 840, 1, 101, 3, 4, 3, n} }

// ECDSA is the identifier of ECDSA with a hash: 2 is SHA-256, 3 SHA-384, 4 SHA-512.
func ECDSA(n int) OID { return OID{1, 2, 840, 10045, 4, 3, n} }

// DER encodes a value.
func DER(tb testing.TB, v any) []byte {
	tb.Helper()
	b, err := asn1.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// Tagged encodes a constructed value.
func Tagged(tb testing.TB, class, tag int, content ...[]byte) []byte {
	return DER(tb, asn1.RawValue{Class: class, Tag: tag, IsCompound: true, Bytes: slices.Concat(content...)})
}

// Sequence encodes a SEQUENCE.
func Sequence(tb testing.TB, content ...[]byte) []byte { return Tagged(tb, 0, 16, content...) }

// Set encodes a SET in the order given.
func Set(tb testing.TB, content ...[]byte) []byte { return Tagged(tb, 0, 17, content...) }

// Algorithm encodes an AlgorithmIdentifier.
func Algorithm(tb testing.TB, id OID, parameters ...[]byte) []byte {
	return Sequence(tb, DER(tb, id), slices.Concat(parameters...))
}

// Attribute encodes an attribute with its values.
func Attribute(tb testing.TB, id OID, values ...[]byte) []byte {
	return Sequence(tb, DER(tb, id), Set(tb, values...))
}

// Recipe describes a message. The zero value of an optional field means the ordinary thing.
type Recipe struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
	// Chain is embedded after the certificate.
	Chain     []*x509.Certificate
	Hash      crypto.Hash
	Digest    OID
	Algorithm []byte
	// Options default to the hash.
	Options crypto.SignerOpts
	// Content is encapsulated when it is not nil.
	Content []byte
	// Kind is the content type, by default Data.
	Kind OID
	// Attributes may change the standard signed attributes: content type, message digest, signing certificate.
	Attributes func(standard [][]byte) [][]byte
	// Signers is how often the signer is repeated, by default once.
	Signers int
	// ByKey names the signer by its subject key identifier.
	ByKey bool
	// Unsigned are the unsigned attributes for a signature.
	Unsigned func(signature []byte) [][]byte
	// Revocation is the content of the field for CRLs.
	Revocation []byte
}

// Build signs a digest of signed.
func (r Recipe) Build(tb testing.TB, signed []byte) []byte {
	tb.Helper()
	if r.Kind == nil {
		r.Kind = Data()
	}
	h := r.Hash.New()
	h.Write(signed)
	certHash := sha256.Sum256(r.Certificate.Raw)
	attributes := [][]byte{
		Attribute(tb, PKCS9(3), DER(tb, r.Kind)),
		Attribute(tb, PKCS9(4), DER(tb, h.Sum(nil))),
		Attribute(tb, PKCS9(16, 2, 47), Sequence(tb, Sequence(tb, Sequence(tb, DER(tb, certHash[:]))))),
	}
	if r.Attributes != nil {
		attributes = r.Attributes(attributes)
	}
	h.Reset()
	h.Write(Set(tb, attributes...))
	options := r.Options
	if options == nil {
		options = r.Hash
	}
	message := h.Sum(nil)
	if _, ok := r.Key.(ed25519.PrivateKey); ok {
		message, options = Set(tb, attributes...), crypto.Hash(0)
	}
	signature, err := r.Key.Sign(rand.Reader, message, options)
	if err != nil {
		tb.Fatal(err)
	}
	return r.assemble(tb, attributes, signature)
}

func (r Recipe) assemble(tb testing.TB, attributes [][]byte, signature []byte) []byte {
	tb.Helper()
	digest := Algorithm(tb, r.Digest)
	name := Sequence(tb, r.Certificate.RawIssuer, DER(tb, r.Certificate.SerialNumber))
	if r.ByKey {
		name = DER(tb, asn1.RawValue{Class: asn1.ClassContextSpecific, Bytes: r.Certificate.SubjectKeyId})
	}
	var unsigned, revocation []byte
	if r.Unsigned != nil {
		unsigned = Tagged(tb, 2, 1, r.Unsigned(signature)...)
	}
	if r.Revocation != nil {
		revocation = Tagged(tb, 2, 1, r.Revocation)
	}
	signer := Sequence(tb, DER(tb, 1), name, digest, Tagged(tb, 2, 0, attributes...), r.Algorithm, DER(tb, signature), unsigned)
	certificates := slices.Clone(r.Certificate.Raw)
	for _, c := range r.Chain {
		certificates = append(certificates, c.Raw...)
	}
	var inner []byte
	if r.Content != nil {
		inner = Tagged(tb, 2, 0, DER(tb, r.Content))
	}
	signers := bytes.Repeat(signer, max(1, r.Signers))
	body := Sequence(tb, DER(tb, 1), Set(tb, digest), Sequence(tb, DER(tb, r.Kind), inner),
		Tagged(tb, 2, 0, certificates), revocation, Set(tb, signers))
	return Sequence(tb, DER(tb, OID{1, 2, 840, 113549, 1, 7, 2}), Tagged(tb, 2, 0, body))
}

// TST is the content of a timestamp token for data with a SHA-256 hash.
func TST(tb testing.TB, data []byte, at time.Time) []byte {
	h := sha256.Sum256(data)
	imprint := Sequence(tb, Algorithm(tb, SHA2(1)), DER(tb, h[:]))
	stamp := DER(tb, asn1.RawValue{Tag: asn1.TagGeneralizedTime, Bytes: []byte(at.UTC().Format("20060102150405.999Z"))})
	return Sequence(tb, DER(tb, 1), DER(tb, OID{1, 2, 3}), imprint, DER(tb, 9), stamp, DER(tb, 5))
}
