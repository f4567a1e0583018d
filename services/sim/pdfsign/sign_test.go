package pdfsign

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/pki"
)

// notary is an authority with one identity of each kind.
type notary struct {
	root              *x509.Certificate
	person, seal, tsu *pki.Identity
	now               time.Time
}

func newNotary(t testing.TB) notary {
	t.Helper()
	authority, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	n := notary{now: time.Now().Truncate(time.Second)}
	block, _ := pem.Decode(authority.RootPEM())
	var errs [4]error
	n.root, errs[0] = x509.ParseCertificate(block.Bytes)
	n.person, errs[1] = authority.Person(pki.Person{FirstName: "Łukasz", LastName: "Żółć", Country: "CH"}, "QES", n.now)
	n.seal, errs[2] = authority.Seal("Seal Office", n.now)
	n.tsu, errs[3] = authority.TimestampUnit(n.now)
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return n
}

// contracts are the same contract as different writers give it.
func contracts(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{"classic": classic(contractObjects()), "packed": packed(t, contractObjects()), "hybrid": hybrid(t)}
	for _, writer := range []string{"qpdf", "pdfcpu"} { // written by these tools from the classic one
		file, err := os.ReadFile("testdata/" + writer + ".pdf")
		if err != nil {
			t.Fatal(err)
		}
		all[writer] = file
	}
	return all
}

func mustSign(t testing.TB, file []byte, s Signature) []byte {
	t.Helper()
	signed, err := Sign(file, s)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(signed, file) {
		t.Fatal("earlier bytes changed")
	}
	return signed
}

