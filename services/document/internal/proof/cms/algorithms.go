package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha256" // makes crypto.SHA256 available
	_ "crypto/sha512" // makes crypto.SHA384 and crypto.SHA512 available
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
)

const (
	minRSABits = 2048
	maxRSABits = 8192 // bounds the time of one check
)

// hashOf maps a digest algorithm; SHA-1 and older are refused, unknown ones leave the question open.
func hashOf(id asn1.ObjectIdentifier) (crypto.Hash, error) {
	switch id.String() {
	case oidSHA256:
		return crypto.SHA256, nil
	case oidSHA384:
		return crypto.SHA384, nil
	case oidSHA512:
		return crypto.SHA512, nil
	case oidSHA1, oidMD5:
		return 0, refuse(ReasonWeak)
	}
	return 0, undecided(ReasonUnsupported)
}

func sum(h crypto.Hash, data []byte) []byte {
	w := h.New()
	w.Write(data)
	return w.Sum(nil)
}

type scheme int

const (
	pkcs1 scheme = iota + 1
	pss
	ec
)

// schemeOf maps a signature algorithm, which must speak of the same hash as the digest algorithm.
func schemeOf(id pkix.AlgorithmIdentifier, digest crypto.Hash) (scheme, error) {
	var kind scheme
	hash := digest
	switch id.Algorithm.String() {
	case oidRSA:
		kind = pkcs1
	case oidPSS:
		return pss, checkPSS(id.Parameters, digest)
	case oidECPublicKey:
		kind = ec
	case oidSHA256WithRSA:
		kind, hash = pkcs1, crypto.SHA256
	case oidSHA384WithRSA:
		kind, hash = pkcs1, crypto.SHA384
	case oidSHA512WithRSA:
		kind, hash = pkcs1, crypto.SHA512
	case oidECDSAWithSHA256:
		kind, hash = ec, crypto.SHA256
	case oidECDSAWithSHA384:
		kind, hash = ec, crypto.SHA384
	case oidECDSAWithSHA512:
		kind, hash = ec, crypto.SHA512
	case oidSHA1WithRSA, oidECDSAWithSHA1, oidMD5WithRSA:
		return 0, refuse(ReasonWeak)
	default:
		return 0, undecided(ReasonUnsupported)
	}
	if hash != digest {
		return 0, refuse(ReasonAttributes)
	}
	return kind, nil
}

type pssParameters struct {
	Hash    pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:0"`
	Mask    pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:1"`
	Salt    int                      `asn1:"explicit,optional,tag:2,default:20"`
	Trailer int                      `asn1:"explicit,optional,tag:3,default:1"`
}

// checkPSS refuses the defaults, which are SHA-1, and a mask made with another hash.
func checkPSS(parameters asn1.RawValue, digest crypto.Hash) error {
	var p pssParameters
	if exact(parameters.FullBytes, &p) != nil {
		return refuse(ReasonMalformed)
	}
	if len(p.Hash.Algorithm) == 0 || len(p.Mask.Algorithm) == 0 {
		return refuse(ReasonWeak)
	}
	var inner pkix.AlgorithmIdentifier
	if p.Mask.Algorithm.String() != oidMGF1 || exact(p.Mask.Parameters.FullBytes, &inner) != nil {
		return refuse(ReasonMalformed)
	}
	for _, id := range []asn1.ObjectIdentifier{p.Hash.Algorithm, inner.Algorithm} {
		h, err := hashOf(id)
		if err != nil {
			return err
		}
		if h != digest {
			return undecided(ReasonUnsupported)
		}
	}
	return nil
}

// KeyAllowed says whether the verifier accepts a certificate's key: RSA from 2048 bits or a NIST curve from P-256. The
// error is an *Error.
func KeyAllowed(c *x509.Certificate) error {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		switch bits := k.N.BitLen(); {
		case bits < minRSABits:
			return refuse(ReasonWeak)
		case bits > maxRSABits:
			return undecided(ReasonUnsupported)
		}
		return nil
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256(), elliptic.P384(), elliptic.P521():
			return nil
		case elliptic.P224():
			return refuse(ReasonWeak)
		}
	}
	return undecided(ReasonUnsupported)
}

// checkSignature verifies the signature over the signed attributes. The salt length of PSS is read from the signature itself.
func (m *Message) checkSignature() error {
	kind, err := schemeOf(m.algorithm, m.Hash)
	if err != nil {
		return err
	}
	if err := KeyAllowed(m.Signer); err != nil {
		return err
	}
	digest := sum(m.Hash, m.signedRaw)
	ok := false
	switch k := m.Signer.PublicKey.(type) {
	case *rsa.PublicKey:
		switch kind {
		case pkcs1:
			ok = rsa.VerifyPKCS1v15(k, m.Hash, digest, m.Signature) == nil
		case pss:
			ok = rsa.VerifyPSS(k, m.Hash, digest, m.Signature, nil) == nil
		}
	case *ecdsa.PublicKey:
		ok = kind == ec && ecdsa.VerifyASN1(k, digest, m.Signature)
	}
	if !ok {
		return refuse(ReasonSignature)
	}
	return nil
}
