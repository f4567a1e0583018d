package revocation_test

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/countersign/countersign/services/document/internal/proof/revocation"
	"github.com/countersign/countersign/services/document/internal/proof/revocation/revocationtest"
)

// scene is a certificate, its issuer, and an hour of its life: it was used at used, and now is later.
type scene struct {
	tb           testing.TB
	now, used    time.Time
	root, issuer *revocationtest.Holder
	signer       *revocationtest.Holder
}

func newScene(tb testing.TB) *scene {
	tb.Helper()
	s := &scene{tb: tb, now: time.Now().UTC().Truncate(time.Second)}
	s.used = s.now.Add(-time.Hour)
	s.root = revocationtest.Root(tb, "Root", s.now)
	s.issuer = s.root.Authority(tb, "Issuer")
	s.signer = s.issuer.Issue(tb, &x509.Certificate{Subject: pkix.Name{CommonName: "Signer"},
		CRLDistributionPoints: []string{"http://crl.example/a"}})
	return s
}

func (s *scene) proven() revocation.Moment { return revocation.Moment{Proven: s.used, Now: s.now} }

func (s *scene) expect(m revocation.Moment, want revocation.Status, data ...[]byte) {
	s.tb.Helper()
	var d revocation.Data
	for _, piece := range data {
		d.Add(piece)
	}
	if got := d.Status(s.signer.Certificate, s.issuer.Certificate, m); got != want {
		s.tb.Errorf("status %d, want %d", got, want)
	}
}

// list is the issuer's list of an hour from a time on.
func (s *scene) list(this time.Time, entries ...x509.RevocationListEntry) []byte {
	s.tb.Helper()
	return s.issuer.CRL(s.tb, x509.RevocationList{ThisUpdate: this, NextUpdate: this.Add(time.Hour),
		RevokedCertificateEntries: entries})
}

func (s *scene) response(r ocsp.Response) []byte {
	s.tb.Helper()
	return s.issuer.OCSP(s.tb, s.issuer.Certificate, s.signer.Certificate, r)
}

func TestFreshness(t *testing.T) {
	s := newScene(t)
	after, before := s.used.Add(time.Minute), s.used.Add(-30*time.Minute)
	good := func(this, next time.Time) []byte {
		return s.response(ocsp.Response{ThisUpdate: this, NextUpdate: next})
	}
	for name, c := range map[string]struct {
		data []byte
		want revocation.Status
	}{
		"list after":             {s.list(after), revocation.Good},
		"list at that time":      {s.list(s.used), revocation.Good},
		"list before, valid":     {s.list(before), revocation.GoodBefore},
		"list before, stale":     {s.list(s.used.Add(-2 * time.Hour)), revocation.Unusable},
		"list from the future":   {s.list(s.now.Add(time.Hour)), revocation.Unusable},
		"response after":         {good(after, time.Time{}), revocation.Good},
		"response before, valid": {good(before, after), revocation.GoodBefore},
		"response before, open":  {good(before, time.Time{}), revocation.Unusable},
		"response just before":   {good(s.used.Add(-10*time.Minute), time.Time{}), revocation.GoodBefore},
		"response, stale":        {good(before, before.Add(time.Minute)), revocation.Unusable},
	} {
		t.Run(name, func(t *testing.T) {
			s.tb = t
			s.expect(s.proven(), c.want, c.data)
		})
	}
	s.tb = t
	s.expect(s.proven(), revocation.NoData)
	s.expect(s.proven(), revocation.Good, s.list(s.used.Add(-2*time.Hour)), s.list(after))
	s.expect(revocation.Moment{Now: s.now}, revocation.GoodBefore, s.list(s.now.Add(-time.Minute)))
	s.expect(revocation.Moment{Now: s.now}, revocation.Unusable, s.list(s.now.Add(-2*time.Hour)))
}

