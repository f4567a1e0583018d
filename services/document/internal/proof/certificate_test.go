package proof_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
	"github.com/countersign/countersign/services/sim/pki"
)

// authority issues certificates that package pki refuses to.
type authority struct {
	tb   testing.TB
	key  crypto.Signer
	cert *x509.Certificate
	now  time.Time
}

func newAuthority(tb testing.TB, now time.Time) authority {
	tb.Helper()
	a := authority{tb: tb, now: now, cert: &x509.Certificate{Subject: pkix.Name{CommonName: "Root"}}}
	root := a.issue(&x509.Certificate{SerialNumber: big.NewInt(1), Subject: a.cert.Subject, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	a.key, a.cert = root.Key, root.Certificate
	return a
}

func (a authority) issue(template *x509.Certificate) *pki.Identity {
	a.tb.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(a.tb)
	template.SerialNumber = big.NewInt(9)
	template.NotBefore, template.NotAfter = a.now.Add(-time.Hour), a.now.Add(time.Hour)
	by := a.key
	parent := a.cert
	if by == nil {
		by, parent = key, template
	}
	raw := must(x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by))(a.tb)
	return &pki.Identity{Certificate: must(x509.ParseCertificate(raw))(a.tb), Key: key}
}

func (a authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// statements encodes qualified certificate statements below 0.4.0.1862.1.
func statements(tb testing.TB, list ...[]byte) pkix.Extension {
	return pkix.Extension{Id: cmstest.OID{1, 3, 6, 1, 5, 5, 7, 1, 3}, Value: cmstest.Sequence(tb, list...)}
}

func statement(tb testing.TB, n int, info ...[]byte) []byte {
	return cmstest.Algorithm(tb, cmstest.OID{0, 4, 0, 1862, 1, n}, info...)
}

func TestCertificates(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, w.now)
	anchors := must(proof.NewAnchors(append([]byte(everything), a.pem()...)))(t)
	verifier := proof.New(anchors, proof.Options{})
	printable := func(s string) []byte { return cmstest.DER(t, s) }
	compliance, device := statement(t, 1), statement(t, 4)
	kind := func(n int) []byte {
		return statement(t, 6, cmstest.Sequence(t, cmstest.DER(t, cmstest.OID{0, 4, 0, 1862, 1, 6, n})))
	}
	country := func(c string) []byte { return statement(t, 7, cmstest.Sequence(t, printable(c))) }
	const sign = x509.KeyUsageContentCommitment
	cases := []struct {
		name, legislation string
		usage             x509.KeyUsage
		extended          []x509.ExtKeyUsage
		statements        [][]byte
		authority         bool
		verdict           proof.Verdict
		reason            string
	}{
		{"qualified", "EIDAS", sign, nil, [][]byte{compliance, kind(1), device}, false, proof.Proven, "LEVEL_PROVEN"},
		{"mail", "EIDAS", sign, []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}, [][]byte{compliance, kind(1), device}, false, proof.Proven, ""},
		{"no device", "EIDAS", sign, nil, [][]byte{compliance, kind(1)}, false, proof.Failed, "LEVEL_TOO_LOW"},
		{"no kind", "EIDAS", sign, nil, [][]byte{compliance, device}, false, proof.Failed, "LEVEL_TOO_LOW"},
		{"kind only", "EIDAS", sign, nil, [][]byte{kind(1), device}, false, proof.Failed, "LEVEL_TOO_LOW"},
		{"website", "EIDAS", sign, nil, [][]byte{compliance, kind(3), device}, false, proof.Failed, "LEVEL_TOO_LOW"},
		{"seal with a person's name", "EIDAS", sign, nil, [][]byte{compliance, kind(2), device}, false, proof.Failed, "LEVEL_TOO_LOW"},
		{"malformed statements", "EIDAS", sign, nil, [][]byte{compliance, kind(1), device, {5, 0}}, false, proof.Failed, "LEVEL_TOO_LOW"},
		{"French", "EIDAS", sign, nil, [][]byte{compliance, kind(1), device, country("FR")}, false, proof.Proven, ""},
		{"Swiss under European law", "EIDAS", sign, nil, [][]byte{compliance, kind(1), device, country("CH")}, false, proof.Failed, "LEVEL_TOO_LOW"},
		{"Swiss", "ZERTES", sign, nil, [][]byte{compliance, kind(1), country("CH")}, false, proof.Proven, ""},
		{"French under Swiss law", "ZERTES", sign, nil, [][]byte{compliance, kind(1), country("FR")}, false, proof.Failed, "LEVEL_TOO_LOW"},
		{"country that is a text", "EIDAS", sign, nil, [][]byte{compliance, kind(1), device, country("FR\n  level    QES")}, false, proof.Failed, "LEVEL_TOO_LOW"},
		{"encryption key", "EIDAS", x509.KeyUsageKeyEncipherment, nil, [][]byte{compliance, kind(1)}, false, proof.Failed, "KEY_USAGE_WRONG"},
		{"server", "EIDAS", sign, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, [][]byte{compliance, kind(1)}, false, proof.Failed, "EXTENDED_KEY_USAGE_WRONG"},
		{"authority", "EIDAS", sign, nil, [][]byte{compliance, kind(1)}, true, proof.Failed, "KEY_USAGE_WRONG"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			by := a.issue(&x509.Certificate{
				Subject: pkix.Name{CommonName: "Anna Müller", ExtraNames: []pkix.AttributeTypeAndValue{
					{Type: cmstest.OID{2, 5, 4, 42}, Value: "Anna"}, {Type: cmstest.OID{2, 5, 4, 4}, Value: "Müller"}}},
				KeyUsage: c.usage, ExtKeyUsage: c.extended, IsCA: c.authority, BasicConstraintsValid: c.authority,
				ExtraExtensions: []pkix.Extension{statements(t, c.statements...)},
			})
			request := w.request(signByHand(t, sent(), client(), detached, w.detached(by)))
			request.Legislation = c.legislation
			expect(t, verifier.Verify(t.Context(), request), c.verdict, c.reason)
		})
	}
}

