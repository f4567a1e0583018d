package pdf_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

func sized() string { return string(classic("/Size 9", catalog, onePage, leafPage)) }

// again adds an update with a table of its own: an object, and a stream of cross-reference data that old readers skip.
func again(listed string, hidden []byte) string {
	base := sized()
	table := strings.Index(base, "xref\n")
	at := len(base)
	added := "5 0 obj\nnull\nendobj\n"
	stream := ""
	if hidden != nil {
		stream = fmt.Sprintf("6 0 obj\n<< /Type /XRef /Size 9 /W [1 2 1] /Index [%d 1] /Length 4 >>\nstream\n%s\nendstream\nendobj\n", hidden[4], hidden[:4])
	}
	trailer := fmt.Sprintf("trailer\n<< /Root 1 0 R /Size 9 /Prev %d", table)
	if hidden != nil {
		trailer += fmt.Sprintf(" /XRefStm %d", at+len(added))
	}
	return base + added + stream + fmt.Sprintf("xref\n5 1\n%010d 00000 n \n%s%s >>\nstartxref\n%d\n%%%%EOF\n", at, listed, trailer, at+len(added)+len(stream))
}

func TestUnambiguous(t *testing.T) {
	page := strings.Index(sized(), "3 0 obj")
	place := func(number int) []byte { return []byte{1, byte(page >> 8), byte(page), 0, byte(number)} }
	late := strings.Index(sized(), "xref\n") + 1
	for _, c := range []struct {
		name, file string
		update     bool
		good       bool
	}{
		{"file", sized(), false, true},
		{"streams", string(modern()), false, true},
		{"nothing added", sized(), true, true},
		{"white space added", sized() + "\r\n\x00", true, true},
		{"object added", again("", nil), true, true},
		{"object added, seen as a whole", again("", nil), false, true},
		{"table in lines", strings.ReplaceAll(again("", nil), " n \n", " n\r\n"), true, true},
		{"remark", strings.Replace(sized(), "trailer", "% 9 0 obj\ntrailer", 1), false, false},
		{"no size", string(classic("", catalog, onePage, leafPage)), false, false},
		{"size too small", string(classic("/Size 3", catalog, onePage, leafPage)), false, false},
		{"section after a space", strings.Replace(sized(), fmt.Sprintf("startxref\n%d", late-1), fmt.Sprintf("startxref\n%d", late-2), 1), false, false},
		{"words", strings.Replace(sized(), "startxref", "words startxref", 1), false, false},
		{"object listed where it is not", again(fmt.Sprintf("7 1\n%010d 00000 n \n", 9), nil), true, false},
		{"object hidden", again("3 1\n0000000000 00000 f \n", place(3)), true, false},
		{"object hidden without a word", again("", place(3)), true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := pdf.Open([]byte(c.file))
			if err != nil {
				t.Fatal(err)
			}
			var earlier *pdf.Document
			if c.update {
				if earlier, err = pdf.Open([]byte(sized())); err != nil {
					t.Fatal(err)
				}
			}
			err = d.Unambiguous(earlier)
			var known *pdf.Error
			if (err == nil) != c.good || err != nil && (!errors.As(err, &known) || known.Kind != pdf.Ambiguous) {
				t.Errorf("error %v", err)
			}
		})
	}
}
