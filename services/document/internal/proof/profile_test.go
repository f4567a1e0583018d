package proof_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
	"github.com/countersign/countersign/services/sim/pdfsign"
	"github.com/countersign/countersign/services/sim/pki"
)

// recipe signs with an identity's key the way pdfsign does.
func recipe(tb testing.TB, by *pki.Identity) cmstest.Recipe {
	return cmstest.Recipe{Key: by.Key, Certificate: by.Certificate, Chain: by.Chain, Hash: crypto.SHA256,
		Digest: cmstest.SHA2(1), Algorithm: cmstest.Algorithm(tb, cmstest.ECDSA(2))}
}

// signByHand fills the empty field of object 8 by an update whose value has the entries given, and lets build make the
// message for the signed bytes.
func signByHand(tb testing.TB, file []byte, field object, entries string, build func(signed []byte) []byte) []byte {
	tb.Helper()
	last := lastObject(file) + 1
	field.body = strings.Replace(field.body, "/FT", fmt.Sprintf("/V %d 0 R /FT", last), 1)
	catalog := object{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 3 >> >>"}
	objects := []object{field}
	if field.number != 8 {
		catalog.body = strings.Replace(catalog.body, "[8 0 R]", fmt.Sprintf("[8 0 R %d 0 R]", field.number), 1)
		objects = append(objects, catalog)
	}
	return fill(tb, file, objects, entries, build)
}

// fill appends an update of the objects given and a signature value, which gets the lowest number that is free.
func fill(tb testing.TB, file []byte, objects []object, entries string, build func(signed []byte) []byte) []byte {
	tb.Helper()
	const room = 16384
	value := object{lastObject(file) + 1, fmt.Sprintf("<< /Filter /Adobe.PPKLite %s /ByteRange %s /Contents <%s> >>", entries,
		strings.Repeat(" ", 48), strings.Repeat("0", room))}
	out := update(file, append(slices.Clone(objects), value)...)
	start, end := token(tb, out)
	at := bytes.LastIndex(out, []byte("/ByteRange ")) + len("/ByteRange ")
	copy(out[at:], fmt.Sprintf("[0 %d %d %d]", start, end, len(out)-end))
	hex.Encode(out[start+1:], build(slices.Concat(out[:start], out[end:])))
	return out
}

func client() object { return contract("100")[7] }

// stampField is a new invisible field for a document timestamp.
func stampField(file []byte) object {
	return object{lastObject(file) + 2, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (stamp) /Rect [0 0 0 0] >>"}
}

// documentStamp adds a document timestamp over the file as it is.
func (w *world) documentStamp(file []byte, at time.Time) []byte {
	w.tb.Helper()
	return signByHand(w.tb, file, stampField(file), "/Type /DocTimeStamp /SubFilter /ETSI.RFC3161", func(signed []byte) []byte {
		return w.stampToken(signed, at)
	})
}

func (w *world) stampToken(signed []byte, at time.Time) []byte {
	w.tb.Helper()
	r := recipe(w.tb, w.tsa)
	r.Kind, r.Content = cmstest.TSTInfo(), cmstest.TST(w.tb, signed, at)
	return r.Build(w.tb, r.Content)
}

const detached = "/Type /Sig /SubFilter /ETSI.CAdES.detached"

func (w *world) detached(by *pki.Identity) func([]byte) []byte {
	return func(signed []byte) []byte { return recipe(w.tb, by).Build(w.tb, signed) }
}

func TestDocumentTimestamp(t *testing.T) {
	w := newWorld(t)
	plain := w.signAs(sent(), pdfsign.Signature{Field: "client", Identity: w.person("Anna", "Müller", "QES"), Time: w.now})
	byHand := signByHand(t, sent(), client(), detached, w.detached(w.person("Anna", "Müller", "QES")))
	request := w.request(w.documentStamp(byHand, w.now))
	request.Now = w.now.AddDate(0, 0, 3)
	r := w.verify(request)
	expect(t, r, proof.Proven, "DOCUMENT_TIMESTAMP")
	if len(r.Signatures) != 2 || !r.Signatures[1].Timestamp || !r.Signatures[0].TimestampTime.Equal(w.now) {
		t.Errorf("signatures %+v", r.Signatures)
	}
	request.Signed = byHand
	expect(t, w.verify(request), proof.Indeterminate, "SIGNING_TIME_UNPROVEN")
	request.Signed = plain
	expect(t, w.verify(request), proof.Indeterminate, "SIGNING_TIME_UNPROVEN")

	other := w.documentStamp(byHand, w.now)
	forged := signByHand(t, byHand, stampField(byHand), "/Type /DocTimeStamp /SubFilter /ETSI.RFC3161", func([]byte) []byte {
		return message(t, other)
	})
	request.Signed = swap(t, forged, "/T (stamp)", "/T (stamq)")
	expect(t, w.verify(request), proof.Failed, "TIMESTAMP_FOR_OTHER_DATA")
}

// A certification may forbid everything but timestamps.
func TestCertification(t *testing.T) {
	w := newWorld(t)
	by := w.person("Anna", "Müller", "QES")
	const certified = detached + " /Reference [ << /Type /SigRef /TransformMethod /DocMDP /TransformParams << /P %d /V /1.2 >> >> ]"
	one := signByHand(t, sent(), client(), fmt.Sprintf(certified, 1), w.detached(by))
	two := signByHand(t, sent(), client(), fmt.Sprintf(certified, 2), w.detached(by))
	field := func(file []byte) object { f := stampField(file); return f }
	expect(t, w.verify(w.request(one)), proof.Proven, "")
	expect(t, w.verify(w.request(w.documentStamp(one, w.now))), proof.Proven, "")
	expect(t, w.verify(w.request(signByHand(t, one, field(one), detached, w.detached(w.seal())))), proof.Failed, "CERTIFICATION_FORBIDS_SIGNATURE")
	expect(t, w.verify(w.request(signByHand(t, two, field(two), detached, w.detached(w.seal())))), proof.Proven, "")
}

func TestProfiles(t *testing.T) {
	w := newWorld(t)
	by := w.person("Anna", "Müller", "QES")
	unbound := func(signed []byte) []byte {
		r := recipe(t, by)
		r.Attributes = func(a [][]byte) [][]byte { return a[:2] }
		return r.Build(t, signed)
	}
	cases := []struct {
		name, entries string
		build         func([]byte) []byte
		verdict       proof.Verdict
		reason        string
	}{
		{"ETSI", detached, w.detached(by), proof.Proven, ""},
		{"Adobe", "/SubFilter /adbe.pkcs7.detached", w.detached(by), proof.Proven, ""},
		{"Adobe, unbound", "/SubFilter /adbe.pkcs7.detached", unbound, proof.Proven, "VALID_UNBOUND"},
		{"ETSI, unbound", detached, unbound, proof.Failed, "SIGNER_CERTIFICATE_NOT_BOUND"},
		{"SHA-1 container", "/SubFilter /adbe.pkcs7.sha1", w.detached(by), proof.Failed, "ALGORITHM_REFUSED"},
		{"bare SHA-1", "/SubFilter /adbe.x509.rsa_sha1", w.detached(by), proof.Failed, "ALGORITHM_REFUSED"},
		{"unknown container", "/SubFilter /x", w.detached(by), proof.Failed, "SUBFILTER_UNKNOWN"},
		{"no container", "", w.detached(by), proof.Failed, "SUBFILTER_UNKNOWN"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			expect(t, w.verify(w.request(signByHand(t, sent(), client(), c.entries, c.build))), c.verdict, c.reason)
		})
	}
	r := w.verify(w.request(signByHand(t, sent(), client(), "/SubFilter /adbe.pkcs7.sha1", w.detached(by))))
	found(t, r, proof.CheckAlgorithms, proof.CheckFailed, "ALGORITHM_REFUSED")
}

// Taking away the last signature is like cutting the file short: what is left counts, and the signer is missing. Taking
// away an earlier one breaks the later one.
func TestOneSignatureRemoved(t *testing.T) {
	w := newWorld(t)
	first := signByHand(t, sent(), client(), detached, w.detached(w.person("Anna", "Müller", "QES")))
	field := stampField(first)
	both := signByHand(t, first, field, detached, w.detached(w.person("Bob", "Roe", "QES")))
	request := w.request(both)
	request.Signers = append(request.Signers, proof.Signer{Role: "provider", FirstName: "Bob", LastName: "Roe"})
	expect(t, w.verify(request), proof.Proven, "")
	request.Signed = update(both, field)
	expect(t, w.verify(request), proof.Failed, "SIGNER_MISSING")
	request.Signed = update(both, object{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 3 >> >>"})
	expect(t, w.verify(request), proof.Failed, "SIGNER_MISSING")
	request.Signed = update(both, client())
	expect(t, w.verify(request), proof.Failed, "FORM_FIELD_CHANGED")
}

// One token may be the signature of one field only, and must have been in the form when it was made.
func TestOneTokenOneField(t *testing.T) {
	w := newWorld(t)
	by := w.person("Anna", "Müller", "QES")
	last := lastObject(sent())
	twin := object{last + 1, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (twin) /V %d 0 R /Rect [0 0 0 0] >>", last+2)}
	catalog := object{1, fmt.Sprintf("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R %d 0 R] /SigFlags 3 >> >>", twin.number)}
	document := write(append(contract("100")[1:], catalog, twin))
	expect(t, w.verify(w.request(signByHand(t, document, client(), detached, w.detached(by)))), proof.Failed, "SIGNATURES_OVERLAP")

	hidden := contract("100")
	hidden[0].body = "<< /Type /Catalog /Pages 2 0 R >>"
	formless := signByHand(t, write(hidden), client(), detached, w.detached(by))
	expect(t, w.verify(w.request(update(formless, contract("100")[0]))), proof.Failed, "SIGNATURE_NOT_IN_ITS_REVISION")
}

// An object that plays two parts has the leeway of both only.
func TestObjectsWithTwoParts(t *testing.T) {
	w := newWorld(t)
	anna, bob := w.person("Anna", "Müller", "QES"), w.person("Bob", "Roe", "QES")
	signers := []proof.Signer{{FirstName: "Anna", LastName: "Müller"}, {FirstName: "Bob", LastName: "Roe"}}
	shared := contract("100")
	shared[0].body = strings.Replace(shared[0].body, "[8 0 R]", "9 0 R", 1)
	shared[3].body = strings.Replace(shared[3].body, "[8 0 R]", "9 0 R", 1)
	request := w.request(w.signAs(w.sign(write(append(shared, object{9, "[8 0 R]"})), "client", anna),
		pdfsign.Signature{Field: "second", Identity: bob, Time: w.now, Page: 2}))
	request.Signers = signers
	expect(t, w.verify(request), proof.Proven, "ONLY_PERMITTED")

	paged := contract("100")
	paged[0].body = strings.Replace(paged[0].body, "[8 0 R]", "[8 0 R 4 0 R]", 1)
	paged[0].body = strings.Replace(paged[0].body, "/SigFlags 1", "/SigFlags 3", 1)
	page := object{4, strings.Replace(paged[3].body, "/Type /Page", "/T (page) /FT /Sig /Type /Page", 1)}
	paged[3] = page
	first := signByHand(t, write(paged), client(), detached, w.detached(anna))
	expect(t, w.verify(w.request(first)), proof.Proven, "")
	request.Signed = signByHand(t, first, page, detached, w.detached(bob))
	expect(t, w.verify(request), proof.Failed, "PAGE_CHANGED_ENTRY")
}

func TestFieldsInATree(t *testing.T) {
	w := newWorld(t)
	objects := contract("100")
	objects[0].body = strings.Replace(objects[0].body, "[8 0 R]", "[9 0 R]", 1)
	objects[7].body = strings.Replace(objects[7].body, "/FT /Sig", "/Parent 9 0 R", 1)
	document := write(append(objects, object{9, "<< /FT /Sig /T <FEFF00650074> /Kids [8 0 R] >>"}))
	r := w.verify(w.request(w.sign(document, "et.client", w.person("Anna", "Müller", "QES"))))
	expect(t, r, proof.Proven, "")
	if len(r.Signatures) != 1 || r.Signatures[0].Field != "et.client" {
		t.Errorf("signatures %+v", r.Signatures)
	}
}

// A cross-reference section that does not continue the signed one makes another file of the same objects.
func TestNotAnUpdate(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))
	offsets := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^(\d+) 0 obj`).FindAllSubmatchIndex(signed, -1) {
		offsets[string(signed[m[2]:m[3]])] = m[0]
	}
	out := bytes.NewBuffer(slices.Clone(signed))
	fmt.Fprint(out, "xref\n")
	for number, offset := range offsets {
		fmt.Fprintf(out, "%s 1\n%010d 00000 n \n", number, offset)
	}
	fmt.Fprintf(out, "trailer\n<< /Root 1 0 R /Size 99 >>\nstartxref\n%d\n%%%%EOF\n", len(signed))
	expect(t, w.verify(w.request(out.Bytes())), proof.Failed, "NOT_AN_UPDATE")
	other := update(signed, object{lastObject(signed) + 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] >> >>"})
	at := bytes.LastIndex(other, []byte("/Root 1 0 R"))
	replaced := slices.Concat(other[:at], fmt.Appendf(nil, "/Root %d 0 R", lastObject(signed)+1), other[at+len("/Root 1 0 R"):])
	expect(t, w.verify(w.request(replaced)), proof.Failed, "CATALOG_REPLACED")
}

func TestRefusesNonsense(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))
	for _, spoil := range []func(*proof.Request){
		func(r *proof.Request) { r.Level = "XES" },
		func(r *proof.Request) { r.Legislation = "US" },
		func(r *proof.Request) { r.Signers = make([]proof.Signer, 65) },
		func(r *proof.Request) { r.SignatureCount = -1 },
		func(r *proof.Request) { r.Now = time.Time{} },
	} {
		request := w.request(signed)
		spoil(&request)
		expect(t, w.verify(request), proof.Indeterminate, "REQUEST_INVALID")
	}
	nameless := w.request(signed)
	nameless.Signers = []proof.Signer{{Role: "client"}}
	expect(t, w.verify(nameless), proof.Failed, "UNEXPECTED_SIGNER")
	small := proof.New(proof.Anchors{}, proof.Options{MaxBytes: 100})
	expect(t, small.Verify(t.Context(), w.request(signed)), proof.Failed, "FILE_TOO_LARGE")
	ctx, cancel := contextCanceled(t)
	cancel()
	expect(t, w.verifier.Verify(ctx, w.request(signed)), proof.Indeterminate, "CANCELED")
}

// The report says nothing about a file's people outside of the descriptions of its signatures.
func TestFindingsHoldNoPersonalData(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(w.sign(sent(), "client", w.person("Anna", "Müller", "QES")), "other", w.person("Zoé", "Quux", "AES"))
	for _, f := range w.verify(w.request(signed)).Findings {
		for _, secret := range []string{"Anna", "Müller", "Zo", "Quux", "client", "other"} {
			if strings.Contains(f.Detail+f.Reason, secret) && secret != "other" {
				t.Errorf("%s quotes the file", f.Check)
			}
		}
		if f.Reason == "" || f.Detail == "" {
			t.Errorf("%s explains nothing", f.Check)
		}
	}
}

func TestHash(t *testing.T) {
	w := newWorld(t)
	sum := sha256.Sum256(sent())
	if r := w.verify(w.request(sent())); r.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("hash %s", r.SHA256)
	}
}
