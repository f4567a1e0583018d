package proof_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/sim/pdfsign"
)

// token finds the hexadecimal token of the last signature, brackets included.
func token(tb testing.TB, file []byte) (start, end int) {
	tb.Helper()
	at := bytes.LastIndex(file, []byte("/Contents <"))
	if at < 0 {
		tb.Fatal("no signature token")
	}
	start = at + len("/Contents ")
	return start, start + bytes.IndexByte(file[start:], '>') + 1
}

// swap replaces a part of equal length.
func swap(tb testing.TB, file []byte, old, replacement string) []byte {
	tb.Helper()
	if len(old) != len(replacement) || !bytes.Contains(file, []byte(old)) {
		tb.Fatalf("cannot replace %q", old)
	}
	return bytes.ReplaceAll(file, []byte(old), []byte(replacement))
}

// withRange writes another byte range over the last one, which keeps its length.
func withRange(tb testing.TB, file []byte, text string) []byte {
	tb.Helper()
	all := regexp.MustCompile(`/ByteRange\s*\[[^\]]*\]\s*`).FindAllIndex(file, -1)
	if len(all) == 0 {
		tb.Fatal("no byte range")
	}
	at := all[len(all)-1]
	replacement := "/ByteRange " + text
	if pad := at[1] - at[0] - len(replacement); pad >= 0 {
		replacement += strings.Repeat(" ", pad)
	} else {
		tb.Fatal("the byte range does not fit")
	}
	return slices.Concat(file[:at[0]], []byte(replacement), file[at[1]:])
}

// attached puts content into a detached message, as its encapsulated content.
func attached(tb testing.TB, der, content []byte) []byte {
	tb.Helper()
	var outer struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	must(asn1.Unmarshal(der, &outer))(tb)
	var data asn1.RawValue
	must(asn1.Unmarshal(outer.Content.Bytes, &data))(tb)
	detached := must(asn1.Marshal(struct{ Type asn1.ObjectIdentifier }{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}}))(tb)
	octets := must(asn1.Marshal(content))(tb)
	explicit := must(asn1.Marshal(asn1.RawValue{Class: 2, Tag: 0, IsCompound: true, Bytes: octets}))(tb)
	oid := must(asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}))(tb)
	full := must(asn1.Marshal(asn1.RawValue{Tag: 16, IsCompound: true, Bytes: slices.Concat(oid, explicit)}))(tb)
	if !bytes.Contains(data.Bytes, detached) {
		tb.Fatal("no detached content")
	}
	inner := must(asn1.Marshal(asn1.RawValue{Tag: 16, IsCompound: true, Bytes: bytes.Replace(data.Bytes, detached, full, 1)}))(tb)
	wrapped := must(asn1.Marshal(asn1.RawValue{Class: 2, Tag: 0, IsCompound: true, Bytes: inner}))(tb)
	kind := must(asn1.Marshal(outer.Type))(tb)
	return must(asn1.Marshal(asn1.RawValue{Tag: 16, IsCompound: true, Bytes: slices.Concat(kind, wrapped)}))(tb)
}

// refill writes another message into the last token.
func refill(tb testing.TB, file, der []byte) []byte {
	tb.Helper()
	start, end := token(tb, file)
	room := end - start - 2
	text := hex.EncodeToString(der)
	if len(text) > room {
		tb.Fatalf("%d digits do not fit into %d", len(text), room)
	}
	out := slices.Clone(file)
	copy(out[start+1:], text+strings.Repeat("0", room-len(text)))
	return out
}

// message reads the DER of the last token, without padding.
func message(tb testing.TB, file []byte) []byte {
	tb.Helper()
	start, end := token(tb, file)
	var v asn1.RawValue
	must(asn1.Unmarshal(must(hex.DecodeString(string(file[start+1:end-1])))(tb), &v))(tb)
	return v.FullBytes
}

