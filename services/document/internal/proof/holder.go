package proof

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
)

// Object identifiers of certificate contents: subject attributes (X.520), qualified certificate statements
// (EN 319 412-5) and extended key usages.
const (
	oidSurname       = "2.5.4.4"
	oidGivenName     = "2.5.4.42"
	oidPseudonym     = "2.5.4.65"
	oidQCStatements  = "1.3.6.1.5.5.7.1.3"
	oidQCCompliance  = "0.4.0.1862.1.1"
	oidQCDevice      = "0.4.0.1862.1.4"
	oidQCType        = "0.4.0.1862.1.6"
	oidQCLegislation = "0.4.0.1862.1.7"
	oidQCTypeESign   = "0.4.0.1862.1.6.1"
	oidQCTypeESeal   = "0.4.0.1862.1.6.2"
	oidDocumentSign  = "1.3.6.1.5.5.7.3.36"
	oidMicrosoftSign = "1.3.6.1.4.1.311.10.3.12"
	oidAdobeSign     = "1.2.840.113583.1.1.5"
)

// statements are the claims of a certificate about itself.
type statements struct {
	compliant, device, esign, eseal bool
	countries                       []string
	malformed                       bool
}

type statement struct {
	ID   asn1.ObjectIdentifier
	Info asn1.RawValue `asn1:"optional"`
}

// readStatements reads the qualified certificate statements; what cannot be read claims nothing.
func readStatements(c *x509.Certificate) statements {
	var s statements
	for _, e := range c.Extensions {
		if e.Id.String() != oidQCStatements {
			continue
		}
		var list []statement
		if rest, err := asn1.Unmarshal(e.Value, &list); err != nil || len(rest) > 0 || !s.readAll(list) {
			return statements{malformed: true}
		}
	}
	return s
}

func (s *statements) readAll(list []statement) bool {
	for _, one := range list {
		switch one.ID.String() {
		case oidQCCompliance:
			s.compliant = true
		case oidQCDevice:
			s.device = true
		case oidQCType:
			var kinds []asn1.ObjectIdentifier
			if rest, err := asn1.Unmarshal(one.Info.FullBytes, &kinds); err != nil || len(rest) > 0 {
				return false
			}
			for _, k := range kinds {
				s.esign = s.esign || k.String() == oidQCTypeESign
				s.eseal = s.eseal || k.String() == oidQCTypeESeal
			}
		case oidQCLegislation:
			if rest, err := asn1.Unmarshal(one.Info.FullBytes, &s.countries); err != nil || len(rest) > 0 ||
				len(s.countries) > maxCountries || slices.ContainsFunc(s.countries, notCountry) {
				return false
			}
		}
	}
	return true
}

// maxCountries bounds the countries whose law one certificate means.
const maxCountries = 32

// notCountry says that a text is no code of ISO 3166-1: what a certificate says is shown to people.
func notCountry(code string) bool {
	return len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z'
}

// types names what the certificate says it is for.
func (s statements) types() []string {
	var list []string
	if s.esign {
		list = append(list, "ESIGN")
	}
	if s.eseal {
		list = append(list, "ESEAL")
	}
	return list
}

// qualifiedFor says whether the certificate claims to be a qualified one for signatures under a law. Without a named
// country the claim is about the European Union; Swiss certificates may leave the country away, so there the anchor
// decides.
func (s statements) qualifiedFor(legislation string) bool {
	if !s.compliant || !s.esign || s.malformed {
		return false
	}
	swiss := slices.Contains(s.countries, "CH")
	if legislation == "ZERTES" {
		return len(s.countries) == 0 || swiss
	}
	return len(s.countries) == 0 || slices.ContainsFunc(s.countries, func(c string) bool { return c != "CH" })
}

// holder is whom a certificate was issued to, and what the chain found for it allows.
type holder struct {
	statements statements
	given      string
	surname    string
	common     string
	// veiled says that the certificate was issued for a pseudonym, which people choose; it names nobody.
	veiled bool
	// personal says that the certificate is a natural person's: it has a given name or a surname, or says that it is for
	// signatures of persons, and then the common name is theirs. Otherwise it is a seal.
	personal bool
	// proves is what the anchors above the certificate may prove; zero when it is not trusted.
	proves purposes
	// standing is what trusted lists say of the issuer; zero when none was asked.
	standing Standing
}

func readHolder(c *x509.Certificate) holder {
	h := holder{
		statements: readStatements(c),
		given:      attribute(c.Subject, oidGivenName),
		surname:    attribute(c.Subject, oidSurname),
		common:     c.Subject.CommonName,
		veiled:     attribute(c.Subject, oidPseudonym) != "",
	}
	h.personal = (h.given != "" || h.surname != "" || h.statements.esign) && !h.statements.eseal
	return h
}

func attribute(n pkix.Name, id string) string {
	var values []string
	for _, a := range n.Names {
		if v, ok := a.Value.(string); ok && a.Type.String() == id {
			values = append(values, v)
		}
	}
	return strings.Join(values, " ")
}

// level returns what a trusted signature of this holder is worth under a law: "QES", "AES" or "".
func (h holder) level(legislation string) string {
	if !h.personal {
		return ""
	}
	needed, known := qualifiedUnder(legislation)
	switch {
	case known && h.proves.has(needed) && h.qualifiedUnder(legislation):
		return levelQES
	case h.proves.has(provesAES):
		return levelAES
	}
	return ""
}

// qualifiedUnder says whether the certificate claims all that a qualified signature under a law needs. In the European
// Union that is a qualified device, too: without one a qualified certificate makes an advanced signature (Regulation (EU)
// No 910/2014, article 3(12)); a trusted list may say so in the certificate's place. Swiss certificates are qualified only
// with a device, and need not say so.
func (h holder) qualifiedUnder(legislation string) bool {
	device := h.statements.device || h.standing.Granted == Yes && h.standing.Device == Yes
	return h.statements.qualifiedFor(legislation) && (device || legislation != "EIDAS")
}

// sealed says that this is a trusted seal.
func (h holder) sealed() bool { return !h.personal && h.proves.has(provesSeal) }

// keyUsage returns a reason when the certificate was not issued for signing documents.
func keyUsage(c *x509.Certificate) string {
	const signing = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if c.IsCA || c.KeyUsage != 0 && c.KeyUsage&signing == 0 {
		return "KEY_USAGE_WRONG"
	}
	if len(c.ExtKeyUsage) == 0 && len(c.UnknownExtKeyUsage) == 0 {
		return ""
	}
	for _, u := range c.ExtKeyUsage {
		switch u {
		case x509.ExtKeyUsageAny, x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageClientAuth:
			return ""
		}
	}
	for _, u := range c.UnknownExtKeyUsage {
		switch u.String() {
		case oidDocumentSign, oidMicrosoftSign, oidAdobeSign:
			return ""
		}
	}
	return "EXTENDED_KEY_USAGE_WRONG"
}
