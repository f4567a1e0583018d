package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
)

// Bounds on what one message may hold.
const (
	maxCertificates = 32
	maxAttributes   = 32
)

// Message is a parsed SignedData with exactly one signer.
type Message struct {
	// Certificates are those the message carries that could be parsed, in its order.
	Certificates []*x509.Certificate
	// Signer is the certificate the signer info names.
	Signer *x509.Certificate
	// Signature is the signature value, the bytes a signature timestamp is made over.
	Signature []byte
	// Hash is the digest algorithm of the content.
	Hash crypto.Hash
	// Unread counts the certificates that could not be parsed, for example for their curve.
	Unread int

	imprint     crypto.Hash
	crls        []byte
	contentType asn1.ObjectIdentifier
	content     []byte
	signedRaw   []byte
	signed      attributes
	unsigned    attributes
	algorithm   pkix.AlgorithmIdentifier
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0"`
}

type encapsulated struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      encapsulated
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version   int
	ID        asn1.RawValue
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

// Parse reads one message in BER or DER that fills data exactly. The error is an *Error.
func Parse(data []byte) (*Message, error) {
	der, rest, err := DER(data)
	if err != nil {
		return nil, err
	}
	var outer contentInfo
	if len(rest) > 0 || exact(der, &outer) != nil || outer.Type.String() != oidSignedData {
		return nil, refuse(ReasonMalformed)
	}
	var body signedData
	if exact(outer.Content.Bytes, &body) != nil {
		return nil, refuse(ReasonMalformed)
	}
	return read(body)
}

func read(data signedData) (*Message, error) {
	if len(data.Signers) != 1 {
		return nil, refuse(ReasonSigners)
	}
	m := &Message{contentType: data.Content.Type, crls: data.CRLs.Bytes}
	if len(data.Content.Content.FullBytes) > 0 {
		if exact(data.Content.Content.Bytes, &m.content) != nil || m.content == nil {
			return nil, refuse(ReasonMalformed)
		}
	}
	if err := m.readCertificates(data.Certificates.Bytes); err != nil {
		return nil, err
	}
	if err := m.readSigner(data.Signers[0]); err != nil {
		return nil, err
	}
	if m.Signer == nil && m.Unread > 0 {
		return nil, unsupported()
	}
	if m.Signer == nil {
		return nil, refuse(ReasonNoSigner)
	}
	return m, nil
}

// exact unmarshals the whole of der.
func exact(der []byte, into any) error {
	rest, err := asn1.Unmarshal(der, into)
	if err == nil && len(rest) > 0 {
		err = refuse(ReasonMalformed)
	}
	return err
}

// readCertificates keeps what it can parse: a certificate with a curve the standard library lacks must not hide the rest.
func (m *Message) readCertificates(der []byte) error {
	list, err := elements(der, maxCertificates)
	if err != nil {
		return err
	}
	for _, raw := range list {
		c, err := x509.ParseCertificate(raw.FullBytes)
		if err != nil {
			m.Unread++
			continue
		}
		m.Certificates = append(m.Certificates, c)
	}
	return nil
}

// elements splits a concatenation of DER values.
func elements(der []byte, most int) ([]asn1.RawValue, error) {
	var list []asn1.RawValue
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil || len(list) >= most {
			return nil, refuse(ReasonMalformed)
		}
		list, der = append(list, v), rest
	}
	return list, nil
}

func (m *Message) readSigner(s signerInfo) error {
	var err error
	if m.signed, err = readAttributes(s.Signed.Bytes); err != nil {
		return err
	}
	if m.unsigned, err = readAttributes(s.Unsigned.Bytes); err != nil {
		return err
	}
	if len(m.signed) == 0 {
		return refuse(ReasonAttributes)
	}
	// RFC 5652, 5.4, signs the DER encoding of the attributes, that is a sorted SET. Some signers neither sort what they
	// write nor what they sign, so the bytes are taken as received, with the tag of a SET in place of the implicit one.
	// Nothing is lost: the signature has to fit exactly these bytes, and each attribute may occur once in any order.
	m.signedRaw = bytes.Clone(s.Signed.FullBytes)
	m.signedRaw[0] = 0x31
	m.algorithm, m.Signature = s.Algorithm, s.Signature
	if m.Hash, err = hashOf(s.Digest.Algorithm); err != nil {
		return err
	}
	m.Signer, err = m.find(s.ID)
	return err
}

// find returns the certificate a signer identifier names, nil when the message does not carry it.
func (m *Message) find(id asn1.RawValue) (*x509.Certificate, error) {
	if id.Class == asn1.ClassContextSpecific && id.Tag == 0 && !id.IsCompound {
		for _, c := range m.Certificates {
			if len(id.Bytes) > 0 && bytes.Equal(c.SubjectKeyId, id.Bytes) {
				return c, nil
			}
		}
		return nil, nil
	}
	var name issuerAndSerial
	if exact(id.FullBytes, &name) != nil || name.Serial == nil {
		return nil, refuse(ReasonMalformed)
	}
	for _, c := range m.Certificates {
		if c.SerialNumber.Cmp(name.Serial) == 0 && bytes.Equal(c.RawIssuer, name.Issuer.FullBytes) {
			return c, nil
		}
	}
	return nil, nil
}
