package cms_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof/cms"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
)

func certificate(tb testing.TB, key crypto.Signer) *x509.Certificate {
	tb.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "T"},
		NotAfter: time.Now().Add(time.Hour), SubjectKeyId: keyID(tb, key)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func keyID(tb testing.TB, key crypto.Signer) []byte {
	tb.Helper()
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		tb.Fatal(err)
	}
	id := sha1.Sum(public)
	return id[:]
}

// verify does what a caller does with a detached message.
func verify(message, signed []byte) error {
	m, err := cms.Parse(message)
	if err != nil {
		return err
	}
	h := m.Hash.New()
	h.Write(signed)
	return errors.Join(m.Verify(h.Sum(nil)), m.Bound())
}

func ecKey(tb testing.TB, c elliptic.Curve) crypto.Signer {
	tb.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func rsaKey(tb testing.TB, bits int) crypto.Signer {
	tb.Helper()
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// pss encodes RSASSA-PSS parameters for one hash.
func pss(tb testing.TB, hash cmstest.OID, salt int) []byte {
	mask := cmstest.Algorithm(tb, cmstest.PKCS1(8), cmstest.Algorithm(tb, hash))
	return cmstest.Algorithm(tb, cmstest.PKCS1(10), cmstest.Sequence(tb, cmstest.Tagged(tb, 2, 0, cmstest.Algorithm(tb, hash)), cmstest.Tagged(tb, 2, 1, mask),
		cmstest.Tagged(tb, 2, 2, cmstest.DER(tb, salt))))
}

func p256(tb testing.TB) cmstest.Recipe {
	key := ecKey(tb, elliptic.P256())
	return cmstest.Recipe{Key: key, Certificate: certificate(tb, key), Hash: crypto.SHA256, Digest: cmstest.SHA2(1),
		Algorithm: cmstest.Algorithm(tb, cmstest.ECDSA(2))}
}

func expect(tb testing.TB, err error, reason string) {
	tb.Helper()
	var e *cms.Error
	switch {
	case err == nil && reason == "":
	case errors.As(err, &e) && e.Reason == reason:
	default:
		tb.Errorf("error %v, want %q", err, reason)
	}
}

// A signer may be named by its key, between certificates that have nothing to do with it.
func TestCertificatesAround(t *testing.T) {
	r := p256(t)
	stranger, issuer := p256(t).Certificate, p256(t).Certificate
	r.Chain, r.ByKey = []*x509.Certificate{stranger, issuer}, true
	if err := verify(r.Build(t, []byte("signed")), []byte("signed")); err != nil {
		t.Error(err)
	}
	message := r.Build(t, []byte("signed"))
	id := cmstest.DER(t, asn1.RawValue{Class: asn1.ClassContextSpecific, Bytes: r.Certificate.SubjectKeyId})
	at := bytes.LastIndex(message, id)
	message[at+len(id)-1]++
	expect(t, verify(message, []byte("signed")), cms.ReasonNoSigner)
}

func TestMessages(t *testing.T) {
	good := p256(t)
	otherHash := sha256.Sum256([]byte("another certificate"))
	v1 := sha1.Sum(good.Certificate.Raw)
	change := func(edit func([][]byte) [][]byte) cmstest.Recipe {
		r := good
		r.Attributes = edit
		return r
	}
	attachedRecipe, twoSigners := good, good
	attachedRecipe.Content, twoSigners.Signers = []byte("signed"), 2
	cases := []struct {
		name   string
		recipe cmstest.Recipe
		reason string
	}{
		{"unsorted", change(func(a [][]byte) [][]byte { slices.Reverse(a); return a }), ""},
		{"version 1 binding", change(func(a [][]byte) [][]byte {
			return append(a[:2], cmstest.Attribute(t, cmstest.PKCS9(16, 2, 12), cmstest.Sequence(t, cmstest.Sequence(t, cmstest.Sequence(t, cmstest.DER(t, v1[:]))))))
		}), ""},
		{"not bound", change(func(a [][]byte) [][]byte { return a[:2] }), cms.ReasonUnbound},
		{"bound to another", change(func(a [][]byte) [][]byte {
			return append(a[:2], cmstest.Attribute(t, cmstest.PKCS9(16, 2, 47), cmstest.Sequence(t, cmstest.Sequence(t, cmstest.Sequence(t, cmstest.DER(t, otherHash[:]))))))
		}), cms.ReasonWrongBound},
		{"no digest", change(func(a [][]byte) [][]byte { return [][]byte{a[0], a[2]} }), cms.ReasonAttributes},
		{"no content type", change(func(a [][]byte) [][]byte { return a[1:] }), cms.ReasonContentType},
		{"digest twice", change(func(a [][]byte) [][]byte { return append(a, a[1]) }), cms.ReasonAttributes},
		{"two digests", change(func(a [][]byte) [][]byte {
			return [][]byte{a[0], cmstest.Attribute(t, cmstest.PKCS9(4), cmstest.DER(t, make([]byte, 32)), cmstest.DER(t, make([]byte, 32))), a[2]}
		}), cms.ReasonAttributes},
		{"no attributes", change(func([][]byte) [][]byte { return nil }), cms.ReasonAttributes},
		{"attached", attachedRecipe, cms.ReasonAttached},
		{"two signers", twoSigners, cms.ReasonSigners},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			expect(t, verify(c.recipe.Build(t, []byte("signed")), []byte("signed")), c.reason)
		})
	}
	expect(t, verify(good.Build(t, []byte("signed")), []byte("other")), cms.ReasonDigest)
	stolen := good
	stolen.Key = ecKey(t, elliptic.P256())
	expect(t, verify(stolen.Build(t, []byte("signed")), []byte("signed")), cms.ReasonSignature)
	expect(t, verify([]byte{0x30, 0x80, 0, 0}, nil), cms.ReasonMalformed)
	expect(t, verify(append(good.Build(t, nil), 0), nil), cms.ReasonMalformed)
}

