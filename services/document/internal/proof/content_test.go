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

// Names in a file are anybody's choice: what only writers use in one place is a glyph, a font or an image in another.
func TestNamesThatWritersUse(t *testing.T) {
	w := newWorld(t)
	by := w.person("Anna", "Müller", "QES")
	glyph := func(shape, catalog string) []byte {
		objects := contract("100")
		objects[0].body = strings.Replace(objects[0].body, "/Pages", catalog+" /Pages", 1)
		objects[6].body = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 80 /LastChar 80 " +
			"/Widths [9] /Encoding << /Differences [80 /P] >> /CharProcs << /P 9 0 R >> /Resources << /XObject << /Parent 10 0 R >> " +
			"/Properties << /Layer << /Type /OCMD /P /" + shape + " >> >> >> >>"
		return write(append(objects, object{9, stream("", "9 0 0 0 9 9 d1 "+shape)}, object{10, drawing(shape)}))
	}
	ask := func(signed, sent []byte) proof.Report {
		request := w.request(w.sign(signed, "client", by))
		request.Sent = sent
		return w.verify(request)
	}
	sent := glyph("AnyOn", "")
	expect(t, ask(glyph("AnyOn", "/Lang (de)"), sent), proof.Proven, "PAGES_IDENTICAL")
	for _, place := range []string{"/P /AnyOn", "9 9 d1 AnyOn", "endstream\nendobj\n10"} {
		changed := strings.Replace(string(sent), place, strings.Replace(place, "AnyOn", "AllOn", 1), 1)
		if !strings.Contains(place, "AnyOn") {
			changed = strings.Replace(string(sent), "/Parent 10 0 R >>", "/Parent 09 0 R >>", 1)
		}
		expect(t, ask([]byte(changed), sent), proof.Failed, "PAGE_RESOURCES_DIFFER")
	}
	for _, entry := range []string{"/Collection << /View /H /D (x) >>", "/ViewerPreferences << /ViewArea /ArtBox >>"} {
		expect(t, ask(glyph("AnyOn", entry), sent), proof.Failed, "DOCUMENT_BEHAVIOUR_DIFFERS")
	}
}

// A writer may write down what a page has by default.
func TestDefaultsWrittenDown(t *testing.T) {
	w := newWorld(t)
	objects := contract("100")
	for i, entries := range map[int]string{2: "/Rotate 0 /CropBox [0 0 595 842]", 3: "/CropBox [0 0 595.0 842.0]"} {
		objects[i].body = strings.Replace(objects[i].body, "/Contents", entries+" /Contents", 1)
	}
	by := w.person("Anna", "Müller", "QES")
	expect(t, w.verify(w.request(w.sign(write(objects), "client", by))), proof.Proven, "PAGES_IDENTICAL")
	objects[2].body = strings.Replace(objects[2].body, "/Rotate 0", "/Rotate 90", 1)
	expect(t, w.verify(w.request(w.sign(write(objects), "client", by))), proof.Failed, "PAGE_GEOMETRY_DIFFERS")
}

// What cannot be decoded and is not the same cannot be compared.
func TestUndecodable(t *testing.T) {
	w := newWorld(t)
	pictured := func(pixels, filter string) []byte {
		objects := contract("100")
		objects[2].body = strings.Replace(objects[2].body, "/Font", "/XObject << /I 9 0 R >> /Font", 1)
		return write(append(objects, object{9, stream("/Type /XObject /Subtype /Image /Width 1 /Height 1 /Filter /"+filter, pixels)}))
	}
	request := w.request(w.sign(pictured("a", "RunLengthDecode"), "client", w.person("Anna", "Müller", "QES")))
	request.Sent = pictured("b", "LZWDecode")
	expect(t, w.verify(request), proof.Indeterminate, "FILE_TOO_COMPLEX")
	request.Sent = pictured("a", "RunLengthDecode")
	expect(t, w.verify(request), proof.Proven, "SENT_BYTES_KEPT")
}

// A reader may draw the value of a field by itself, and finds it above the widget.
func TestValueAboveTheWidget(t *testing.T) {
	w := newWorld(t)
	city := func(value, more string) []byte {
		objects := contract("100")
		objects[0].body = strings.Replace(objects[0].body, "[8 0 R]", "[8 0 R 9 0 R]", 1)
		objects[2].body = strings.Replace(objects[2].body, "/Contents", "/Annots [10 0 R] /Contents", 1)
		return write(append(objects, object{9, "<< /FT /Tx /T (city) /V (" + value + ") /Kids [10 0 R] " + more + " >>"},
			object{10, "<< /Type /Annot /Subtype /Widget /Parent 9 0 R /Rect [72 300 200 320] /P 3 0 R >>"}))
	}
	request := w.request(w.sign(city("Basel", "/TU (where)"), "client", w.person("Anna", "Müller", "QES")))
	request.Sent = city("Basel", "")
	expect(t, w.verify(request), proof.Proven, "PAGES_IDENTICAL")
	request.Sent = city("Zug", "")
	expect(t, w.verify(request), proof.Failed, "ANNOTATIONS_DIFFER")
}
