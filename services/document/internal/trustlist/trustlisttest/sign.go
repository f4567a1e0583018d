package trustlisttest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// Signer signs lists.
type Signer struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
}

// NewSigner makes a P-256 key with a certificate of its own, valid from 2010 to 2050.
func NewSigner(tb testing.TB) Signer {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return newSigner(tb, key, err)
}

// NewRSASigner makes one with an RSA key.
func NewRSASigner(tb testing.TB, bits int) Signer {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	return newSigner(tb, key, err)
}

func newSigner(tb testing.TB, key crypto.Signer, err error) Signer {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	return Signer{key, Certify(tb, &x509.Certificate{Subject: pkix.Name{CommonName: "Scheme Operator"}}, key, nil)}
}

// Certify has a signer certify a key; nil has the key certify itself. Without other dates it is valid from 2010 to 2050.
func Certify(tb testing.TB, template *x509.Certificate, key crypto.Signer, by *Signer) *x509.Certificate {
	tb.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotBefore.IsZero() {
		template.NotBefore = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
		template.NotAfter = template.NotBefore.AddDate(40, 0, 0)
	}
	if by == nil {
		by = &Signer{key, template}
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, by.Certificate, key.Public(), by.Key)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// Recipe says how to sign; what is empty becomes what is right.
type Recipe struct {
	By Signer
	// Hash of references and signature, SHA-256 when zero.
	Hash crypto.Hash
	// URI of the reference to the root; References come after it.
	URI, References string
	// Canonicalization names the algorithm of the reference's last transform.
	Canonicalization string
	// KeyInfo replaces the signer's certificate, in PEM without its lines; Method the signature's algorithm.
	KeyInfo, Method string
}

// XML namespaces.
const (
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"
	nsXAdES     = "http://uri.etsi.org/01903/v1.3.2#"
	exclusive   = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

// Sign puts an enveloped XAdES signature at the end of the root.
func (r Recipe) Sign(tb testing.TB, list string) []byte {
	tb.Helper()
	if r.Hash == 0 {
		r.Hash = crypto.SHA256
	}
	if r.Canonicalization == "" {
		r.Canonicalization = exclusive
	}
	document := etree.NewDocument()
	if err := document.ReadFromString(list); err != nil {
		tb.Fatal(err)
	}
	properties := fmt.Sprintf(`<xades:SignedProperties xmlns:xades="%s" Id="properties"><xades:SignedSignatureProperties>`+
		`<xades:SigningTime>2025-01-01T00:00:00Z</xades:SigningTime></xades:SignedSignatureProperties></xades:SignedProperties>`, nsXAdES)
	info := fmt.Sprintf(`<ds:SignedInfo xmlns:ds="%s"><ds:CanonicalizationMethod Algorithm="%s"/><ds:SignatureMethod Algorithm="%s"/>`+
		`<ds:Reference URI="%s"><ds:Transforms><ds:Transform Algorithm="%senveloped-signature"/><ds:Transform Algorithm="%s"/></ds:Transforms>%s</ds:Reference>`+
		`<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#properties"><ds:Transforms><ds:Transform Algorithm="%s"/></ds:Transforms>%s</ds:Reference>%s</ds:SignedInfo>`,
		nsSignature, exclusive, r.method(), r.URI, nsSignature, r.Canonicalization, r.digest(tb, document.Root()),
		exclusive, r.digest(tb, parse(tb, properties)), r.References)
	if r.KeyInfo == "" {
		r.KeyInfo = base64.StdEncoding.EncodeToString(r.By.Certificate.Raw)
	}
	signature := fmt.Sprintf(`<ds:Signature xmlns:ds="%s" Id="signature">%s<ds:SignatureValue>%s</ds:SignatureValue>`+
		`<ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`+
		`<ds:Object><xades:QualifyingProperties xmlns:xades="%s" Target="#signature">%s</xades:QualifyingProperties></ds:Object></ds:Signature>`,
		nsSignature, info, base64.StdEncoding.EncodeToString(r.value(tb, parse(tb, info))), r.KeyInfo, nsXAdES, properties)
	document.Root().AddChild(parse(tb, signature))
	raw, err := document.WriteToBytes()
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func parse(tb testing.TB, text string) *etree.Element {
	tb.Helper()
	document := etree.NewDocument()
	if err := document.ReadFromString(text); err != nil {
		tb.Fatal(err)
	}
	return document.Root()
}

func (r Recipe) method() string {
	if r.Method != "" {
		return r.Method
	}
	kind := "rsa"
	if _, ok := r.By.Key.(*ecdsa.PrivateKey); ok {
		kind = "ecdsa"
	}
	if r.Hash == crypto.SHA1 && kind == "rsa" {
		return nsSignature + "rsa-sha1"
	}
	return fmt.Sprintf("http://www.w3.org/2001/04/xmldsig-more#%s-sha%d", kind, bits(r.Hash))
}

func bits(h crypto.Hash) int {
	if h == crypto.SHA1 {
		return 1
	}
	return h.Size() * 8
}

// digest returns the digest of an element in its canonical form, in XML.
func (r Recipe) digest(tb testing.TB, e *etree.Element) string {
	tb.Helper()
	algorithm := map[crypto.Hash]string{
		crypto.SHA1: nsSignature + "sha1", crypto.SHA256: "http://www.w3.org/2001/04/xmlenc#sha256",
		crypto.SHA384: "http://www.w3.org/2001/04/xmldsig-more#sha384", crypto.SHA512: "http://www.w3.org/2001/04/xmlenc#sha512",
	}[r.Hash]
	by := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	switch dsig.AlgorithmID(r.Canonicalization) {
	case dsig.CanonicalXML10RecAlgorithmId:
		by = dsig.MakeC14N10RecCanonicalizer()
	case dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId:
		by = dsig.MakeC14N10ExclusiveWithCommentsCanonicalizerWithPrefixList("")
	}
	return fmt.Sprintf(`<ds:DigestMethod Algorithm="%s"/><ds:DigestValue>%s</ds:DigestValue>`, algorithm,
		base64.StdEncoding.EncodeToString(r.sum(tb, by, e)))
}

func (r Recipe) sum(tb testing.TB, by dsig.Canonicalizer, e *etree.Element) []byte {
	tb.Helper()
	content, err := by.Canonicalize(e.Copy())
	if err != nil {
		tb.Fatal(err)
	}
	h := r.Hash.New()
	h.Write(content)
	return h.Sum(nil)
}

// value signs; one by ECDSA is two numbers of equal length (RFC 4050, 3.3).
func (r Recipe) value(tb testing.TB, info *etree.Element) []byte {
	tb.Helper()
	der, err := r.By.Key.Sign(rand.Reader, r.sum(tb, dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(""), info), r.Hash)
	if err != nil {
		tb.Fatal(err)
	}
	key, ok := r.By.Key.(*ecdsa.PrivateKey)
	if !ok {
		return der
	}
	var numbers struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &numbers); err != nil {
		tb.Fatal(err)
	}
	size := (key.Params().BitSize + 7) / 8
	return append(numbers.R.FillBytes(make([]byte, size)), numbers.S.FillBytes(make([]byte, size))...)
}