func TestRevoked(t *testing.T) {
	s := newScene(t)
	earlier, later := s.used.Add(-time.Minute), s.used.Add(time.Minute)
	claimed, unproven := revocation.Moment{Claimed: s.used, Now: s.now}, revocation.Moment{Now: s.now}
	const keyCompromise, superseded, hold = 1, 4, 6
	for name, c := range map[string]struct {
		at     time.Time
		reason int
		moment revocation.Moment
		want   revocation.Status
	}{
		"before":                   {earlier, superseded, s.proven(), revocation.Revoked},
		"at that moment":           {s.used, superseded, s.proven(), revocation.Revoked},
		"after":                    {later, superseded, s.proven(), revocation.RevokedLater},
		"after, key lost":          {later, keyCompromise, s.proven(), revocation.RevokedLater},
		"held":                     {earlier, hold, s.proven(), revocation.Revoked},
		"no proven time":           {later, superseded, unproven, revocation.Revoked},
		"no proven time, key lost": {s.now.Add(time.Hour), keyCompromise, unproven, revocation.Revoked},
		"unit retired":             {later, superseded, claimed, revocation.RevokedLater},
		"unit retired before":      {earlier, superseded, claimed, revocation.Revoked},
		"unit's key lost":          {later, keyCompromise, claimed, revocation.Revoked},
		"unit, no reason":          {later, 0, claimed, revocation.Revoked},
	} {
		t.Run(name, func(t *testing.T) {
			s.tb = t
			list := s.list(s.used.Add(-2*time.Hour), revocationtest.Entry(s.signer.Certificate, c.at, c.reason)...)
			good := s.list(s.used.Add(2 * time.Minute))
			s.expect(c.moment, c.want, good, list)
			s.expect(c.moment, c.want, s.response(ocsp.Response{Status: ocsp.Revoked, RevokedAt: c.at, RevocationReason: c.reason,
				ThisUpdate: s.now}), good)
		})
	}
	s.tb = t
	invalid := extension(t, asn1.ObjectIdentifier{2, 5, 29, 24}, generalized(earlier))
	s.expect(s.proven(), revocation.Revoked, s.list(s.now, revocationtest.Entry(s.signer.Certificate, later, keyCompromise, invalid)...))
	s.expect(s.proven(), revocation.Unusable, s.list(s.now, revocationtest.Entry(s.signer.Certificate, earlier, 8)...))
	stranger := s.issuer.Issue(t, &x509.Certificate{})
	s.expect(s.proven(), revocation.Good, s.list(s.now, revocationtest.Entry(stranger.Certificate, earlier, keyCompromise)...))
}

func generalized(at time.Time) asn1.RawValue {
	return asn1.RawValue{Tag: asn1.TagGeneralizedTime, Bytes: []byte(at.UTC().Format("20060102150405Z"))}
}

func extension(tb testing.TB, id asn1.ObjectIdentifier, value any) pkix.Extension {
	tb.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		tb.Fatal(err)
	}
	return pkix.Extension{Id: id, Value: der}
}

// Data of another authority says nothing; data in the authority's name that another key signed is not to be used.
func TestWhoSigned(t *testing.T) {
	s := newScene(t)
	other := s.root.Authority(t, "Other")
	forger := revocationtest.Root(t, "Issuer", s.now)
	forger.Certificate.SubjectKeyId = s.issuer.Certificate.SubjectKeyId
	unchecked, checked := s.issuer.Responder(t, true), s.issuer.Responder(t, false)
	foreign := other.Responder(t, true)
	noCheck := []pkix.Extension{{Id: []int{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}, Value: []byte{5, 0}}}
	plain := s.issuer.Issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Not a responder"}, ExtraExtensions: noCheck})
	expired := s.issuer.Issue(t, &x509.Certificate{NotBefore: s.now.AddDate(0, 0, -9), NotAfter: s.now.AddDate(0, 0, -8),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}, ExtraExtensions: noCheck})
	inItsName := &revocationtest.Holder{Certificate: s.issuer.Certificate, Key: forger.Key}
	by := func(h *revocationtest.Holder) []byte {
		return h.OCSP(t, s.issuer.Certificate, s.signer.Certificate, ocsp.Response{ThisUpdate: s.now})
	}
	list := x509.RevocationList{ThisUpdate: s.now, NextUpdate: s.now.Add(time.Hour)}
	// around is a list that was made before the certificate was used and is valid still.
	around := func(entries ...x509.RevocationListEntry) []byte {
		return s.issuer.CRL(t, x509.RevocationList{ThisUpdate: s.used.Add(-time.Minute), NextUpdate: s.now.Add(time.Hour),
			RevokedCertificateEntries: entries})
	}
	for name, c := range map[string]struct {
		data [][]byte
		want revocation.Status
	}{
		"another's list":             {[][]byte{other.CRL(t, list)}, revocation.NoData},
		"forged list":                {[][]byte{forger.CRL(t, list)}, revocation.Unusable},
		"another's response":         {[][]byte{other.OCSP(t, other.Certificate, s.signer.Certificate, ocsp.Response{ThisUpdate: s.now})}, revocation.NoData},
		"forged response":            {[][]byte{by(forger)}, revocation.Unusable},
		"forged, no certificate":     {[][]byte{by(inItsName)}, revocation.Unusable},
		"forged responder":           {[][]byte{by(forger.Responder(t, true))}, revocation.Unusable},
		"expired responder":          {[][]byte{by(expired)}, revocation.Unusable},
		"SHA-1 on the response":      {[][]byte{s.response(ocsp.Response{ThisUpdate: s.now, SignatureAlgorithm: x509.ECDSAWithSHA1})}, revocation.Unusable},
		"SHA-1 on the list":          {[][]byte{s.issuer.CRL(t, x509.RevocationList{ThisUpdate: s.now, NextUpdate: s.now, SignatureAlgorithm: x509.ECDSAWithSHA1})}, revocation.Unusable},
		"about another":              {[][]byte{s.response(ocsp.Response{SerialNumber: plain.Certificate.SerialNumber, ThisUpdate: s.now})}, revocation.NoData},
		"responder":                  {[][]byte{by(unchecked)}, revocation.Good},
		"responder to be checked":    {[][]byte{by(checked)}, revocation.Unusable},
		"responder checked":          {[][]byte{by(checked), around()}, revocation.Good},
		"responder revoked":          {[][]byte{by(checked), around(revocationtest.Entry(checked.Certificate, s.used, 1)...)}, revocation.GoodBefore},
		"another's responder":        {[][]byte{by(foreign)}, revocation.Unusable},
		"not a responder":            {[][]byte{by(plain)}, revocation.Unusable},
		"unknown":                    {[][]byte{s.response(ocsp.Response{Status: ocsp.Unknown, ThisUpdate: s.now})}, revocation.Unusable},
		"SHA-256 names":              {[][]byte{s.response(ocsp.Response{ThisUpdate: s.now, IssuerHash: crypto.SHA256})}, revocation.Good},
		"critical extension":         {[][]byte{s.response(ocsp.Response{ThisUpdate: s.now, ExtraExtensions: []pkix.Extension{{Id: []int{1, 2, 3}, Critical: true}}})}, revocation.Unusable},
		"not revocation data at all": {[][]byte{s.signer.Certificate.Raw}, revocation.Unusable},
	} {
		t.Run(name, func(t *testing.T) {
			s.tb = t
			s.expect(s.proven(), c.want, c.data...)
		})
	}
}

