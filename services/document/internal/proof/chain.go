package proof

import (
	"crypto/x509"
	"errors"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof/cms"
)

// notValidThen is the reason when a certificate of the path was not valid yet or not any more.
const notValidThen = "CERTIFICATE_NOT_VALID_THEN"

// chained is the result of looking for a path from a certificate to an anchor.
type chained struct {
	proves  purposes
	outcome Outcome
	reason  string
}

// chain looks for paths valid at a time. The certificates of the message serve as intermediates; none of them is
// trusted for itself.
func (a Anchors) chain(m *cms.Message, at time.Time, usage x509.ExtKeyUsage) chained {
	if a.pool == nil {
		return chained{outcome: CheckIndeterminate, reason: "ISSUER_UNKNOWN"}
	}
	between := x509.NewCertPool()
	for _, c := range m.Certificates {
		between.AddCert(c)
	}
	paths, err := m.Signer.Verify(x509.VerifyOptions{
		Roots: a.pool, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{usage},
	})
	if err != nil {
		return unchained(err)
	}
	found := chained{outcome: CheckPassed, reason: "TRUSTED"}
	for _, path := range paths {
		if err := keysAllowed(path); err != nil {
			found.outcome, found.reason = ofCMS(err)
			continue
		}
		found.proves |= a.of(path[len(path)-1])
	}
	if found.proves != 0 {
		found.outcome, found.reason = CheckPassed, "TRUSTED"
	}
	return found
}

func keysAllowed(path []*x509.Certificate) error {
	for _, c := range path {
		if err := cms.KeyAllowed(c); err != nil {
			return err
		}
	}
	return nil
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
