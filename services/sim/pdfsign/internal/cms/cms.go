// Package cms writes detached CMS signatures (RFC 5652) as PAdES wants them, and the RFC 3161 timestamps on them.
package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/countersign/countersign/services/sim/pki"
)

// Stamp asks for a timestamp over the signature.
type Stamp struct {
	// Identity is the timestamp unit.
	Identity *pki.Identity
	// Time is what it certifies, to the second.
	Time time.Time
}

// Sign returns a SignedData in DER over content whose SHA-256 digest is given, without the content. It embeds the
// signer's certificate and chain, and signs the attributes content-type, message-digest and signing-certificate-v2; a
// stamp that is not nil becomes the one unsigned attribute. It fails for keys that are not ECDSA.
func Sign(digest [sha256.Size]byte, by *pki.Identity, stamp *Stamp) ([]byte, error) {
	content := encapsulated{Type: pkcs(7, 1)}
	info, err := sign(content.Type, digest, by)
	if err != nil {
		return nil, err
	}
	if stamp != nil {
		token, err := timestamp(sha256.Sum256(info.Signature), stamp)
		if err != nil {
			return nil, err
		}
		info.Unsigned = []attribute{{Type: pkcs(9, 16, 2, 14), Values: []asn1.RawValue{{FullBytes: token}}}}
	}
	return envelop(signedData{Version: 1, Content: content, Signers: []signerInfo{info}}, by)
}

// Size bounds the length of what Sign returns, in bytes.
func Size(by *pki.Identity, stamp *Stamp) int {
	const perSigner = 1024 // attributes, issuer name and signature take about half of it
	size := perSigner
	for _, raw := range certificates(by) {
		size += len(raw.FullBytes)
	}
	if stamp != nil {
		size += Size(stamp.Identity, nil)
	}
	return size
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      encapsulated
	Certificates []asn1.RawValue `asn1:"set,tag:0"`
	Signers      []signerInfo    `asn1:"set"`
}

type encapsulated struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"optional"`
}

type signerInfo struct {
	Version            int
	ID                 issuerAndSerial
	Digest             pkix.AlgorithmIdentifier
	Signed             []attribute `asn1:"set,tag:0"`
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Signature          []byte
	Unsigned           []attribute `asn1:"set,optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// signingCertificate is SigningCertificateV2 of RFC 5035 with SHA-256, its default, left out.
type signingCertificate struct {
	Certificates []essCertificate
}

type essCertificate struct {
	Hash []byte
}

// sign makes the signer info. The signature is over the attributes as a SET OF, which encoding/asn1 sorts as DER asks.
func sign(content asn1.ObjectIdentifier, digest [sha256.Size]byte, by *pki.Identity) (signerInfo, error) {
	if _, ok := by.Key.Public().(*ecdsa.PublicKey); !ok {
		return signerInfo{}, errors.New("the key is not an ECDSA key")
	}
	own := sha256.Sum256(by.Certificate.Raw)
	var attributes []attribute
	for _, a := range []struct {
		kind  asn1.ObjectIdentifier
		value any
	}{
		{pkcs(9, 3), content},
		{pkcs(9, 4), digest[:]},
		{pkcs(9, 16, 2, 47), signingCertificate{[]essCertificate{{own[:]}}}},
	} {
		value, err := asn1.Marshal(a.value)
		if err != nil {
			return signerInfo{}, fmt.Errorf("encoding a signed attribute: %w", err)
		}
		attributes = append(attributes, attribute{a.kind, []asn1.RawValue{{FullBytes: value}}})
	}
	signed, err := asn1.MarshalWithParams(attributes, "set")
	if err != nil {
		return signerInfo{}, fmt.Errorf("encoding the signed attributes: %w", err)
	}
	hash := sha256.Sum256(signed)
	signature, err := by.Key.Sign(rand.Reader, hash[:], crypto.SHA256)
	if err != nil {
		return signerInfo{}, fmt.Errorf("signing: %w", err)
	}
	return signerInfo{
		Version:            1,
		ID:                 issuerAndSerial{asn1.RawValue{FullBytes: by.Certificate.RawIssuer}, by.Certificate.SerialNumber},
		Digest:             sha256Algorithm(),
		Signed:             attributes,
		SignatureAlgorithm: pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}},
		Signature:          signature,
	}, nil
}

// envelop completes d and wraps it in a ContentInfo.
func envelop(d signedData, by *pki.Identity) ([]byte, error) {
	d.Digests = []pkix.AlgorithmIdentifier{sha256Algorithm()}
	d.Certificates = certificates(by)
	inner, err := asn1.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encoding the signature: %w", err)
	}
	outer, err := asn1.Marshal(contentInfo{Type: pkcs(7, 2), Content: explicit(inner)})
	if err != nil {
		return nil, fmt.Errorf("encoding the signature: %w", err)
	}
	return outer, nil
}

// certificates are the signer's own and its chain, in the order that DER gives a set.
func certificates(by *pki.Identity) []asn1.RawValue {
	set := []asn1.RawValue{{FullBytes: by.Certificate.Raw}}
	for _, c := range by.Chain {
		set = append(set, asn1.RawValue{FullBytes: c.Raw})
	}
	slices.SortFunc(set, func(a, b asn1.RawValue) int { return bytes.Compare(a.FullBytes, b.FullBytes) })
	return set
}

func explicit(der []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: der}
}

func sha256Algorithm() pkix.AlgorithmIdentifier {
	return pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}
}

// pkcs names an object below RSA's arc: 7.1 data, 7.2 signedData, 9.3 contentType, 9.4 messageDigest, 9.16.1.4 TSTInfo,
// 9.16.2.14 signatureTimeStampToken, 9.16.2.47 signingCertificateV2.
func pkcs(arcs ...int) asn1.ObjectIdentifier {
	return append(asn1.ObjectIdentifier{1, 2, 840, 113549, 1}, arcs...)
}
