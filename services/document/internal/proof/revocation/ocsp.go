package revocation

import (
	"bytes"
	"crypto"
	_ "crypto/sha1"   // makes crypto.SHA1 available, for names only
	_ "crypto/sha256" // makes crypto.SHA256 available
	_ "crypto/sha512" // makes crypto.SHA384 and crypto.SHA512 available
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/countersign/countersign/services/document/internal/proof/cms"
)

const maxSingles = 256

// response is an OCSP response with the names of the certificates it is about, which package ocsp does not compare.
type response struct {
	der []byte
	ids []certificateID
}

// certificateID is CertID of RFC 6960, 4.1.1.
type certificateID struct {
	Hash   pkix.AlgorithmIdentifier
	Name   []byte
	Key    []byte
	Serial *big.Int
}

type outerResponse struct {
	Status asn1.Enumerated
	Bytes  struct {
		Kind     asn1.ObjectIdentifier
		Response []byte
	} `asn1:"explicit,tag:0,optional"`
}

// readResponse tells an OCSP response from other data.
func readResponse(der []byte) (*response, bool) {
	var outer outerResponse
	if rest, err := asn1.Unmarshal(der, &outer); err != nil || len(rest) > 0 {
		return nil, false
	}
	var sequence asn1.RawValue
	if _, err := asn1.Unmarshal(outer.Bytes.Response, &sequence); err != nil {
		return nil, false
	}
	var data struct {
		Version    int `asn1:"optional,default:0,explicit,tag:0"`
		Responder  asn1.RawValue
		Produced   time.Time `asn1:"generalized"`
		Singles    []asn1.RawValue
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	if _, err := asn1.Unmarshal(sequence.Bytes, &data); err != nil || len(data.Singles) > maxSingles ||
		hasCritical(data.Extensions) {
		return nil, false
	}
	r := &response{der: der}
	for _, s := range data.Singles {
		var id certificateID
		if _, err := asn1.Unmarshal(s.Bytes, &id); err != nil {
			return nil, false
		}
		r.ids = append(r.ids, id)
	}
	return r, true
}

func hasCritical(extensions []pkix.Extension) bool {
	return slices.ContainsFunc(extensions, func(e pkix.Extension) bool { return e.Critical })
}

// about returns what the response says about a certificate; ok is false when it is about others.
func (r *response) about(c, issuer *x509.Certificate, d *Data) (s statement, ok bool) {
	named, twins := false, 0
	for _, id := range r.ids {
		if id.Serial == nil || id.Serial.Cmp(c.SerialNumber) != 0 {
			continue
		}
		twins++
		named = named || id.isOf(issuer)
	}
	if !named {
		return statement{}, false
	}
	said, err := ocsp.ParseResponseForCert(r.der, c, nil)
	if err != nil || twins != 1 {
		return statement{unusable: true}, true // package ocsp takes the first of several for one serial number
	}
	s = statement{
		revoked: said.Status == ocsp.Revoked, reason: said.RevocationReason,
		since:      earlier(said.RevokedAt, timeIn(said.Extensions, oidInvalidityDate)),
		thisUpdate: said.ThisUpdate, nextUpdate: said.NextUpdate, keepsExpired: timeIn(said.Extensions, oidArchiveCutoff),
	}
	s.unusable = said.Status == ocsp.Unknown || s.revoked && s.reason == removeFromCRL || !authorised(said, issuer) ||
		!s.revoked && !d.responderGood(said, issuer)
	return s, true
}

// isOf compares the name and key of an issuer. SHA-1 is what RFC 6960 names and RFC 5019 asks for: here it only tells one
// issuer from another, and the signature decides.
func (id certificateID) isOf(issuer *x509.Certificate) bool {
	var hash crypto.Hash
	switch id.Hash.Algorithm.String() {
	case "1.3.14.3.2.26":
		hash = crypto.SHA1
	case "2.16.840.1.101.3.4.2.1":
		hash = crypto.SHA256
	case "2.16.840.1.101.3.4.2.2":
		hash = crypto.SHA384
	case "2.16.840.1.101.3.4.2.3":
		hash = crypto.SHA512
	default:
		return false
	}
	var key struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(issuer.RawSubjectPublicKeyInfo, &key); err != nil {
		return false
	}
	return bytes.Equal(id.Name, sum(hash, issuer.RawSubject)) && bytes.Equal(id.Key, sum(hash, key.Key.RightAlign()))
}

func sum(h crypto.Hash, data []byte) []byte {
	w := h.New()
	w.Write(data)
	return w.Sum(nil)
}

// authorised says whether the issuer, or a responder whose certificate the issuer signed for this purpose, made the
// response (RFC 6960, 4.2.2.2).
func authorised(said *ocsp.Response, issuer *x509.Certificate) bool {
	at := said.ProducedAt
	if cms.SignatureAllowed(said.SignatureAlgorithm, at) != nil || cms.KeyAllowed(issuer, at) != nil || !livedAt(issuer, at) {
		return false
	}
	by := said.Certificate
	if by == nil || by.Equal(issuer) {
		return said.CheckSignatureFrom(issuer) == nil
	}
	return bytes.Equal(by.RawIssuer, issuer.RawSubject) && livedAt(by, at) && cms.CertificateAllowed(by, at) == nil &&
		slices.Contains(by.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) && len(by.UnhandledCriticalExtensions) == 0 &&
		by.CheckSignatureFrom(issuer) == nil && said.CheckSignatureFrom(by) == nil
}

// responderGood says whether the word of a responder holds. The issuer may say that its certificate needs no checking
// (id-pkix-ocsp-nocheck); otherwise one of the issuer's own CRLs must call it good.
func (d *Data) responderGood(said *ocsp.Response, issuer *x509.Certificate) bool {
	by := said.Certificate
	if by == nil || by.Equal(issuer) {
		return true
	}
	if slices.ContainsFunc(by.Extensions, func(e pkix.Extension) bool { return e.Id.String() == oidNoCheck }) {
		return true
	}
	status := NoData
	for _, s := range d.listed(by, issuer) {
		status = max(status, s.status(by, Moment{Proven: said.ProducedAt, Now: s.thisUpdate}))
	}
	return status == Good || status == GoodBefore
}

func livedAt(c *x509.Certificate, at time.Time) bool {
	return !at.Before(c.NotBefore) && !at.After(c.NotAfter)
}
