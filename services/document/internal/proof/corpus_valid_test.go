package proof_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
	"github.com/countersign/countersign/services/sim/pdfsign"
	"github.com/countersign/countersign/services/sim/pki"
)

// maker makes the corpus. signed holds a qualified signature with a timestamp, plain one without.
type maker struct {
	*world
	authority     authority
	signed, plain []byte
	list          []specimen
}

func (m *maker) add(name string, file []byte, verdict proof.Verdict, reason string) {
	m.list = append(m.list, specimen{name, file, verdict, reason})
}

func (m *maker) proven(name string, file []byte) { m.add(name, file, proof.Proven, "LEVEL_PROVEN") }

func (m *maker) failed(name, reason string, file []byte) { m.add(name, file, proof.Failed, reason) }

// hand signs the contract with a recipe.
func (m *maker) hand(r cmstest.Recipe) []byte {
	return signByHand(m.tb, sent(), client(), detached, func(signed []byte) []byte { return r.Build(m.tb, signed) })
}

// personFor issues a person's certificate for a key.
func (m *maker) personFor(key crypto.Signer, edit func(*x509.Certificate)) *x509.Certificate {
	m.tb.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(m.list) + 100)),
		Subject: pkix.Name{CommonName: "Anna Müller", ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: cmstest.OID{2, 5, 4, 42}, Value: "Anna"}, {Type: cmstest.OID{2, 5, 4, 4}, Value: "Müller"}}},
		KeyUsage: x509.KeyUsageContentCommitment, NotBefore: m.authority.cert.NotBefore, NotAfter: m.authority.cert.NotAfter,
	}
	if edit != nil {
		edit(template)
	}
	raw := must(x509.CreateCertificate(rand.Reader, template, m.authority.cert, key.Public(), m.authority.key))(m.tb)
	return must(x509.ParseCertificate(raw))(m.tb)
}

// algorithms are those of real trust services.
func (m *maker) algorithms() {
	null := []byte{5, 0}
	key := must(rsa.GenerateKey(rand.Reader, 2048))(m.tb)
	cert := m.personFor(key, nil)
	sign := func(n int, h crypto.Hash, algorithm []byte, o crypto.SignerOpts) cmstest.Recipe {
		return cmstest.Recipe{Key: key, Certificate: cert, Hash: h, Digest: cmstest.SHA2(n), Algorithm: algorithm, Options: o}
	}
	pkcs1 := func(n int) []byte { return cmstest.Algorithm(m.tb, cmstest.PKCS1(n), null) }
	m.proven("rsa 2048 sha256", m.hand(sign(1, crypto.SHA256, pkcs1(1), nil)))
	m.proven("rsa 2048 sha384", m.hand(sign(2, crypto.SHA384, pkcs1(12), nil)))
	m.proven("rsa 2048 sha512", m.hand(sign(3, crypto.SHA512, pkcs1(13), nil)))
	for _, salt := range []int{32, 222} {
		sha256 := cmstest.Algorithm(m.tb, cmstest.SHA2(1))
		mask := cmstest.Algorithm(m.tb, cmstest.PKCS1(8), sha256)
		parameters := cmstest.Algorithm(m.tb, cmstest.PKCS1(10), cmstest.Sequence(m.tb, cmstest.Tagged(m.tb, 2, 0, sha256),
			cmstest.Tagged(m.tb, 2, 1, mask), cmstest.Tagged(m.tb, 2, 2, cmstest.DER(m.tb, salt))))
		m.proven(fmt.Sprintf("rsa pss salt %d", salt), m.hand(sign(1, crypto.SHA256, parameters, &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256})))
	}
	for i, c := range []struct {
		name  string
		curve elliptic.Curve
		hash  crypto.Hash
	}{{"p-256", elliptic.P256(), crypto.SHA256}, {"p-384", elliptic.P384(), crypto.SHA384}, {"p-521", elliptic.P521(), crypto.SHA512}} {
		key := must(ecdsa.GenerateKey(c.curve, rand.Reader))(m.tb)
		m.proven(c.name, m.hand(cmstest.Recipe{Key: key, Certificate: m.personFor(key, nil), Hash: c.hash, Digest: cmstest.SHA2(i + 1),
			Algorithm: cmstest.Algorithm(m.tb, cmstest.ECDSA(i+2))}))
	}
}

