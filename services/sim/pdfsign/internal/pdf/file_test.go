package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// table writes numbered objects with a cross-reference table and the trailer's further entries.
func table(trailer string, objects ...string) []byte {
	var b, rows bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	for i, object := range objects {
		fmt.Fprintf(&rows, "%010d 00000 n\r\n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 1\n0000000000 65535 f\r\n1 %d\n%s", len(objects), rows.Bytes())
	fmt.Fprintf(&b, "trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF", len(objects)+1, trailer, start)
	return b.Bytes()
}

func deflate(text []byte) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(text) // a buffer takes everything
	_ = w.Close()
	return b.String()
}

func stream(head, data string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", head, len(data), data)
}

func mustRead(t *testing.T, data []byte) *File {
	t.Helper()
	f, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestResolve(t *testing.T) {
	f := mustRead(t, table("/Root 1 0 R", "<</Type/Catalog>>", "3 0 R", "(x)", stream("", "two\nlines"),
		"<</Length 6 0 R>>\nstream\r\nabc\nendstream", "3"))
	for ref, want := range map[Ref]Object{
		{2, 0}: String("x"),
		{3, 1}: nil, // another generation
		{9, 0}: nil, // not there
		{4, 0}: &Stream{Dict{"Length": int64(9)}, []byte("two\nlines")},
		{5, 0}: &Stream{Dict{"Length": Ref{Number: 6}}, []byte("abc")},
	} {
		got, err := f.Resolve(ref)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v: %v\n%s", ref, err, diff)
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	for name, object := range map[string]string{
		"itself":          "1 0 R",
		"own length":      "<</Length 1 0 R>>\nstream\nabc\nendstream",
		"long stream":     "<</Length 99999>>\nstream\nabc\nendstream",
		"short stream":    "<</Length 2>>\nstream\nabc\nendstream",
		"negative length": "<</Length -2>>\nstream\nabc\nendstream",
		"no new line":     "<</Length 3>>\nstream abc\nendstream",
		"not closed":      "<</A 1>> 7",
		"array of stream": "[]\nstream\nendstream",
	} {
		f := mustRead(t, table("/Root 1 0 R", object))
		if got, err := f.Resolve(Ref{Number: 1}); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	ok := string(table("/Root 1 0 R", "<<>>"))
	for name, data := range map[string]string{
		"no start":         strings.Replace(ok, "startxref", "startxxxx", 1),
		"start outside":    ok[:strings.Index(ok, "startxref")] + "startxref 99999",
		"start nowhere":    ok[:strings.Index(ok, "startxref")] + "startxref 12",
		"bad row":          strings.Replace(ok, "00000 n", "00000 x", 1),
		"row outside":      strings.Replace(ok, "0000000009", "0000099999", 1),
		"endless table":    strings.Replace(ok, "1 1\n", "1 500000\n", 1),
		"huge count":       strings.Replace(ok, "1 1\n", "1 5000000000\n", 1),
		"huge size":        strings.Replace(ok, "/Size 2", "/Size 9999999999", 1),
		"no trailer":       strings.Replace(ok, "trailer\n<<", "trailer\n7 <<", 1),
		"circle":           strings.Replace(ok, "/Root", fmt.Sprintf("/Prev %d/Root", strings.Index(ok, "xref\n0 1")), 1),
		"previous outside": strings.Replace(ok, "/Root", "/Prev 99999/Root", 1),
	} {
		if data == ok {
			t.Errorf("%s: the file is as it was", name)
		}
		if _, err := Read([]byte(data)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := Read([]byte(strings.Replace(ok, "/Root", "/Encrypt 1 0 R/Root", 1))); !errors.Is(err, ErrEncrypted) {
		t.Errorf("encrypted: got %v", err)
	}
	if _, err := Read(make([]byte, maxFile+1)); !errors.Is(err, ErrMalformed) {
		t.Errorf("too large: got %v", err)
	}
}

// Objects that lie inside each other cannot be read over and over.
func TestOverlappingObjectsAreBounded(t *testing.T) {
	var b, rows bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	const objects = 2000
	for i := range objects {
		fmt.Fprintf(&rows, "%010d 00000 n\r\n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj (", i+1) // each string holds the objects after it
	}
	b.WriteString(strings.Repeat(" ", 1<<20) + strings.Repeat(") endobj ", objects))
	start := b.Len()
	fmt.Fprintf(&b, "xref\n1 %d\n%strailer<</Root 1 0 R>>startxref %d", objects, rows.Bytes(), start)
	f := mustRead(t, b.Bytes())
	for i := range objects {
		if _, err := f.Resolve(Ref{Number: i + 1}); err != nil {
			if i == 0 || !errors.Is(err, ErrMalformed) {
				t.Errorf("object %d: %v", i+1, err)
			}
			return
		}
	}
	t.Errorf("it parsed %d bytes", f.parsed)
}

// streamed writes three objects with a cross-reference stream.
func streamed() []byte {
	head := "%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n3 0 obj\n(old)\nendobj\n"
	rows := []byte{0, 0, 1, 9, 0, 0, 1, byte(strings.Index(head, "3 0 obj")), 1, byte(len(head))}
	section := stream("/Type/XRef/W[1 1 0]/Index[0 5]/Size 5/Root 1 0 R/Info 2 0 R/ID[(a)(b)]", string(rows))
	return fmt.Appendf(nil, "%s4 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF", head, section, len(head))
}

func TestUpdateKeepsKindOfSection(t *testing.T) {
	testUpdate(t, table("/Root 1 0 R/Info 2 0 R/ID[(a)(b)]", "<</Type/Catalog>>", "<<>>", "(old)"), false)
	testUpdate(t, streamed(), true)
}

func testUpdate(t *testing.T, data []byte, streamed bool) {
	t.Helper()
	for range 3 {
		f := mustRead(t, data)
		u := NewUpdate(f)
		ref := u.Add(Dict{"New": true})
		if err := u.Set(Ref{Number: 3}, String("new")); err != nil {
			t.Fatal(err)
		}
		if err := u.Set(Ref{Number: 3}, nil); !errors.Is(err, ErrMalformed) {
			t.Errorf("a second change: %v", err)
		}
		out, offsets := u.Bytes()
		if !bytes.HasPrefix(out[offsets[ref]:], fmt.Appendf(nil, "%d 0 obj\n", ref.Number)) {
			t.Errorf("object %v is not at its offset", ref)
		}
		after := mustRead(t, out)
		if got, err := after.Resolve(Ref{Number: 3}); got != String("new") || err != nil || after.streamed != streamed {
			t.Errorf("got %v, %v", got, err)
		}
		if id := after.trailer["ID"].(Array); id[0] != String("a") || id[1] == String("b") || after.trailer["Info"] != (Ref{2, 0}) {
			t.Errorf("the trailer is %v", after.trailer)
		}
		data = out
	}
}

// FuzzRead reads every object of a stranger's file.
func FuzzRead(f *testing.F) {
	pack := stream("/Type/ObjStm/N 2/First 8/Filter/FlateDecode", deflate([]byte("1 0 2 5 <<>> [1 0 R]")))
	f.Add(table("/Root 1 0 R", "<</Pages 2 0 R>>", "<</Kids[3 0 R]>>", "<</Type/Page>>", pack))
	section := stream("/Type/XRef/W[1 2 1]/Size 4/Root 1 0 R", "\x00\x00\x00\x00\x02\x00\x03\x00\x02\x00\x03\x01\x01\x00\x09\x00")
	head := "%PDF-1.7\n3 0 obj\n" + pack + "\nendobj\n"
	f.Add(fmt.Appendf(nil, "%s4 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF", head, section, len(head)))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(data)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrEncrypted) {
				t.Fatal(err)
			}
			return
		}
		for number, e := range file.entries {
			if _, err := file.Resolve(Ref{Number: number, Generation: e.generation()}); err != nil && !errors.Is(err, ErrMalformed) {
				t.Fatal(err)
			}
		}
		if _, err := file.Pages(); err != nil && !errors.Is(err, ErrMalformed) {
			t.Fatal(err)
		}
	})
}
