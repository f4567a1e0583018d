package proof_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// shadow is a page that no cross-reference data lists: only a reader that repairs the file finds it.
func shadow() string {
	return "5 0 obj\n" + stream("", "BT /F1 12 Tf 72 720 Td (Price: 999 EUR) Tj ET") + "\nendobj\n"
}

// insert puts bytes before the last place of a mark.
func insert(tb testing.TB, file []byte, mark, text string) []byte {
	tb.Helper()
	at := bytes.LastIndex(file, []byte(mark))
	if at < 0 {
		tb.Fatalf("no %q", mark)
	}
	return slices.Concat(file[:at], []byte(text), file[at:])
}

// lastXref returns where the last table starts.
func lastXref(file []byte) int { return bytes.LastIndex(file, []byte("\nxref\n")) + 1 }

// pointing rewrites the end of a file so that it names another offset for its last section.
func pointing(file []byte, format string, offset int) []byte {
	at := bytes.LastIndex(file, []byte("startxref"))
	return fmt.Appendf(slices.Clone(file[:at]), format, offset)
}

const plainEnd = "startxref\n%d\n%%%%EOF\n"

// commented starts the last section with a comment, which stands where a strict reader looks for the section.
func commented(tb testing.TB, file []byte) []byte {
	tb.Helper()
	at := lastXref(file)
	out := slices.Concat(file[:at], []byte("%\n"), file[at:])
	return pointing(out, plainEnd, at)
}

// A reader that repairs a file collects everything that looks like an object. What it would find must not differ from
// what is compared here, so an update may neither hold more nor be written so that readers start to repair.
func TestAmbiguousUpdate(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))
	last := lastObject(signed)
	store := object{last + 1, "<< /Type /DSS /Certs [] >>"}
	harmless := update(signed, store)
	expect(t, w.verify(w.request(harmless)), proof.Proven, "ONLY_PERMITTED")
	remark := update(signed)
	expect(t, w.verify(w.request(insert(t, remark, "trailer", ""))), proof.Proven, "ONLY_PERMITTED")

	hidden := insert(t, harmless, "xref\n", "")
	at := lastXref(hidden)
	hidden = pointing(slices.Concat(hidden[:at], []byte(shadow()), hidden[at:]), plainEnd, at+len(shadow()))
	moved := bytes.Replace(harmless[len(signed):], fmt.Appendf(nil, "%010d", len(signed)), []byte("0000000009"), 1)
	short := strings.Replace(string(harmless[len(signed):]), " n \n", " n\n", 1)
	small := regexp.MustCompile(`/Size \d+`).ReplaceAllString(string(harmless[len(signed):]), "/Size 6")
	for name, file := range map[string][]byte{
		"object that nothing lists":        hidden,
		"section that starts in a comment": commented(t, harmless),
		"offset behind a comment":          pointing(harmless, "startxref %%\n%d\n%%%%EOF\n", lastXref(harmless)),
		"object listed elsewhere":          slices.Concat(signed, moved),
		"short rows":                       slices.Concat(signed, []byte(short)),
		"objects beyond the size":          slices.Concat(signed, []byte(small)),
		"text between the pieces":          insert(t, harmless, "startxref", "5 0 obj null endobj "),
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, w.verify(w.request(file)), proof.Indeterminate, "FILE_AMBIGUOUS")
		})
	}
}

// A file that was written anew shows what was sent only if every reader finds the same in it.
func TestAmbiguousFile(t *testing.T) {
	w := newWorld(t)
	objects := contract("100")
	objects[6].body += " " // not the bytes that were sent
	rewritten := write(objects)
	by := w.detached(w.person("Anna", "Müller", "QES"))
	expect(t, w.verify(w.request(signByHand(t, rewritten, client(), detached, by))), proof.Proven, "PAGES_IDENTICAL")
	at := lastXref(rewritten)
	two := pointing(slices.Concat(rewritten[:at], []byte(shadow()), rewritten[at:]), plainEnd, at+len(shadow()))
	for _, file := range [][]byte{two, commented(t, rewritten)} {
		expect(t, w.verify(w.request(signByHand(t, file, client(), detached, by))), proof.Indeterminate, "FILE_AMBIGUOUS")
	}
}

// Who signs last may draw his signature, but not over the contract that the others signed.
func TestSignatureOverThePage(t *testing.T) {
	w := newWorld(t)
	one := signByHand(t, sent(), client(), detached, w.detached(w.person("Anna", "Müller", "QES")))
	over := func(file []byte, box string) []byte {
		last := lastObject(file)
		page := strings.Replace(contract("100")[2].body, "/Contents", fmt.Sprintf("/Annots [%d 0 R] /Contents", last+2), 1)
		return fill(t, file, []object{
			{1, fmt.Sprintf("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R %d 0 R] /SigFlags 3 >> >>", last+2)},
			{3, page},
			{last + 3, drawing("1 1 1 rg 0 0 9 9 re f")},
			{last + 2, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (second) /V %d 0 R /Rect %s /P 3 0 R /AP << /N %d 0 R >> >>",
				last+1, box, last+3)},
		}, detached, w.detached(w.person("Bob", "Roe", "QES")))
	}
	ask := func(file []byte) proof.Report {
		return w.verify(proof.Request{Signed: file, Sent: sent(), Level: "QES", Now: w.now})
	}
	expect(t, ask(over(one, "[72 500 272 600]")), proof.Proven, "ONLY_PERMITTED")
	expect(t, ask(over(one, "[0 0 595 842]")), proof.Indeterminate, "SIGNATURE_COVERS_PAGE")
	expect(t, ask(over(one, "[595 842 0 0]")), proof.Indeterminate, "SIGNATURE_COVERS_PAGE")
	expect(t, ask(over(sent(), "[0 0 595 842]")), proof.Indeterminate, "SIGNATURE_COVERS_PAGE")
}