func TestAnchors(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, w.now)
	leaf := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.seal().Certificate.Raw})
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}})
	both := bytes.Join([][]byte{[]byte("# two\nProves: AES, SEAL\n"), w.pki.RootPEM(), []byte("Proves: TIMESTAMP\n"), a.pem()}, nil)
	for name, c := range map[string]struct {
		bundle []byte
		good   bool
	}{
		"two":               {both, true},
		"nothing":           {nil, false},
		"text":              {[]byte("Proves: AES\n"), false},
		"unknown word":      {append([]byte("Proves: QES\n"), a.pem()...), false},
		"not an issuer":     {leaf, false},
		"not a certificate": {key, false},
		"damaged":           {[]byte("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"), false},
		"damaged first":     {append([]byte("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"), a.pem()...), false},
		"damaged last":      {append(a.pem(), "-----BEGIN CERTIFICATE-----\n"...), false},
	} {
		if _, err := proof.NewAnchors(c.bundle); (err == nil) != c.good {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// A certificate for signatures of persons without given name and surname is a person's, whose name is the common name.
func TestCommonNameOnly(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, w.now)
	verifier := proof.New(must(proof.NewAnchors(append([]byte(everything), a.pem()...)))(t), proof.Options{})
	kind := func(n int) []byte {
		return statement(t, 6, cmstest.Sequence(t, cmstest.DER(t, cmstest.OID{0, 4, 0, 1862, 1, 6, n})))
	}
	for n, verdict := range map[int]proof.Verdict{1: proof.Proven, 2: proof.Failed} {
		by := a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "Anna Müller"}, KeyUsage: x509.KeyUsageContentCommitment,
			ExtraExtensions: []pkix.Extension{statements(t, statement(t, 1), statement(t, 4), kind(n))}})
		r := verifier.Verify(t.Context(), w.request(signByHand(t, sent(), client(), detached, w.detached(by))))
		if expect(t, r, verdict, ""); r.Signatures[0].SealClaim != (verdict == proof.Failed) {
			t.Errorf("type %d: %+v", n, r.Signatures[0])
		}
	}
}

// A pseudonym is what its holder wants to be called. It names nobody, whatever stands in the common name.
func TestPseudonym(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, w.now)
	verifier := proof.New(must(proof.NewAnchors(append([]byte(everything), a.pem()...)))(t), proof.Options{})
	kind := statement(t, 6, cmstest.Sequence(t, cmstest.DER(t, cmstest.OID{0, 4, 0, 1862, 1, 6, 1})))
	by := a.issue(&x509.Certificate{KeyUsage: x509.KeyUsageContentCommitment,
		Subject: pkix.Name{CommonName: "Anna Müller", ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: cmstest.OID{2, 5, 4, 65}, Value: "Anna Müller"}}},
		ExtraExtensions: []pkix.Extension{statements(t, statement(t, 1), statement(t, 4), kind)}})
	request := w.request(signByHand(t, sent(), client(), detached, w.detached(by)))
	expect(t, verifier.Verify(t.Context(), request), proof.Failed, "UNEXPECTED_SIGNER")
	request.Signers = nil
	expect(t, verifier.Verify(t.Context(), request), proof.Proven, "LEVEL_PROVEN")
}
