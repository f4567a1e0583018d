package pdfsign

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"time"
)

// The verifier of the tests is written from RFC 5652 and RFC 3161, apart from the code that signs.

type cmsEnvelope struct {
	Type    asn1.ObjectIdentifier
	Content cmsSigned `asn1:"explicit,tag:0"`
}

type cmsSigned struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      cmsContent
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	Signers      []cmsSigner   `asn1:"set"`
}

type cmsContent struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"optional,explicit,tag:0"`
}

type cmsSigner struct {
	Version   int
	ID        cmsSignerID
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue `asn1:"tag:0"`
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
}

type cmsSignerID struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type cmsAttribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// found is a signature that holds.
type found struct {
	signer      *x509.Certificate
	chain       []*x509.Certificate // with the root
	covered     int                 // bytes of the file up to the end of what it covers
	stampTime   time.Time           // zero without a timestamp
	stampSigner *x509.Certificate
}

// verify checks every signature of a file at the time at and returns them in the order of the revisions.
func verify(file []byte, root *x509.Certificate, at time.Time) ([]found, error) {
	var all []found
	for _, m := range regexp.MustCompile(`/ByteRange \[0 (\d+) (\d+) (\d+)\]`).FindAllSubmatch(file, -1) {
		var n [3]int
		for i := range n {
			n[i], _ = strconv.Atoi(string(m[i+1]))
		}
		open, end, covered := n[0], n[1], n[1]+n[2]
		if open <= 0 || end <= open || covered > len(file) || file[open] != '<' || file[end-1] != '>' {
			return nil, errors.New("the gap is not the contents")
		}
		if !bytes.HasSuffix(file[:covered], []byte("%%EOF\n")) {
			return nil, errors.New("it does not cover a whole revision")
		}
		contents, err := hex.DecodeString(string(file[open+1 : end-1]))
		if err != nil {
			return nil, err
		}
		one, err := verifyOne(contents, append(bytes.Clone(file[:open]), file[end:covered]...), checks{root, at})
		if err != nil {
			return nil, err
		}
		one.covered = covered
		all = append(all, one)
	}
	return all, nil
}

type checks struct {
	root *x509.Certificate
	at   time.Time
}

func verifyOne(contents, signed []byte, c checks) (found, error) {
	var envelope cmsEnvelope
	padding, err := asn1.Unmarshal(contents, &envelope)
	if err != nil {
		return found{}, err
	}
	if len(bytes.Trim(padding, "\x00")) > 0 {
		return found{}, errors.New("there is junk behind the signature")
	}
	if len(envelope.Content.Content.Content.Bytes) > 0 {
		return found{}, errors.New("it is not detached")
	}
	one, signer, err := verifySigned(envelope, signed, c)
	if err != nil || len(signer.Unsigned.Bytes) == 0 {
		return one, err
	}
	token, err := attributeValue(signer.Unsigned.Bytes, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14})
	if err != nil {
		return found{}, err
	}
	one.stampTime, one.stampSigner, err = verifyStamp(token, signer.Signature, c)
	return one, err
}

func verifySigned(envelope cmsEnvelope, content []byte, c checks) (found, cmsSigner, error) {
	d := envelope.Content
	fail := func(err error) (found, cmsSigner, error) { return found{}, cmsSigner{}, err }
	if len(d.Signers) != 1 {
		return fail(errors.New("it has not one signer"))
	}
	s := d.Signers[0]
	certificates, err := x509.ParseCertificates(d.Certificates.Bytes)
	if err != nil {
		return fail(err)
	}
	var own *x509.Certificate
	others := x509.NewCertPool()
	for _, certificate := range certificates {
		if certificate.SerialNumber.Cmp(s.ID.Serial) == 0 && bytes.Equal(certificate.RawIssuer, s.ID.Issuer.FullBytes) {
			own = certificate
		}
		others.AddCert(certificate)
	}
	if own == nil {
		return fail(errors.New("the signer's certificate is missing"))
	}
	if err := verifyAttributes(s, d.Content.Type, content, own); err != nil {
		return fail(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c.root)
	chains, err := own.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: others, CurrentTime: c.at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return fail(err)
	}
	return found{signer: own, chain: chains[0]}, s, nil
}

func verifyAttributes(s cmsSigner, kind asn1.ObjectIdentifier, content []byte, own *x509.Certificate) error {
	set := bytes.Clone(s.Signed.FullBytes)
	set[0] = 0x31 // it is signed as a SET OF
	hash := sha256.Sum256(set)
	if !ecdsa.VerifyASN1(own.PublicKey.(*ecdsa.PublicKey), hash[:], s.Signature) {
		return errors.New("the signature is wrong")
	}
	if !sortedSet(s.Signed.Bytes) {
		return errors.New("the attributes are not in the order of DER")
	}
	digest, certificate := sha256.Sum256(content), sha256.Sum256(own.Raw)
	kindDER, err := asn1.Marshal(kind)
	if err != nil {
		return err
	}
	for _, want := range []struct {
		attribute asn1.ObjectIdentifier
		der       []byte
	}{
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, kindDER},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, append([]byte{4, 32}, digest[:]...)},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47},
			append([]byte{0x30, 38, 0x30, 36, 0x30, 34, 4, 32}, certificate[:]...)},
	} {
		got, err := attributeValue(s.Signed.Bytes, want.attribute)
		if err != nil || !bytes.Equal(got, want.der) {
			return fmt.Errorf("attribute %v is wrong: %x (%w)", want.attribute, got, err)
		}
	}
	return nil
}

func sortedSet(elements []byte) bool {
	var before []byte
	for len(elements) > 0 {
		var one asn1.RawValue
		rest, err := asn1.Unmarshal(elements, &one)
		if err != nil || bytes.Compare(before, one.FullBytes) > 0 {
			return false
		}
		before, elements = one.FullBytes, rest
	}
	return true
}

func attributeValue(elements []byte, kind asn1.ObjectIdentifier) ([]byte, error) {
	for len(elements) > 0 {
		var one cmsAttribute
		rest, err := asn1.Unmarshal(elements, &one)
		if err != nil {
			return nil, err
		}
		if one.Type.Equal(kind) && len(one.Values) == 1 {
			return one.Values[0].FullBytes, nil
		}
		elements = rest
	}
	return nil, errors.New("it is missing")
}
