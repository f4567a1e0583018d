package cms_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof/cms"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
)

func TestAlgorithms(t *testing.T) {
	key := rsaKey(t, 2048)
	cert := certificate(t, key)
	weak := ecKey(t, elliptic.P224())
	p384, p521 := ecKey(t, elliptic.P384()), ecKey(t, elliptic.P521())
	maxSalt := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto, Hash: crypto.SHA256}
	short := rsaKey(t, 1024)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	null := []byte{5, 0}
	cases := []struct {
		name   string
		recipe cmstest.Recipe
		reason string
	}{
		{"P-256", p256(t), ""},
		{"P-384", cmstest.Recipe{Key: p384, Certificate: certificate(t, p384), Hash: crypto.SHA384, Digest: cmstest.SHA2(2), Algorithm: cmstest.Algorithm(t, cmstest.ECDSA(3))}, ""},
		{"P-521", cmstest.Recipe{Key: p521, Certificate: certificate(t, p521), Hash: crypto.SHA512, Digest: cmstest.SHA2(3), Algorithm: cmstest.Algorithm(t, cmstest.ECDSA(4))}, ""},
		{"RSA", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: cmstest.Algorithm(t, cmstest.PKCS1(1), null)}, ""},
		{"RSA, hash named", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA512, Digest: cmstest.SHA2(3), Algorithm: cmstest.Algorithm(t, cmstest.PKCS1(13), null)}, ""},
		{"PSS", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: pss(t, cmstest.SHA2(1), 222), Options: maxSalt}, ""},
		{"PSS as PKCS 1", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: pss(t, cmstest.SHA2(1), 32)}, cms.ReasonSignature},
		{"PSS, other hash", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: pss(t, cmstest.SHA2(3), 32), Options: maxSalt}, cms.ReasonUnsupported},
		{"PSS, defaults", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: cmstest.Algorithm(t, cmstest.PKCS1(10), cmstest.Sequence(t)), Options: maxSalt}, cms.ReasonRefused},
		{"hashes differ", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: cmstest.Algorithm(t, cmstest.PKCS1(13), null)}, cms.ReasonAttributes},
		{"SHA-1", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA1, Digest: cmstest.OID{1, 3, 14, 3, 2, 26}, Algorithm: cmstest.Algorithm(t, cmstest.PKCS1(5), null)}, cms.ReasonRefused},
		{"SHA-1 signature", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: cmstest.Algorithm(t, cmstest.PKCS1(5), null)}, cms.ReasonRefused},
		{"PSS, other salt", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: pss(t, cmstest.SHA2(1), 32), Options: maxSalt}, cms.ReasonSignature},
		{"SHA-3 with RSA", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA3_512, Digest: cmstest.SHA2(10), Algorithm: cmstest.Algorithm(t, cmstest.Signature(16), null)}, ""},
		{"SHA-3 with ECDSA", cmstest.Recipe{Key: p384, Certificate: certificate(t, p384), Hash: crypto.SHA3_384, Digest: cmstest.SHA2(9), Algorithm: cmstest.Algorithm(t, cmstest.Signature(11))}, ""},
		{"Ed25519", cmstest.Recipe{Key: edwards, Certificate: certificate(t, edwards), Hash: crypto.SHA512, Digest: cmstest.SHA2(3), Algorithm: cmstest.Algorithm(t, cmstest.OID{1, 3, 101, 112})}, ""},
		{"Ed25519, other hash", cmstest.Recipe{Key: edwards, Certificate: certificate(t, edwards), Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: cmstest.Algorithm(t, cmstest.OID{1, 3, 101, 112})}, cms.ReasonAttributes},
		{"ECDSA as Ed25519", cmstest.Recipe{Key: p521, Certificate: certificate(t, p521), Hash: crypto.SHA512, Digest: cmstest.SHA2(3), Algorithm: cmstest.Algorithm(t, cmstest.OID{1, 3, 101, 112})}, cms.ReasonSignature},
		{"MD5", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA256, Digest: cmstest.OID{1, 2, 840, 113549, 2, 5}, Algorithm: cmstest.Algorithm(t, cmstest.PKCS1(4), null)}, cms.ReasonRefused},
		{"SHA-224", cmstest.Recipe{Key: key, Certificate: cert, Hash: crypto.SHA256, Digest: cmstest.SHA2(4), Algorithm: cmstest.Algorithm(t, cmstest.PKCS1(14), null)}, cms.ReasonUnsupported},
		{"short RSA", cmstest.Recipe{Key: short, Certificate: certificate(t, short), Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: cmstest.Algorithm(t, cmstest.PKCS1(1), null)}, cms.ReasonRefused},
		{"P-224", cmstest.Recipe{Key: weak, Certificate: certificate(t, weak), Hash: crypto.SHA256, Digest: cmstest.SHA2(1), Algorithm: cmstest.Algorithm(t, cmstest.ECDSA(2))}, cms.ReasonRefused},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			expect(t, verify(c.recipe.Build(t, []byte("signed")), []byte("signed")), c.reason)
		})
	}
}

// The list of algorithms has dates: what is asked is whether an algorithm was good at the time of use.
func TestAllowed(t *testing.T) {
	legacy, long := certificate(t, rsaKey(t, 2048)), certificate(t, rsaKey(t, 3072))
	curve, short := certificate(t, ecKey(t, elliptic.P256())), certificate(t, rsaKey(t, 1024))
	unknown := *curve
	unknown.PublicKey = nil
	weak := *curve
	weak.SignatureAlgorithm = x509.ECDSAWithSHA1
	before := time.Date(2028, time.December, 31, 23, 59, 59, 0, time.UTC)
	after := before.Add(time.Second)
	for name, c := range map[string]struct {
		certificate *x509.Certificate
		at          time.Time
		reason      string
	}{
		"RSA 2048 in time":   {legacy, before, ""},
		"RSA 2048 too late":  {legacy, after, cms.ReasonRefused},
		"RSA 3072":           {long, after, ""},
		"RSA 1024, long ago": {short, time.Unix(0, 0), cms.ReasonRefused},
		"P-256":              {curve, after, ""},
		"unknown key":        {&unknown, before, cms.ReasonUnsupported},
		"SHA-1 on it":        {&weak, before, cms.ReasonRefused},
	} {
		t.Run(name, func(t *testing.T) { expect(t, cms.CertificateAllowed(c.certificate, c.at), c.reason) })
	}
	expect(t, cms.SignatureAllowed(x509.UnknownSignatureAlgorithm, before), cms.ReasonUnsupported)
	expect(t, cms.SignatureAllowed(x509.MD5WithRSA, before), cms.ReasonRefused)
	expect(t, cms.SignatureAllowed(x509.SHA512WithRSAPSS, after), "")
	expect(t, cms.SignatureAllowed(x509.PureEd25519, after), "")
}
