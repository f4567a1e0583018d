package proof

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// purposes is the set of things an anchor may prove.
type purposes uint8

const (
	provesAES purposes = 1 << iota
	provesSeal
	provesTimestamp
	provesQualifiedEIDAS
	provesQualifiedZertES
)

// unlabelled is what a certificate without a Proves line is good for: everything but a qualified signature, which
// nobody gets by default.
const unlabelled = provesAES | provesSeal | provesTimestamp

func (p purposes) has(q purposes) bool { return p&q != 0 }

// Anchors are the certificates that trust starts from, each with what it may prove. The zero value trusts nobody.
type Anchors struct {
	certificates []*x509.Certificate
	proves       map[[sha256.Size]byte]purposes
}

// NewAnchors reads a bundle of PEM certificates. A line of text before a certificate says what that certificate, and
// everything issued below it, may prove:
//
//	Proves: QES-EIDAS TIMESTAMP
//	-----BEGIN CERTIFICATE-----
//
// The words are AES (a person's signature), SEAL (an organisation's seal), TIMESTAMP, QES-EIDAS and QES-ZERTES (a
// person's qualified signature under that law; it includes AES). Without the line a certificate proves AES, SEAL and
// TIMESTAMP. The anchor of a qualified signature should be the issuing service of the trusted list, not the root above
// it; the certificates below it must still say what they are. NewAnchors fails for an unknown word, anything that is not a certificate, and a bundle without one.
func NewAnchors(bundle []byte) (Anchors, error) {
	a := Anchors{proves: map[[sha256.Size]byte]purposes{}}
	for {
		block, rest := pem.Decode(bundle)
		if block == nil {
			break
		}
		text, _, _ := bytes.Cut(bundle, []byte(pemBegin))
		if bytes.Count(bundle[:len(bundle)-len(rest)], []byte(pemBegin)) != 1 || block.Type != "CERTIFICATE" {
			return Anchors{}, errors.New("trust anchors: a block is not a certificate")
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return Anchors{}, errors.New("trust anchors: a certificate cannot be read")
		}
		if err := a.add(c, string(text)); err != nil {
			return Anchors{}, err
		}
		bundle = rest
	}
	if bytes.Contains(bundle, []byte(pemBegin)) {
		return Anchors{}, errors.New("trust anchors: a block is damaged")
	}
	if len(a.proves) == 0 {
		return Anchors{}, errors.New("trust anchors: no certificate")
	}
	return a, nil
}

const pemBegin = "-----BEGIN "

func (a *Anchors) add(c *x509.Certificate, text string) error {
	if !c.IsCA {
		return errors.New("trust anchors: a certificate is not an authority's")
	}
	proves := purposes(0)
	labelled := false
	for line := range strings.Lines(text) {
		words, found := strings.CutPrefix(strings.TrimSpace(line), "Proves:")
		if !found {
			continue
		}
		labelled = true
		for _, w := range strings.FieldsFunc(words, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
			p, err := purposeOf(w)
			if err != nil {
				return err
			}
			proves |= p
		}
	}
	if !labelled {
		proves = unlabelled
	}
	a.certificates = append(a.certificates, c)
	a.proves[sha256.Sum256(c.Raw)] |= proves
	return nil
}

func purposeOf(word string) (purposes, error) {
	switch word {
	case "AES":
		return provesAES, nil
	case "SEAL":
		return provesSeal, nil
	case "TIMESTAMP":
		return provesTimestamp, nil
	case "QES-EIDAS":
		return provesQualifiedEIDAS | provesAES, nil
	case "QES-ZERTES":
		return provesQualifiedZertES | provesAES, nil
	}
	return 0, fmt.Errorf("trust anchors: unknown word %q after Proves", word)
}

// qualifiedUnder returns what an anchor must prove for a qualified signature under a law.
func qualifiedUnder(legislation string) (purposes, bool) {
	switch legislation {
	case "EIDAS":
		return provesQualifiedEIDAS, true
	case "ZERTES":
		return provesQualifiedZertES, true
	}
	return 0, false
}

// JoinAnchors returns all the anchors given. A certificate may prove what it may prove in any of them.
func JoinAnchors(all ...Anchors) Anchors {
	joined := Anchors{proves: map[[sha256.Size]byte]purposes{}}
	for _, a := range all {
		joined.certificates = append(joined.certificates, a.certificates...)
		for hash, proves := range a.proves {
			joined.proves[hash] |= proves
		}
	}
	return joined
}

// pool returns the certificates that paths may end at: the anchors, and others that prove nothing by themselves.
func (a Anchors) pool(others []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range slices.Concat(a.certificates, others) {
		pool.AddCert(c)
	}
	return pool
}

// of returns what the end of a chain may prove.
func (a Anchors) of(c *x509.Certificate) purposes { return a.proves[sha256.Sum256(c.Raw)] }
