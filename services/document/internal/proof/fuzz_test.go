package proof_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/countersign/countersign/services/document/internal/pdf"
	"github.com/countersign/countersign/services/document/internal/proof"
)

func contextCanceled(tb testing.TB) (context.Context, context.CancelFunc) {
	tb.Helper()
	return context.WithCancel(context.Background())
}

// FuzzVerify splices bytes into a perfectly signed file. Whatever comes out, the verifier must answer, and may only say
// PROVEN when every signed byte is as it was: the message itself is not signed, and updates may follow.
func FuzzVerify(f *testing.F) {
	w := newWorld(f)
	signed := w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))
	start, end := token(f, signed)
	price := bytes.Index(signed, []byte("100 EUR"))
	page := update(signed, object{5, stream("", "BT /F1 12 Tf (Price: 999) Tj ET")})[len(signed):]
	f.Add(uint32(price), uint16(3), []byte("999"))
	f.Add(uint32(len(signed)), uint16(0), page)
	f.Add(uint32(start+40), uint16(2), []byte("ff"))
	f.Add(uint32(end-4), uint16(2), []byte("01"))
	f.Add(uint32(start-60), uint16(4), []byte("0 0 "))
	f.Add(uint32(len(signed)-12), uint16(4), []byte("9"))
	f.Add(uint32(0), uint16(9), []byte{})
	s := newService(f)
	f.Add(uint32(len(signed)), uint16(0), store(signed, map[string][][]byte{"CRLs": s.lists(), "Certs": {s.authority.Certificate.Raw}})[len(signed):])
	f.Fuzz(func(t *testing.T, at uint32, cut uint16, splice []byte) {
		from := int(at) % (len(signed) + 1)
		to := min(len(signed), from+int(cut))
		mutated := slices.Concat(signed[:from], splice, signed[to:])
		r := w.verify(w.request(mutated))
		for _, finding := range r.Findings {
			if finding.Reason == "VERIFIER_FAULT" {
				t.Fatal("the verifier met a fault of its own")
			}
		}
		intact := len(mutated) >= len(signed) && bytes.Equal(mutated[:start], signed[:start]) &&
			bytes.Equal(mutated[end:len(signed)], signed[end:])
		if r.Verdict == proof.Proven && !intact {
			t.Fatal("proven, though the signed bytes differ")
		}
	})
}

// FuzzUpdate appends a well-formed update with arbitrary objects; whatever a reader would show differently must fail.
func FuzzUpdate(f *testing.F) {
	w := newWorld(f)
	signed := w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))
	f.Add(5, "<< >>")
	f.Add(2, "<< /Type /Pages /Kids [4 0 R 3 0 R] /Count 2 >>")
	f.Add(7, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>")
	f.Fuzz(func(t *testing.T, number int, body string) {
		if number < 2 || number > 7 {
			return
		}
		mutated := update(signed, object{number, body})
		r := w.verify(w.request(mutated))
		if r.Verdict != proof.Proven {
			return
		}
		was, is := must(pdf.Open(signed))(t).Current(number), must(pdf.Open(mutated))(t).Current(number)
		if !pdf.Equal(was, is) {
			t.Fatalf("proven, though object %d is another", number)
		}
	})
}

func FuzzAnchors(f *testing.F) {
	w := newWorld(f)
	f.Add(w.pki.RootPEM())
	f.Add(append([]byte("Proves: QES-EIDAS, SEAL\n"), w.pki.RootPEM()...))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, bundle []byte) {
		if _, err := proof.NewAnchors(bundle); err == nil && !bytes.Contains(bundle, []byte("CERTIFICATE")) {
			t.Fatal("anchors without a certificate")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	w := newWorld(b)
	for _, pages := range []int{2, 200} {
		document := long(pages)
		one := w.sign(document, "client", w.person("Anna", "Müller", "QES"))
		request := w.request(one)
		request.Sent = document
		expect(b, w.verify(request), proof.Proven, "")
		b.Run(fmt.Sprintf("%d pages", pages), func(b *testing.B) {
			b.SetBytes(int64(len(one)))
			b.ReportAllocs()
			for b.Loop() {
				w.verify(request)
			}
		})
	}
}

// BenchmarkVerifyTwoStamped verifies about 200 KB with two signatures, a timestamp on each, and CRLs: what a provider
// returns for a contract of two parties.
func BenchmarkVerifyTwoStamped(b *testing.B) {
	s := newService(b)
	document := long(45)
	s.tsa = s.identity(s.unit, s.authority)
	other := s.person()
	other.Subject.ExtraNames[0].Value, other.Subject.ExtraNames[1].Value = "Bob", "Roe"
	signed := s.world.sign(document, "client", s.identity(s.client, s.authority))
	signed = s.world.sign(signed, "provider", s.identity(s.authority.Issue(b, other), s.authority))
	request := s.request(signed)
	request.Sent = document
	request.Signers = append(request.Signers, proof.Signer{Role: "provider", FirstName: "Bob", LastName: "Roe"})
	request.Revocation = s.lists()
	expect(b, s.verify(request), proof.Proven, "NOT_REVOKED")
	b.SetBytes(int64(len(signed)))
	b.ReportAllocs()
	for b.Loop() {
		s.verify(request)
	}
}

// long is a document of many pages with 4 KiB of content each.
func long(pages int) []byte {
	objects := []object{{1, "<< /Type /Catalog /Pages 2 0 R >>"}}
	kids := ""
	for i := range pages {
		n := 10 + 2*i
		kids += fmt.Sprintf("%d 0 R ", n)
		objects = append(objects,
			object{n, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R >>", n+1)},
			object{n + 1, stream("", string(bytes.Repeat([]byte("0 0 m 9 9 l S\n"), 300)))})
	}
	return write(append(objects, object{2, fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, pages)}))
}
