package pki

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	personLife       = 24 * time.Hour
	organisationLife = 365 * 24 * time.Hour
	nameLimit        = 128 // runes of one part of a name
	commonNameLimit  = 64  // runes, the upper bound of RFC 5280
)

// Person is the natural person a certificate names.
type Person struct {
	// FirstName and LastName are at most 128 characters each; at least one of them is needed.
	FirstName, LastName string
	// Country is an ISO 3166-1 code of two capital letters, such as "CH"; an empty one is left out of the certificate.
	Country string
}

// Identity is a certificate with the means to sign under it.
type Identity struct {
	// Certificate is the signer's own.
	Certificate *x509.Certificate
	// Chain leads from the issuer of Certificate towards the root, which it leaves out.
	Chain []*x509.Certificate
	// Key signs; it is an ECDSA key on P-256.
	Key crypto.Signer
}

// Person issues a certificate that is valid for 24 hours around a signature made at now. level is "AES" or "QES": each
// has its own issuing authority, and only a QES certificate carries the statements QcCompliance, QcSSCD and QcType
// esign. It fails for another level, a name or country that a certificate cannot carry, and a now outside the
// authority's ten years.
func (a *Authority) Person(p Person, level string, now time.Time) (*Identity, error) {
	subject, err := p.subject()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{Subject: subject, NotAfter: now.Add(personLife)}
	switch level {
	case "AES":
		template.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
		return a.issue(purposeAES, template, now)
	case "QES":
		template.KeyUsage = x509.KeyUsageContentCommitment
		statements, err := qcStatements(qcCompliance(), qcSSCD(), qcType(typeESign))
		if err != nil {
			return nil, err
		}
		template.ExtraExtensions = []pkix.Extension{statements}
		return a.issue(purposeQES, template, now)
	}
	return nil, errors.New("no certificates are issued for this level")
}

// Seal issues an organisation's certificate, valid for a year from now. Its only statement is QcType eseal: it is an
// advanced seal, because the statement QcCompliance that would make it a qualified one is missing. It fails for a name
// that a certificate cannot carry and a now outside the authority's ten years.
func (a *Authority) Seal(organisation string, now time.Time) (*Identity, error) {
	if err := checkName(organisation); err != nil || organisation == "" {
		return nil, errors.Join(errors.New("an organisation needs a name"), err)
	}
	statements, err := qcStatements(qcType(typeESeal))
	if err != nil {
		return nil, err
	}
	return a.issue(purposeSeal, &x509.Certificate{
		Subject: pkix.Name{
			Country: []string{"CH"}, Organization: []string{shorten(organisation)}, CommonName: shorten(organisation),
		},
		NotAfter:        now.Add(organisationLife),
		KeyUsage:        x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		ExtraExtensions: []pkix.Extension{statements},
	}, now)
}

// TimestampUnit issues the certificate of a timestamp server, valid for a year from now. Its extended key usage is
// timeStamping alone and critical, as RFC 3161 asks. It fails for a now outside the authority's ten years.
func (a *Authority) TimestampUnit(now time.Time) (*Identity, error) {
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}}) // id-kp-timeStamping
	if err != nil {
		return nil, fmt.Errorf("encoding the extended key usage: %w", err)
	}
	return a.issue(purposeTimestamp, &x509.Certificate{
		Subject: pkix.Name{
			Country: []string{"CH"}, Organization: []string{"Countersign Simulators"},
			CommonName: "Countersign Simulated Timestamp Unit",
		},
		NotAfter: now.Add(organisationLife),
		KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{
			{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage},
		},
	}, now)
}

// issue completes template and signs it. An identity never outlives its authority.
func (a *Authority) issue(p purpose, template *x509.Certificate, now time.Time) (*Identity, error) {
	by := a.issuers[p]
	template.NotBefore = now.Add(-time.Minute)
	if template.NotBefore.Before(by.certificate.NotBefore) || now.After(by.certificate.NotAfter) {
		return nil, errors.New("the authority is not valid at this time")
	}
	if template.NotAfter.After(by.certificate.NotAfter) {
		template.NotAfter = by.certificate.NotAfter
	}
	template.BasicConstraintsValid = true
	leaf, err := certify(template, by)
	if err != nil {
		return nil, err
	}
	return &Identity{
		Certificate: leaf.certificate, Chain: []*x509.Certificate{by.certificate}, Key: leaf.key,
	}, nil
}

// subject names the person in the attributes that EN 319 412-2 asks for. The serial number is drawn anew for each
// certificate: it tells two people of one name apart and says nothing about either.
func (p Person) subject() (pkix.Name, error) {
	full := strings.TrimSpace(p.FirstName + " " + p.LastName)
	if err := errors.Join(checkName(p.FirstName), checkName(p.LastName)); err != nil {
		return pkix.Name{}, err
	}
	if full == "" {
		return pkix.Name{}, errors.New("a person needs a name")
	}
	number, err := serialNumber()
	if err != nil {
		return pkix.Name{}, err
	}
	name := pkix.Name{CommonName: shorten(full), SerialNumber: fmt.Sprintf("SIM-%020x", number)[:24]}
	for _, part := range []pkix.AttributeTypeAndValue{
		{Type: asn1.ObjectIdentifier{2, 5, 4, 42}, Value: p.FirstName}, // givenName
		{Type: asn1.ObjectIdentifier{2, 5, 4, 4}, Value: p.LastName},   // surname
	} {
		if part.Value != "" {
			name.ExtraNames = append(name.ExtraNames, part)
		}
	}
	if p.Country == "" {
		return name, nil
	}
	if len(p.Country) != 2 || strings.Trim(p.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return pkix.Name{}, errors.New("a country is two capital letters")
	}
	name.Country = []string{p.Country}
	return name, nil
}

func checkName(name string) error {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return errors.New("a name holds characters that a certificate cannot carry")
	}
	if utf8.RuneCountInString(name) > nameLimit {
		return fmt.Errorf("a name is longer than %d characters", nameLimit)
	}
	return nil
}

func shorten(name string) string {
	if runes := []rune(name); len(runes) > commonNameLimit {
		return string(runes[:commonNameLimit])
	}
	return name
}
