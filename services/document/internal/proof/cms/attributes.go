package cms

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"crypto/x509/pkix"
	"encoding/asn1"
	"time"
)

// attributes maps an attribute's identifier to its value set; each may occur once.
type attributes map[string][]asn1.RawValue

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue
}

func readAttributes(der []byte) (attributes, error) {
	list, err := elements(der, maxAttributes)
	if err != nil {
		return nil, err
	}
	out := attributes{}
	for _, raw := range list {
		var a attribute
		if exact(raw.FullBytes, &a) != nil || a.Values.Class != asn1.ClassUniversal || a.Values.Tag != asn1.TagSet {
			return nil, refuse(ReasonMalformed)
		}
		values, err := elements(a.Values.Bytes, maxAttributes)
		if err != nil {
			return nil, err
		}
		if _, twice := out[a.Type.String()]; twice {
			return nil, refuse(ReasonAttributes)
		}
		out[a.Type.String()] = values
	}
	return out, nil
}

// single unmarshals the only value of an attribute; it reports whether there is exactly one and it fits.
func (a attributes) single(id string, into any) bool {
	values := a[id]
	return len(values) == 1 && exact(values[0].FullBytes, into) == nil
}

// SigningTime returns the time the signer claims. It proves nothing.
func (m *Message) SigningTime() (time.Time, bool) {
	var t time.Time
	ok := m.signed.single(oidSigningTime, &t)
	return t, ok
}

// TimestampToken returns the DER of the signature timestamp, nil when there is none.
func (m *Message) TimestampToken() []byte {
	values := m.unsigned[oidTimestampToken]
	if len(values) == 0 {
		return nil
	}
	return values[0].FullBytes
}

type essCertificate struct {
	Hash   []byte
	Issuer asn1.RawValue `asn1:"optional"`
}

// essCertificateV2 leaves the algorithm away for its default, SHA-256.
type essCertificateV2 struct {
	Algorithm pkix.AlgorithmIdentifier `asn1:"optional"`
	Hash      []byte
	Issuer    asn1.RawValue `asn1:"optional"`
}

// Bound checks that the signed attributes name the signer's certificate by its hash (ESS signing-certificate, version 2
// or 1), so that no other certificate for the same key can be put in its place. Without the attribute the reason is
// ReasonUnbound.
func (m *Message) Bound() error {
	_, v1 := m.signed[oidSigningCertificate]
	_, v2 := m.signed[oidSigningCertificateV2]
	if !v1 && !v2 {
		return refuse(ReasonUnbound)
	}
	if v2 && !m.boundV2() || v1 && !m.boundV1() {
		return refuse(ReasonWrongBound)
	}
	return nil
}

func (m *Message) boundV2() bool {
	var value struct{ Certificates []essCertificateV2 }
	if !m.signed.single(oidSigningCertificateV2, &value) || len(value.Certificates) == 0 {
		return false
	}
	first, hash := value.Certificates[0], crypto.SHA256
	if len(first.Algorithm.Algorithm) > 0 {
		var err error
		if hash, err = hashOf(first.Algorithm.Algorithm); err != nil {
			return false
		}
	}
	return bytes.Equal(first.Hash, sum(hash, m.Signer.Raw))
}

// boundV1 compares a SHA-1: here only a second pre-image of the certificate would help an attacker, and version 1 is what
// most timestamp services still write.
func (m *Message) boundV1() bool {
	var value struct{ Certificates []essCertificate }
	if !m.signed.single(oidSigningCertificate, &value) || len(value.Certificates) == 0 {
		return false
	}
	h := sha1.Sum(m.Signer.Raw)
	return bytes.Equal(value.Certificates[0].Hash, h[:])
}
