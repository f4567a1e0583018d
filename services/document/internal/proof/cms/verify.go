package cms

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"time"
)

// Verify checks a detached signature: digest is what the signed bytes hash to under m.Hash. The error is an *Error;
// ReasonDigest says that the signature is for other bytes.
func (m *Message) Verify(digest []byte) error {
	if m.content != nil {
		return refuse(ReasonAttached)
	}
	if m.contentType.String() != oidData {
		return refuse(ReasonContentType)
	}
	return m.verify(digest)
}

func (m *Message) verify(digest []byte) error {
	var contentType asn1.ObjectIdentifier
	if !m.signed.single(oidContentType, &contentType) || !contentType.Equal(m.contentType) {
		return refuse(ReasonContentType)
	}
	var claimed []byte
	if !m.signed.single(oidMessageDigest, &claimed) {
		return refuse(ReasonAttributes)
	}
	if !bytes.Equal(claimed, digest) {
		return refuse(ReasonDigest)
	}
	return m.checkSignature()
}

// Token is a verified RFC 3161 timestamp token.
type Token struct {
	// Time is when the timestamp authority says it saw the data.
	Time time.Time
	// Message carries the authority's certificates; Message.Signer is the timestamping unit.
	Message *Message
}

type messageImprint struct {
	Algorithm struct {
		Algorithm  asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
	Hash []byte
}

type tstInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint messageImprint
	Serial  asn1.RawValue
	Time    time.Time `asn1:"generalized"`
}

// VerifyToken checks a timestamp token: its signature, that it names its own certificate, and that it is for data whose
// hash hashed returns. The error is an *Error.
func VerifyToken(der []byte, hashed func(crypto.Hash) []byte) (*Token, error) {
	m, err := Parse(der)
	if err != nil {
		return nil, err
	}
	if m.content == nil || m.contentType.String() != oidTSTInfo {
		return nil, refuse(ReasonContentType)
	}
	if err := m.verify(sum(m.Hash, m.content)); err != nil {
		return nil, err
	}
	if err := m.Bound(); err != nil {
		return nil, err
	}
	var info tstInfo
	if exact(m.content, &info) != nil || info.Version != 1 {
		return nil, refuse(ReasonMalformed)
	}
	h, err := hashOf(info.Imprint.Algorithm.Algorithm)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(info.Imprint.Hash, hashed(h)) {
		return nil, refuse(ReasonImprint)
	}
	m.imprint = h
	return &Token{Time: info.Time.UTC(), Message: m}, nil
}
