package revocation

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"

	"github.com/countersign/countersign/services/document/internal/proof/cms"
)

// fromList returns what a CRL says about a certificate; ok is false when it is not one of the certificate's issuer.
func fromList(l *x509.RevocationList, c, issuer *x509.Certificate) (s statement, ok bool) {
	if !bytes.Equal(l.RawIssuer, issuer.RawSubject) {
		return statement{}, false
	}
	if len(l.AuthorityKeyId) > 0 && len(issuer.SubjectKeyId) > 0 && !bytes.Equal(l.AuthorityKeyId, issuer.SubjectKeyId) {
		return statement{}, false
	}
	within, usable := scope(l, c)
	if usable && !within {
		return statement{}, false
	}
	s = statement{thisUpdate: l.ThisUpdate, nextUpdate: l.NextUpdate,
		keepsExpired: timeIn(l.Extensions, oidExpiredOnCRL)}
	s.unusable = !usable || !ordinaryEntries(l) || !signedBy(l, issuer) || !livedAt(issuer, l.ThisUpdate)
	for _, e := range l.RevokedCertificateEntries {
		if e.SerialNumber.Cmp(c.SerialNumber) != 0 {
			continue
		}
		s.unusable = s.unusable || e.ReasonCode == removeFromCRL
		since := earlier(e.RevocationTime, timeIn(e.Extensions, oidInvalidityDate))
		if !s.revoked || since.Before(s.since) {
			s.revoked, s.since, s.reason = true, since, e.ReasonCode
		}
	}
	return s, true
}

func signedBy(l *x509.RevocationList, issuer *x509.Certificate) bool {
	return cms.SignatureAllowed(l.SignatureAlgorithm, l.ThisUpdate) == nil &&
		cms.KeyAllowed(issuer, l.ThisUpdate) == nil && l.CheckSignatureFrom(issuer) == nil
}

// ordinaryEntries says that no entry carries a critical extension but the two that are understood. The certificate issuer
// of an indirect CRL, which gives the entries after it another meaning, is critical.
func ordinaryEntries(l *x509.RevocationList) bool {
	return !slices.ContainsFunc(l.RevokedCertificateEntries, func(e x509.RevocationListEntry) bool {
		return slices.ContainsFunc(e.Extensions, func(x pkix.Extension) bool {
			return x.Critical && x.Id.String() != oidReason && x.Id.String() != oidInvalidityDate
		})
	})
}

// distribution is the issuing distribution point of RFC 5280, 5.2.5.
type distribution struct {
	Point          distributionPoint `asn1:"optional,tag:0"`
	UserOnly       bool              `asn1:"optional,tag:1"`
	AuthorityOnly  bool              `asn1:"optional,tag:2"`
	SomeReasons    asn1.BitString    `asn1:"optional,tag:3"`
	Indirect       bool              `asn1:"optional,tag:4"`
	AttributesOnly bool              `asn1:"optional,tag:5"`
}

type distributionPoint struct {
	FullName     []asn1.RawValue `asn1:"optional,tag:0"`
	RelativeName asn1.RawValue   `asn1:"optional,tag:1"`
}

// scope says whether a CRL is about certificates such as c, and whether its extensions let it be used at all.
func scope(l *x509.RevocationList, c *x509.Certificate) (within, usable bool) {
	within, usable = true, true
	for _, e := range l.Extensions {
		switch e.Id.String() {
		case oidDistribution:
			var d distribution
			if rest, err := asn1.Unmarshal(e.Value, &d); err != nil || len(rest) > 0 {
				return false, false
			}
			usable = usable && !d.Indirect && d.SomeReasons.BitLength == 0 && len(d.Point.RelativeName.FullBytes) == 0
			outside := d.AttributesOnly || d.UserOnly && c.IsCA || d.AuthorityOnly && !c.IsCA
			within = within && !outside && d.Point.names(c)
		case oidDeltaIndicator:
			usable = false
		default:
			usable = usable && !e.Critical
		}
	}
	return within, usable
}

// names says whether the point is one that the certificate names; a CRL without a point is about all certificates.
func (p distributionPoint) names(c *x509.Certificate) bool {
	const uri = 6 // of GeneralName
	if len(p.FullName) == 0 {
		return true
	}
	return slices.ContainsFunc(p.FullName, func(n asn1.RawValue) bool {
		return n.Class == asn1.ClassContextSpecific && n.Tag == uri &&
			slices.Contains(c.CRLDistributionPoints, string(n.Bytes))
	})
}
