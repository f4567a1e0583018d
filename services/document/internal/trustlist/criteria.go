package trustlist

import (
	"crypto/x509"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// The three answers are those of proof; Open is neither yes nor no and stays so whatever follows from it.
const (
	no   = proof.No
	yes  = proof.Yes
	open = proof.Open
)

// fits says whether a certificate meets a list of criteria (TS 119 612, 5.5.9.2.2). A criterion that is not known here
// leaves it open, unless the others decide.
func (x *xmlCriteria) fits(c *x509.Certificate) proof.Answer {
	if x == nil {
		return open
	}
	var answers []proof.Answer
	for _, k := range x.KeyUsages {
		answers = append(answers, k.fits(c))
	}
	for _, p := range x.Policies {
		answers = append(answers, p.fits(c))
	}
	for i := range x.Nested {
		answers = append(answers, x.Nested[i].fits(c))
	}
	for range x.Other {
		answers = append(answers, open)
	}
	if len(answers) == 0 {
		return open
	}
	switch x.Assert {
	case "all":
		return all(answers)
	case "atLeastOne":
		return not(none(answers))
	case "none":
		return none(answers)
	}
	return open
}

func all(answers []proof.Answer) proof.Answer {
	switch {
	case slices.Contains(answers, no):
		return no
	case slices.Contains(answers, open):
		return open
	}
	return yes
}

func not(a proof.Answer) proof.Answer {
	switch a {
	case yes:
		return no
	case no:
		return yes
	}
	return open
}

func none(answers []proof.Answer) proof.Answer {
	opposite := make([]proof.Answer, len(answers))
	for i, a := range answers {
		opposite[i] = not(a)
	}
	return all(opposite)
}

// fits says whether each bit named is as the list says.
func (x xmlKeyUsage) fits(c *x509.Certificate) proof.Answer {
	if len(x.Bits) == 0 {
		return open
	}
	var answers []proof.Answer
	for _, b := range x.Bits {
		bit, known := keyUsage(b.Name)
		wanted, isBool := boolean(b.Value)
		switch {
		case !known || !isBool:
			answers = append(answers, open)
		case (c.KeyUsage&bit != 0) == wanted:
			answers = append(answers, yes)
		default:
			answers = append(answers, no)
		}
	}
	return all(answers)
}

func boolean(text string) (value, ok bool) {
	switch strings.TrimSpace(text) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

// keyUsage names the bits of RFC 5280, 4.2.1.3.
func keyUsage(name string) (x509.KeyUsage, bool) {
	switch name {
	case "digitalSignature":
		return x509.KeyUsageDigitalSignature, true
	case "nonRepudiation", "contentCommitment":
		return x509.KeyUsageContentCommitment, true
	case "keyEncipherment":
		return x509.KeyUsageKeyEncipherment, true
	case "dataEncipherment":
		return x509.KeyUsageDataEncipherment, true
	case "keyAgreement":
		return x509.KeyUsageKeyAgreement, true
	case "keyCertSign":
		return x509.KeyUsageCertSign, true
	case "crlSign":
		return x509.KeyUsageCRLSign, true
	case "encipherOnly":
		return x509.KeyUsageEncipherOnly, true
	case "decipherOnly":
		return x509.KeyUsageDecipherOnly, true
	}
	return 0, false
}

// fits says whether the certificate has every policy of the set.
func (x xmlPolicySet) fits(c *x509.Certificate) proof.Answer {
	if len(x.Identifiers) == 0 {
		return open
	}
	for _, identifier := range x.Identifiers {
		id := strings.TrimPrefix(strings.TrimSpace(identifier), "urn:oid:")
		if !slices.ContainsFunc(c.Policies, func(o x509.OID) bool { return o.String() == id }) {
			return no
		}
	}
	return yes
}
