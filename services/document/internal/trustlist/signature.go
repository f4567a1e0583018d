package trustlist

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// leastRSA is the size in bits of the smallest RSA key that may sign a list (SOG-IS agreed mechanisms 1.3).
const leastRSA = 2048

// verified is a list that one of the pinned certificates signed.
type verified struct {
	// content is the list in canonical form, without its signature: exactly what was signed.
	content []byte
	signer  *x509.Certificate
}

// verify checks the enveloped signature of a scanned file. XAdES adds references to parts of the signature itself; they
// carry nothing that is used here and are not verified, only kept from standing in for the list.
func verify(raw []byte, pinned []*x509.Certificate) (verified, error) {
	document := etree.NewDocument()
	document.ReadSettings.MaxDepth = maxDepth + 1
	if err := document.ReadFromBytes(raw); err != nil || document.Root() == nil {
		return verified{}, errMalformed
	}
	root := document.Root()
	signature, err := signatureOf(root)
	if err != nil {
		return verified{}, err
	}
	if err := checkSignedInfo(root, signature); err != nil {
		return verified{}, err
	}
	signer := pinnedSigner(signature, pinned)
	if signer == nil {
		return verified{}, errSigner
	}
	if key, ok := signer.PublicKey.(*rsa.PublicKey); ok && key.Size()*8 < leastRSA {
		return verified{}, errAlgorithm
	}
	normalise(root, signature, signer)
	context := &dsig.ValidationContext{
		CertificateStore: &dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{signer}},
		IdAttribute:      "Id",
		// The pin is what makes a signer trusted. Its validity is held against the list's own date later.
		Clock: dsig.NewFakeClockAt(signer.NotBefore),
	}
	element, err := context.Validate(root)
	if err != nil || element == nil {
		return verified{}, errSignature
	}
	signed := etree.NewDocument()
	signed.SetRoot(element)
	content, err := signed.WriteToBytes()
	if err != nil {
		return verified{}, errSignature
	}
	return verified{content: content, signer: signer}, nil
}

// issuedBy says whether the signer's certificate was valid at the time that the list states.
func (v verified) issuedBy(at time.Time) bool {
	return !at.Before(v.signer.NotBefore) && !at.After(v.signer.NotAfter)
}

// signatureOf returns the only signature; whatever else is called Signature, in whatever namespace, is refused.
func signatureOf(root *etree.Element) (*etree.Element, error) {
	var found *etree.Element
	count := 0
	each(root, func(e *etree.Element) {
		if e.Tag == dsig.SignatureTag {
			found = e
			count++
		}
	})
	if count != 1 || found.Parent() != root || found.NamespaceURI() != dsig.Namespace {
		return nil, errUnsigned
	}
	return found, nil
}

func each(e *etree.Element, visit func(*etree.Element)) {
	visit(e)
	for _, child := range e.ChildElements() {
		each(child, visit)
	}
}

// checkSignedInfo holds a signature to accepted algorithms, to one reference to the root and to others that stay within
// the signature.
func checkSignedInfo(root, signature *etree.Element) error {
	info := children(signature, dsig.SignedInfoTag)
	if len(info) != 1 || len(children(signature, dsig.SignatureValueTag)) != 1 {
		return errUnsigned
	}
	inside := map[string]bool{}
	each(signature, func(e *etree.Element) { inside["#"+e.SelectAttrValue("Id", "")] = true })
	delete(inside, "#")
	whole, accepted := 0, len(children(info[0], "SignatureMethod")) == 1
	each(info[0], func(e *etree.Element) {
		switch e.Tag {
		case "SignatureMethod":
			accepted = accepted && acceptedSignature(e.SelectAttrValue("Algorithm", ""))
		case "DigestMethod":
			accepted = accepted && acceptedDigest(e.SelectAttrValue("Algorithm", ""))
		case "Reference":
			uri, id := e.SelectAttr("URI"), root.SelectAttrValue("Id", "")
			switch {
			case uri == nil, e.Parent() != info[0]:
				whole = 2
			case uri.Value == "", id != "" && uri.Value == "#"+id:
				whole++
			case !inside[uri.Value]:
				whole = 2
			}
		}
	})
	switch {
	case !accepted:
		return errAlgorithm
	case whole != 1:
		return errReferences
	}
	return nil
}

func children(e *etree.Element, tag string) []*etree.Element {
	return slices.DeleteFunc(e.ChildElements(), func(c *etree.Element) bool { return c.Tag != tag })
}

func acceptedSignature(algorithm string) bool {
	switch algorithm {
	case dsig.RSASHA256SignatureMethod, dsig.RSASHA384SignatureMethod, dsig.RSASHA512SignatureMethod,
		dsig.ECDSASHA256SignatureMethod, dsig.ECDSASHA384SignatureMethod, dsig.ECDSASHA512SignatureMethod:
		return true
	}
	return false
}

func acceptedDigest(algorithm string) bool {
	switch algorithm {
	case "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#sha384",
		"http://www.w3.org/2001/04/xmlenc#sha512":
		return true
	}
	return false
}

// pinnedSigner returns the pinned certificate that the signature names first.
func pinnedSigner(signature *etree.Element, pinned []*x509.Certificate) *x509.Certificate {
	named := signature.FindElement("./KeyInfo/X509Data/X509Certificate")
	if named == nil {
		return nil
	}
	der := decode(text(named))
	for _, c := range pinned {
		if bytes.Equal(c.Raw, der) {
			return c
		}
	}
	return nil
}

// text is an element's whole text; comments do not cut it.
func text(e *etree.Element) string {
	var b strings.Builder
	for _, child := range e.Child {
		if data, ok := child.(*etree.CharData); ok {
			b.WriteString(data.Data)
		}
	}
	return b.String()
}

// decode reads base64 with any white space in it; nil when it is none.
func decode(text string) []byte {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil
	}
	return der
}

// normalise puts a signature into the form that goxmldsig takes; none of it is signed. It goes to the front, because the
// search for it gives up after 1000 elements. Its value loses white space, and one by ECDSA, two numbers of equal length
// in XML (RFC 4050, 3.3), becomes a DER sequence of two integers.
func normalise(root, signature *etree.Element, signer *x509.Certificate) {
	root.RemoveChild(signature)
	root.InsertChildAt(0, signature)
	value := children(signature, dsig.SignatureValueTag)[0]
	number := decode(text(value))
	if _, ok := signer.PublicKey.(*ecdsa.PublicKey); ok {
		half := len(number) / 2
		number, _ = asn1.Marshal(struct{ R, S *big.Int }{ // two numbers always encode
			new(big.Int).SetBytes(number[:half]), new(big.Int).SetBytes(number[half:]),
		})
	}
	value.SetText(base64.StdEncoding.EncodeToString(number))
}
