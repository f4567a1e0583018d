package form

import (
	"testing"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

func TestOpenStates(t *testing.T) {
	for content, test := range map[string]struct {
		open int
		ok   bool
	}{
		"":                              {0, true},
		"q Q":                           {0, true},
		"q q Q":                         {1, true},
		"q\nq\n1 0 0 1 0 0 cm":          {2, true},
		"Q":                             {0, false},
		"q Q Q q":                       {0, false},
		"(Q \\) Q (Q) Q) Tj":            {0, true},
		"% Q\nq":                        {1, true},
		"/Q gs /q gs":                   {0, true},
		"<51 51> Tj q":                  {1, true},
		"<</Q 1>> q":                    {1, true},
		"[(Q) 1 (Q)] TJ q":              {1, true},
		"[/Q]q":                         {1, true},
		"BI /W 1 ID \x00 Q Q \xff EI q": {1, true},
		"BI /W 1 ID xEI Q EIQ Q EI\nq":  {1, true},
		"BI /W 1 ID never ends Q":       {0, true},
		"(never ends Q":                 {0, true},
		"q (\\":                         {1, true},
		"<":                             {0, true},
		"qq QQ":                         {0, true},
	} {
		if open, ok := openStates([]byte(content)); open != test.open || ok != test.ok {
			t.Errorf("%q: %d, %t, want %d, %t", content, open, ok, test.open, test.ok)
		}
	}
}

func TestDecodeText(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                    "plain",
		"\xfe\xff\x01\x41\x00o":    "Ło",
		"\xfe\xff\xd8\x3d\xde\x00": "😀",
		"\xfe\xff\xd8\x00":         "\uFFFD",
		"\xfe\xff\x00":             "",
		"\xef\xbb\xbfż":            "ż",
		"\xef\xbb\xbf\xff":         "\uFFFD",
		"Gr\xfc\xdfe \xa0":         "Grüße €",
		"\x80\x8d\x95\x9e\x18":     "•“Łž˘",
	} {
		if got := decodeText([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if len([]rune(pdfDocLow)) != 8 || len([]rune(pdfDocHigh)) != 0xA0-0x80+1 {
		t.Error("a table of PDFDocEncoding has gaps")
	}
}

func TestSpellKeepsEveryValue(t *testing.T) {
	source := pdf.Dict{
		"A b/#": pdf.Array{int64(-1), 1.5, true, nil, pdf.Name("x y"), pdf.String{Bytes: []byte("(\\)\x00")}},
		"B":     pdf.Ref{Number: 7}, "StructParent": int64(3),
	}
	c := &copier{doc: &pdf.Document{}, numbers: map[pdf.Ref]int{}, next: 40}
	for range 2 { // the same object keeps its number
		got, err := c.value(source)
		if want := "<</A#20b#2F#23 [-1 1.5 true null /x#20y <285c2900>]/B 40 0 R>>"; err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func TestNumbersAsFormsWriteThem(t *testing.T) {
	for word, want := range map[string]bool{
		"0": true, "12": true, "9.5": true, ".5": true, "144": true, "145": false, "-1": false, "NaN": false, "Inf": false,
		"1e1": false, "0x1": false, "": false, ".": false, "1_0": false, "1.2.3": false,
	} {
		if _, ok := plain(word, 144); ok != want {
			t.Errorf("%q: %t", word, ok)
		}
	}
}
