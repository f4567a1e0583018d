// Package revocationtest makes certificates and what revokes them, for tests.
package revocationtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"
)

// Holder is a certificate with its key; it may be an authority.
type Holder struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Root makes an authority that signs itself, valid for ten days before and after now.
func Root(tb testing.TB, name string, now time.Time) *Holder {
	tb.Helper()
	return issue(tb, nil, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(0, 0, -10), NotAfter: now.AddDate(0, 0, 10),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	})
}

// Issue signs a certificate. A serial number and the validity of h are filled in where template has none.
func (h *Holder) Issue(tb testing.TB, template *x509.Certificate) *Holder {
	tb.Helper()
	return issue(tb, h, template)
}

// Authority issues an authority.
func (h *Holder) Authority(tb testing.TB, name string) *Holder {
	tb.Helper()
	return h.Issue(tb, &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign})
}

// Responder issues the certificate of an OCSP responder, with id-pkix-ocsp-nocheck or without.
func (h *Holder) Responder(tb testing.TB, unchecked bool) *Holder {
	tb.Helper()
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "Responder"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}}
	if unchecked {
		template.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}, Value: []byte{5, 0}}}
	}
	return h.Issue(tb, template)
}

func issue(tb testing.TB, by *Holder, template *x509.Certificate) *Holder {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	parent, signer := template, crypto.Signer(key)
	if by != nil {
		parent, signer = by.Certificate, by.Key
		if template.NotBefore.IsZero() {
			template.NotBefore, template.NotAfter = parent.NotBefore, parent.NotAfter
		}
	}
	if template.SerialNumber == nil {
		if template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62)); err != nil {
			tb.Fatal(err)
		}
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return &Holder{Certificate: c, Key: key}
}

// CRL signs a list.
func (h *Holder) CRL(tb testing.TB, list x509.RevocationList) []byte {
	tb.Helper()
	list.Number = big.NewInt(1)
	der, err := x509.CreateRevocationList(rand.Reader, &list, h.Certificate, h.Key)
	if err != nil {
		tb.Fatal(err)
	}
	return der
}

// Entry revokes a certificate.
func Entry(c *x509.Certificate, at time.Time, reason int, extensions ...pkix.Extension) []x509.RevocationListEntry {
	return []x509.RevocationListEntry{{SerialNumber: c.SerialNumber, RevocationTime: at, ReasonCode: reason,
		ExtraExtensions: extensions}}
}

// OCSP makes a response about a certificate that issuer issued; h signs it. When h is not the issuer the response holds
// the certificate of h. It is produced at the real time, to the minute.
func (h *Holder) OCSP(tb testing.TB, issuer, c *x509.Certificate, response ocsp.Response) []byte {
	tb.Helper()
	if response.SerialNumber == nil {
		response.SerialNumber = c.SerialNumber
	}
	if !h.Certificate.Equal(issuer) {
		response.Certificate = h.Certificate
	}
	der, err := ocsp.CreateResponse(issuer, h.Certificate, response, h.Key)
	if err != nil {
		tb.Fatal(err)
	}
	return der
}

// Joined makes one response of the answers of several, with extensions; h signs it.
func (h *Holder) Joined(tb testing.TB, extensions []pkix.Extension, responses ...[]byte) []byte {
	tb.Helper()
	type data struct {
		Responder  asn1.RawValue
		Produced   time.Time `asn1:"generalized"`
		Singles    []asn1.RawValue
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional,omitempty"`
	}
	type basic struct {
		Data      asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	type outer struct {
		Status asn1.Enumerated
		Bytes  struct {
			Kind     asn1.ObjectIdentifier
			Response []byte
		} `asn1:"explicit,tag:0"`
	}
	var joined data
	var frame outer
	var body basic
	for _, r := range responses {
		var one data
		read(tb, r, &frame)
		read(tb, frame.Bytes.Response, &body)
		read(tb, body.Data.FullBytes, &one)
		one.Singles = append(joined.Singles, one.Singles...)
		joined = one
	}
	joined.Extensions = extensions
	tbs := write(tb, joined)
	hash := sha256.Sum256(tbs)
	signature, err := h.Key.Sign(rand.Reader, hash[:], crypto.SHA256)
	if err != nil {
		tb.Fatal(err)
	}
	body.Data, body.Signature = asn1.RawValue{FullBytes: tbs}, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	frame.Bytes.Response = write(tb, body)
	return write(tb, frame)
}

func read(tb testing.TB, der []byte, into any) {
	tb.Helper()
	if _, err := asn1.Unmarshal(der, into); err != nil {
		tb.Fatal(err)
	}
}

func write(tb testing.TB, v any) []byte {
	tb.Helper()
	der, err := asn1.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return der
}
