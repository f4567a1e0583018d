package revocation

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"slices"
)

// Bounds on what is looked at.
const (
	maxPieces = 256
	maxBytes  = 16 << 20 // of all pieces together; a parsed CRL takes about nine times its size
)

// Data is a collection of CRLs and OCSP responses. The zero value is empty and ready for use. It is not safe for
// concurrent use.
type Data struct {
	lists     []*x509.RevocationList
	responses []*response
	seen      map[[sha256.Size]byte]bool
	size      int
	// incomplete says that something was given that could not be read, or that too much was given.
	incomplete bool
	// known keeps what is said about a certificate of an issuer, so that each signature is verified once.
	known map[pair][]statement
}

type pair struct{ certificate, issuer [sha256.Size]byte }

// Add takes one CRL or OCSP response in DER, or any number of them in PEM. What cannot be read, and what goes beyond 256
// pieces or 16 MiB, makes every certificate that nothing else speaks about Unusable instead of NoData.
func (d *Data) Add(data []byte) {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN ")) {
		d.add(data)
		return
	}
	for count := 0; count < maxPieces; count++ {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		d.add(block.Bytes)
		data = rest
	}
	if len(bytes.TrimSpace(data)) > 0 {
		d.incomplete = true
	}
}

// Readable says that all of it is CRLs and OCSP responses that Add takes.
func Readable(data []byte) bool {
	var d Data
	d.Add(data)
	return !d.incomplete
}

func (d *Data) add(der []byte) {
	hash := sha256.Sum256(der)
	if d.seen[hash] {
		return
	}
	if d.seen == nil {
		d.seen = map[[sha256.Size]byte]bool{}
	}
	if d.size += len(der); d.size > maxBytes || len(d.seen) >= maxPieces {
		d.incomplete = true
		return
	}
	d.seen[hash] = true
	d.known = nil
	if r, ok := readResponse(der); ok {
		d.responses = append(d.responses, r)
		return
	}
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		d.incomplete = true
		return
	}
	d.lists = append(d.lists, list)
}

// Status says what is known about a certificate; issuer is the next one of a verified path.
func (d *Data) Status(c, issuer *x509.Certificate, m Moment) Status {
	status := NoData
	for _, s := range d.statements(c, issuer) {
		status = max(status, s.status(c, m))
	}
	switch {
	case status >= GoodBefore:
		return status
	case shortLived(c):
		return NotNeeded
	case d.incomplete:
		return Unusable
	}
	return status
}

func (d *Data) statements(c, issuer *x509.Certificate) []statement {
	key := pair{sha256.Sum256(c.Raw), sha256.Sum256(issuer.Raw)}
	if known, ok := d.known[key]; ok {
		return known
	}
	found := d.listed(c, issuer)
	for _, r := range d.responses {
		if s, ok := r.about(c, issuer, d); ok {
			found = append(found, s)
		}
	}
	if d.known == nil {
		d.known = map[pair][]statement{}
	}
	d.known[key] = found
	return found
}

// listed is what CRLs say about a certificate.
func (d *Data) listed(c, issuer *x509.Certificate) []statement {
	var found []statement
	for _, l := range d.lists {
		if s, ok := fromList(l, c, issuer); ok {
			found = append(found, s)
		}
	}
	return found
}

// shortLived says that the certificate carries ext-etsi-valassured-ST-certs of ETSI EN 319 412-1, 5.2: it is valid for so
// short a time that it is never revoked.
func shortLived(c *x509.Certificate) bool {
	return slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool {
		return e.Id.Equal(asn1.ObjectIdentifier{0, 4, 0, 194121, 2, 1})
	})
}
