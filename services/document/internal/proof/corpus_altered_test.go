package proof_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
	"github.com/countersign/countersign/services/sim/pdfsign"
)

// bytesChanged are files whose signed bytes, or whose token, are not as they were.
func (m *maker) bytesChanged() {
	start, end := token(m.tb, m.signed)
	der := message(m.tb, m.signed)
	junk, closed := slices.Clone(m.signed), slices.Clone(m.signed)
	copy(junk[end-9:], "deadbeef")
	copy(closed[start+1+2*len(der):], "> /Reason (x) /X <")
	flipped := slices.Clone(der)
	flipped[len(flipped)-3] ^= 1
	m.failed("price changed in place", "DIGEST_MISMATCH", swap(m.tb, m.signed, "Price: 100 EUR", "Price: 999 EUR"))
	m.failed("byte flipped", "DIGEST_MISMATCH", swap(m.tb, m.signed, "Signed by", "signed by"))
	m.failed("name of the signature changed", "DIGEST_MISMATCH", swap(m.tb, m.signed, "/Type /Sig", "/Type /Sog"))
	m.failed("bit of the timestamp flipped", "SIGNATURE_INVALID", refill(m.tb, m.signed, flipped))
	bare := slices.Clone(message(m.tb, m.plain))
	bare[len(bare)-3] ^= 1
	m.failed("bit of the signature flipped", "SIGNATURE_INVALID", refill(m.tb, m.plain, bare))
	m.failed("junk in the padding", "PADDING_NOT_EMPTY", junk)
	m.failed("padding closed early", "BYTE_RANGE_GAP_WRONG", closed)
	m.failed("token emptied", "CMS_MALFORMED", refill(m.tb, m.signed, nil))
	m.failed("attached message", "CMS_NOT_DETACHED", m.attachedMessage())
}

func (m *maker) attachedMessage() []byte {
	return refill(m.tb, m.plain, attached(m.tb, message(m.tb, m.plain), []byte("x")))
}

// ranges are byte ranges that do not say what is signed.
func (m *maker) ranges() {
	start, end := token(m.tb, m.signed)
	rest := len(m.signed) - end
	for _, c := range []struct{ name, text, reason string }{
		{"empty", "[]", "BYTE_RANGE_MALFORMED"},
		{"zeros", "[0 0 0 0]", "BYTE_RANGE_GAP_WRONG"},
		{"negative", fmt.Sprintf("[0 %d %d -9]", start, end), "BYTE_RANGE_MALFORMED"},
		{"two numbers", fmt.Sprintf("[0 %d]", start), "BYTE_RANGE_MALFORMED"},
		{"overlapping", fmt.Sprintf("[0 %d %d %d]", start, start-90, rest), "BYTE_RANGE_GAP_WRONG"},
		{"beyond end", fmt.Sprintf("[0 %d %d %d]", start, end, rest+9), "BYTE_RANGE_BEYOND_FILE"},
		{"too short", fmt.Sprintf("[0 %d %d %d]", start, end, rest-9), "RANGE_ENDS_INSIDE_A_REVISION"},
		{"not from 0", fmt.Sprintf("[9 %d %d %d]", start-9, end, rest), "BYTE_RANGE_NOT_FROM_START"},
		{"wide gap", fmt.Sprintf("[0 %d %d %d]", start-40, end, rest), "BYTE_RANGE_GAP_WRONG"},
	} {
		m.failed("byte range "+c.name, c.reason, withRange(m.tb, m.signed, c.text))
	}
	m.failed("byte range absent", "BYTE_RANGE_MALFORMED", swap(m.tb, m.signed, "/ByteRange ", "/ByteRangf "))
	m.failed("contents absent", "CONTENTS_NOT_A_HEX_STRING", swap(m.tb, m.signed, "/Contents <", "/Contentt <"))
}

