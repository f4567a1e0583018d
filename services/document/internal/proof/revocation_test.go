package proof_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
	"github.com/countersign/countersign/services/document/internal/proof/revocation/revocationtest"
	"github.com/countersign/countersign/services/sim/pki"
)

// service is a trust service whose authorities a test can revoke under: an anchor, one authority below it, a person and a
// timestamp unit.
type service struct {
	*world
	root, authority, unit, client *revocationtest.Holder
	anchors                       proof.Anchors
}

func newService(tb testing.TB) *service {
	tb.Helper()
	s := &service{world: newWorld(tb)}
	s.root = revocationtest.Root(tb, "Root", s.now)
	s.authority = s.root.Authority(tb, "Authority")
	s.unit = s.authority.Issue(tb, &x509.Certificate{Subject: pkix.Name{CommonName: "Unit"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	s.client = s.authority.Issue(tb, s.person())
	s.anchors = must(proof.NewAnchors(append([]byte(everything), authority{cert: s.root.Certificate}.pem()...)))(tb)
	s.verifier = proof.New(s.anchors, proof.Options{})
	return s
}

// person is a template for Anna's qualified certificate.
func (s *service) person() *x509.Certificate {
	kind := statement(s.tb, 6, cmstest.Sequence(s.tb, cmstest.DER(s.tb, cmstest.OID{0, 4, 0, 1862, 1, 6, 1})))
	return &x509.Certificate{KeyUsage: x509.KeyUsageContentCommitment,
		Subject: pkix.Name{CommonName: "Anna Müller", ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: cmstest.OID{2, 5, 4, 42}, Value: "Anna"}, {Type: cmstest.OID{2, 5, 4, 4}, Value: "Müller"}}},
		ExtraExtensions: []pkix.Extension{statements(s.tb, statement(s.tb, 1), statement(s.tb, 4), kind)}}
}

func (s *service) identity(h *revocationtest.Holder, chain ...*revocationtest.Holder) *pki.Identity {
	i := &pki.Identity{Certificate: h.Certificate, Key: h.Key}
	for _, c := range chain {
		i.Chain = append(i.Chain, c.Certificate)
	}
	return i
}

// sign lets the client sign the sample, with a timestamp of the unit when stamped is set.
func (s *service) sign(stamped bool, edit func(*cmstest.Recipe)) []byte {
	s.tb.Helper()
	return signByHand(s.tb, sent(), client(), detached, func(signed []byte) []byte {
		r := recipe(s.tb, s.identity(s.client, s.authority))
		if stamped {
			r.Unsigned = s.stamp(&r, nil)
		}
		if edit != nil {
			edit(&r)
		}
		return r.Build(s.tb, signed)
	})
}

// stamp makes the timestamp attribute of a signature; its token carries the certificates of r and the lists.
func (s *service) stamp(r *cmstest.Recipe, lists [][]byte) func([]byte) [][]byte {
	return func(signature []byte) [][]byte {
		token := recipe(s.tb, s.identity(s.unit))
		token.Chain, token.Revocation = r.Chain, slices.Concat(lists...)
		token.Kind, token.Content = cmstest.TSTInfo(), cmstest.TST(s.tb, signature, s.now)
		return [][]byte{cmstest.Attribute(s.tb, cmstest.PKCS9(16, 2, 14), token.Build(s.tb, token.Content))}
	}
}

// store adds a document security store with streams under its keys.
func store(file []byte, content map[string][][]byte) []byte {
	next := lastObject(file) + 1
	var objects []object
	entries := ""
	for key, list := range content {
		refs := ""
		for _, data := range list {
			objects = append(objects, object{next, stream("", string(data))})
			refs += fmt.Sprintf("%d 0 R ", next)
			next++
		}
		if vri, per := strings.CutPrefix(key, "VRI/"); per {
			entries += fmt.Sprintf("/VRI << /00 << /%s [%s] >> >> ", vri, refs)
		} else {
			entries += fmt.Sprintf("/%s [%s] ", key, refs)
		}
	}
	catalog := fmt.Sprintf("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 1 >> /DSS << %s >> >>", entries)
	return update(file, append(objects, object{1, catalog})...)
}

// lists are fresh CRLs of both authorities; entries are those of the lower one.
func (s *service) lists(entries ...x509.RevocationListEntry) [][]byte {
	s.tb.Helper()
	list := x509.RevocationList{ThisUpdate: s.now, NextUpdate: s.now.Add(time.Hour)}
	above := s.root.CRL(s.tb, list)
	list.RevokedCertificateEntries = entries
	return [][]byte{s.authority.CRL(s.tb, list), above}
}

func (s *service) good(c *revocationtest.Holder) []byte {
	s.tb.Helper()
	return s.authority.OCSP(s.tb, s.authority.Certificate, c.Certificate, ocsp.Response{ThisUpdate: s.now})
}

// Wherever the data stands, it is found.
func TestWhereRevocationDataIs(t *testing.T) {
	s := newService(t)
	s.verifier = proof.New(s.anchors, proof.Options{RequireRevocation: true})
	lists := s.lists()
	values := cmstest.Sequence(t, cmstest.Tagged(t, 2, 0, cmstest.Sequence(t, lists...)))
	archival := func(r *cmstest.Recipe) {
		r.Attributes = func(a [][]byte) [][]byte {
			return append(a, cmstest.Attribute(t, cmstest.OID{1, 2, 840, 113583, 1, 1, 8}, values))
		}
	}
	plain := s.sign(true, nil)
	for name, c := range map[string]struct {
		signed   []byte
		supplied [][]byte
		verdict  proof.Verdict
		reason   string
	}{
		"nowhere":            {plain, nil, proof.Indeterminate, "NO_REVOCATION_DATA"},
		"supplied":           {plain, lists, proof.Proven, "NOT_REVOKED"},
		"store":              {store(plain, map[string][][]byte{"CRLs": lists}), nil, proof.Proven, "NOT_REVOKED"},
		"store, both kinds":  {store(plain, map[string][][]byte{"CRLs": lists[1:], "OCSPs": {s.good(s.client), s.good(s.unit)}}), nil, proof.Proven, "NOT_REVOKED"},
		"store, per entry":   {store(plain, map[string][][]byte{"VRI/CRL": lists}), nil, proof.Proven, "NOT_REVOKED"},
		"store, in part":     {store(plain, map[string][][]byte{"CRLs": lists[:1]}), nil, proof.Indeterminate, "NO_REVOCATION_DATA"},
		"store, damaged":     {store(plain, map[string][][]byte{"CRLs": {[]byte("?")}}), nil, proof.Indeterminate, "REVOCATION_UNUSABLE"},
		"store, unit unsaid": {store(plain, map[string][][]byte{"CRLs": lists[1:], "OCSPs": {s.good(s.client)}}), nil, proof.Indeterminate, "NO_REVOCATION_DATA"},
		"message":            {s.sign(true, archival), nil, proof.Proven, "NOT_REVOKED"},
		"in the timestamp":   {s.sign(true, func(r *cmstest.Recipe) { r.Unsigned = s.stamp(r, lists) }), nil, proof.Proven, "NOT_REVOKED"},
		"message's field": {s.sign(true, func(r *cmstest.Recipe) { r.Revocation = slices.Concat(lists...) }),
			nil, proof.Proven, "NOT_REVOKED"},
	} {
		t.Run(name, func(t *testing.T) {
			request := s.request(c.signed)
			request.Revocation = c.supplied
			expect(t, s.verify(request), c.verdict, c.reason)
		})
	}
	s.verifier = proof.New(s.anchors, proof.Options{})
	expect(t, s.verify(s.request(plain)), proof.Proven, "NO_REVOCATION_DATA")
	stranger := revocationtest.Root(t, "Stranger", s.now).CRL(t, x509.RevocationList{ThisUpdate: s.now, NextUpdate: s.now})
	several := func(n int) []byte {
		return store(plain, map[string][][]byte{"CRLs": slices.Repeat([][]byte{stranger}, n)})
	}
	expect(t, s.verify(s.request(several(2))), proof.Proven, "NO_REVOCATION_DATA")
	expect(t, s.verify(s.request(several(1025))), proof.Indeterminate, "REVOCATION_UNUSABLE")
}

// An authority that two anchors certify is as good as the better of the two.
func TestTwoPaths(t *testing.T) {
	s := newService(t)
	second := revocationtest.Root(t, "Second", s.now)
	template := *s.authority.Certificate
	template.SerialNumber = big.NewInt(77)
	raw := must(x509.CreateCertificate(rand.Reader, &template, second.Certificate, s.authority.Key.Public(), second.Key))(t)
	cross := must(x509.ParseCertificate(raw))(t)
	bundle := append([]byte(everything), authority{cert: s.root.Certificate}.pem()...)
	bundle = append(append(bundle, everything...), authority{cert: second.Certificate}.pem()...)
	s.verifier = proof.New(must(proof.NewAnchors(bundle))(t), proof.Options{})
	request := s.request(s.sign(false, func(r *cmstest.Recipe) { r.Chain = append(r.Chain, cross) }))
	list := func(by *revocationtest.Holder, c *x509.Certificate) []byte {
		return by.CRL(t, x509.RevocationList{ThisUpdate: s.now, NextUpdate: s.now.Add(time.Hour),
			RevokedCertificateEntries: revocationtest.Entry(c, s.now, 4)})
	}
	first, other := list(s.root, s.authority.Certificate), list(second, cross)
	request.Revocation = [][]byte{first}
	expect(t, s.verify(request), proof.Proven, "TRUSTED")
	request.Revocation = [][]byte{other}
	expect(t, s.verify(request), proof.Proven, "TRUSTED")
	request.Revocation = [][]byte{first, other}
	expect(t, s.verify(request), proof.Failed, "REVOKED")
}

func TestRevoked(t *testing.T) {
	s := newService(t)
	const superseded, lost = 4, 1
	earlier, later := s.now.Add(-time.Minute), s.now.Add(time.Second)
	revoke := func(h *revocationtest.Holder, at time.Time, reason int) [][]byte {
		return s.lists(revocationtest.Entry(h.Certificate, at, reason)...)
	}
	above := [][]byte{s.lists()[0], s.root.CRL(t, x509.RevocationList{ThisUpdate: s.now, NextUpdate: s.now.Add(time.Hour),
		RevokedCertificateEntries: revocationtest.Entry(s.authority.Certificate, earlier, superseded)})}
	stamped, plain := s.sign(true, nil), s.sign(false, nil)
	for name, c := range map[string]struct {
		signed  []byte
		data    [][]byte
		verdict proof.Verdict
		reason  string
	}{
		"signer before":             {stamped, revoke(s.client, earlier, superseded), proof.Failed, "REVOKED"},
		"signer after":              {stamped, revoke(s.client, later, lost), proof.Proven, "REVOKED_LATER"},
		"signer, no timestamp":      {plain, revoke(s.client, later, superseded), proof.Failed, "REVOKED"},
		"authority":                 {stamped, above, proof.Failed, "REVOKED"},
		"unit's key lost":           {stamped, revoke(s.unit, later, lost), proof.Failed, "REVOKED"},
		"unit retired":              {stamped, revoke(s.unit, later, superseded), proof.Proven, "REVOKED_LATER"},
		"stale":                     {stamped, [][]byte{s.authority.CRL(t, x509.RevocationList{ThisUpdate: earlier, NextUpdate: earlier})}, proof.Indeterminate, "REVOCATION_UNUSABLE"},
		"revoked in one, good else": {stamped, append(s.lists(), revoke(s.client, earlier, lost)...), proof.Failed, "REVOKED"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, s.verify(s.request(store(c.signed, map[string][][]byte{"CRLs": c.data}))), c.verdict, c.reason)
		})
	}
}

