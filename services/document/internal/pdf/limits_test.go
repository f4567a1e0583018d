package pdf_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

func TestEachReadsEveryObject(t *testing.T) {
	for name, file := range map[string][]byte{
		"classic": classic("", catalog, onePage, leafPage, "<< /Length 1 >>\nstream\nx\nendstream", "(nobody refers to this)"),
		"packed":  modern(),
	} {
		d, err := pdf.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		d.Each(func(r pdf.Ref, o pdf.Object) bool {
			if !pdf.Equal(o, d.Resolve(r)) {
				t.Errorf("%s: object %d is %v", name, r.Number, o)
			}
			got = append(got, r.Number)
			return true
		})
		if diff := cmp.Diff([]int{1, 2, 3, 4, 5}, got); diff != "" || d.Err() != nil {
			t.Errorf("%s: %v %s", name, d.Err(), diff)
		}
		read := 0
		d.Each(func(pdf.Ref, pdf.Object) bool { read++; return false })
		if read != 1 {
			t.Errorf("%s: %d objects were read after the end", name, read)
		}
	}
}

func TestEachEndsAtWhatIsMalformed(t *testing.T) {
	d, err := pdf.Open(classic("", catalog, onePage, "<< /A", "<< >>"))
	if err != nil {
		t.Fatal(err)
	}
	d.Each(func(r pdf.Ref, _ pdf.Object) bool {
		if r.Number > 2 {
			t.Errorf("object %d", r.Number)
		}
		return true
	})
	if d.Err() == nil {
		t.Error("no error")
	}
}

func TestLimits(t *testing.T) {
	free := pdf.Limits{Objects: 1000, Decoded: 1 << 20, Lexed: math.MaxInt, Memory: math.MaxInt}
	limited := func(change func(*pdf.Limits)) pdf.Limits {
		l := free
		change(&l)
		return l
	}
	long := classic("", catalog, onePage, leafPage, "["+strings.Repeat("0 ", 5000)+"]")
	texts := func(open, end string) []byte {
		return classic("", catalog, onePage, leafPage, open+strings.Repeat("41", 5000)+end)
	}
	memory := limited(func(l *pdf.Limits) { l.Memory = 10_000 })
	lexed := limited(func(l *pdf.Limits) { l.Lexed = 2000 })
	for _, c := range []struct {
		name   string
		file   []byte
		limits pdf.Limits
		good   bool
	}{
		{"free", long, free, true},
		{"small file", modern(), limited(func(l *pdf.Limits) { *l = pdf.Limits{Objects: 6, Decoded: 400, Lexed: 2000, Memory: 20_000} }), true},
		{"objects", modern(), limited(func(l *pdf.Limits) { l.Objects = 5 }), false},
		{"objects in a table", long, limited(func(l *pdf.Limits) { l.Objects = 4 }), false},
		{"decoded", modern(), limited(func(l *pdf.Limits) { l.Decoded = 20 }), false},
		{"lexed", long, lexed, false},
		{"lexed in a string", texts("(", ")"), lexed, false},
		{"lexed in an object stream", modern(), limited(func(l *pdf.Limits) { l.Lexed = 530 }), false}, // the sections need 517
		{"values", long, memory, false},
		{"dictionaries", classic("", catalog, onePage, leafPage, "["+strings.Repeat("<<>>", 50)+"]"), memory, false},
		{"string", texts("(", ")"), memory, false},
		{"hexadecimal string", texts("<", ">"), memory, false},
		{"name", texts("/", ""), memory, false},
		{"stream that is not counted", texts("<< /Length 10000 >>\nstream\n", "\nendstream"), lexed, true},
		{"sections", sections(30), limited(func(l *pdf.Limits) { l.Objects = 20 }), false},
		{"fewer sections", sections(10), limited(func(l *pdf.Limits) { l.Objects = 20 }), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := pdf.OpenWithin(c.file, c.limits)
			if err == nil {
				d.Each(func(pdf.Ref, pdf.Object) bool { return true })
				err = d.Err()
			}
			var e *pdf.Error
			if c.good != (err == nil) || !c.good && (!errors.As(err, &e) || e.Kind != pdf.TooComplex) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// sections lists the same three objects n times.
func sections(n int) []byte {
	b := bytes.NewBuffer(classic("", catalog, onePage, leafPage))
	table := bytes.LastIndex(b.Bytes(), []byte("xref\n0"))
	rows := bytes.Clone(b.Bytes()[table:bytes.Index(b.Bytes(), []byte("trailer"))])
	for range n {
		at := b.Len()
		fmt.Fprintf(b, "%strailer\n<< /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n", rows, table, at)
		table = at
	}
	return b.Bytes()
}

func TestAnEarlierStateMayNotBeEncrypted(t *testing.T) {
	first := classic("/Encrypt << >>", catalog, onePage, leafPage)
	table := bytes.LastIndex(first, []byte("xref\n0"))
	file := fmt.Appendf(first, "xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n", table, len(first))
	var e *pdf.Error
	if _, err := pdf.Open(file); !errors.As(err, &e) || e.Kind != pdf.Encrypted {
		t.Errorf("error %v", err)
	}
}

func TestAPageNamesItsParent(t *testing.T) {
	for _, parent := range []string{"", "/Parent 1 0 R", "/Parent 3 0 R"} {
		d, err := pdf.Open(classic("", catalog, onePage, "<< /Type /Page "+parent+" >>"))
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Pages()) != 0 || d.Err() == nil {
			t.Errorf("a page with parent %q is taken", parent)
		}
	}
}

func TestReferences(t *testing.T) {
	d, err := pdf.Open(classic("", "[1 0 R 2 65535 R 3 65536 R8 4 0 Rx 5 0 6 % c\n0%\nR 7 99999999999999999999]"))
	if err == nil {
		d.Catalog()
		err = d.Err()
	}
	if err == nil {
		t.Error("a word that is no number is taken")
	}
	d, err = pdf.Open(classic("", "[1 0 R 2 65535 R 5 0 6 % c\n0%\nR 7 00000000001 R 8 65536]"))
	if err != nil {
		t.Fatal(err)
	}
	want := pdf.Array{
		pdf.Ref{Number: 1}, pdf.Ref{Number: 2, Generation: 65535}, int64(5), int64(0), pdf.Ref{Number: 6},
		pdf.Ref{Number: 7, Generation: 1}, int64(8), int64(65536),
	}
	if diff := cmp.Diff(pdf.Object(want), d.Resolve(d.Root())); diff != "" {
		t.Error(diff)
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"client":                   "client",
		"\xFE\xFF\x00M\x00\xFC":    "Mü",
		"\xFE\xFF\xD8\x3D\xDE\x00": "😀",
		"\xEF\xBB\xBFŁ":            "Ł",
		"\xEF\xBB\xBF\xFF":         "\uFFFD",
		"M\xFC \x95 \xA0 \x18":     "Mü Ł € ˘",
		"\x7F\x9F\xAD":             "\uFFFD\uFFFD\uFFFD",
		"\x9E":                     "ž",
	} {
		if got := pdf.Text([]byte(in)); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