// A response may be about several certificates, and is left alone where one serial number stands twice or an extension
// cannot be understood.
func TestSeveralInOneResponse(t *testing.T) {
	s := newScene(t)
	other := s.issuer.Issue(t, &x509.Certificate{}).Certificate
	good := s.response(ocsp.Response{ThisUpdate: s.now})
	revoked := s.response(ocsp.Response{Status: ocsp.Revoked, RevokedAt: s.used, ThisUpdate: s.now})
	strange := s.issuer.OCSP(t, s.issuer.Certificate, other, ocsp.Response{ThisUpdate: s.now})
	s.expect(s.proven(), revocation.Good, s.issuer.Joined(t, nil, strange, good))
	s.expect(s.proven(), revocation.Revoked, s.issuer.Joined(t, nil, strange, revoked))
	s.expect(s.proven(), revocation.Unusable, s.issuer.Joined(t, nil, good, revoked))
	critical := []pkix.Extension{{Id: []int{1, 2, 3}, Critical: true}}
	s.expect(s.proven(), revocation.Good, s.issuer.Joined(t, []pkix.Extension{{Id: []int{1, 2, 3}}}, good))
	s.expect(s.proven(), revocation.Unusable, s.issuer.Joined(t, critical, good))
}

// A list speaks about what its extensions say and is left alone when they cannot be understood.
func TestScope(t *testing.T) {
	s := newScene(t)
	point := func(url string) []byte { // [0] { [0] { [6] url } }
		name := append([]byte{0x86, byte(len(url))}, url...)
		full := append([]byte{0xA0, byte(len(name))}, name...)
		return append([]byte{0xA0, byte(len(full))}, full...)
	}
	distribution := func(fields ...[]byte) pkix.Extension {
		body := slices.Concat(fields...)
		return pkix.Extension{Id: []int{2, 5, 29, 28}, Critical: true, Value: append([]byte{0x30, byte(len(body))}, body...)}
	}
	isTrue := func(tag byte) []byte { return []byte{0x80 | tag, 1, 0xFF} }
	for name, c := range map[string]struct {
		extension pkix.Extension
		want      revocation.Status
	}{
		"its point":      {distribution(point("http://crl.example/a")), revocation.Good},
		"another point":  {distribution(point("http://crl.example/b")), revocation.NoData},
		"relative point": {distribution([]byte{0xA0, 4, 0xA1, 2, 0x31, 0}), revocation.Unusable},
		"users":          {distribution(isTrue(1)), revocation.Good},
		"authorities":    {distribution(isTrue(2)), revocation.NoData},
		"some reasons":   {distribution([]byte{0x83, 2, 6, 0x40}), revocation.Unusable},
		"indirect":       {distribution(isTrue(4)), revocation.Unusable},
		"attributes":     {distribution(isTrue(5)), revocation.NoData},
		"malformed":      {pkix.Extension{Id: []int{2, 5, 29, 28}, Critical: true, Value: []byte{1}}, revocation.Unusable},
		"delta":          {pkix.Extension{Id: []int{2, 5, 29, 27}, Value: []byte{2, 1, 1}}, revocation.Unusable},
		"unknown":        {pkix.Extension{Id: []int{1, 2, 3}, Critical: true}, revocation.Unusable},
		"harmless":       {pkix.Extension{Id: []int{1, 2, 3}}, revocation.Good},
	} {
		t.Run(name, func(t *testing.T) {
			s.tb = t
			s.expect(s.proven(), c.want, s.issuer.CRL(t, x509.RevocationList{ThisUpdate: s.now, NextUpdate: s.now.Add(time.Hour),
				ExtraExtensions: []pkix.Extension{c.extension}}))
		})
	}
	s.tb = t
	critical := pkix.Extension{Id: []int{2, 5, 29, 29}, Critical: true, Value: []byte{0x30, 0}}
	s.expect(s.proven(), revocation.Unusable, s.list(s.now, revocationtest.Entry(s.root.Certificate, s.now, 1, critical)...))
}

