package proof_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// The commonest real failure: everything is right but the document.
func TestAnotherDocument(t *testing.T) {
	w := newWorld(t)
	by := w.person("Anna", "Müller", "QES")
	swapped := update(sent(), object{5, stream("", "BT /F1 12 Tf 72 720 Td (Price: 999 EUR) Tj ET")})
	dropped := write(slices.Concat(contract("100")[:1], []object{{2, "<< /Type /Pages /Kids [4 0 R] /Count 1 >>"}}, contract("100")[2:]))
	font := write(slices.Concat(contract("100")[:6], []object{{7, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}}, contract("100")[7:]))
	annotated := update(sent(), object{4, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R " +
		"/Resources << /Font << /F1 7 0 R >> >> /Annots [8 0 R << /Type /Annot /Subtype /Square /Rect [0 0 9 9] >>] >>"})
	stamped := update(sent(), object{5, stream("", "q BT /F1 12 Tf 72 720 Td (Price: 100 EUR) Tj ET Q 0 0 9 9 re f")})
	boxed := update(sent(), object{3, strings.Replace(contract("100")[2].body, "595 842", "595 400", 1)})
	opened := update(sent(), object{1, strings.Replace(contract("100")[0].body, "/Pages", "/OpenAction << /S /JavaScript /JS (1) >> /Pages", 1)})
	restyled := update(stamped, object{7, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"})
	cases := []struct {
		name     string
		document []byte
		verdict  proof.Verdict
		reason   string
	}{
		{"other price", write(contract("999")), proof.Failed, "PAGE_CONTENT_DIFFERS"},
		{"updated before signing", swapped, proof.Failed, "PAGE_CONTENT_DIFFERS"},
		{"page dropped", dropped, proof.Failed, "PAGE_COUNT_DIFFERS"},
		{"other font", font, proof.Failed, "PAGE_RESOURCES_DIFFER"},
		{"annotated", annotated, proof.Failed, "ANNOTATIONS_DIFFER"},
		{"other page size", boxed, proof.Failed, "PAGE_GEOMETRY_DIFFERS"},
		{"script on opening", opened, proof.Failed, "DOCUMENT_BEHAVIOUR_DIFFERS"},
		{"stamped with another font", restyled, proof.Failed, "PAGE_RESOURCES_DIFFER"},
		{"stamped", stamped, proof.Indeterminate, "PAGE_CONTENT_ADDED"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			expect(t, w.verify(w.request(w.sign(c.document, "client", by))), c.verdict, c.reason)
		})
	}
}

// A provider may write the file anew: other numbers, compressed content, the same pages.
func TestRewrittenFile(t *testing.T) {
	w := newWorld(t)
	rewritten := write([]object{
		{1, "<< /Type /Catalog /Pages 12 0 R /AcroForm << /Fields [8 0 R] >> /Metadata 9 0 R >>"},
		{12, "<< /Type /Pages /Kids [13 0 R 14 0 R] /Count 2 /MediaBox [0 0 595.0 842] /Resources << /Font << /F1 17 0 R >> >> >>"},
		{13, "<< /Type /Page /Parent 12 0 R /Contents [15 0 R] >>"},
		{14, "<< /Type /Page /Parent 12 0 R /Contents 16 0 R /Annots [8 0 R] >>"},
		{15, deflated("BT /F1 12 Tf 72 720 Td (Price: 100 EUR) Tj ET\n")},
		{16, deflated("BT /F1 12 Tf 72 720 Td (Signed by the client) Tj ET")},
		{17, "<< /BaseFont /Helvetica /Subtype /Type1 /Type /Font >>"},
		{8, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (client) /F 4 /Rect [72 100 268 185] /P 14 0 R >>"},
		{9, stream("/Type /Metadata /Subtype /XML", "<x/>")},
	})
	expect(t, w.verify(w.request(w.sign(rewritten, "client", w.person("Anna", "Müller", "QES")))), proof.Proven, "PAGES_IDENTICAL")
}

// An empty field of the signed file may show only what it showed in the document sent.
func TestEmptyFieldShowsSomething(t *testing.T) {
	w := newWorld(t)
	objects := contract("100")
	objects[7].body = strings.Replace(objects[7].body, "/FT", "/AP << /N 9 0 R >> /FT", 1)
	cover := func(colour string) object {
		return object{9, stream("/Type /XObject /Subtype /Form /BBox [0 0 1 1]", colour+" rg 0 0 1 1 re f")}
	}
	white := write(append(slices.Clone(objects), cover("1 1 1")))
	grey := write(append(slices.Clone(objects), cover("0.5 0.5 0.5")))
	request := w.request(w.sign(white, "other", w.person("Anna", "Müller", "QES")))
	expect(t, w.verify(request), proof.Failed, "EMPTY_FIELD_SHOWS_SOMETHING")
	request.Sent = grey
	expect(t, w.verify(request), proof.Failed, "EMPTY_FIELD_SHOWS_SOMETHING")
	request.Sent = white
	expect(t, w.verify(request), proof.Proven, "SENT_BYTES_KEPT")
}

// After a signature an empty field that was there may only be filled, not painted.
func TestEmptyFieldPaintedLater(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(sent(), "other", w.person("Anna", "Müller", "QES"))
	last := lastObject(signed)
	painted := strings.Replace(client().body, "/FT", fmt.Sprintf("/AP << /N %d 0 R >> /FT", last+1), 1)
	form := object{last + 1, stream("/Type /XObject /Subtype /Form /BBox [0 0 1 1]", "1 1 1 rg 0 0 1 1 re f")}
	// The page that shows the other field belongs to the signed revision, so only the empty field is written anew.
	expect(t, w.verify(w.request(update(signed, object{8, painted}, form))), proof.Failed, "FORM_FIELD_CHANGED")
}
