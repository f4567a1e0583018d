package proof_test

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// crowded is a small file that lists many objects and holds empty signatures, each with an exact byte range.
func crowded(tb testing.TB, objects, signatures int) []byte {
	tb.Helper()
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	rows := bytes.Repeat([]byte{1, 0, 0, 9, 0}, objects)
	rows[0] = 0
	for i, body := range []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"} {
		rows[5*(i+1)+3] = byte(b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	at := b.Len()
	fmt.Fprintf(&b, "4 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n",
		strings.Replace(deflated(string(rows)), "<<", fmt.Sprintf("<< /Type /XRef /Size %d /W [1 3 1] /Root 1 0 R", objects), 1), at)
	file, fields := b.Bytes(), ""
	for i := range signatures {
		number := objects + 2*i
		fields += fmt.Sprintf("%d 0 R ", number)
		file = update(file, object{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [" + fields + "] /SigFlags 3 >> >>"},
			object{number, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (s%d) /V %d 0 R /Rect [0 0 0 0] >>", i, number+1)},
			object{number + 1, "<< " + detached + " /ByteRange " + strings.Repeat(" ", 48) + " /Contents <3000> >>"})
		start, end := token(tb, file)
		copy(file[bytes.LastIndex(file, []byte("/ByteRange "))+11:], fmt.Sprintf("[0 %d %d %d]", start, end, len(file)-end))
	}
	return file
}

// A small file with many objects, read once for each of its signatures, costs little: what it allocates at all is counted.
func TestCrowdedFile(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		objects int
		verdict proof.Verdict
		reason  string
	}{
		{10_000, proof.Failed, "CMS_MALFORMED"},
		{90_000, proof.Indeterminate, "FILE_TOO_COMPLEX"},
		{390_000, proof.Indeterminate, "FILE_TOO_COMPLEX"},
	} {
		file := crowded(t, c.objects, 32)
		before, began := allocated(), time.Now()
		expect(t, w.verify(proof.Request{Signed: file, Now: w.now}), c.verdict, c.reason)
		if spent := allocated() - before; spent > 512<<20 {
			t.Errorf("%d objects: %d MiB allocated in %s", c.objects, spent>>20, time.Since(began))
		}
	}
}

func allocated() uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
