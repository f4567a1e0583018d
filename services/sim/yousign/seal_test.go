package yousign

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/pdfsign"
	"github.com/countersign/countersign/services/sim/yousign/internal/pdfscan"
)

// contractWithFields is a page with two empty signature fields, client above vendor, in PDF coordinates.
func contractWithFields() []byte {
	widget := func(name string, bottom int) string {
		return fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Sig/T(%s)/Rect[70 %d 250 %d]/P 3 0 R/F 4>>", name, bottom, bottom+60)
	}
	return assemble([]string{
		"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R 7 0 R]>>>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[6 0 R 7 0 R]/Resources<</Font<</F1 5 0 R>>>>>>",
		"<</Length 46>>stream\nBT /F1 11 Tf 56 780 Td (The contract itself) Tj ET\nendstream",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
		widget("client", 842-500-60), widget("vendor", 842-600-60),
	})
}

// signerNames returns the common name behind each signature of a file, in order.
func signerNames(t *testing.T, pdf []byte) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile(`/Contents\s*<([0-9A-Fa-f]{200,})>`).FindAllSubmatch(pdf, -1) {
		der := make([]byte, len(m[1])/2)
		if _, err := hex.Decode(der, m[1]); err != nil {
			t.Fatal(err)
		}
		out = append(out, commonName(t, der))
	}
	return out
}

// commonName reads the first certificate that is no authority's from a CMS message.
func commonName(t *testing.T, der []byte) string {
	t.Helper()
	var outer struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		t.Fatal(err)
	}
	var signed struct {
		Version      int
		Digests      asn1.RawValue
		Content      asn1.RawValue
		Certificates asn1.RawValue `asn1:"tag:0"`
		Rest         asn1.RawValue
	}
	if _, err := asn1.Unmarshal(outer.Content.Bytes, &signed); err != nil {
		t.Fatal(err)
	}
	list, err := x509.ParseCertificates(signed.Certificates.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if !c.IsCA {
			return c.Subject.CommonName
		}
	}
	t.Fatal("no signer's certificate")
	return ""
}

// signAll activates a request, lets the people sign in turn and returns the final file.
func (a *account) signAll(settings string, pdf []byte, people ...person) []byte {
	a.t.Helper()
	id := a.draft(settings, pdf, people...)
	a.v3(201, "POST", "/signature_requests/"+id+"/activate", "")
	for range people {
		a.control(200, "/requests/"+id+"/sign", "")
	}
	docs := a.do(200, "GET", "/v3/signature_requests/"+id+"/documents/download?version=completed", "")
	return docs.raw
}

func TestQualifiedSignaturesArePersonal(t *testing.T) {
	a := start(t)
	source := contractWithFields()
	pdf := a.signAll(`,"ordered_signers":true`, source, person{first: "Jeanne", level: qualified}, person{first: "Paul", level: qualified})
	if !bytes.HasPrefix(pdf, source) {
		t.Error("the signed file does not begin with the one that was sent")
	}
	if d := cmp.Diff([]string{"Jeanne Moreau", "Paul Moreau"}, signerNames(t, pdf)); d != "" {
		t.Errorf("signers: %s", d)
	}
	names, err := pdfsign.Fields(pdf)
	if d := cmp.Diff([]string{"client", "vendor"}, names); err != nil || d != "" {
		t.Errorf("fields, all filled in place: %v %s", err, d)
	}
}

func TestTheNearestEmptyFieldIsFilled(t *testing.T) {
	a := start(t)
	for y, left := range map[int]string{500: "vendor", 580: "client"} {
		id := a.v3(201, "POST", "/signature_requests", `{"name":"Contract","delivery_mode":"email"}`)["id"].(string)
		path := "/signature_requests/" + id
		doc := a.upload("/v3"+path+"/documents", contractWithFields())
		a.v3(201, "POST", path+"/signers", person{first: "Jeanne"}.body(doc, y))
		a.v3(201, "POST", path+"/activate", "")
		a.control(200, "/requests/"+id+"/sign", "")
		d, err := pdfscan.Read(a.do(200, "GET", "/v3"+path+"/documents/"+doc+"/download", "").raw, false)
		if err != nil || len(d.Blanks) != 1 || d.Blanks[0].Name != left {
			t.Errorf("field at %d: still empty are %v (%v), want %s", y, d.Blanks, err, left)
		}
	}
}

func TestOtherLevelsCarryTheSeal(t *testing.T) {
	a := start(t)
	for _, level := range []string{simple, advanced} {
		pdf := a.signAll("", plainPDF("Contract"), person{first: "Jeanne", level: level}, person{first: "Paul", level: level})
		if d := cmp.Diff([]string{"Yousign", "Yousign"}, signerNames(t, pdf)); d != "" {
			t.Errorf("%s: %s", level, d)
		}
		names, err := pdfsign.Fields(pdf)
		if err != nil || len(names) != 2 {
			t.Errorf("%s: fields %v %v", level, names, err)
		}
	}
}

func TestFraudulentCompletions(t *testing.T) {
	a := start(t)
	people := []person{{first: "Jeanne", level: qualified}}
	a.control(204, "/faults", `{"name":"lower_level"}`)
	pdf := a.signAll(`,"ordered_signers":true`, contractWithFields(), people...)
	if d := cmp.Diff([]string{"Yousign"}, signerNames(t, pdf)); d != "" {
		t.Errorf("lower_level: %s", d)
	}
	a.control(204, "/faults", `{"name":"wrong_document"}`)
	source := contractWithFields()
	pdf = a.signAll(`,"ordered_signers":true`, source, people...)
	if bytes.Contains(pdf, []byte("The contract itself")) {
		t.Error("wrong_document kept the contract")
	}
	if d := cmp.Diff([]string{"Jeanne Moreau"}, signerNames(t, pdf)); d != "" {
		t.Errorf("wrong_document: %s", d)
	}
	pdf = a.signAll(`,"ordered_signers":true`, source, people...)
	if !bytes.HasPrefix(pdf, source) || len(signerNames(t, pdf)) != 1 {
		t.Error("the faults outlived their count")
	}
}