func TestBytesChanged(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))
	start, end := token(t, signed)
	covered := bytes.Clone(append(bytes.Clone(signed[:start]), signed[end:]...))
	der := message(t, signed)
	flipped := slices.Clone(der)
	flipped[len(flipped)/2] ^= 1
	junk := slices.Clone(signed)
	copy(junk[end-9:], "deadbeef")
	closed := slices.Clone(signed)
	copy(closed[start+1+2*len(der):], "> /Reason (x) /X <")
	uneven := slices.Clone(signed)
	uneven[end-3] = ' '
	emptied := withRange(t, signed, "[]")
	large := w.signAs(sent(), pdfsign.Signature{Field: "client", Identity: w.person("Anna", "Müller", "QES"), Time: w.now})

	cases := []struct {
		name   string
		signed []byte
		reason string
	}{
		{"content", swap(t, signed, "Price: 100 EUR", "Price: 999 EUR"), "DIGEST_MISMATCH"},
		{"signature's time", swap(t, signed, "/Type /Font", "/Type /Fond"), "DIGEST_MISMATCH"},
		{"message", refill(t, signed, flipped), ""},
		{"junk in the padding", junk, "PADDING_NOT_EMPTY"},
		{"token closed early", closed, "BYTE_RANGE_GAP_WRONG"},
		{"space in the token", uneven, "CONTENTS_NOT_A_HEX_STRING"},
		{"range empty", emptied, "BYTE_RANGE_MALFORMED"},
		{"range of zeros", withRange(t, signed, "[0 0 0 0]"), "BYTE_RANGE_GAP_WRONG"},
		{"range negative", withRange(t, signed, "[0 -1 -1 9]"), "BYTE_RANGE_MALFORMED"},
		{"range of two", withRange(t, signed, "[0 999]"), "BYTE_RANGE_MALFORMED"},
		{"range from one", withRange(t, signed, fmt.Sprintf("[1 %d %d %d]", start-1, end, len(signed)-end)), "BYTE_RANGE_NOT_FROM_START"},
		{"range too short", withRange(t, signed, fmt.Sprintf("[0 %d %d %d]", start, end, len(signed)-end-9)), "RANGE_ENDS_INSIDE_A_REVISION"},
		{"range too long", withRange(t, signed, fmt.Sprintf("[0 %d %d %d]", start, end, len(signed)-end+9)), "BYTE_RANGE_BEYOND_FILE"},
		{"range absent", swap(t, signed, "/ByteRange ", "/ByteRangf "), "BYTE_RANGE_MALFORMED"},
		{"contents absent", swap(t, signed, "/Contents <", "/Contentt <"), "CONTENTS_NOT_A_HEX_STRING"},
		{"attached, range empty", attachedTo(t, large, covered), "BYTE_RANGE_MALFORMED"},
		{"truncated", signed[:len(signed)-40], "FILE_MALFORMED"},
		{"more after the end", append(slices.Clone(signed), "more"...), "FILE_MALFORMED"},
		{"not signed", sent(), "NO_SIGNATURE"},
		{"empty", nil, "FILE_MALFORMED"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			expect(t, w.verify(w.request(c.signed)), proof.Failed, c.reason)
		})
	}
}

// attachedTo empties the byte range and gives the message its own content. The content is cut to fit the token: what it
// is makes no difference to a verifier that looks at the file.
func attachedTo(tb testing.TB, file, content []byte) []byte {
	tb.Helper()
	start, end := token(tb, file)
	der := message(tb, file)
	if room := (end-start-2)/2 - len(der) - 64; len(content) > room {
		content = content[:max(0, room)]
	}
	return withRange(tb, refill(tb, file, attached(tb, der, content)), "[]")
}

// With an exact byte range an attached message is refused as such.
func TestAttachedMessage(t *testing.T) {
	w := newWorld(t)
	signed := w.signAs(sent(), pdfsign.Signature{Field: "client", Identity: w.person("Anna", "Müller", "QES"), Time: w.now})
	expect(t, w.verify(w.request(refill(t, signed, attached(t, message(t, signed), []byte("x"))))), proof.Failed, "CMS_NOT_DETACHED")
}

