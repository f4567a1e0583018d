package trustlist_test

import (
	"crypto"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/trustlist/trustlisttest"
)

func replace(s string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(s) }

// refusal loads the union with fr.xml as given and returns why it is refused; empty when it is not.
func refusal(tb testing.TB, u *trustlisttest.Union, content []byte) string {
	tb.Helper()
	u.Put("fr.xml", content)
	l := load(tb, u)
	for _, r := range l.Refused() {
		if r.File == "fr.xml" {
			return r.Reason
		}
	}
	if l.Counts().Lists != 1 {
		tb.Error("the list is neither used nor refused")
	}
	return ""
}

func TestSignatures(t *testing.T) {
	ca := issuer(t, "CA")
	elliptic, rsa := trustlisttest.NewSigner(t), trustlisttest.NewRSASigner(t, 2048)
	const second = `<ds:Reference URI="%s"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>AA==</ds:DigestValue></ds:Reference>`
	certificate := base64.StdEncoding.EncodeToString(elliptic.Certificate.Raw)
	for name, c := range map[string]struct {
		recipe trustlisttest.Recipe
		id     string
		says   string
	}{
		"ECDSA":             {recipe: trustlisttest.Recipe{By: elliptic}},
		"ECDSA SHA-512":     {recipe: trustlisttest.Recipe{By: elliptic, Hash: crypto.SHA512}},
		"RSA":               {recipe: trustlisttest.Recipe{By: rsa}},
		"RSA SHA-384":       {recipe: trustlisttest.Recipe{By: rsa, Hash: crypto.SHA384}},
		"RSA SHA-1":         {recipe: trustlisttest.Recipe{By: rsa, Hash: crypto.SHA1}, says: "algorithm"},
		"ECDSA SHA-1":       {recipe: trustlisttest.Recipe{By: elliptic, Hash: crypto.SHA1}, says: "algorithm"},
		"unknown algorithm": {recipe: trustlisttest.Recipe{By: rsa, Method: "urn:x"}, says: "algorithm"},
		"by Id":             {recipe: trustlisttest.Recipe{By: elliptic, URI: "#list"}, id: "list"},
		"by another Id":     {recipe: trustlisttest.Recipe{By: elliptic, URI: "#other"}, id: "list", says: "cover"},
		"of a part":         {recipe: trustlisttest.Recipe{By: elliptic, URI: "#signature"}, says: "cover"},
		"by URL":            {recipe: trustlisttest.Recipe{By: elliptic, URI: "https://example.org/"}, says: "cover"},
		"the list twice":    {recipe: trustlisttest.Recipe{By: elliptic, References: fmt.Sprintf(second, "")}, says: "cover"},
		"a file too":        {recipe: trustlisttest.Recipe{By: elliptic, References: fmt.Sprintf(second, "file:///etc/passwd")}, says: "cover"},
		"inclusive":         {recipe: trustlisttest.Recipe{By: elliptic, Canonicalization: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"}},
		"with comments":     {recipe: trustlisttest.Recipe{By: elliptic, Canonicalization: "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"}},
		"unknown transform": {recipe: trustlisttest.Recipe{By: elliptic, Canonicalization: "urn:x"}, says: "verify"},
		"no certificate":    {recipe: trustlisttest.Recipe{By: elliptic, KeyInfo: " "}, says: "signer"},
		"other certificate": {recipe: trustlisttest.Recipe{By: elliptic, KeyInfo: base64.StdEncoding.EncodeToString(ca.Certificate.Raw)}, says: "signer"},
		"pinned, other key": {recipe: trustlisttest.Recipe{By: trustlisttest.NewSigner(t), KeyInfo: certificate}, says: "verify"},
		"commented certificate": {recipe: trustlisttest.Recipe{By: elliptic,
			KeyInfo: certificate[:100] + "<!-- x -->\n" + certificate[100:]}},
	} {
		t.Run(name, func(t *testing.T) {
			u := trustlisttest.NewUnion(t, now())
			u.Pin("FR", elliptic)
			u.Pin("FR", rsa)
			list := u.State("FR", trustlisttest.Granted(ca.Certificate, date(2017, 1)))
			list.ID = c.id
			says := refusal(t, u, c.recipe.Sign(t, list.XML()))
			if (says == "") != (c.says == "") || !strings.Contains(says, c.says) {
				t.Errorf("refused as %q, want %q", says, c.says)
			}
		})
	}
	u := trustlisttest.NewUnion(t, now())
	weak := trustlisttest.NewRSASigner(t, 1024)
	u.Pin("FR", weak)
	if says := refusal(t, u, trustlisttest.Recipe{By: weak}.Sign(t, u.State("FR").XML())); !strings.Contains(says, "key") {
		t.Errorf("an RSA key of 1024 bits: %q", says)
	}
}

// Nobody must wonder which of two elements a signature means, even a right one.
func TestTwoOfOneID(t *testing.T) {
	u := trustlisttest.NewUnion(t, now())
	by := trustlisttest.NewSigner(t)
	u.Pin("FR", by)
	list := u.State("FR")
	list.ID = "list"
	for id, says := range map[string]string{"other": "", "list": "twice"} {
		content := strings.Replace(list.XML(), "<SchemeInformation>", `<SchemeInformation Id="`+id+`">`, 1)
		got := refusal(t, u, trustlisttest.Recipe{By: by, URI: "#list"}.Sign(t, content))
		if (got == "") != (says == "") || !strings.Contains(got, says) {
			t.Errorf("%s: refused as %q", id, got)
		}
	}
}

// Whoever can change the file but has no key must not get a word of his own in.
func TestAttacksOnTheSignature(t *testing.T) {
	ca, evil := issuer(t, "CA"), issuer(t, "Evil")
	u := trustlisttest.NewUnion(t, now())
	by := trustlisttest.NewSigner(t)
	u.Pin("FR", by)
	list := u.State("FR", trustlisttest.Granted(ca.Certificate, date(2017, 1)))
	list.ID = "list"
	forged := u.State("FR", trustlisttest.Granted(evil.Certificate, date(2017, 1)))
	signed := string(trustlisttest.Recipe{By: by, URI: "#list"}.Sign(t, list.XML()))
	start, end := strings.Index(signed, "<ds:Signature "), strings.Index(signed, "</ds:Signature>")+len("</ds:Signature>")
	signature := signed[start:end]
	inForged := func(content string) string {
		return strings.Replace(forged.XML(), "</TrustServiceStatusList>", content+"</TrustServiceStatusList>", 1)
	}
	object := func(content string) string {
		return strings.Replace(signature, "</ds:Object>", "</ds:Object><ds:Object>"+content+"</ds:Object>", 1)
	}
	bare := replace(signed, signature, "")
	service := signed[strings.Index(signed, "<TSPService>"):strings.Index(signed, "</TSPServices>")]
	for name, content := range map[string]string{
		"a changed letter":               strings.Replace(signed, "SvcInfoExt/ForeSignatures", "SvcInfoExt/ForeSeals", 1),
		"a service more":                 strings.Replace(signed, "</TSPServices>", service+"</TSPServices>", 1),
		"a service less":                 strings.Replace(signed, service, "", 1),
		"no signature":                   list.XML(),
		"an unsigned root, signed part":  inForged(signed),
		"the signature moved":            inForged(signature),
		"the list in the signature":      inForged(object(bare)),
		"the list beside the signature":  inForged(bare + signature),
		"the same Id":                    strings.Replace(inForged(bare+signature), "<TrustServiceStatusList ", `<TrustServiceStatusList Id="list" `, 1),
		"two signatures":                 strings.Replace(signed, signature, signature+replace(signature, `Id="`, `Id="x`), 1),
		"a signature elsewhere":          strings.Replace(bare, "</SchemeInformation>", signature+"</SchemeInformation>", 1),
		"a signature of another kind":    strings.Replace(signed, signature, signature+`<Signature xmlns="urn:x"/>`, 1),
		"two SignedInfo":                 strings.Replace(signed, "<ds:SignatureValue>", `<ds:SignedInfo/><ds:SignatureValue>`, 1),
		"two values":                     strings.Replace(signed, "<ds:SignatureValue>", `<ds:SignatureValue/><ds:SignatureValue>`, 1),
		"no value":                       signed[:strings.Index(signed, "<ds:SignatureValue>")+19] + signed[strings.Index(signed, "</ds:SignatureValue>"):],
		"two roots":                      signed + forged.XML(),
		"another root before":            "<x/>" + signed,
		"text after the root":            signed + "x",
		"an attribute twice":             strings.Replace(signed, `TSLTag="`, `TSLTag="x" TSLTag="`, 1),
		"a document type":                `<!DOCTYPE x>` + signed,
		"an external entity":             `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>` + strings.Replace(signed, "FR", "&e;", 1),
		"billion laughs":                 `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>` + strings.Replace(signed, "FR", "&b;", 1),
		"an entity from nowhere":         strings.Replace(signed, "CA/QC", "CA/QC&nothing;", 1),
		"a processing instruction in it": strings.Replace(signed, "<TSPServices>", "<TSPServices><?x y?>", 1),
		"another encoding":               `<?xml version="1.0" encoding="ISO-8859-1"?>` + signed,
		"another namespace":              strings.Replace(signed, "http://uri.etsi.org/02231/v2#", "urn:x", 1),
		"half of it":                     signed[:len(signed)/2],
		"nothing":                        "",
	} {
		t.Run(name, func(t *testing.T) {
			if content == signed {
				t.Fatal("nothing was changed")
			}
			u.Put("fr.xml", []byte(content))
			l := load(t, u)
			if l.Counts().Lists != 0 || len(l.Refused()) != 1 || len(l.Anchors()) != 0 {
				t.Errorf("the list is used: %+v", l.Counts())
			}
		})
	}
	for name, content := range map[string]string{
		"as it is":                       signed,
		"with a declaration":             `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + signed + "\n",
		"with a byte order mark":         "\ufeff" + signed,
		"with a comment":                 "<!-- x -->" + signed,
		"with a comment in a text":       strings.Replace(signed, "CA/QC", "CA<!-- x -->/QC", 1),
		"with a comment in an authority": strings.Replace(signed, "<X509Certificate>M", "<X509Certificate>M<!-- x -->", 1),
		"with other quotes":              strings.Replace(signed, `Id="list"`, `Id='list'`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			u.Put("fr.xml", []byte(content))
			l := load(t, u)
			if len(l.Refused()) != 0 || len(l.Anchors()) != 1 || !l.Anchors()[0].Equal(ca.Certificate) {
				t.Errorf("refused %v, %d anchors", l.Refused(), len(l.Anchors()))
			}
		})
	}
}

// A comment that is signed too cuts no text in two.
func TestSignedComments(t *testing.T) {
	ca := issuer(t, "CA")
	u := trustlisttest.NewUnion(t, now())
	by := trustlisttest.NewSigner(t)
	u.Pin("FR", by)
	list := strings.Replace(u.State("FR", trustlisttest.Granted(ca.Certificate, date(2017, 1))).XML(),
		"<X509Certificate>M", "<X509Certificate>M<!-- x -->", 1)
	signed := trustlisttest.Recipe{By: by, Canonicalization: "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"}.Sign(t, list)
	if says := refusal(t, u, signed); says != "" {
		t.Fatal(says)
	}
	if anchors := load(t, u).Anchors(); len(anchors) != 1 || !anchors[0].Equal(ca.Certificate) {
		t.Errorf("%d anchors", len(anchors))
	}
	if says := refusal(t, u, []byte(strings.Replace(string(signed), "<!-- x -->", "", 1))); says == "" {
		t.Error("a signed comment was taken out")
	}
}

// What is too much is refused before a tree is built of it.
func TestHugeLists(t *testing.T) {
	u := trustlisttest.NewUnion(t, now())
	u.Pin("FR", trustlisttest.NewSigner(t))
	with := func(content string) []byte {
		return []byte(strings.Replace(u.State("FR").XML(), "</TrustServiceStatusList>", content+"</TrustServiceStatusList>", 1))
	}
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, ` xmlns:p%d="urn:p"`, i)
	}
	for name, content := range map[string][]byte{
		"deep":           with(strings.Repeat("<x>", 100) + strings.Repeat("</x>", 100)),
		"very deep":      with(strings.Repeat("<x>", 1_000_000)),
		"many elements":  with(strings.Repeat("<x/>", 500_001)),
		"many comments":  with(strings.Repeat("<!---->", 5000)),
		"many prefixes":  with("<x " + many.String() + "/>"),
		"prefixes apart": with(apart()),
		"large":          with(strings.Repeat(" ", 32<<20)),
	} {
		if says := refusal(t, u, content); !strings.Contains(says, "larger or more complex") {
			t.Errorf("%s: %q", name, says)
		}
	}
}

// apart declares many prefixes, one per element.
func apart() string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, `<x xmlns:p%d="urn:p"/>`, i)
	}
	return b.String()
}
