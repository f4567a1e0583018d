// Package pki is the test trust service of the simulators: a root, one issuing authority per kind of certificate, and
// the short-lived identities that sign documents.
//
// The certificates have the shape a European trust service gives them (names, key usages, qcStatements), so that a
// verifier can be tried against the real rules, but nobody trusts the root: a signature made here has no legal value. A
// second Authority serves as the forger in tests, because its authorities carry the same names under other keys.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

const (
	authorityYears = 10
	serialBits     = 120
	// backdated lets an authority issue for clocks that run a little behind the one it was made by.
	backdated = 24 * time.Hour
)

// Authority issues identities. It is safe for use by several goroutines.
type Authority struct {
	root    *issuer
	issuers map[purpose]*issuer
}

// purpose names an issuing authority and is its PEM label in the kept file.
type purpose string

const (
	purposeRoot      purpose = "ROOT"
	purposeAES       purpose = "AES"
	purposeQES       purpose = "QES"
	purposeSeal      purpose = "SEAL"
	purposeTimestamp purpose = "TIMESTAMP"
)

// issuing lists the authorities below the root with the common name of each.
func issuing() map[purpose]string {
	return map[purpose]string{
		purposeAES:       "Countersign Simulated Advanced CA",
		purposeQES:       "Countersign Simulated Qualified CA",
		purposeSeal:      "Countersign Simulated Seal CA",
		purposeTimestamp: "Countersign Simulated Timestamp CA",
	}
}

type issuer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// Open returns the authority kept in dir, and makes one there first when there is none yet; its root is valid for ten
// years. The keys stay in one file that only its owner may read. An empty dir keeps nothing: each call then returns a
// new authority that lives in memory. Open fails when the kept file is damaged or cannot be read or written.
func Open(dir string) (*Authority, error) {
	if dir == "" {
		return found(time.Now())
	}
	return openKept(dir, time.Now())
}

// RootPEM returns the root certificate as one PEM block, the trust anchor of every identity this authority issues.
func (a *Authority) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.certificate.Raw})
}

// found makes a new root and its issuing authorities.
func found(now time.Time) (*Authority, error) {
	root, err := newIssuer("Countersign Simulated Root CA", nil, now)
	if err != nil {
		return nil, err
	}
	a := &Authority{root: root, issuers: map[purpose]*issuer{}}
	for p, name := range issuing() {
		if a.issuers[p], err = newIssuer(name, root, now); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// newIssuer makes a certificate authority under parent, or a self-signed one when parent is nil.
func newIssuer(name string, parent *issuer, now time.Time) (*issuer, error) {
	template := &x509.Certificate{
		Subject: pkix.Name{
			Country: []string{"CH"}, Organization: []string{"Countersign Simulators"}, CommonName: name,
		},
		NotBefore:             now.Add(-backdated),
		NotAfter:              now.AddDate(authorityYears, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	if parent != nil {
		template.MaxPathLenZero = true
		template.NotBefore = parent.certificate.NotBefore
		template.NotAfter = parent.certificate.NotAfter
	}
	return certify(template, parent)
}

// certify makes a key for template and has parent sign it; a nil parent means that the key signs itself.
func certify(template *x509.Certificate, parent *issuer) (*issuer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	if template.SerialNumber, err = serialNumber(); err != nil {
		return nil, err
	}
	by := &issuer{certificate: template, key: key}
	if parent != nil {
		by = parent
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, by.certificate, &key.PublicKey, by.key)
	if err != nil {
		return nil, fmt.Errorf("signing a certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, fmt.Errorf("reading back a certificate: %w", err)
	}
	return &issuer{certificate: certificate, key: key}, nil
}

// serialNumber draws a positive number that no other certificate has.
func serialNumber() (*big.Int, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits))
	if err != nil {
		return nil, fmt.Errorf("drawing a serial number: %w", err)
	}
	return n.Add(n, big.NewInt(1)), nil
}
