package document_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document"
	"github.com/countersign/countersign/services/sim/pdfsign"
	"github.com/countersign/countersign/services/sim/pki"
)

// page is a PDF of one page.
func page() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var offsets []int
	for i, body := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	at := b.Len()
	b.WriteString("xref\n0 4\n0000000000 65535 f \n")
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n%d\n%%%%EOF\n", at)
	return b.Bytes()
}

// signedPage is the page with a qualified signature, a seal without a timestamp, and their trust anchor.
func signedPage(t *testing.T) (file, anchors []byte, at time.Time) {
	t.Helper()
	at = time.Now().UTC().Truncate(time.Second)
	authority := must(pki.Open(""))(t)
	anna := must(authority.Person(pki.Person{FirstName: "Anna", LastName: "Müller", Country: "FR"}, "QES", at))(t)
	file = must(pdfsign.Sign(page(), pdfsign.Signature{Field: "client", Identity: anna, Time: at, Page: 1,
		Timestamp: must(authority.TimestampUnit(at))(t)}))(t)
	file = must(pdfsign.Sign(file, pdfsign.Signature{Field: "seal", Page: 1, Time: at,
		Identity: must(authority.Seal("Provider SAS", at))(t)}))(t)
	return file, authority.RootPEM(), at
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares an output with the file of the name, once what differs between runs is gone.
func golden(t *testing.T, name, got string) {
	t.Helper()
	for pattern, word := range map[string]string{
		`[0-9a-f]{64}`: "SHA256", `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z`: "TIME",
		`serial number [0-9a-f]+`: "serial number SERIAL", `"serial_number": "[0-9a-f]+"`: `"serial_number": "SERIAL"`,
	} {
		got = regexp.MustCompile(pattern).ReplaceAllString(got, word)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(must(os.ReadFile(path))(t)), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func verify(t *testing.T, r document.VerifyRequest) document.Verification {
	t.Helper()
	return must(document.Verify(t.Context(), r))(t)
}

func TestVerifyOutput(t *testing.T) {
	file, anchors, at := signedPage(t)
	labelled := append([]byte("Proves: QES-EIDAS SEAL TIMESTAMP\n"), anchors...)
	changed := append(bytes.Clone(file), "more"...)
	for name, r := range map[string]document.VerifyRequest{
		"proven": {File: file, Anchors: [][]byte{labelled}, Sent: page(), Level: "QES", Signers: []string{"Anna Müller"}, Signatures: 2},
		"status": {File: file, Anchors: [][]byte{anchors}, Level: "QES"},
		"open":   {File: file},
		"failed": {File: changed, Anchors: [][]byte{anchors}, Level: "AES"},
	} {
		t.Run(name, func(t *testing.T) {
			r.Name, r.At = "contract.pdf", at
			v := verify(t, r)
			var text strings.Builder
			if err := v.WriteText(&text); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".txt", text.String())
			golden(t, name+".json", string(must(json.MarshalIndent(v, "", "  "))(t))+"\n")
		})
	}
}

// There is always an answer, and always a reason.
func TestVerifyAnswersForAnyFile(t *testing.T) {
	file, anchors, at := signedPage(t)
	for name, c := range map[string]struct {
		file            []byte
		verdict, reason string
	}{
		"empty":              {[]byte{}, "FAILED", "NOT_A_PDF"},
		"nil":                {nil, "FAILED", "NOT_A_PDF"},
		"a web page":         {[]byte("<html>"), "FAILED", "NOT_A_PDF"},
		"a ZIP":              {[]byte("PK\x03\x04"), "FAILED", "NOT_A_PDF"},
		"an extension":       {[]byte("PK\x03\x04 manifest.json"), "FAILED", "NOT_A_PDF"},
		"a package, cut off": {[]byte("PK\x03\x04 proof.json signed.pdf"), "FAILED", "PART_MISSING"},
		"cut off":            {file[:len(file)-100], "FAILED", "FILE_MALFORMED"},
		"unsigned":           {page(), "FAILED", "NO_SIGNATURE"},
		"signed":             {file, "PROVEN", "TRUSTED"},
	} {
		t.Run(name, func(t *testing.T) {
			v := verify(t, document.VerifyRequest{
				File: c.file, Anchors: [][]byte{append([]byte("Proves: QES-EIDAS SEAL TIMESTAMP\n"), anchors...)}, At: at,
			})
			if v.Verdict != c.verdict || len(v.Reasons) == 0 || v.Reasons[0].Code != c.reason || v.Reasons[0].Text == "" {
				t.Errorf("verdict %s for %+v", v.Verdict, v.Reasons)
			}
			if raw := string(must(json.Marshal(v))(t)); strings.Contains(raw, "null") != strings.Contains(raw, `"trusted_lists":null`) ||
				strings.Contains(raw, `"signatures":null`) || strings.Contains(raw, `"findings":null`) {
				t.Errorf("a list is null: %s", raw)
			}
		})
	}
}

func TestVerifyRefusesWhatItCannotUse(t *testing.T) {
	file, anchors, at := signedPage(t)
	for name, r := range map[string]document.VerifyRequest{
		"anchors that are none": {Anchors: [][]byte{anchors, []byte("-----BEGIN CERTIFICATE-----\n")}},
		"anchors of nobody":     {Anchors: [][]byte{nil}},
		"trusted lists":         {TrustedLists: t.TempDir()},
	} {
		r.File, r.At = file, at
		if v, err := document.Verify(t.Context(), r); err == nil {
			t.Errorf("%s: verdict %s", name, v.Verdict)
		}
	}
}
