package form_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/pdf"
	"github.com/countersign/countersign/services/document/internal/render/form"
	"github.com/countersign/countersign/services/document/internal/render/form/formtest"
)

func TestFields(t *testing.T) {
	got := must(form.Load(formtest.Contract().Bytes()))(t).Fields()
	want := []form.Field{
		{Name: "deal.name", Kind: form.KindText, Page: 1, Required: true},
		{Name: "contact.name", Kind: form.KindText, Page: 1},
		{Name: "address", Kind: form.KindLines, Page: 1},
		{Name: "iban", Kind: form.KindText, Page: 1, MaxLength: 22, Comb: true},
		{Name: "accept", Kind: form.KindCheckbox, Page: 1},
		{Name: "plan", Kind: form.KindRadio, Page: 1, Options: []string{"monthly", "yearly"}},
		{Name: "payment", Kind: form.KindChoice, Page: 1, Options: []string{"Transfer", "Card"}},
		{Name: "note", Kind: form.KindText, Page: 1},
		{Name: "client", Kind: form.KindSignature, Page: 2},
		{Name: "provider", Kind: form.KindSignature, Page: 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestOnlySignatureFieldsStay reads the result with the strict reader and looks for everything that a viewer could
// still decide.
func TestOnlySignatureFieldsStay(t *testing.T) {
	result := fill(t, formtest.Contract(), values())
	doc := must(pdf.Open(result.PDF))(t)
	acro := doc.Dict(doc.Catalog()["AcroForm"])
	if fields := doc.Array(acro["Fields"]); len(fields) != 2 || len(acro) != 2 || acro["SigFlags"] != int64(1) {
		t.Errorf("the form is left as %v", acro)
	}
	widgets := 0
	for _, p := range doc.Pages() {
		for _, a := range doc.Array(p.Dict["Annots"]) {
			d := doc.Dict(a)
			widgets++
			if d["FT"] != pdf.Name("Sig") || d["V"] != nil || d["F"] != int64(4) || doc.Dict(doc.Dict(d["AP"])["N"]) == nil {
				t.Errorf("a field is left as %v", d)
			}
		}
	}
	if widgets != 2 || doc.Err() != nil {
		t.Errorf("%d annotations, error %v", widgets, doc.Err())
	}
	for _, word := range []string{"NeedAppearances", "/Helv ", "/TiRo", "/Tx", "/Btn", "/Ch", "/DA", "/DR"} {
		if bytes.Contains(result.PDF, []byte(word)) {
			t.Errorf("%s is left in the file", word)
		}
	}
	want := []paper.SignatureField{
		{Role: "client", FormField: "client", Page: 2, X: 72, Y: 656.89, Width: 196, Height: 85},
		{Role: "provider", FormField: "provider", Page: 2, X: 300, Y: 656.89, Width: 196, Height: 85},
	}
	if diff := cmp.Diff(want, result.Fields); diff != "" || result.Pages != 2 {
		t.Error(result.Pages, diff)
	}
}

// drawn is what was filled in on a page, counted from 0, with the objects it shows.
func drawn(t *testing.T, file []byte, page int) (string, pdf.Dict, *pdf.Document) {
	t.Helper()
	doc := must(pdf.Open(file))(t)
	objects := doc.Dict(doc.Dict(doc.Pages()[page].Dict["Resources"])["XObject"])
	s, ok := doc.Resolve(objects["Filled"]).(*pdf.Stream)
	if !ok {
		t.Fatal("nothing was filled in")
	}
	content, _ := doc.Decode(s)
	return string(content), doc.Dict(doc.Dict(s.Dict["Resources"])["XObject"]), doc
}

func TestButtonsShowTheirOwnAppearance(t *testing.T) {
	const on, off = "8 2 l S", "9 9 re S"
	for name, test := range map[string]struct{ accept, plan, want string }{
		"on":   {"true", "monthly", "72 540 on, 120 540 on, 150 540 off"},
		"off":  {"false", "yearly", "72 540 off, 120 540 off, 150 540 on"},
		"none": {"", "", "72 540 off, 120 540 off, 150 540 off"},
		"name": {"Yes", "yearly", "72 540 on, 120 540 off, 150 540 on"},
	} {
		t.Run(name, func(t *testing.T) {
			result := fill(t, formtest.Contract(), map[string]string{"accept": test.accept, "plan": test.plan})
			content, objects, doc := drawn(t, result.PDF, 0)
			var got []string
			for line := range strings.Lines(content) {
				var x, y float64
				var object string
				if n, _ := fmt.Sscanf(line, "q 1.40000 0 0 1.40000 %f %f cm /%s Do", &x, &y, &object); n == 3 {
					look, _ := doc.Resolve(objects[pdf.Name(object)]).(*pdf.Stream)
					state := map[bool]string{strings.HasSuffix(string(look.Raw), on): "on", strings.HasSuffix(string(look.Raw), off): "off"}[true]
					got = append(got, fmt.Sprintf("%g %g %s", x, y, state))
				}
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestFrameAndColourAreDrawn(t *testing.T) {
	content, _, _ := drawn(t, fill(t, formtest.Contract(), values()).PDF, 0)
	for _, want := range []string{
		"q 0.9 0.95 1 rg 72 720 248 20 re f Q", "q 0.5 G 1 w 72.5 720.5 247 19 re S", // background and border
		"90 570 m 90 590 l S", // between the first and the second cell
		"q 0 0 1 rg \nBT",     // blue text
	} {
		if !strings.Contains(content, want) {
			t.Errorf("no %q in\n%s", want, content)
		}
	}
}

func TestValueThatDoesNotFit(t *testing.T) {
	for name, test := range map[string]struct {
		field, value string
		tooLong      bool
	}{
		"one line":       {"note", strings.Repeat("long ", 30), true},
		"one word":       {"note", strings.Repeat("m", 60), true},
		"lines":          {"address", strings.Repeat("word ", 400), true},
		"line feeds":     {"address", strings.Repeat("a\n", 30), true},
		"comb":           {"iban", strings.Repeat("1", 23), true},
		"unbounded":      {"address", strings.Repeat("i", 5000), true},
		"no such option": {"payment", "Barter", false},
		"no such button": {"plan", "daily", false},
		"no such state":  {"accept", "maybe", false},
		"no such field":  {"nobody", "x", false},
	} {
		t.Run(name, func(t *testing.T) {
			f := must(form.Load(formtest.Contract().Bytes()))(t)
			_, err := f.Fill(t.Context(), map[string]string{test.field: test.value}, imprint(), newPlainType(t))
			var refused *form.ValueError
			if !errors.As(err, &refused) || refused.Field != test.field || refused.TooLong != test.tooLong {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), test.value) {
				t.Error("the error holds the value")
			}
		})
	}
}

func TestMissingGlyph(t *testing.T) {
	f := must(form.Load(formtest.Contract().Bytes()))(t)
	_, err := f.Fill(t.Context(), map[string]string{"note": "☐"}, imprint(), newPlainType(t))
	if !errors.Is(err, errNoGlyph) {
		t.Errorf("got %v", err)
	}
}

func TestFillEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := must(form.Load(formtest.Contract().Bytes()))(t)
	if _, err := f.Fill(ctx, values(), imprint(), newPlainType(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSameValuesSameBytes(t *testing.T) {
	first, second := fill(t, formtest.Contract(), values()), fill(t, formtest.Contract(), values())
	if !bytes.Equal(first.PDF, second.PDF) {
		t.Error("the same form and values gave different bytes")
	}
	f := must(form.Load(formtest.Contract().Bytes()))(t)
	for range 2 { // a form is not used up
		if again := must(f.Fill(t.Context(), values(), imprint(), newPlainType(t)))(t); !bytes.Equal(first.PDF, again.PDF) {
			t.Error("the same form filled again gave different bytes")
		}
	}
}

func TestTextShrinksToSixPoints(t *testing.T) {
	size := func(value string) string {
		content, _, _ := drawn(t, fill(t, formtest.Contract(), map[string]string{"note": value}).PDF, 0)
		at := strings.Index(content, "0 0 1 rg")
		fields := strings.Fields(content[at+len("0 0 1 rg"):])
		return fields[2] // BT /F1 size Tf
	}
	if got := size("short"); got != "9" {
		t.Errorf("a short text has %s points, not the form's 9", got)
	}
	if got := size("somewhat longer than usual in here"); got == "9" || got < "6" {
		t.Errorf("a longer text has %s points", got)
	}
}

func TestLongWordIsBroken(t *testing.T) {
	content, _, _ := drawn(t, fill(t, formtest.Contract(), map[string]string{"address": strings.Repeat("x", 80)}).PDF, 0)
	if lines := strings.Count(content, " 10 Tf"); lines != 2 {
		t.Errorf("80 characters of 5 points each stand on %d lines of 244 points", lines)
	}
}

func TestLinesWrapAtTheWidth(t *testing.T) {
	for value, want := range map[string]int{"one": 1, "one\ntwo": 2, "one\n\ntwo": 2, strings.Repeat("word ", 20): 2} {
		content, _, _ := drawn(t, fill(t, formtest.Contract(), map[string]string{"address": value}).PDF, 0)
		if got := strings.Count(content, " 10 Tf"); got != want {
			t.Errorf("%q stands on %d lines, want %d", value, got, want)
		}
	}
}

func TestOwnValueStaysWhenNoneIsGiven(t *testing.T) {
	none, _, _ := drawn(t, fill(t, formtest.Contract(), map[string]string{"note": ""}).PDF, 0)
	own, _, _ := drawn(t, fill(t, formtest.Contract(), nil).PDF, 0)
	if strings.Contains(none, "0 0 1 rg") || !strings.Contains(own, "0 0 1 rg") {
		t.Error("the form's own value is drawn where another one is given, or not where none is")
	}
}

// TestPageStateDoesNotReachTheValues looks at page 2, which leaves a doubled scale open.
func TestPageStateDoesNotReachTheValues(t *testing.T) {
	doc := must(pdf.Open(fill(t, formtest.Contract(), values()).PDF))(t)
	var all strings.Builder
	for _, part := range doc.Array(doc.Pages()[1].Dict["Contents"]) {
		s, _ := doc.Resolve(part).(*pdf.Stream)
		content, _ := doc.Decode(s)
		all.Write(content)
	}
	if got := all.String(); !strings.HasPrefix(got, "q\nq 2 0 0 2") || !strings.HasSuffix(got, "ET\nQ\nQ\n/Filled Do\n") {
		t.Errorf("page content is %q", got)
	}
}
