package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha256" // makes crypto.SHA256 available
	_ "crypto/sha3"   // makes crypto.SHA3_256, crypto.SHA3_384 and crypto.SHA3_512 available
	_ "crypto/sha512" // makes crypto.SHA384 and crypto.SHA512 available
	"crypto/x509/pkix"
	"encoding/asn1"
	"time"
)

// hashOf maps a digest algorithm; one that was never allowed is refused, an unknown one leaves the question open.
func hashOf(id asn1.ObjectIdentifier) (crypto.Hash, error) {
	h := crypto.Hash(0)
	switch id.String() {
	case oidSHA256:
		h = crypto.SHA256
	case oidSHA384:
		h = crypto.SHA384
	case oidSHA512:
		h = crypto.SHA512
	case oidSHA3With256:
		h = crypto.SHA3_256
	case oidSHA3With384:
		h = crypto.SHA3_384
	case oidSHA3With512:
		h = crypto.SHA3_512
	case oidSHA1:
		h = crypto.SHA1
	case oidMD5:
		h = crypto.MD5
	default:
		return 0, unsupported()
	}
	return h, allowed(h.String(), time.Time{})
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
	edwards
)

// schemeOf maps a signature algorithm, which must speak of the same hash as the digest algorithm.
func schemeOf(id pkix.AlgorithmIdentifier, digest crypto.Hash) (scheme, error) {
	kind, hash, err := namedScheme(id.Algorithm.String())
	if err != nil {
		return 0, err
	}
	if hash != 0 && hash != digest {
		return 0, refuse(ReasonAttributes)
	}
	return kind, nil
}

// namedScheme maps the name of a signature algorithm; the hash is 0 when the name does not say it.
func namedScheme(id string) (scheme, crypto.Hash, error) {
	switch id {
	case oidRSA:
		return pkcs1, 0, nil
	case oidPSS:
		return pss, 0, nil
	case oidECPublicKey:
		return ec, 0, nil
	case oidEd25519:
		return edwards, crypto.SHA512, nil // RFC 8419, 3.1
	case oidSHA256WithRSA:
		return pkcs1, crypto.SHA256, nil
	case oidSHA384WithRSA:
		return pkcs1, crypto.SHA384, nil
	case oidSHA512WithRSA:
		return pkcs1, crypto.SHA512, nil
	case oidRSAWithSHA3With256:
		return pkcs1, crypto.SHA3_256, nil
	case oidRSAWithSHA3With384:
		return pkcs1, crypto.SHA3_384, nil
	case oidRSAWithSHA3With512:
		return pkcs1, crypto.SHA3_512, nil
	case oidECDSAWithSHA256:
		return ec, crypto.SHA256, nil
	case oidECDSAWithSHA384:
		return ec, crypto.SHA384, nil
	case oidECDSAWithSHA512:
		return ec, crypto.SHA512, nil
	case oidECDSAWithSHA3With256:
		return ec, crypto.SHA3_256, nil
	case oidECDSAWithSHA3With384:
		return ec, crypto.SHA3_384, nil
	case oidECDSAWithSHA3With512:
		return ec, crypto.SHA3_512, nil
	case oidSHA1WithRSA, oidECDSAWithSHA1, oidMD5WithRSA:
		return 0, 0, refuse(ReasonRefused)
	}
	return 0, 0, unsupported()
}

type pssParameters struct {
	Hash    pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:0"`
	Mask    pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:1"`
	Salt    int                      `asn1:"explicit,optional,tag:2,default:20"`
	Trailer int                      `asn1:"explicit,optional,tag:3,default:1"`
}

// readPSS returns the salt length. It refuses the default hash, which is SHA-1, and a mask made with another one.
func readPSS(parameters asn1.RawValue, digest crypto.Hash) (*rsa.PSSOptions, error) {
	var p pssParameters
	if exact(parameters.FullBytes, &p) != nil || p.Salt < 0 || p.Trailer != 1 {
		return nil, refuse(ReasonMalformed)
	}
	if len(p.Hash.Algorithm) == 0 || len(p.Mask.Algorithm) == 0 {
		return nil, refuse(ReasonRefused)
	}
	var inner pkix.AlgorithmIdentifier
	if p.Mask.Algorithm.String() != oidMGF1 || exact(p.Mask.Parameters.FullBytes, &inner) != nil {
		return nil, refuse(ReasonMalformed)
	}
	for _, id := range []asn1.ObjectIdentifier{p.Hash.Algorithm, inner.Algorithm} {
		h, err := hashOf(id)
		if err != nil {
			return nil, err
		}
		if h != digest {
			return nil, unsupported()
		}
	}
	// A salt of no bytes is written like PSSSaltLengthAuto, which accepts it too.
	return &rsa.PSSOptions{SaltLength: p.Salt, Hash: digest}, nil
}

// checkSignature verifies the signature over the signed attributes.
func (m *Message) checkSignature() error {
	kind, err := schemeOf(m.algorithm, m.Hash)
	if err != nil {
		return err
	}
	if err := KeyAllowed(m.Signer, time.Time{}); err != nil {
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
			options, err := readPSS(m.algorithm.Parameters, m.Hash)
			if err != nil {
				return err
			}
			ok = rsa.VerifyPSS(k, m.Hash, digest, m.Signature, options) == nil
		}
	case *ecdsa.PublicKey:
		ok = kind == ec && ecdsa.VerifyASN1(k, digest, m.Signature)
	case ed25519.PublicKey:
		ok = kind == edwards && ed25519.Verify(k, m.signedRaw, m.Signature)
	}
	if !ok {
		return refuse(ReasonSignature)
	}
	return nil
}