func TestFields(t *testing.T) {
	for name, file := range contracts(t) {
		got, err := Fields(file)
		if diff := cmp.Diff([]string{"provider", "client"}, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

// Several signers sign one after the other: every signature stays valid and covers its own revision.
func TestSignInSequence(t *testing.T) {
	n := newNotary(t)
	for name, file := range contracts(t) {
		t.Run(name, func(t *testing.T) {
			var lengths []int
			for _, s := range []Signature{
				{Field: "client", Identity: n.person, Reason: "I (agree) \\ Ω", Location: "Zürich", Time: n.now, Timestamp: n.tsu},
				{Field: "provider", Identity: n.seal, Time: n.now},
				{Field: "Beglaubigung ü", Identity: n.seal, Time: n.now, Page: 2, Rect: [4]float64{72, 400, 268, 485}},
				{Field: "hidden", Identity: n.seal, Time: n.now, Timestamp: n.tsu, Page: 1},
			} {
				file = mustSign(t, file, s)
				lengths = append(lengths, len(file))
			}
			signatures, err := verify(file, n.root, n.now)
			if err != nil {
				t.Fatal(err)
			}
			var covered []int
			var signers []string
			for _, s := range signatures {
				covered = append(covered, s.covered)
				signers = append(signers, s.signer.Subject.CommonName)
			}
			if diff := cmp.Diff(lengths, covered); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"Łukasz Żółć", "Seal Office", "Seal Office", "Seal Office"}, signers); diff != "" {
				t.Error(diff)
			}
			names, err := Fields(file)
			want := []string{"provider", "hidden", "client", "Beglaubigung ü"}
			if diff := cmp.Diff(want, names); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

func TestTimestamp(t *testing.T) {
	n := newNotary(t)
	at := n.now.Add(90 * time.Minute)
	file := mustSign(t, classic(contractObjects()),
		Signature{Field: "client", Identity: n.person, Time: at.Add(700 * time.Millisecond), Timestamp: n.tsu})
	signatures, err := verify(file, n.root, at)
	if err != nil {
		t.Fatal(err)
	}
	if got := signatures[0]; !got.stampTime.Equal(at) || !got.stampSigner.Equal(n.tsu.Certificate) {
		t.Errorf("stamped at %v by serial %v, want %v", got.stampTime, got.stampSigner.SerialNumber, at)
	}
	file = mustSign(t, classic(contractObjects()), Signature{Field: "client", Identity: n.person, Time: at})
	if signatures, err = verify(file, n.root, at); err != nil || !signatures[0].stampTime.IsZero() {
		t.Errorf("got a timestamp nobody asked for, or %v", err)
	}
}

// Any change to the signed bytes, and a signer of another authority with the same names, is noticed: the verifier of
// these tests can fail.
func TestVerifierNotices(t *testing.T) {
	n := newNotary(t)
	s := Signature{Field: "client", Identity: n.person, Reason: "I agree", Time: n.now, Timestamp: n.tsu}
	file := mustSign(t, classic(contractObjects()), s)
	for _, what := range []string{"(Contract)", "/Reason", "/Rect[72", "/Contents <3082", "startxref"} {
		at := bytes.LastIndex(file, []byte(what))
		if at < 0 {
			t.Fatalf("%q is not in the file", what)
		}
		changed := bytes.Clone(file)
		changed[at+len(what)-2] ^= 1
		if _, err := verify(changed, n.root, n.now); err == nil {
			t.Errorf("a change in %q went unnoticed", what)
		}
	}
	if _, err := verify(file, newNotary(t).root, n.now); err == nil {
		t.Error("another root with the same names was accepted")
	}
}

func TestRefusals(t *testing.T) {
	n := newNotary(t)
	contract := classic(contractObjects())
	ok := Signature{Field: "client", Identity: n.person, Time: n.now}
	signed := mustSign(t, contract, ok)
	with := func(change func(*Signature)) Signature {
		s := ok
		change(&s)
		return s
	}
	replaced := func(old, with string) []byte {
		out := bytes.Replace(contract, []byte(old), []byte(with), 1)
		if bytes.Equal(out, contract) {
			t.Fatalf("%q is not in the contract", old)
		}
		return out
	}
	for name, c := range map[string]struct {
		file []byte
		s    Signature
		want error
	}{
		"no field":         {contract, with(func(s *Signature) { s.Field = "nobody" }), ErrNoField},
		"text field":       {contract, with(func(s *Signature) { s.Field, s.Page = "place", 1 }), ErrNoField},
		"signed":           {signed, ok, ErrSigned},
		"no such page":     {contract, with(func(s *Signature) { s.Field, s.Page = "new", 3 }), ErrInvalid},
		"period in name":   {contract, with(func(s *Signature) { s.Field, s.Page = "a.b", 1 }), ErrInvalid},
		"empty name":       {contract, with(func(s *Signature) { s.Field = "" }), ErrInvalid},
		"negative page":    {contract, with(func(s *Signature) { s.Field, s.Page = "new", -1 }), ErrInvalid},
		"no identity":      {contract, with(func(s *Signature) { s.Identity = nil }), ErrInvalid},
		"no time":          {contract, with(func(s *Signature) { s.Time = time.Time{} }), ErrInvalid},
		"control in text":  {contract, with(func(s *Signature) { s.Reason = "a\nb" }), ErrInvalid},
		"long text":        {contract, with(func(s *Signature) { s.Reason = strings.Repeat("x", 1025) }), ErrInvalid},
		"endless box":      {contract, with(func(s *Signature) { s.Rect[2] = 1e9 }), ErrInvalid},
		"encrypted":        {replaced("/Root 1 0 R", "/Root 1 0 R/Encrypt 9 0 R"), ok, ErrEncrypted},
		"empty":            {nil, ok, ErrMalformed},
		"not a PDF":        {[]byte("<html>"), ok, ErrMalformed},
		"truncated":        {contract[:len(contract)-40], ok, ErrMalformed},
		"shifted":          {replaced("%PDF-1.7\n", "%PDF-1.7\n\n\n\n"), ok, ErrMalformed},
		"circular fields":  {replaced("/Kids[8 0 R]", "/Kids[6 0 R]"), ok, ErrMalformed},
		"missing field":    {replaced("7 0 R 10 0 R]", "7 0 R 12 0 R]"), ok, ErrMalformed},
		"circular pages":   {replaced("/Kids[3 0 R 4 0 R]", "/Kids[3 0 R 2 0 R]"), with(func(s *Signature) { s.Field, s.Page = "new", 1 }), ErrMalformed},
		"no rectangle":     {replaced("/Rect[500", "/Rect[/00"), ok, ErrMalformed},
		"form is the page": {replaced("/AcroForm 5 0 R", "/AcroForm 6 0 R"), ok, ErrNoField},
	} {
		if _, err := Sign(c.file, c.s); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}