// What an issuer says after a certificate has expired counts only when it keeps expired ones in mind.
func TestExpired(t *testing.T) {
	s := newScene(t)
	end := s.used.Add(10 * time.Minute)
	s.signer = s.issuer.Issue(t, &x509.Certificate{NotBefore: s.used.Add(-time.Hour), NotAfter: end})
	s.expect(s.proven(), revocation.Good, s.list(end))
	s.expect(s.proven(), revocation.Unusable, s.list(end.Add(time.Second)))
	kept := func(since time.Time) []byte {
		return s.issuer.CRL(t, x509.RevocationList{ThisUpdate: s.now, NextUpdate: s.now.Add(time.Hour),
			ExtraExtensions: []pkix.Extension{extension(t, []int{2, 5, 29, 60}, generalized(since))}})
	}
	s.expect(s.proven(), revocation.Good, kept(s.used))
	s.expect(s.proven(), revocation.Unusable, kept(end.Add(time.Minute)))
	s.expect(s.proven(), revocation.Good, s.response(ocsp.Response{ThisUpdate: s.now,
		ExtraExtensions: []pkix.Extension{extension(t, []int{1, 3, 6, 1, 5, 5, 7, 48, 1, 6}, generalized(s.used))}}))
}

// An authority that has expired says nothing any more, even about certificates that outlive it.
func TestIssuerExpired(t *testing.T) {
	s := newScene(t)
	end := s.issuer.Certificate.NotAfter
	s.signer = s.issuer.Issue(t, &x509.Certificate{NotBefore: s.used.Add(-time.Hour), NotAfter: end.AddDate(0, 0, 9)})
	later := revocation.Moment{Proven: s.used, Now: end.AddDate(0, 0, 1)}
	s.expect(later, revocation.Good, s.list(end))
	s.expect(later, revocation.Unusable, s.list(end.Add(time.Second)))
}

func TestShortLived(t *testing.T) {
	s := newScene(t)
	s.signer = s.issuer.Issue(t, &x509.Certificate{ExtraExtensions: []pkix.Extension{
		{Id: []int{0, 4, 0, 194121, 2, 1}, Value: []byte{5, 0}}}})
	s.expect(s.proven(), revocation.NotNeeded)
	s.expect(s.proven(), revocation.NotNeeded, []byte("damaged"))
	s.expect(s.proven(), revocation.Good, s.list(s.used))
	s.expect(s.proven(), revocation.Revoked, s.list(s.now, revocationtest.Entry(s.signer.Certificate, s.used, 0)...))
}

func TestAdd(t *testing.T) {
	s := newScene(t)
	text := slices.Concat(
		pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: s.root.CRL(t, x509.RevocationList{ThisUpdate: s.now, NextUpdate: s.now})}),
		pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: s.list(s.now)}))
	s.expect(s.proven(), revocation.Good, text)
	s.expect(s.proven(), revocation.Unusable, []byte("-----BEGIN X509 CRL-----\n!\n"))
	var many revocation.Data
	for i := range 300 {
		many.Add(s.issuer.CRL(t, x509.RevocationList{ThisUpdate: s.now.Add(-1000 * time.Hour).Add(time.Duration(i) * time.Second),
			NextUpdate: s.now.Add(-999 * time.Hour)}))
	}
	if got := many.Status(s.root.Certificate, s.root.Certificate, s.proven()); got != revocation.Unusable {
		t.Errorf("status %d though too much was given", got)
	}
}