// updates change a signed file by a revision of their own; the signed bytes stay.
func (m *maker) updates() {
	last := lastObject(m.plain)
	page := contract("100")[3].body
	over := "<< /Type /Annot /Subtype /FreeText /Rect [0 0 595 842] /AP << /N 51 0 R >> >>"
	catalog := func(more string) object {
		return object{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 3 >> " + more + " >>"}
	}
	for _, c := range []struct {
		name, reason string
		objects      []object
	}{
		{"content replaced", "PAGE_CHANGED_CONTENTS", []object{{5, stream("", "BT /F1 12 Tf 72 720 Td (Price: 999 EUR) Tj ET")}}},
		{"annotation over a page", "ANNOTATIONS_CHANGED", []object{{4, strings.Replace(page, "[8 0 R]", "[8 0 R 50 0 R]", 1)},
			{50, over}, {51, drawing("1 1 1 rg 0 0 9 9 re f")}}},
		{"font swapped", "FONT_CHANGED", []object{{7, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}}},
		{"page dropped", "PAGES_CHANGED", []object{{2, "<< /Type /Pages /Kids [4 0 R] /Count 1 >>"}}},
		{"pages swapped", "PAGES_CHANGED", []object{{2, "<< /Type /Pages /Kids [4 0 R 3 0 R] /Count 2 >>"}}},
		{"page cropped", "PAGE_CHANGED_CROPBOX", []object{{4, strings.Replace(page, "/Contents", "/CropBox [0 0 9 9] /Contents", 1)}}},
		{"script on opening", "CATALOG_CHANGED", []object{catalog("/OpenAction << /S /JavaScript /JS (1) >>")}},
		{"layers added", "CATALOG_CHANGED", []object{catalog("/OCProperties << /OCGs [] /D << >> >>")}},
		{"text field added", "FORM_CHANGED", []object{{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R 50 0 R] /SigFlags 3 >> >>"},
			{50, inputField("/V (999)")}}},
		{"signature taken out", "NO_SIGNATURE", []object{client()}},
		{"two fields, one signature", "SIGNATURE_NOT_IN_ITS_REVISION", []object{
			{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R 50 0 R] /SigFlags 3 >> >>"},
			{50, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (twin) /V %d 0 R /Rect [0 0 0 0] >>", last)}}},
		{"signature moved to a new object", "BYTE_RANGE_GAP_WRONG", m.moved(last)},
	} {
		m.failed(c.name, c.reason, update(m.plain, c.objects...))
	}
	m.failed("certified 1, annotated", "ANNOTATIONS_CHANGED", update(m.certify(1, ""), annotated(50, object{50, comment("more")})...))
	m.failed("certified 1, filled in", "FORM_FIELD_CHANGED", update(m.certify(1, ""), object{22, checkBox("Yes")}))
	m.failed("certified 1, signed again", "CERTIFICATION_FORBIDS_SIGNATURE", m.sign(m.certify(1, ""), "second", m.person("Bob", "Roe", "AES")))
	m.failed("certified 2, annotated", "ANNOTATIONS_CHANGED", update(m.certify(2, ""), annotated(50, object{50, comment("more")})...))
	m.failed("certified 2, locked field filled in", "LOCKED_FIELD_CHANGED", update(m.lock("/Action /All"), object{22, checkBox("Yes")}))
	m.failed("not certified, filled in", "FORM_FIELD_CHANGED", update(m.certify(0, ""), object{22, checkBox("Yes")}))
	packed := signByHand(m.tb, pack(nil, 40, contract("100")...), client(), detached, m.detached(m.person("Bob", "Roe", "AES")))
	m.failed("font swapped in an object stream", "FONT_CHANGED", pack(packed, 60, object{7, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}))
}

// moved is the signature as a new object: its own bytes are elsewhere than its range says.
func (m *maker) moved(last int) []object {
	at := bytes.LastIndex(m.plain, fmt.Appendf(nil, "%d 0 obj", last))
	body := m.plain[at+len(fmt.Sprintf("%d 0 obj\n", last)):]
	return []object{{last, string(body[:bytes.Index(body, []byte("\nendobj"))])},
		{5, stream("", "BT /F1 12 Tf 72 720 Td (Price: 999 EUR) Tj ET")}}
}

// certificates are of people who may not sign, or whom nobody knows.
func (m *maker) certificates() {
	forger := newWorld(m.tb)
	m.add("same names, other root", forger.sign(sent(), "client", forger.person("Anna", "Müller", "QES")), proof.Indeterminate, "ISSUER_UNKNOWN")
	m.add("one known, one unknown", forger.sign(m.signed, "second", forger.person("Bob", "Roe", "QES")), proof.Indeterminate, "ISSUER_UNKNOWN")
	m.add("expired", m.other(func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = m.now.AddDate(-2, 0, 0), m.now.AddDate(-1, 0, 0)
	}), proof.Indeterminate, "SIGNING_TIME_UNPROVEN")
	m.failed("wrong key usage", "KEY_USAGE_WRONG", m.other(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }))
	m.failed("for servers only", "EXTENDED_KEY_USAGE_WRONG", m.other(func(c *x509.Certificate) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}))
	m.failed("signed by an authority", "KEY_USAGE_WRONG", m.other(func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }))
	early := pdfsign.Signature{Field: "client", Identity: m.person("Anna", "Müller", "QES"), Time: m.now.Add(-time.Hour), Timestamp: m.tsa}
	m.failed("timestamp before the certificate", "CERTIFICATE_NOT_VALID_THEN", m.signAs(sent(), early))
	later := pdfsign.Signature{Field: "client", Identity: m.person("Anna", "Müller", "QES"), Time: m.now.Add(time.Hour)}
	m.failed("signed in the future", "SIGNING_TIME_IN_FUTURE", m.signAs(sent(), later))
	wrong := pdfsign.Signature{Field: "client", Identity: m.person("Anna", "Müller", "QES"), Time: m.now, Timestamp: m.seal()}
	m.failed("timestamp of a seal", "EXTENDED_KEY_USAGE_WRONG", m.signAs(sent(), wrong))
}

