package proof_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // makes crypto.SHA1 available
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
	"github.com/countersign/countersign/services/document/internal/proof/revocation/revocationtest"
)

// found looks for a finding.
func found(tb testing.TB, r proof.Report, check proof.Check, outcome proof.Outcome, reason string) {
	tb.Helper()
	for _, f := range r.Findings {
		if f.Check == check && f.Outcome == outcome && f.Reason == reason {
			return
		}
	}
	tb.Errorf("no finding %s %s %s", check, outcome, reason)
	for _, f := range r.Findings {
		tb.Logf("  %d %-22s %-14s %s", f.Signature, f.Check, f.Outcome, f.Reason)
	}
}

func TestAlgorithmsAreAFindingOfTheirOwn(t *testing.T) {
	s := newService(t)
	sha1 := func(r *cmstest.Recipe) {
		r.Hash, r.Digest, r.Algorithm = crypto.SHA1, cmstest.OID{1, 3, 14, 3, 2, 26}, cmstest.Algorithm(t, cmstest.OID{1, 2, 840, 10045, 4, 1})
	}
	imprint := func(r *cmstest.Recipe) {
		r.Unsigned = func(signature []byte) [][]byte {
			token := recipe(t, s.identity(s.unit, s.authority))
			h := crypto.SHA1.New()
			h.Write(signature)
			token.Kind = cmstest.TSTInfo()
			token.Content = cmstest.Sequence(t, cmstest.DER(t, 1), cmstest.DER(t, cmstest.OID{1, 2, 3}),
				cmstest.Sequence(t, cmstest.Algorithm(t, cmstest.OID{1, 3, 14, 3, 2, 26}), cmstest.DER(t, h.Sum(nil))),
				cmstest.DER(t, 9), cmstest.DER(t, asn1.RawValue{Tag: asn1.TagGeneralizedTime, Bytes: []byte("20261126000000Z")}))
			return [][]byte{cmstest.Attribute(t, cmstest.PKCS9(16, 2, 14), token.Build(t, token.Content))}
		}
	}
	curve := func(r *cmstest.Recipe) { // nobody can read the authority's key any more
		known, unknown := cmstest.DER(t, cmstest.OID{1, 2, 840, 10045, 3, 1, 7}), cmstest.DER(t, cmstest.OID{1, 2, 840, 10045, 3, 1, 9})
		changed := *s.authority.Certificate
		changed.Raw = bytes.Replace(changed.Raw, known, unknown, 1)
		r.Chain = []*x509.Certificate{&changed}
	}
	weak := s.root.Issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Weak"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, SignatureAlgorithm: x509.ECDSAWithSHA1})
	below := func(h *revocationtest.Holder, by *revocationtest.Holder) func(*cmstest.Recipe) {
		return func(r *cmstest.Recipe) {
			r.Key, r.Certificate, r.Chain = h.Key, h.Certificate, []*x509.Certificate{by.Certificate}
		}
	}
	for name, c := range map[string]struct {
		stamped bool
		edit    func(*cmstest.Recipe)
		check   proof.Check
		outcome proof.Outcome
		reason  string
	}{
		"good":           {true, nil, proof.CheckAlgorithms, proof.CheckPassed, "ACCEPTED"},
		"SHA-1":          {true, sha1, proof.CheckAlgorithms, proof.CheckFailed, "ALGORITHM_REFUSED"},
		"SHA-1 imprint":  {true, imprint, proof.CheckAlgorithms, proof.CheckFailed, "ALGORITHM_REFUSED"},
		"SHA-1 above":    {false, below(weak.Issue(t, s.person()), weak), proof.CheckAlgorithms, proof.CheckFailed, "ALGORITHM_REFUSED"},
		"unknown above":  {false, curve, proof.CheckAlgorithms, proof.CheckIndeterminate, "ALGORITHM_UNSUPPORTED"},
		"unknown hash":   {true, func(r *cmstest.Recipe) { r.Digest = cmstest.SHA2(4) }, proof.CheckAlgorithms, proof.CheckIndeterminate, "ALGORITHM_UNSUPPORTED"},
		"in the dark":    {false, func(r *cmstest.Recipe) { r.Chain = nil }, proof.CheckAlgorithms, proof.CheckPassed, "ACCEPTED"},
		"wrong, not old": {true, func(r *cmstest.Recipe) { r.Key = s.root.Key }, proof.CheckCMS, proof.CheckFailed, "SIGNATURE_INVALID"},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.verify(s.request(s.sign(c.stamped, c.edit)))
			found(t, r, c.check, c.outcome, c.reason)
			if r.Verdict == proof.Proven && c.outcome != proof.CheckPassed {
				t.Error("proven all the same")
			}
		})
	}
}