// A later document timestamp proves that an earlier one was made before its unit's key was lost.
func TestUnitRevokedAfterAnotherStamp(t *testing.T) {
	s := newService(t)
	stamped := s.sign(true, nil)
	other := s.authority.Issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Other"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	s.tsa = s.identity(other, s.authority)
	request := s.request(s.documentStamp(stamped, s.now.Add(time.Second)))
	request.Revocation = s.lists(revocationtest.Entry(s.unit.Certificate, s.now.Add(2*time.Second), 1)...)
	expect(t, s.verify(request), proof.Proven, "REVOKED_LATER")
	request.Revocation = s.lists(revocationtest.Entry(s.unit.Certificate, s.now, 1)...)
	expect(t, s.verify(request), proof.Failed, "REVOKED")
}

// Certificates in the store lead to the anchor, but are not trusted for themselves.
func TestStoreCertificates(t *testing.T) {
	s := newService(t)
	bare := s.sign(true, func(r *cmstest.Recipe) { r.Chain = nil })
	expect(t, s.verify(s.request(bare)), proof.Indeterminate, "ISSUER_UNKNOWN")
	full := store(bare, map[string][][]byte{"Certs": {s.authority.Certificate.Raw, s.root.Certificate.Raw}})
	expect(t, s.verify(s.request(full)), proof.Proven, "TRUSTED")
	forged := newService(t)
	expect(t, forged.verify(forged.request(full)), proof.Indeterminate, "ISSUER_UNKNOWN")
}