func TestToken(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 250_000_000, time.UTC)
	r := p256(t)
	r.Kind, r.Content = cmstest.PKCS9(16, 1, 4), cmstest.TST(t, []byte("value"), at)
	token := r.Build(t, r.Content)
	hashed := func(of string) func(crypto.Hash) []byte {
		return func(h crypto.Hash) []byte { w := h.New(); w.Write([]byte(of)); return w.Sum(nil) }
	}
	got, err := cms.VerifyToken(token, hashed("value"))
	if err != nil || !got.Time.Equal(at) {
		t.Fatalf("token %+v, error %v", got, err)
	}
	_, err = cms.VerifyToken(token, hashed("other"))
	expect(t, err, cms.ReasonImprint)
	_, err = cms.VerifyToken(r.Build(t, []byte("other content")), hashed("value"))
	expect(t, err, cms.ReasonDigest)
	unbound := r
	unbound.Attributes = func(a [][]byte) [][]byte { return a[:2] }
	_, err = cms.VerifyToken(unbound.Build(t, r.Content), hashed("value"))
	expect(t, err, cms.ReasonUnbound)
	r.Content = nil
	_, err = cms.VerifyToken(r.Build(t, nil), hashed("value"))
	expect(t, err, cms.ReasonContentType)
	_, err = cms.VerifyToken(p256(t).Build(t, []byte("value")), hashed("value"))
	expect(t, err, cms.ReasonContentType)
}

// A curve the standard library lacks leaves the question open instead of answering it.
func TestUnknownCurve(t *testing.T) {
	r := p256(t)
	message := r.Build(t, []byte("signed"))
	known, unknown := cmstest.DER(t, cmstest.OID{1, 2, 840, 10045, 3, 1, 7}), cmstest.DER(t, cmstest.OID{1, 2, 840, 10045, 3, 1, 9})
	err := verify(bytes.Replace(message, known, unknown, 1), []byte("signed"))
	expect(t, err, cms.ReasonUnsupported)
	var e *cms.Error
	if errors.As(err, &e) && !e.Open {
		t.Error("an unknown curve is taken for a wrong signature")
	}
}

func FuzzParse(f *testing.F) {
	r := p256(f)
	f.Add(r.Build(f, []byte("signed")))
	f.Add(ber(f, r.Build(f, []byte("signed")), r.Certificate.Raw))
	r.Kind, r.Content = cmstest.PKCS9(16, 1, 4), cmstest.TST(f, []byte("value"), time.Unix(0, 0))
	f.Add(r.Build(f, r.Content))
	f.Add([]byte{0x30, 0x80})
	f.Fuzz(func(_ *testing.T, message []byte) {
		_ = verify(message, []byte("signed"))
		if m, err := cms.Parse(message); err == nil {
			_ = m.Revocation()
			_ = m.Allowed(time.Unix(0, 0))
		}
		_, _ = cms.VerifyToken(message, func(h crypto.Hash) []byte { return make([]byte, h.Size()) })
	})
}