// permitted are files to which something was added that may be.
func (m *maker) permitted() {
	bob := m.person("Bob", "Roe", "AES")
	m.proven("timestamp", m.signed)
	m.proven("no timestamp", m.plain)
	m.proven("adobe container", signByHand(m.tb, sent(), client(), "/Type /Sig /SubFilter /adbe.pkcs7.detached", m.detached(bob)))
	m.proven("invisible field", m.signAs(sent(), pdfsign.Signature{Field: "new", Identity: bob, Time: m.now, Page: 1}))
	m.proven("two signers", m.sign(m.signed, "second", bob))
	m.proven("three signers", m.sign(m.sign(m.signed, "second", bob), "third", m.person("Cy", "Doe", "QES")))
	m.proven("seal over a signature", m.sign(m.signed, "seal", m.seal()))
	m.add("seal alone", m.sign(sent(), "client", m.seal()), proof.AttestedByProvider, "SEAL_ONLY")
	m.proven("document timestamp", m.documentStamp(m.plain, m.now))
	m.proven("validation data", m.withValidation(m.signed))
	m.proven("validation data and timestamp", m.documentStamp(m.withValidation(m.plain), m.now))
	m.proven("white space after the end", append(slices.Clone(m.signed), "\r\n"...))
	m.proven("certified 1", m.certify(1, ""))
	m.add("certified 2, box ticked", update(m.certify(2, ""), object{22, checkBox("Yes")}), proof.Proven, asPermitted)
	m.add("certified 2, text filled in", update(m.certify(2, ""),
		object{21, inputField("/V (Basel) /AP << /N 50 0 R >>")}, object{50, drawing("BT ET")}), proof.Proven, asPermitted)
	m.add("certified 2, other field locked", update(m.lock("/Action /Exclude /Fields [(agreed)]"), object{22, checkBox("Yes")}), proof.Proven, asPermitted)
	m.add("certified 3, comment", update(m.certify(3, ""), annotated(50, object{50, comment("more")})...), proof.Proven, asPermitted)
	m.proven("object streams", signByHand(m.tb, pack(nil, 40, contract("100")...), client(), detached, m.detached(bob)))
	packed := signByHand(m.tb, pack(nil, 40, contract("100")...), client(), detached, m.detached(bob))
	m.proven("object stream written again", pack(packed, 60, contract("100")[6], contract("100")[2]))
	m.proven("field in a tree", m.sign(tree(), "et.client", bob))
}

func (m *maker) withValidation(file []byte) []byte {
	last := lastObject(file)
	catalogs := regexp.MustCompile(`(?s)1 0 obj\s*<<(.*?)>>\s*endobj`).FindAllSubmatch(file, -1)
	return update(file, object{1, "<<" + string(catalogs[len(catalogs)-1][1]) + fmt.Sprintf(" /DSS %d 0 R /Extensions << >> >>", last+1)},
		object{last + 1, "<< /Type /DSS /Certs [] >>"})
}

// tree is the contract with its field below another.
func tree() []byte {
	objects := contract("100")
	objects[0].body = strings.Replace(objects[0].body, "[8 0 R]", "[9 0 R]", 1)
	objects[7].body = strings.Replace(objects[7].body, "/FT /Sig", "/Parent 9 0 R", 1)
	return write(append(objects, object{9, "<< /FT /Sig /T (et) /Kids [8 0 R] >>"}))
}

// other signs with an identity of the maker's authority.
func (m *maker) other(edit func(*x509.Certificate)) []byte {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(m.tb)
	return m.hand(recipe(m.tb, &pki.Identity{Key: key, Certificate: m.personFor(key, edit)}))
}
