package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/sim/pdfsign"
	"github.com/countersign/countersign/services/sim/pki"
)

// command runs the program's main function and returns what it says.
func command(t *testing.T, in []byte, args ...string) (status int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), args, streams{bytes.NewReader(in), &stdout, &stderr})
	return status, stdout.String(), stderr.String()
}

// signedFiles writes a contract with anna's qualified signature and the files that go with it to a folder.
func signedFiles(t *testing.T) (folder string, signed []byte) {
	t.Helper()
	folder = t.TempDir()
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	at := make([]int, 0, 3)
	for i, body := range []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>"} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n1 3\n%010d 00000 n \n%010d 00000 n \n%010d 00000 n \n", at[0], at[1], at[2])
	fmt.Fprintf(&b, "trailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n%d\n%%%%EOF\n", table)
	authority, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	anna, err := authority.Person(pki.Person{FirstName: "Anna", LastName: "Müller", Country: "FR"}, "QES", now)
	if err != nil {
		t.Fatal(err)
	}
	if signed, err = pdfsign.Sign(b.Bytes(), pdfsign.Signature{Field: "client", Identity: anna, Time: now, Page: 1}); err != nil {
		t.Fatal(err)
	}
	qualified := append([]byte("Proves: QES-EIDAS\n"), authority.RootPEM()...)
	for name, content := range map[string][]byte{
		"sent.pdf": b.Bytes(), "signed.pdf": signed, "anchors.pem": authority.RootPEM(), "qualified.pem": qualified,
		"broken.pem": []byte("-----BEGIN CERTIFICATE-----\n"), "empty.pdf": nil, "page.html": []byte("<html>"),
		"changed.pdf": append(bytes.Clone(signed), "more"...),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder, signed
}

