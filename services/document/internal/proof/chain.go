package proof

import (
	"crypto/x509"
	"errors"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof/cms"
	"github.com/countersign/countersign/services/document/internal/proof/revocation"
)

// notValidThen is the reason when a certificate of the path was not valid yet or not any more.
const notValidThen = "CERTIFICATE_NOT_VALID_THEN"

// chained is the result of looking for a path from a certificate to an anchor.
type chained struct {
	outcome Outcome
	reason  string
	// paths are those that lead to an anchor; there is one when the outcome is that the check passed.
	paths [][]*x509.Certificate
}

// chain looks for paths valid at a time. The certificates of the message and of the file serve as intermediates; none of
// them is trusted for itself.
func (e *examination) chain(m *cms.Message, at time.Time, usage x509.ExtKeyUsage) chained {
	between := x509.NewCertPool()
	for _, list := range [][]*x509.Certificate{m.Certificates, e.validation.certificates} {
		for _, c := range list {
			between.AddCert(c)
		}
	}
	paths, err := m.Signer.Verify(x509.VerifyOptions{
		Roots: e.verifier.roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{usage},
	})
	if err != nil {
		return unchained(err)
	}
	return chained{outcome: CheckPassed, reason: "TRUSTED", paths: paths}
}

// held is what was found about the paths of a certificate.
type held struct {
	chained
	algorithms, revocation Finding
	// proves is what the anchors of the best paths may prove; standing is the best that trusted lists say of them.
	proves   purposes
	standing Standing
}

// use is a certificate's use that paths are judged for.
type use struct {
	by     string // who used it, for people
	stamp  bool   // it is a timestamp
	at     time.Time
	moment revocation.Moment
}

// hold judges the paths that were found and keeps to the best ones.
func (e *examination) hold(c chained, m *cms.Message, u use) held {
	h := held{chained: c}
	if c.outcome != CheckPassed {
		h.algorithms = e.validation.explain(m, u)
		return h
	}
	best := -1
	for _, certificates := range c.paths {
		p := e.judge(certificates, u)
		proves, standing := e.vouch(certificates, u)
		switch s := p.severity(); {
		case best < 0 || s < best:
			best, h.algorithms, h.revocation = s, p.algorithms, p.revocation
			h.proves, h.standing = proves, standing
		case s == best:
			h.proves |= proves
			if standing.order() > h.standing.order() {
				h.standing = standing
			}
		}
	}
	return h
}

// findings are those on algorithms and revocation; where no path was found nothing can be said about revocation.
func (h held) findings() (algorithms, revocation []Finding) {
	if h.revocation.Check != "" {
		revocation = []Finding{h.revocation}
	}
	return []Finding{h.algorithms}, revocation
}

// unchained tells an issuer nobody configured, which is an open question, from a certificate that its own issuer's rules
// forbid.
func unchained(err error) chained {
	var invalid x509.CertificateInvalidError
	if !errors.As(err, &invalid) {
		return chained{outcome: CheckIndeterminate, reason: "ISSUER_UNKNOWN"}
	}
	switch invalid.Reason {
	case x509.Expired:
		return chained{outcome: CheckFailed, reason: notValidThen}
	case x509.IncompatibleUsage:
		return chained{outcome: CheckFailed, reason: "EXTENDED_KEY_USAGE_WRONG"}
	}
	return chained{outcome: CheckFailed, reason: "CHAIN_INVALID"}
}

// ofCMS turns an error of package cms into an outcome and a reason.
func ofCMS(err error) (Outcome, string) {
	var e *cms.Error
	if !errors.As(err, &e) {
		return CheckFailed, cms.ReasonMalformed
	}
	if e.Open {
		return CheckIndeterminate, e.Reason
	}
	return CheckFailed, e.Reason
}
