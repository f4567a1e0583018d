// Package revocation says what CRLs (RFC 5280) and OCSP responses (RFC 6960) know about a certificate at the time of a
// signature.
//
// It takes whatever it is given and believes only what the certificate's issuer, or a responder that the issuer appointed
// directly, has signed for that certificate. Nothing is fetched. What it cannot use counts as unusable and never as good:
// indirect and delta CRLs, unknown critical extensions, a scope that does not hold the certificate, weak algorithms. What
// says that a certificate is revoked always counts, however old it is; a hold is a revocation.
package revocation

import "time"

// Status is what is known about one certificate. A greater one outweighs a smaller one.
type Status int

// The statuses.
const (
	// NoData: nothing speaks about the certificate.
	NoData Status = iota
	// NotNeeded: the certificate says that it lives too short to be revoked (ETSI EN 319 412-1, 5.2).
	NotNeeded
	// Unusable: there is data about the certificate, or data that cannot be read, and none of it decides.
	Unusable
	// GoodBefore: data from before the time that matters, and still valid then, says that the certificate is good.
	GoodBefore
	// Good: data from the time that matters or later says that the certificate is good.
	Good
	// RevokedLater: the certificate was revoked after the time that matters.
	RevokedLater
	// Revoked: the certificate was revoked, and nothing proves that it was used before.
	Revoked
)

// Moment is the time that matters.
type Moment struct {
	// Proven is when the certificate was used for certain; zero when nothing proves that.
	Proven time.Time
	// Claimed is when a timestamp unit says that it used its own certificate; zero for other certificates. It counts
	// where Proven is zero, and only until the unit was retired in order.
	Claimed time.Time
	// Now is the time of verification.
	Now time.Time
}

// matters is the time at which the certificate must have been good.
func (m Moment) matters() time.Time {
	switch {
	case !m.Proven.IsZero():
		return m.Proven
	case !m.Claimed.IsZero():
		return m.Claimed
	}
	return m.Now
}