// messages are signed in ways that are refused.
func (m *maker) messages() {
	by := m.person("Anna", "Müller", "QES")
	twice := recipe(m.tb, by)
	twice.Signers = 2
	m.failed("two signers in one message", "CMS_SIGNER_COUNT", m.hand(twice))
	unbound := recipe(m.tb, by)
	unbound.Attributes = func(a [][]byte) [][]byte { return a[:2] }
	m.failed("certificate not bound", "SIGNER_CERTIFICATE_NOT_BOUND", m.hand(unbound))
	key := must(rsa.GenerateKey(rand.Reader, 2048))(m.tb)
	m.failed("sha-1", "ALGORITHM_REFUSED", m.hand(cmstest.Recipe{Key: key, Certificate: m.personFor(key, nil), Hash: crypto.SHA1,
		Digest: cmstest.OID{1, 3, 14, 3, 2, 26}, Algorithm: cmstest.Algorithm(m.tb, cmstest.PKCS1(5), []byte{5, 0})}))
	m.failed("container sha-1", "ALGORITHM_REFUSED", signByHand(m.tb, sent(), client(), "/SubFilter /adbe.pkcs7.sha1", m.detached(by)))
	m.failed("container unknown", "SUBFILTER_UNKNOWN", signByHand(m.tb, sent(), client(), "/SubFilter /x", m.detached(by)))
	stamped := m.documentStamp(m.plain, m.now)
	forged := signByHand(m.tb, m.plain, stampField(m.plain), "/Type /DocTimeStamp /SubFilter /ETSI.RFC3161 /Reason (x)", func([]byte) []byte {
		return message(m.tb, stamped)
	})
	m.failed("timestamp of another file", "TIMESTAMP_FOR_OTHER_DATA", forged)
	m.failed("document timestamp alone", "ONLY_TIMESTAMPS", m.documentStamp(sent(), m.now))
}

// files are hardly files.
func (m *maker) files() {
	m.failed("not signed", "NO_SIGNATURE", sent())
	m.failed("empty", "FILE_MALFORMED", nil)
	m.failed("web page", "FILE_MALFORMED", []byte("<!DOCTYPE html><title>Contract</title>"))
	m.failed("cut off", "FILE_MALFORMED", m.signed[:len(m.signed)/2])
	m.failed("data after the end", "FILE_MALFORMED", append(slices.Clone(m.signed), "more"...))
	at := bytes.LastIndex(m.plain, []byte("/Prev "))
	m.failed("revision unlinked", "", slices.Concat(m.plain[:at], []byte("/Prew "), m.plain[at+6:]))
	locked := update(m.plain)
	at = bytes.LastIndex(locked, []byte("/Prev"))
	m.add("encrypted", slices.Concat(locked[:at], []byte("/Encrypt << >> "), locked[at:]), proof.Indeterminate, "FILE_ENCRYPTED")
}
