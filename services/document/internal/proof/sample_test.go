package proof_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/sim/pdfsign"
	"github.com/countersign/countersign/services/sim/pki"
)

// object is one numbered object of a hand-written file.
type object struct {
	number int
	body   string
}

func stream(dict, content string) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(content), content)
}

// contract is a two-page document with an empty signature field "client", as objects by number.
func contract(price string) []object {
	page := func(contents int, annots string) string {
		return fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "+
			"/Resources << /Font << /F1 7 0 R >> >> %s >>", contents, annots)
	}
	return []object{
		{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 1 >> >>"},
		{2, "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>"},
		{3, page(5, "")},
		{4, page(6, "/Annots [8 0 R]")},
		{5, stream("", "BT /F1 12 Tf 72 720 Td (Price: "+price+" EUR) Tj ET")},
		{6, stream("", "BT /F1 12 Tf 72 720 Td (Signed by the client) Tj ET")},
		{7, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"},
		{8, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (client) /F 4 /Rect [72 100 268 185] /P 4 0 R >>"},
	}
}

// write serialises a complete file.
func write(objects []object) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	return finish(b.Bytes(), objects, "")
}

// finish appends objects, a cross-reference table and a trailer to what is there.
func finish(file []byte, objects []object, trailer string) []byte {
	b := bytes.NewBuffer(slices.Clone(file))
	var table strings.Builder
	size := max(100, lastObject(file)+1)
	for _, o := range objects {
		fmt.Fprintf(&table, "%d 1\n%010d 00000 n \n", o.number, b.Len())
		fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", o.number, o.body)
		size = max(size, o.number+1)
	}
	at := b.Len()
	fmt.Fprintf(b, "xref\n%strailer\n<< /Root 1 0 R /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n", table.String(), size, trailer, at)
	return b.Bytes()
}

// update appends a revision that replaces or adds objects.
func update(file []byte, objects ...object) []byte {
	at := bytes.LastIndex(file, []byte("startxref"))
	var prev int
	fmt.Sscanf(string(file[at:]), "startxref\n%d", &prev)
	return finish(file, objects, fmt.Sprintf("/Prev %d", prev))
}

func sent() []byte { return write(contract("100")) }

// world is a trust service, the people in it and a verifier that trusts it.
type world struct {
	tb       testing.TB
	now      time.Time
	pki      *pki.Authority
	tsa      *pki.Identity
	verifier *proof.Verifier
}

const everything = "Proves: QES-EIDAS QES-ZERTES AES SEAL TIMESTAMP\n"

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{tb: tb, now: time.Now().UTC().Truncate(time.Second)}
	w.pki = must(pki.Open(""))(tb)
	w.tsa = must(w.pki.TimestampUnit(w.now))(tb)
	w.verifier = w.trusting(everything)
	return w
}

func (w *world) trusting(label string) *proof.Verifier {
	anchors := must(proof.NewAnchors(append([]byte(label), w.pki.RootPEM()...)))(w.tb)
	return proof.New(anchors, proof.Options{})
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

func (w *world) person(first, last, level string) *pki.Identity {
	w.tb.Helper()
	return must(w.pki.Person(pki.Person{FirstName: first, LastName: last, Country: "FR"}, level, w.now))(w.tb)
}

func (w *world) seal() *pki.Identity {
	w.tb.Helper()
	return must(w.pki.Seal("Provider SAS", w.now))(w.tb)
}

// sign signs with a timestamp.
func (w *world) sign(file []byte, field string, by *pki.Identity) []byte {
	w.tb.Helper()
	return w.signAs(file, pdfsign.Signature{Field: field, Identity: by, Time: w.now, Timestamp: w.tsa, Page: 1,
		Rect: [4]float64{72, 300, 268, 385}})
}

func (w *world) signAs(file []byte, s pdfsign.Signature) []byte {
	w.tb.Helper()
	return must(pdfsign.Sign(file, s))(w.tb)
}

func anna() proof.Signer { return proof.Signer{Role: "client", FirstName: "Anna", LastName: "Müller"} }

// request asks for anna's qualified signature on the sample.
func (w *world) request(signed []byte) proof.Request {
	return proof.Request{Signed: signed, Sent: sent(), Level: "QES", Legislation: "EIDAS",
		Signers: []proof.Signer{anna()}, AuditTrail: true, Now: w.now.Add(time.Minute)}
}

func (w *world) verify(r proof.Request) proof.Report {
	return w.verifier.Verify(context.Background(), r)
}

// expect checks the verdict and that a check came out with a reason; an empty reason asks for the verdict only.
func expect(tb testing.TB, r proof.Report, verdict proof.Verdict, reason string) {
	tb.Helper()
	found := reason == ""
	for _, f := range r.Findings {
		found = found || f.Reason == reason
		if f.Reason == "VERIFIER_FAULT" {
			tb.Error("the verifier met a fault of its own")
		}
	}
	if r.Verdict != verdict || !found {
		tb.Errorf("verdict %s, want %s with reason %q", r.Verdict, verdict, reason)
		for _, f := range r.Findings {
			tb.Logf("  %d %-22s %-14s %s", f.Signature, f.Check, f.Outcome, f.Reason)
		}
	}
}

// deflated is a compressed stream object.
func deflated(content string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(content))
	z.Close()
	return stream("/Filter /FlateDecode", b.String())
}
