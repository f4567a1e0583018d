package inspect_test

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"strings"
)

// writer writes PDF objects and the tables that list them.
type writer struct {
	bytes.Buffer
	offsets map[int]int
}

func newWriter(version string) *writer {
	w := &writer{offsets: map[int]int{}}
	fmt.Fprintf(w, "%%PDF-%s\n%%\xE2\xE3\xCF\xD3\n", version)
	return w
}

func (w *writer) object(number int, body string) {
	w.offsets[number] = w.Len()
	fmt.Fprintf(w, "%d 0 obj\n%s\nendobj\n", number, body)
}

// table lists the objects that were written since the last one, and ends a revision. It returns where it begins.
func (w *writer) table(trailer string) int {
	at, rows := w.Len(), 0
	w.WriteString("xref\n0 1\n0000000000 65535 f \n")
	for n := 1; rows < len(w.offsets); n++ {
		if offset, ok := w.offsets[n]; ok {
			fmt.Fprintf(w, "%d 1\n%010d 00000 n \n", n, offset)
			rows++
		}
	}
	w.offsets = map[int]int{}
	if !strings.Contains(trailer, "/Root") {
		trailer += " /Root 1 0 R"
	}
	fmt.Fprintf(w, "trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n", rows+1, trailer, at)
	return at
}

// plain numbers the objects from 1.
func plain(objects ...string) []byte { return written("1.7", "", objects...) }

func written(version, trailer string, objects ...string) []byte {
	w := newWriter(version)
	for i, body := range objects {
		w.object(i+1, body)
	}
	w.table(trailer)
	return w.Bytes()
}

// contract is a catalog, a page tree and a page with more in the catalog and the page, and objects from 4 on.
func contract(catalog, page string, more ...string) []string {
	return append([]string{
		"<< /Type /Catalog /Pages 2 0 R " + catalog + " >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] " + page + " >>",
	}, more...)
}

func of(catalog, page string, more ...string) []byte {
	return plain(contract(catalog, page, more...)...)
}

// packed holds all objects in an object stream, and its cross-reference data in a stream.
func packed(objects ...string) []byte {
	var head, body strings.Builder
	for i, o := range objects {
		fmt.Fprintf(&head, "%d %d ", i+1, body.Len())
		body.WriteString(o + " ")
	}
	pack := flated(fmt.Sprintf("/Type /ObjStm /N %d /First %d", len(objects), head.Len()), []byte(head.String()+body.String()))
	return packedAs(len(objects), pack)
}

// packedAs lists count objects as those of the object stream pack.
func packedAs(count int, pack string) []byte {
	w := newWriter("1.7")
	w.object(count+1, pack)
	at := w.Len()
	rows := row(0, 0, 0)
	for i := range count {
		rows = append(rows, row(2, count+1, i)...)
	}
	rows = append(append(rows, row(1, w.offsets[count+1], 0)...), row(1, at, 0)...)
	w.object(count+2, flated(fmt.Sprintf("/Type /XRef /Size %d /W [1 4 4] /Root 1 0 R", count+3), rows))
	fmt.Fprintf(w, "startxref\n%d\n%%%%EOF\n", at)
	return w.Bytes()
}

func row(kind, a, b int) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte{byte(kind)}, uint32(a)), uint32(b))
}

func stream(dict, content string) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(content), content)
}

func flated(dict string, content []byte) string {
	return stream(dict+" /Filter /FlateDecode", string(deflate(content)))
}

func deflate(content []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		return nil
	}
	if err := w.Close(); err != nil {
		return nil
	}
	return b.Bytes()
}

// bomb deflates to n MiB of zeros, without ever holding them: what a compressor writes for one more mebibyte of zeros is
// repeated.
func bomb(n int) []byte {
	var b bytes.Buffer
	b.Write([]byte{0x78, 0x9C})
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return nil
	}
	mebibyte := make([]byte, 1<<20)
	var again []byte
	for range 2 {
		start := b.Len()
		if _, err := w.Write(mebibyte); err != nil {
			return nil
		}
		if err := w.Flush(); err != nil {
			return nil
		}
		again = bytes.Clone(b.Bytes()[start:])
	}
	b.Write(bytes.Repeat(again, n-2))
	return b.Bytes()
}

// twice is a stream that is deflated once more than its content is.
func twice(dict string, deflated []byte) string {
	return stream(dict+" /Filter [/FlateDecode /FlateDecode]", string(deflate(deflated)))
}

// linked chains n sections by Prev; the oldest names itself when it is a loop.
func linked(n int, loop bool) []byte {
	w := newWriter("1.7")
	for i, body := range contract("", "") {
		w.object(i+1, body)
	}
	previous := ""
	if loop {
		previous = fmt.Sprintf("/Prev %d", w.Len())
	}
	for range n {
		previous = fmt.Sprintf("/Prev %d", w.table(previous))
	}
	return w.Bytes()
}

// revised adds a second state in which some objects are others.
func revised(objects []string, trailer, newest string, changed map[int]string) []byte {
	w := newWriter("1.7")
	for i, body := range objects {
		w.object(i+1, body)
	}
	previous := w.table(trailer)
	for number, body := range changed {
		w.object(number, body)
	}
	w.table(fmt.Sprintf("%s /Prev %d", newest, previous))
	return w.Bytes()
}

// linearized begins with the section of the first page, which the end of the file names; the one of the rest says nothing
// but its size (ISO 32000-1, F.3).
func linearized() []byte {
	objects := contract("", "")
	w := newWriter("1.7")
	fmt.Fprintf(w, "4 0 obj\n<< /Linearized 1 >>\nendobj\n")
	first := w.Len()
	const section = "xref\n3 2\n%010d 00000 n \n%010d 00000 n \ntrailer\n<< /Size 5 /Root 1 0 R /Prev %010d >>\nstartxref\n0\n%%%%EOF\n"
	fmt.Fprintf(w, section, 0, 0, 0)
	for i, body := range objects {
		w.object(i+1, body)
	}
	at, four := w.Len(), bytes.Index(w.Bytes(), []byte("4 0 obj"))
	copy(w.Bytes()[first:], fmt.Sprintf(section, w.offsets[3], four, at))
	fmt.Fprintf(w, "xref\n0 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \ntrailer\n<< /Size 3 >>\nstartxref\n%d\n%%%%EOF\n",
		w.offsets[1], w.offsets[2], first)
	return w.Bytes()
}

// hybrid hides an object from readers that do not know cross-reference streams.
func hybrid(number int, hidden string) []byte {
	w := newWriter("1.7")
	for i, body := range contract("", "") {
		w.object(i+1, body)
	}
	listed := w.offsets
	w.offsets = map[int]int{}
	w.object(number, hidden)
	at, place := w.Len(), w.offsets[number]
	w.object(5, stream(fmt.Sprintf("/Type /XRef /Size 6 /W [1 4 4] /Index [%d 1]", number), string(row(1, place, 0))))
	w.offsets = listed
	w.table(fmt.Sprintf("/XRefStm %d", at))
	return w.Bytes()
}