// Every change after a signature that is not one of the permitted ones fails, though each signature stays valid.
func TestChangedAfterSigning(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))
	last := lastObject(signed)
	overlay := fmt.Sprintf("<< /Type /Annot /Subtype /FreeText /Rect [0 0 595 842] /AP << /N %d 0 R >> >>", last+2)
	form := stream("/Type /XObject /Subtype /Form /BBox [0 0 1 1]", "1 1 1 rg 0 0 1 1 re f")
	page := "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 7 0 R >> >> %s >>"
	catalog := "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R %s] /SigFlags 3 >> %s >>"
	field := fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (x) /Rect [0 0 9 9] %%s /P 3 0 R >>")
	cases := []struct {
		name, reason string
		objects      []object
	}{
		{"page content", "PAGE_CHANGED_CONTENTS", []object{{5, stream("", "BT /F1 12 Tf (Price: 999) Tj ET")}}},
		{"font", "FONT_CHANGED", []object{{7, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}}},
		{"page dropped", "PAGES_CHANGED", []object{{2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"}}},
		{"page box", "PAGE_CHANGED_CROPBOX", []object{{3, fmt.Sprintf(page, "/CropBox [0 0 9 9]")}}},
		{"annotation overlay", "ANNOTATIONS_CHANGED", []object{{3, fmt.Sprintf(page, fmt.Sprintf("/Annots [%d 0 R]", last+1))}, {last + 1, overlay}, {last + 2, form}}},
		{"script on opening", "CATALOG_CHANGED", []object{{1, fmt.Sprintf(catalog, "", "/OpenAction << /S /JavaScript /JS (1) >>")}}},
		{"layers", "CATALOG_CHANGED", []object{{1, fmt.Sprintf(catalog, "", "/OCProperties << /OCGs [] /D << >> >>")}}},
		{"form technology", "FORM_CHANGED", []object{{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 3 /XFA (x) >> >>"}}},
		{"signature removed", "NO_SIGNATURE", []object{{8, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (client) /F 4 /Rect [72 100 268 185] /P 4 0 R >>"}}},
		{"field dropped", "NO_SIGNATURE", []object{{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /SigFlags 3 >> >>"}}},
		{"empty field that shows something", "EMPTY_FIELD_SHOWS_SOMETHING", []object{
			{1, fmt.Sprintf(catalog, strconv.Itoa(last+1)+" 0 R", "")},
			{3, fmt.Sprintf(page, fmt.Sprintf("/Annots [%d 0 R]", last+1))},
			{last + 1, fmt.Sprintf(field, fmt.Sprintf("/AP << /N %d 0 R >>", last+2))}, {last + 2, form}}},
		{"field that borrows a signature", "SIGNATURE_NOT_IN_ITS_REVISION", []object{
			{1, fmt.Sprintf(catalog, strconv.Itoa(last+1)+" 0 R", "")},
			{3, fmt.Sprintf(page, fmt.Sprintf("/Annots [%d 0 R]", last+1))},
			{last + 1, fmt.Sprintf(field, fmt.Sprintf("/V %s /AP << /N %d 0 R >>", value(t, signed), last+2))}, {last + 2, form}}},
		{"field with an action", "SIGNATURE_FIELD_CHANGED", []object{
			{1, fmt.Sprintf(catalog, strconv.Itoa(last+1)+" 0 R", "")},
			{last + 1, fmt.Sprintf(field, "/AA << /E << /S /JavaScript /JS (1) >> >>")}}},
		{"text field", "FORM_CHANGED", []object{
			{1, fmt.Sprintf(catalog, strconv.Itoa(last+1)+" 0 R", "")},
			{last + 1, "<< /FT /Tx /T (x) /V (999) /Type /Annot /Subtype /Widget /Rect [0 0 9 9] >>"}}},
		{"widget dropped", "ANNOTATIONS_CHANGED", []object{{4, strings.Replace(contract("100")[3].body, "[8 0 R]", "[]", 1)}}},
		{"appearances left to the reader", "FORM_CHANGED", []object{
			{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 3 /NeedAppearances true >> >>"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			changed := update(signed, c.objects...)
			expect(t, w.verify(w.request(changed)), proof.Failed, c.reason)
		})
	}
}

// lastObject returns the highest object number in use.
func lastObject(file []byte) int {
	most := 0
	for _, m := range regexp.MustCompile(`(?m)^(\d+) 0 obj`).FindAllSubmatch(file, -1) {
		n, _ := strconv.Atoi(string(m[1]))
		most = max(most, n)
	}
	return most
}

// value returns the reference of the client's signature.
func value(tb testing.TB, file []byte) string {
	tb.Helper()
	return last(tb, file, `/V (\d+ 0 R)`)
}

// last returns what the group of a pattern matches at its last place.
func last(tb testing.TB, file []byte, pattern string) string {
	tb.Helper()
	all := regexp.MustCompile(pattern).FindAllSubmatch(file, -1)
	if len(all) == 0 {
		tb.Fatalf("nothing matches %s", pattern)
	}
	return string(all[len(all)-1][1])
}

// What validation adds later is permitted, and a second signature too.
func TestPermittedAfterSigning(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(sent(), "client", w.person("Anna", "Müller", "QES"))
	last := lastObject(signed)
	m := regexp.MustCompile(`(?s)1 0 obj\s*<<(.*?)>>\s*endobj`).FindAllSubmatch(signed, -1)
	if len(m) == 0 {
		t.Fatal("no catalog")
	}
	catalog := "<<" + string(m[len(m)-1][1])
	dss := update(signed,
		object{1, catalog + fmt.Sprintf(" /DSS %d 0 R /Extensions << >> /Metadata %d 0 R >>", last+1, last+2)},
		object{last + 1, "<< /Type /DSS /Certs [] >>"}, object{last + 2, stream("/Type /Metadata /Subtype /XML", "<x/>")})
	expect(t, w.verify(w.request(dss)), proof.Proven, "ONLY_PERMITTED")
	if r := w.verify(w.request(dss)); r.Signatures[0].CoversWholeFile || !r.Signatures[0].CoversWholeRevision {
		t.Error("coverage after an update is described wrongly")
	}
	more := update(dss, object{last + 1, "<< /Type /DSS /Certs [] /CRLs [] >>"})
	sealed := w.sign(more, "seal", w.seal())
	expect(t, w.verify(w.request(sealed)), proof.Proven, "ONLY_PERMITTED")
	renewed := update(sealed, object{last + 1, "<< /Type /DSS /Certs [] /CRLs [] /OCSPs [] >>"})
	expect(t, w.verify(w.request(renewed)), proof.Proven, "ONLY_PERMITTED")
	spaced := append(slices.Clone(signed), "\r\n"...)
	expect(t, w.verify(w.request(spaced)), proof.Proven, "ONLY_PERMITTED")
}
