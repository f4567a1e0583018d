package proof

import (
	"bytes"
	"crypto/x509"
	"errors"

	"github.com/countersign/countersign/services/document/internal/proof/cms"
	"github.com/countersign/countersign/services/document/internal/proof/revocation"
)

// path is what was found about a verified path from a certificate to an anchor.
type path struct{ algorithms, revocation Finding }

// judge says what there is to say about a path whose first certificate was used.
func (e *examination) judge(certificates []*x509.Certificate, u use) path {
	return path{algorithms: pathAlgorithms(certificates, u), revocation: e.revocation(certificates, u)}
}

// severity orders paths: one certificate may have several, and the best one counts.
func (p path) severity() int {
	return max(severity(p.algorithms.Outcome), severity(p.revocation.Outcome))
}

func severity(o Outcome) int {
	switch o {
	case CheckPassed, CheckNotApplicable:
		return 0
	case CheckIndeterminate:
		return 1
	}
	return 2
}

// worst returns the finding that decides; of equal ones the first. A check that could not be made outweighs one that
// passed, and one that passed with a reservation outweighs one without.
func worst(findings ...Finding) Finding {
	order := func(f Finding) int {
		switch {
		case f.Outcome != CheckPassed:
			return 1 + severity(f.Outcome)
		case f.Reason == "REVOKED_LATER":
			return 0
		}
		return -1
	}
	decides := findings[0]
	for _, f := range findings[1:] {
		if order(f) > order(decides) {
			decides = f
		}
	}
	return decides
}

// pathAlgorithms holds the keys and signatures of a path against the list of algorithms. The anchor's own signature is
// not relied on.
func pathAlgorithms(certificates []*x509.Certificate, u use) Finding {
	for i, c := range certificates {
		check := cms.CertificateAllowed
		if i == len(certificates)-1 {
			check = cms.KeyAllowed
		}
		if err := check(c, u.at); err != nil {
			return algorithmsFinding(err, "a certificate on the path of "+u.by)
		}
	}
	return algorithmsFinding(nil, "")
}

// algorithmsFinding says what the list of algorithms says about what.
func algorithmsFinding(err error, what string) Finding {
	if err == nil {
		return Finding{Check: CheckAlgorithms, Outcome: CheckPassed, Reason: "ACCEPTED",
			Detail: "every hash, key and signature algorithm was accepted at the time that matters"}
	}
	f := Finding{Check: CheckAlgorithms, Detail: what + " uses an algorithm or key that is not accepted"}
	if f.Outcome, f.Reason = ofCMS(err); f.Outcome == CheckIndeterminate {
		f.Detail = what + " uses an algorithm or key that this verifier does not know"
	}
	return f
}

// ofAlgorithm says that an algorithm is why a message does not verify.
func ofAlgorithm(err error) bool {
	var c *cms.Error
	return errors.As(err, &c) && (c.Reason == cms.ReasonRefused || c.Reason == cms.ReasonUnsupported)
}

// explain says whether an algorithm is the reason that no path was found: signatures with refused algorithms are never
// followed, and certificates with unknown keys cannot be read.
func (v *validation) explain(m *cms.Message, u use) Finding {
	between := append(m.Certificates[:len(m.Certificates):len(m.Certificates)], v.certificates...)
	c := m.Signer
	for range between {
		check := cms.CertificateAllowed
		if bytes.Equal(c.RawSubject, c.RawIssuer) {
			check = cms.KeyAllowed // as for an anchor
		}
		if err := check(c, u.at); err != nil {
			return algorithmsFinding(err, "a certificate on the path of "+u.by)
		}
		if c = issuerOf(c, between); c == nil {
			break
		}
	}
	if m.Unread > 0 || v.unread {
		return Finding{Check: CheckAlgorithms, Outcome: CheckIndeterminate, Reason: cms.ReasonUnsupported,
			Detail: "a certificate in the file cannot be read, for example for the curve of its key"}
	}
	return algorithmsFinding(nil, "")
}

func issuerOf(c *x509.Certificate, among []*x509.Certificate) *x509.Certificate {
	for _, o := range among {
		if bytes.Equal(o.RawSubject, c.RawIssuer) && !o.Equal(c) {
			return o
		}
	}
	return nil
}

// revocation asks for every certificate of a path but the anchor whether it was revoked; the worst answer decides.
func (e *examination) revocation(certificates []*x509.Certificate, u use) Finding {
	var findings []Finding
	for i := range len(certificates) - 1 {
		subject := "the certificate of " + u.by
		if i > 0 {
			subject = "an authority above the certificate of " + u.by
		}
		status := e.validation.data.Status(certificates[i], certificates[i+1], u.moment)
		findings = append(findings, e.statusFinding(status, subject))
	}
	if len(findings) == 0 {
		return Finding{Check: CheckRevocation, Outcome: CheckNotApplicable, Reason: "ANCHOR_ITSELF",
			Detail: "the certificate of " + u.by + " is a configured anchor, which is not checked"}
	}
	return worst(findings...)
}

// statusFinding puts a status into words.
func (e *examination) statusFinding(s revocation.Status, subject string) Finding {
	f := Finding{Check: CheckRevocation, Outcome: CheckPassed}
	switch s {
	case revocation.Good:
		f.Reason, f.Detail = "NOT_REVOKED", subject+" was not revoked at the time that matters"
	case revocation.GoodBefore:
		f.Reason = "NOT_REVOKED"
		f.Detail = "data from shortly before the time that matters, valid then, does not revoke " + subject
	case revocation.NotNeeded:
		f.Reason, f.Detail = "NOT_REVOCABLE", subject+" lives too short to be revoked"
	case revocation.RevokedLater:
		f.Reason, f.Detail = "REVOKED_LATER", subject+" was revoked, after the time of its proven use"
	case revocation.Revoked:
		f.Outcome, f.Reason = CheckFailed, "REVOKED"
		f.Detail = subject + " was revoked, and nothing proves that it was used before"
	case revocation.Unusable:
		f.Outcome, f.Reason = CheckIndeterminate, "REVOCATION_UNUSABLE"
		f.Detail = "the revocation data does not say whether " + subject + " was revoked at the time that matters"
	default:
		f.Outcome, f.Reason = CheckNotApplicable, "NO_REVOCATION_DATA"
		f.Detail = "no revocation data about " + subject
		if e.verifier.requireRevocation {
			f.Outcome = CheckIndeterminate
		}
	}
	return f
}