// The end of an algorithm counts from the proven time of the signature, and from now without one.
func TestAlgorithmsEnd(t *testing.T) {
	s := newService(t)
	key := must(rsa.GenerateKey(rand.Reader, 2048))(t)
	template := s.person()
	template.SerialNumber, template.NotBefore, template.NotAfter = s.client.Certificate.SerialNumber, s.now.AddDate(0, 0, -1), s.now.AddDate(0, 0, 1)
	raw := must(x509.CreateCertificate(rand.Reader, template, s.authority.Certificate, key.Public(), s.authority.Key))(t)
	old := &revocationtest.Holder{Key: key, Certificate: must(x509.ParseCertificate(raw))(t)}
	signed := s.sign(true, func(r *cmstest.Recipe) {
		r.Key, r.Certificate = old.Key, old.Certificate
		r.Algorithm = cmstest.Algorithm(t, cmstest.PKCS1(11), []byte{5, 0})
	})
	request := s.request(signed)
	r := s.verify(request)
	expect(t, r, proof.Proven, "ACCEPTED")
	request.Now = time.Date(2040, time.January, 1, 0, 0, 0, 0, time.UTC)
	expect(t, s.verify(request), proof.Proven, "ACCEPTED")

	claim := fmt.Sprintf(" /M (D:%sZ)", s.now.Format("20060102150405"))
	request.Signed = signByHand(t, sent(), client(), detached+claim, func(signed []byte) []byte {
		r := recipe(t, s.identity(old, s.authority))
		r.Algorithm = cmstest.Algorithm(t, cmstest.PKCS1(11), []byte{5, 0})
		return r.Build(t, signed)
	})
	found(t, s.verify(request), proof.CheckAlgorithms, proof.CheckFailed, "ALGORITHM_REFUSED")
}

// An anchor is trusted for itself, whatever it signed itself with.
func TestAnchorsOwnSignature(t *testing.T) {
	s := newService(t)
	template := *s.root.Certificate
	template.SignatureAlgorithm = x509.ECDSAWithSHA1
	raw := must(x509.CreateCertificate(rand.Reader, &template, &template, s.root.Key.Public(), s.root.Key))(t)
	anchor := authority{cert: must(x509.ParseCertificate(raw))(t)}
	s.verifier = proof.New(must(proof.NewAnchors(append([]byte(everything), anchor.pem()...)))(t), proof.Options{})
	expect(t, s.verify(s.request(s.sign(false, nil))), proof.Proven, "ACCEPTED")

	stranger := proof.New(newService(t).anchors, proof.Options{})
	full := s.sign(false, func(r *cmstest.Recipe) { r.Chain = append(r.Chain, anchor.cert) })
	expect(t, stranger.Verify(t.Context(), s.request(full)), proof.Indeterminate, "ISSUER_UNKNOWN")
}

// A message that streams is judged like any other, and so is what pads it.
func TestStreamedMessage(t *testing.T) {
	s := newService(t)
	streamed := func(after ...byte) []byte {
		return signByHand(t, sent(), client(), detached, func(signed []byte) []byte {
			der := recipe(t, s.identity(s.client, s.authority)).Build(t, signed)
			head := 2 + int(der[1]&0x7F)
			return append(append(append([]byte{0x30, 0x80}, der[head:]...), 0, 0), after...)
		})
	}
	expect(t, s.verify(s.request(streamed())), proof.Proven, "VALID")
	expect(t, s.verify(s.request(streamed(1))), proof.Failed, "PADDING_NOT_EMPTY")
}
