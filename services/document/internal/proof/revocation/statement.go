package revocation

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"time"
)

const (
	// clockSkew is how far the clock of an issuer may run ahead of ours.
	clockSkew = 5 * time.Minute
	// openEnd is how long a statement without an end stands.
	openEnd = 10 * time.Minute
)

// removeFromCRL is the CRLReason of a delta CRL that takes a revocation back.
const removeFromCRL = 8

// statement is what one CRL or OCSP response says about one certificate.
type statement struct {
	// unusable says that it may not be believed.
	unusable bool
	revoked  bool
	// since is when the certificate was revoked or, if that is earlier, when its key is thought to have been lost.
	since      time.Time
	reason     int // CRLReason of RFC 5280, 5.3.1
	thisUpdate time.Time
	nextUpdate time.Time // zero when the issuer did not say
	// keepsExpired is from when on the issuer still speaks about certificates that have expired; zero means never.
	keepsExpired time.Time
}

func (s statement) status(c *x509.Certificate, m Moment) Status {
	at := m.matters()
	switch {
	case s.unusable:
		return Unusable
	case s.revoked && s.harmless(m):
		return RevokedLater
	case s.revoked:
		return Revoked
	case s.thisUpdate.After(m.Now.Add(clockSkew)):
		return Unusable
	case s.thisUpdate.After(c.NotAfter) && (s.keepsExpired.IsZero() || s.keepsExpired.After(c.NotAfter)):
		return Unusable // an issuer forgets the certificates that have expired
	case !s.thisUpdate.Before(at):
		return Good
	case !s.validUntil().Before(at):
		return GoodBefore
	}
	return Unusable
}

// validUntil is how long the statement stands. An issuer that does not say when it speaks next always knows more (RFC 6960,
// 4.2.2.1), so its word stands for the moments between asking it and signing.
func (s statement) validUntil() time.Time {
	if s.nextUpdate.IsZero() {
		return s.thisUpdate.Add(openEnd)
	}
	return s.nextUpdate
}

// harmless says that the certificate was used before it was revoked. A timestamp unit's word for its own time counts only
// when it was retired in order (RFC 3161, 4, 1): whoever has a lost key writes any time.
func (s statement) harmless(m Moment) bool {
	if !m.Proven.IsZero() {
		return s.since.After(m.Proven)
	}
	const affiliationChanged, superseded, cessationOfOperation = 3, 4, 5
	switch s.reason {
	case affiliationChanged, superseded, cessationOfOperation:
		return !m.Claimed.IsZero() && s.since.After(m.Claimed)
	}
	return false
}

// Extensions of CRLs, their entries and OCSP responses (RFC 5280, 5.2 and 5.3; RFC 6960, 4.4.4; X.509, 9.5.2.8).
const (
	oidReason         = "2.5.29.21"
	oidInvalidityDate = "2.5.29.24"
	oidDeltaIndicator = "2.5.29.27"
	oidDistribution   = "2.5.29.28"
	oidExpiredOnCRL   = "2.5.29.60"
	oidArchiveCutoff  = "1.3.6.1.5.5.7.48.1.6"
	oidNoCheck        = "1.3.6.1.5.5.7.48.1.5"
)

// timeIn returns the time that an extension holds, and zero without it.
func timeIn(extensions []pkix.Extension, id string) time.Time {
	for _, e := range extensions {
		var t time.Time
		if e.Id.String() != id {
			continue
		}
		if rest, err := asn1.UnmarshalWithParams(e.Value, &t, "generalized"); err == nil && len(rest) == 0 {
			return t
		}
	}
	return time.Time{}
}

// earlier returns the earlier of two times, where zero is none.
func earlier(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
