package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"time"
)

const (
	minRSABits  = 2048
	longRSABits = 3000
	maxRSABits  = 8192 // bounds the time of one check
)

// listed is one line of the list of algorithms. An algorithm is refused always, from an instant on, or never.
type listed struct {
	name    string
	refused bool
	from    time.Time
}

// list is the list of algorithms. It follows ETSI TS 119 312 V2.1.1 (2026-06), which builds on the SOG-IS Agreed
// Cryptographic Mechanisms 1.3: SHA-2 and SHA-3 from 256 bits, the NIST curves from P-256 and RSA from 3000 bits are
// recommended and have no end. RSA from 1900 to 2999 bits ends with the last certificate for such a key, which clause
// 8.4 sets to 2028-12-31; here it starts at 2048 bits, the smallest size in use. SHA-1, MD5 and shorter keys are on no
// list any more. Ed25519 is RFC 8419's; SOG-IS 1.3 does not name it, and NIST FIPS 186-5 does without an end.
func list() []listed {
	endOfLegacyRSA := time.Date(2029, time.January, 1, 0, 0, 0, 0, time.UTC)
	return []listed{
		{name: "MD5", refused: true},
		{name: "SHA-1", refused: true},
		{name: "SHA-256"},
		{name: "SHA-384"},
		{name: "SHA-512"},
		{name: "SHA3-256"},
		{name: "SHA3-384"},
		{name: "SHA3-512"},
		{name: "RSA, short", refused: true},
		{name: "RSA, legacy", from: endOfLegacyRSA},
		{name: "RSA"},
		{name: "P-224", refused: true},
		{name: "P-256"},
		{name: "P-384"},
		{name: "P-521"},
		{name: "Ed25519"},
	}
}

// allowed looks an algorithm up. The zero time asks whether it was ever allowed.
func allowed(name string, at time.Time) error {
	for _, l := range list() {
		if l.name != name {
			continue
		}
		if l.refused || !l.from.IsZero() && !at.Before(l.from) {
			return refuse(ReasonRefused)
		}
		return nil
	}
	return unsupported()
}

// KeyAllowed says whether a certificate's key may be relied on at a time. The error is an *Error: ReasonRefused, or
// ReasonUnsupported for a key that this package cannot use.
func KeyAllowed(c *x509.Certificate, at time.Time) error {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		switch bits := k.N.BitLen(); {
		case bits < minRSABits:
			return allowed("RSA, short", at)
		case bits < longRSABits:
			return allowed("RSA, legacy", at)
		case bits <= maxRSABits:
			return allowed("RSA", at)
		}
	case *ecdsa.PublicKey:
		return allowed(k.Params().Name, at)
	case ed25519.PublicKey:
		return allowed("Ed25519", at)
	}
	return unsupported()
}

// SignatureAllowed says whether the algorithm of a certificate's, CRL's or OCSP response's signature may be relied on at
// a time. The error is that of KeyAllowed.
func SignatureAllowed(a x509.SignatureAlgorithm, at time.Time) error {
	switch a {
	case x509.MD2WithRSA, x509.MD5WithRSA:
		return allowed(crypto.MD5.String(), at)
	case x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return allowed(crypto.SHA1.String(), at)
	case x509.SHA256WithRSA, x509.SHA256WithRSAPSS, x509.ECDSAWithSHA256:
		return allowed(crypto.SHA256.String(), at)
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		return allowed(crypto.SHA384.String(), at)
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		return allowed(crypto.SHA512.String(), at)
	case x509.PureEd25519:
		return allowed("Ed25519", at)
	}
	return unsupported()
}

// CertificateAllowed says whether both the key of a certificate and the signature on it may be relied on at a time. The
// error is that of KeyAllowed.
func CertificateAllowed(c *x509.Certificate, at time.Time) error {
	if err := SignatureAllowed(c.SignatureAlgorithm, at); err != nil {
		return err
	}
	return KeyAllowed(c, at)
}

// Allowed says whether the message's own algorithms may be relied on at a time: digest, key and, for a timestamp token,
// the hash of what it was made for. The error is that of KeyAllowed.
func (m *Message) Allowed(at time.Time) error {
	for _, h := range []crypto.Hash{m.Hash, m.imprint} {
		if h == 0 {
			continue
		}
		if err := allowed(h.String(), at); err != nil {
			return err
		}
	}
	return KeyAllowed(m.Signer, at)
}
