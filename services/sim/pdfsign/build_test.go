package pdfsign

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"testing"
)

// The objects of a contract of two pages with one empty signature field on each, in the order of their numbers. The
// fields stand in the form in another order than on the pages, and one has its widget apart.
func contractObjects() []string {
	page := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 9 0 R/Annots[%s]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
	text := "BT /F 14 Tf 72 740 Td (Contract) Tj ET"
	return []string{
		"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>",
		"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
		fmt.Sprintf(page, "7 0 R"),
		fmt.Sprintf(page, "8 0 R 10 0 R"),
		"<</Fields[6 0 R 7 0 R 10 0 R]>>",
		"<</FT/Sig/T(client)/Kids[8 0 R]>>",
		"<</Type/Annot/Subtype/Widget/FT/Sig/T(provider)/F 4/P 3 0 R/Rect[72 100 268 185]>>",
		"<</Type/Annot/Subtype/Widget/Parent 6 0 R/F 4/P 4 0 R/Rect[500 185 304 100]>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(text), text),
		"<</Type/Annot/Subtype/Widget/FT/Tx/T(place)/DA(/Helv 0 Tf 0 g)/F 4/P 4 0 R/Rect[72 300 268 320]>>",
	}
}

// classic writes objects with a cross-reference table.
func classic(objects []string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	var rows bytes.Buffer
	rows.WriteString("0000000000 65535 f\r\n")
	for i, object := range objects {
		fmt.Fprintf(&rows, "%010d 00000 n\r\n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n%s", len(objects)+1, rows.Bytes())
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R/ID[<01><01>]>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// packed writes objects the modern way: all but streams in an object stream, and a cross-reference stream, both
// compressed and the latter with the PNG predictor Up.
func packed(t testing.TB, objects []string) []byte {
	t.Helper()
	var b, head, body bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	pack, section, count := len(objects)+1, len(objects)+2, 0
	rows := make([][]byte, section+1)
	row := func(kind byte, a, b int) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(a)), byte(b))
	}
	rows[0] = row(0, 0, 0)
	for i, object := range objects {
		if bytes.Contains([]byte(object), []byte("stream")) {
			rows[i+1] = row(1, b.Len(), 0)
			fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
			continue
		}
		rows[i+1] = row(2, pack, count)
		fmt.Fprintf(&head, "%d %d ", i+1, body.Len())
		body.WriteString(object + " ")
		count++
	}
	first := head.Len()
	text := deflate(t, append(head.Bytes(), body.Bytes()...))
	rows[pack] = row(1, b.Len(), 0)
	fmt.Fprintf(&b, "%d 0 obj\n<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n",
		pack, count, first, len(text), text)
	start := b.Len()
	rows[section] = row(1, start, 0)
	text = deflate(t, predictUp(rows))
	fmt.Fprintf(&b, "%d 0 obj\n<</Type/XRef/W[1 4 1]/Size %d/Root 1 0 R/Filter/FlateDecode"+
		"/DecodeParms<</Predictor 12/Columns 6>>/Length %d>>\nstream\n%s\nendstream\nendobj\n", section, section+1, len(text), text)
	fmt.Fprintf(&b, "startxref\n%d\n%%%%EOF\n", start)
	return b.Bytes()
}

func predictUp(rows [][]byte) []byte {
	var out []byte
	above := make([]byte, len(rows[0]))
	for _, row := range rows {
		out = append(out, 2)
		for i := range row {
			out = append(out, row[i]-above[i])
		}
		above = row
	}
	return out
}

func deflate(t testing.TB, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hybrid is a file for old and new readers: its table calls the form and its fields free, and a cross-reference stream
// beside it says where they are.
func hybrid(t testing.TB) []byte {
	t.Helper()
	file := classic(contractObjects())
	table := bytes.Index(file, []byte("xref\n0 "))
	rows := bytes.SplitAfter(file[table:], []byte("\r\n"))
	var hidden []byte
	for number := 5; number <= 8; number++ {
		var offset int
		if _, err := fmt.Sscanf(string(rows[number]), "%d", &offset); err != nil {
			t.Fatal(err)
		}
		hidden = append(binary.BigEndian.AppendUint32(append(hidden, 1), uint32(offset)), 0)
		rows[number] = []byte("0000000000 00000 f\r\n")
	}
	stream := fmt.Sprintf("99 0 obj\n<</Type/XRef/W[1 4 1]/Size 11/Index[5 4]/Length %d>>\nstream\n%s\nendstream\nendobj\n",
		len(hidden), hidden)
	out := append(bytes.Clone(file[:table]), stream...)
	start := len(out)
	out = append(out, bytes.Join(rows, nil)...)
	out = bytes.Replace(out, []byte("/Root 1 0 R"), fmt.Appendf(nil, "/XRefStm %d/Root 1 0 R", table), 1)
	return bytes.Replace(out, fmt.Appendf(nil, "startxref\n%d", table), fmt.Appendf(nil, "startxref\n%d", start), 1)
}
