package pdf_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// classic writes objects 1..n with a cross-reference table.
func classic(trailer string, bodies ...string) []byte {
	var b, table strings.Builder
	b.WriteString("%PDF-1.7\n")
	for i, body := range bodies {
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n",
		len(bodies)+1, table.String(), trailer, at)
	return []byte(b.String())
}

const (
	catalog  = "<< /Type /Catalog /Pages 2 0 R >>"
	onePage  = "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 9 9] >>"
	leafPage = "<< /Type /Page /Parent 2 0 R >>"
)

// modern puts the catalog and the pages into an object stream and the cross-reference data into a stream.
func modern() []byte { return packing(1) }

// packing is modern with a number of one's choice for the first object of the object stream.
func packing(number int) []byte {
	inner := []string{catalog, onePage, leafPage}
	var head, body string
	for i, o := range inner {
		if i > 0 {
			number = i + 1
		}
		head += fmt.Sprintf("%d %d ", number, len(body))
		body += o + " "
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	pack := b.Len()
	packed := deflate([]byte(head + body))
	fmt.Fprintf(&b, "4 0 obj\n<< /Type /ObjStm /N 3 /First %d /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n",
		len(head), len(packed), packed)
	at := b.Len()
	var rows []byte
	for _, r := range [][3]int{{0, 0, 0}, {2, 4, 0}, {2, 4, 1}, {2, 4, 2}, {1, pack, 0}, {1, at, 0}} {
		row := append([]byte{byte(r[0])}, binary.BigEndian.AppendUint16(nil, uint16(r[1]))...)
		rows = append(rows, append([]byte{2}, up(rows, append(row, byte(r[2])))...)...)
	}
	packed = deflate(rows)
	fmt.Fprintf(&b, "5 0 obj\n<< /Type /XRef /Size 6 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode "+
		"/DecodeParms << /Predictor 12 /Columns 4 >> /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n",
		len(packed), packed, at)
	return b.Bytes()
}

// up applies the PNG filter "up" to a row of four bytes, given the filtered rows before it.
func up(before, row []byte) []byte {
	plain := make([]byte, 4)
	for len(before) > 0 {
		for i := range plain {
			plain[i] += before[1+i]
		}
		before = before[5:]
	}
	out := make([]byte, 4)
	for i := range out {
		out[i] = row[i] - plain[i]
	}
	return out
}

func deflate(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func TestReadsBothKindsOfFile(t *testing.T) {
	for name, file := range map[string][]byte{"classic": classic("", catalog, onePage, leafPage), "modern": modern(), "hybrid": hybrid("f")} {
		t.Run(name, func(t *testing.T) {
			d, err := pdf.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			pages := d.Pages()
			if len(pages) != 1 || d.Err() != nil {
				t.Fatalf("%d pages, error %v", len(pages), d.Err())
			}
			box := pdf.Array{int64(0), int64(0), int64(9), int64(9)}
			if diff := cmp.Diff(pdf.Object(box), pages[0].Inherited["MediaBox"]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// hybrid hides the page from readers of tables: its true place is in a stream. kind is how the table lists it: f is
// right, n contradicts the stream.
func hybrid(kind string) []byte {
	file := string(classic("", catalog, onePage, leafPage))
	page, table := strings.Index(file, "3 0 obj"), strings.Index(file, "xref\n")
	rows := []byte{1, byte(page >> 8), byte(page), 0}
	stream := fmt.Sprintf("4 0 obj\n<< /Type /XRef /Size 5 /W [1 2 1] /Index [3 1] /Length 4 >>\nstream\n%s\nendstream\nendobj\n", rows)
	listed := fmt.Sprintf("%010d 00000 n", page)
	tail := strings.Replace(file[table:], listed, "0000000009 00000 "+kind, 1)
	tail = strings.Replace(tail, "/Root", fmt.Sprintf("/XRefStm %d /Root", table), 1)
	tail = strings.Replace(tail, fmt.Sprintf("startxref\n%d", table), fmt.Sprintf("startxref\n%d", table+len(stream)), 1)
	return []byte(file[:table] + stream + tail)
}

func TestDecode(t *testing.T) {
	for filter, c := range map[string]struct {
		content []byte
		good    bool
	}{
		"/FlateDecode":                  {deflate([]byte("x")), true},
		"[ /FlateDecode ]":              {deflate([]byte("x")), true},
		"[ /FlateDecode /FlateDecode ]": {deflate(deflate([]byte("x"))), true},
		"null":                          {[]byte("x"), true},
		"/FlateDecode /DecodeParms << /Predictor 2 >>": {deflate([]byte("x")), false},
		"/DCTDecode":      {[]byte("x"), false},
		"[ /FlateDecode]": {deflate(make([]byte, 97<<20)), false},
		"[/FlateDecode ]": {[]byte("x"), false},
	} {
		d, err := pdf.Open(classic("", fmt.Sprintf("<< /Filter %s /Length %d >>\nstream\n%s\nendstream", filter, len(c.content), c.content)))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := d.Decode(d.Resolve(d.Root()).(*pdf.Stream))
		if ok != c.good || ok && string(got) != "x" {
			t.Errorf("%s: %d bytes, %t", filter, len(got), ok)
		}
	}
}

func TestValues(t *testing.T) {
	body := "<< /A#42 [1 -2 +3 4. .5 -0.25 true false null 7 0 R 8 0] /S (a\\(b(c)\\101\\\r\nd\\n) /H <4a4B> /G <4> /N << >> % end\n >>"
	d, err := pdf.Open(classic("", body))
	if err != nil {
		t.Fatal(err)
	}
	got := d.Catalog()
	want := pdf.Array{int64(1), int64(-2), int64(3), 4., .5, -.25, true, false, nil, pdf.Ref{Number: 7}, int64(8), int64(0)}
	if diff := cmp.Diff(pdf.Object(want), got["AB"]); diff != "" {
		t.Error(diff)
	}
	for key, text := range map[pdf.Name]string{"S": "a(b(c)Ad\n", "H": "JK", "G": "@"} {
		if s := got[key].(pdf.String); string(s.Bytes) != text {
			t.Errorf("%s is %q, want %q", key, s.Bytes, text)
		}
	}
	if !got["H"].(pdf.String).Hex || got["G"].(pdf.String).Hex || got["S"].(pdf.String).Hex {
		t.Error("clean hexadecimal strings are not told apart")
	}
}

func TestRefused(t *testing.T) {
	good := string(classic("", catalog, onePage, leafPage))
	loop := strings.Replace(good, "/Root 1 0 R", "/Root 1 0 R /Prev 0000", 1)
	loop = strings.Replace(loop, "0000 >>", fmt.Sprintf("%04d >>", strings.LastIndex(good, "xref\n0")), 1)
	cases := []struct {
		name, file string
		kind       pdf.Kind
	}{
		{"no header", " " + good, pdf.Malformed},
		{"data after the end", good + "x", pdf.Malformed},
		{"no end", strings.TrimSuffix(good, "%%EOF\n"), pdf.Malformed},
		{"wrong offset", strings.Replace(good, "1 0 obj", "(x)1 0 obj", 1), pdf.Malformed},
		{"key twice", string(classic("", "<< /Pages 2 0 R /A 1 /A 2 >>", onePage, leafPage)), pdf.Malformed},
		{"key twice, escaped", string(classic("", "<< /Pages 2 0 R /A 1 /#41 2 >>", onePage, leafPage)), pdf.Malformed},
		{"other object there", strings.Replace(good, "1 0 obj", "9 0 obj", 1), pdf.Malformed},
		{"generation", strings.Replace(good, "/Root 1 0 R", "/Root 1 1 R", 1), pdf.Malformed},
		{"encrypted", string(classic("/Encrypt << >>", catalog)), pdf.Encrypted},
		{"sections in a loop", loop, pdf.Malformed},
		{"deep", string(classic("", strings.Repeat("[", 200_000))), pdf.TooComplex},
		{"self length", string(classic("", "<< /Length 1 0 R >>\nstream\nx\nendstream")), pdf.Malformed},
		{"length too short", string(classic("", "<< /Length 1 >>\nstream\nxyz\nendstream")), pdf.Malformed},
		{"no endobj", strings.Replace(good, "endobj", "endobk", 1), pdf.Malformed},
		{"page loop", string(classic("", catalog, "<< /Kids [2 0 R] /Count 1 >>")), pdf.Malformed},
		{"lying count", string(classic("", catalog, "<< /Kids [3 0 R] /Count 2000000000 >>", leafPage)), pdf.Malformed},
		{"reference loop", string(classic("", catalog, "3 0 R", "2 0 R")), pdf.Malformed},
		{"other object in the pack", string(packing(9)), pdf.Malformed},
		{"two places for one object", string(hybrid("n")), pdf.Malformed},
		{"huge subsection", strings.Replace(good, "xref\n0 4", "xref\n0 999999999", 1), pdf.TooComplex},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := read([]byte(c.file))
			var e *pdf.Error
			if !errors.As(err, &e) || e.Kind != c.kind {
				t.Errorf("error %v, want kind %d", err, c.kind)
			}
		})
	}
}

// bombed is a cross-reference stream that inflates to more than the bounds; offsets count from a nine byte header.
func bombed(data []byte) []byte {
	return fmt.Appendf(nil, "1 0 obj\n<< /Type /XRef /Size 1 /W [1 1 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>\n"+
		"stream\n%s\nendstream\nendobj\nstartxref\n9\n%%%%EOF\n", len(data), data)
}

// read opens a file and looks at everything in it.
func read(file []byte) error {
	d, err := pdf.Open(file)
	if err != nil {
		return err
	}
	d.Pages()
	_ = d.Unambiguous(nil) // whatever it says, it must come back
	seen := map[pdf.Ref]bool{}
	queue := []pdf.Ref{d.Root()}
	for len(queue) > 0 {
		r := queue[0]
		queue = queue[1:]
		o := d.Resolve(r)
		if s, ok := o.(*pdf.Stream); ok {
			d.Decode(s)
		}
		pdf.Refs(o, func(next pdf.Ref) {
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		})
	}
	return d.Err()
}

// Objects may overlap in a way that makes each of them as long as the file.
func TestOverlappingObjectsAreBounded(t *testing.T) {
	var b, table strings.Builder
	b.WriteString("%PDF-1.7\n")
	const n = 20_000
	kids := &strings.Builder{}
	for i := 2; i < n; i++ {
		fmt.Fprintf(kids, "%d 0 R ", i)
	}
	fmt.Fprintf(&table, "1 1\n%010d 00000 n \n", b.Len())
	fmt.Fprintf(&b, "1 0 obj\n<< /Pages %d 0 R /K [%s] >>\nendobj\n", n, kids)
	for i := 2; i < n; i++ {
		fmt.Fprintf(&table, "%d 1\n%010d 00000 n \n", i, b.Len())
		fmt.Fprintf(&b, "%d 0 obj (%s\n", i, strings.Repeat("a", 50))
	}
	b.WriteString(strings.Repeat(") endobj\n", n-2))
	fmt.Fprintf(&table, "%d 1\n%010d 00000 n \n", n, b.Len())
	fmt.Fprintf(&b, "%d 0 obj\n<< /Kids [] /Count 0 >>\nendobj\n", n)
	at := b.Len()
	fmt.Fprintf(&b, "xref\n%strailer\n<< /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table.String(), at)
	var e *pdf.Error
	if err := read([]byte(b.String())); !errors.As(err, &e) || e.Kind != pdf.TooComplex {
		t.Errorf("error %v, want a refusal for its cost", err)
	}
}

func TestEqual(t *testing.T) {
	a := pdf.Dict{"A": pdf.Array{int64(1), pdf.String{Bytes: []byte("x"), Start: 3}}, "B": nil}
	b := pdf.Dict{"A": pdf.Array{1.0, pdf.String{Bytes: []byte("x"), Hex: true}}, "B": nil}
	if !pdf.Equal(a, b) {
		t.Error("equal values differ")
	}
	for _, other := range []pdf.Object{nil, pdf.Name("x"), pdf.Dict{"A": nil, "B": nil}, pdf.Array{}, pdf.Ref{Number: 1}} {
		if pdf.Equal(a, other) || pdf.Equal(other, a) {
			t.Errorf("%v is taken for the same", other)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(modern())
	f.Add(classic("", catalog, onePage, leafPage))
	f.Add(classic("", "<< /A#42 [1 -2. (a\\)b) <4a> 7 0 R] /S << /T true >> >>"))
	f.Add(append([]byte("%PDF-1.7\n"), bombed(deflate(make([]byte, 1<<16)))...))
	f.Fuzz(func(_ *testing.T, file []byte) {
		_ = read(file) // must come back
	})
}