// revocationList is a CRL of an issuer that nothing in the files knows.
func revocationList(t *testing.T) []byte {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer := &x509.Certificate{KeyUsage: x509.KeyUsageCRLSign, SubjectKeyId: []byte{1}}
	list, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now(), NextUpdate: time.Now().Add(time.Hour),
	}, issuer, key)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestVerifyCommand(t *testing.T) {
	folder, signed := signedFiles(t)
	t.Chdir(folder)
	if err := os.Truncate("page.html", 65<<20); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("none.crl", revocationList(t), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args    string
		status  int
		verdict string
		says    string
	}{
		{"--anchors qualified.pem signed.pdf", 0, "PROVEN", ""},
		{"--anchors qualified.pem --level QES --sent sent.pdf --signer Anna_Müller --signatures 1 -", 0, "PROVEN", ""},
		{"--anchors anchors.pem --level QES signed.pdf", 0, "ATTESTED_BY_PROVIDER", ""},
		{"signed.pdf", 2, "INDETERMINATE", ""},
		{"--anchors qualified.pem --require-revocation signed.pdf", 2, "INDETERMINATE", ""},
		{"--anchors qualified.pem --revocation none.crl signed.pdf", 0, "PROVEN", ""},
		{"--revocation empty.pdf signed.pdf", 64, "", "empty.pdf: is no CRL"},
		{"--revocation anchors.pem signed.pdf", 64, "", "anchors.pem: is no CRL"},
		{"--anchors qualified.pem --at 2020-01-01 signed.pdf", 1, "FAILED", ""},
		{"--at 0001-01-01 signed.pdf", 64, "", "a date such as"},
		{"--at 0001-01-01T00:00:00Z signed.pdf", 64, "", "a date such as"},
		{"--at 2020-13-01 signed.pdf", 64, "", "a date such as"},
		{"--anchors qualified.pem --signer Müller signed.pdf", 64, "", "want FIRST LAST"},
		{"--anchors qualified.pem --signer Müller_- signed.pdf", 64, "", "want FIRST LAST"},
		{"--anchors qualified.pem --legislation EIDAS signed.pdf", 0, "PROVEN", ""},
		{"--anchors qualified.pem --at 2020-01-01T00:00:00Z signed.pdf", 1, "FAILED", ""},
		{"--anchors qualified.pem --signatures 2 signed.pdf", 1, "FAILED", ""},
		{"--anchors qualified.pem changed.pdf", 1, "FAILED", ""},
		{"sent.pdf", 1, "FAILED", ""},
		{"empty.pdf", 1, "FAILED", ""},
		{"nothing.pdf", 64, "", "no such file"},
		{".", 64, "", "directory"},
		{"page.html", 64, "", "larger than 64 MiB"},
		{"", 64, "", "<file>"},
		{"--level XES signed.pdf", 64, "", "--level"},
		{"--legislation US signed.pdf", 64, "", "--legislation"},
		{"--signatures -1 signed.pdf", 64, "", "--signatures"},
		{"--signatures 0 signed.pdf", 64, "", "--signatures"},
		{"--signatures 1 --signer a_b --signer c_d signed.pdf", 64, "", "--signer"},
		{"--at noon signed.pdf", 64, "", "--at"},
		{"--signer ... signed.pdf", 64, "", "--signer"},
		{"--nothing signed.pdf", 64, "", "--nothing"},
		{"--anchors nothing.pem signed.pdf", 64, "", "no such file"},
		{"--anchors qualified.pem --sent empty.pdf signed.pdf", 64, "", "empty.pdf: is no PDF"},
		{"--anchors broken.pem signed.pdf", 64, "", "trust anchors"},
		{"--sent nothing.pdf signed.pdf", 64, "", "no such file"},
		{"--revocation nothing.crl signed.pdf", 64, "", "no such file"},
		{"--trusted-lists . signed.pdf", 64, "", "trusted lists"},
	} {
		t.Run(c.args, func(t *testing.T) {
			args := strings.Fields(c.args)
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "_", " ")
			}
			status, out, errOut := command(t, signed, append([]string{"verify", "--json"}, args...)...)
			if status != c.status || !strings.Contains(errOut, c.says) {
				t.Errorf("status %d, want %d: %s", status, c.status, errOut)
			}
			var said struct{ Verdict string }
			if err := json.Unmarshal([]byte(out), &said); c.verdict != "" && err != nil || said.Verdict != c.verdict {
				t.Errorf("verdict %q, want %q: %v", said.Verdict, c.verdict, err)
			}
			if (c.verdict == "") != (out == "") || (c.verdict == "") != (errOut != "") {
				t.Errorf("standard output %q, standard error %q", out, errOut)
			}
			if c.verdict == "" {
				return
			}
			again, text, _ := command(t, signed, append([]string{"verify"}, args...)...)
			if again != c.status || !strings.HasPrefix(text, c.verdict+":") {
				t.Errorf("for people: status %d, %.40s", again, text)
			}
		})
	}
}

// A command line that cannot be understood ends with 64 whatever the command, and a failed command with 1.
func TestExitStatus(t *testing.T) {
	for _, args := range [][]string{nil, {"nothing"}, {"serve", "--nothing"}, {"demo", "--timeout", "soon"}, {"config"}} {
		if status, _, errOut := command(t, nil, args...); status != 64 || errOut == "" {
			t.Errorf("%v: status %d, %s", args, status, errOut)
		}
	}
	missing := filepath.Join(t.TempDir(), "missing.yaml")
	if status, _, errOut := command(t, nil, "config", "check", "--config", missing); status != 1 || errOut == "" {
		t.Errorf("a command that fails: status %d, %s", status, errOut)
	}
}

// Whoever has enough of waiting for a file can stop, and a verdict that could not be written is none.
func TestVerifyInterrupted(t *testing.T) {
	folder, signed := signedFiles(t)
	ctx, cancel := context.WithCancel(t.Context())
	never, end := io.Pipe()
	defer end.Close()
	var errOut bytes.Buffer
	cancel()
	if status := run(ctx, []string{"verify", "-"}, streams{never, io.Discard, &errOut}); status != 64 || errOut.Len() == 0 {
		t.Errorf("interrupted: status %d, %s", status, errOut.String())
	}
	full, err := os.OpenFile(filepath.Join(folder, "sent.pdf"), os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	args := []string{"verify", "--anchors", filepath.Join(folder, "qualified.pem"), "-"}
	if status := run(t.Context(), args, streams{bytes.NewReader(signed), full, io.Discard}); status != 64 {
		t.Errorf("nowhere to write: status %d", status)
	}
}
