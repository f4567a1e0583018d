package pdf

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parse(text string) (Object, error) {
	p := &parser{text: []byte(text)}
	return p.object(0)
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Object{
		"null":                     nil,
		"true ":                    true,
		" % a comment\r\n-17":      int64(-17),
		"+4.50":                    4.5,
		"-.002":                    -.002,
		"99999999999999999999":     1e20,
		"/A#42C#":                  Name("ABC#"),
		"/":                        Name(""),
		"(a(b)\\)\\\\c)":           String("a(b))\\c"),
		"(\\101\\7\\n\\\r\nx\r\n)": String("A\a\nx\n"),
		"<48 65 6C6c6>":            String("Hell`"),
		"12 0 R":                   Ref{Number: 12},
		"[1 0 R 2 0 3]":            Array{Ref{Number: 1}, int64(2), int64(0), int64(3)},
		"<</A[/B]/C<</D 1.>>>>":    Dict{"A": Array{Name("B")}, "C": Dict{"D": 1.0}},
	} {
		got, err := parse(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", text, err, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", "(a", "<4", "<4x>", "[1", "[>>]", "<</A>>", "<<1 2>>", "<</A 1/A 2>>", "<</A foo>>", "1e5", "0x1", "1_0", "--1", "{", ")",
		strings.Repeat("[", 100) + strings.Repeat("]", 100), strings.Repeat("<</A", 100) + strings.Repeat(">>", 100), "[endobj]", "[1 0 Rx]",
	} {
		if got, err := parse(text); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.20q: got %v, %v", text, got, err)
		}
	}
}

func TestWriteReadsBack(t *testing.T) {
	o := Dict{
		"Name #/é": Name("a b"), "Text": Text("Zürich ☐ 𝄞"), "Odd": String("(\\)\x00\n"), "Plain": String("(\\)"),
		"Numbers": Array{int64(-1), 0.000001, 1e20, true, nil, Ref{7, 1}}, "Empty": Dict{"": Array{}},
	}
	var b bytes.Buffer
	write(&b, o)
	got, err := parse(b.String())
	if diff := cmp.Diff(Object(o), got); err != nil || diff != "" {
		t.Errorf("%v\n%s\n%s", err, b.String(), diff)
	}
}

func TestText(t *testing.T) {
	for text, want := range map[String]string{
		"plain": "plain", Text("Łódź 𝄞"): "Łódź 𝄞", "\xEF\xBB\xBFé": "é", "\xE9": "é", "\xFE\xFF\x00A\x00": "A",
	} {
		if got := DecodeText(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// FuzzParse checks that what was read once is written the same after it is written and read again.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"<</A[1 2 R 3 -.5 -0. 4.]/B(a\\(b)/C<ABCD>/D<</E null/F true>>>>", "[(\\777)/#41]", "% x\n1 0 R", "[[[[[]]]]]",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p := &parser{text: text}
		o, err := p.object(0)
		if err != nil || isStray(o) {
			return
		}
		var once, twice bytes.Buffer
		write(&once, o)
		again, err := parse(once.String())
		if err != nil {
			t.Fatal(err)
		}
		if write(&twice, again); once.String() != twice.String() {
			t.Fatalf("%s\nbecame\n%s", &once, &twice)
		}
	})
}
