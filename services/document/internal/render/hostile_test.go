package render

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// TestValuesCannotAddStructure prints markup as it is: the same headings, the same numbers, the same blocks.
func TestValuesCannotAddStructure(t *testing.T) {
	body := "# A\n\n## B\n\n1. Wert {{x}}\n2. Ende\n\n| K |\n|---|\n| {{x}} |\n\n## C"
	_, plain := show(t, body, map[string]string{"x": "wort"})
	for _, value := range []string{
		"## Haftung", "**fett**", "a | b", "[l](u)", "<b>b</b>", "{{y}}", "{{x}}", ":::", "1. x", "---", "&nbsp;", `\*`,
	} {
		_, p := show(t, body, map[string]string{"x": value})
		want := strings.ReplaceAll(plain.text(), "wort", value)
		if got := p.text(); got != want {
			t.Errorf("%q changed the document:\n%s\nwant\n%s", value, got, want)
		}
	}
}

func TestHostileValuesAreRefused(t *testing.T) {
	source, err := Load(one("{{x}} {{long}}" + signHere))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for name, value := range map[string]string{
		"heading on a new line":  "a\n## Haftungsausschluss",
		"signature block":        "a\n\n:::signatures\nclient\n:::\n",
		"bidi override":          "a\u202eb",
		"20,000 combining marks": "a" + strings.Repeat("\u0301", 20_000),
		"short pile of marks":    "a" + strings.Repeat("\u0301", 20),
		"50,000 letters":         strings.Repeat("x", 50_000),
	} {
		_, err := renderer(t).Render(ctx, source, "de", map[string]string{"x": "x", "long": value})
		var refused *paper.ValuesError
		if !errors.As(err, &refused) || refused.Problems[0].Variable != "long" {
			t.Errorf("%s: got %v, want a *paper.ValuesError for long", name, err)
		}
	}
}

// TestLongWordsStayOnThePage breaks what no language breaks rather than running over the margin.
func TestLongWordsStayOnThePage(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	source, err := Load(one("{{long}}\n\n- {{long}}\n\n| A | B |\n|---|--:|\n| **{{long}}** | {{long}} |" + signHere))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"letters": strings.Repeat("W", 4096),
		"words":   strings.Repeat("a ", 2047) + "a",
		"marks":   strings.Repeat("e\u0302\u0301", 1365),
		"hyphens": strings.Repeat("-", 4096),
		"slashes": strings.Repeat("a/", 2048),
		"fixed":   strings.Repeat("a\u00a0", 2047) + "a",
	} {
		result, err := renderer(t).Render(ctx, source, "de", map[string]string{"x": "x", "long": value})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, page := range readPDF(t, result.PDF).pages {
			for _, l := range page.lines {
				if l.x < a4().left.Points()-0.01 || l.end > (a4().width-a4().right).Points()+0.5 || l.y > a4().height.Points()-30 {
					t.Fatalf("%s: page %d: a line reaches from %.1f to %.1f at %.1f", name, i+1, l.x, l.end, l.y)
				}
			}
		}
	}
}

func TestMissingGlyphIsNamed(t *testing.T) {
	source, err := Load(one("Wort {{x}}" + signHere))
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]rune{
		"北京": '北', "Smile 😀": '😀', "שלום": 'ש', "سلام": 'س', "a \u2713": '\u2713',
	} {
		_, err := renderer(t).Render(t.Context(), source, "de", map[string]string{"x": value})
		var missing *GlyphError
		if !errors.As(err, &missing) || missing.Rune != want {
			t.Errorf("got %v, want a *GlyphError for %U", err, want)
		}
	}
	err = &GlyphError{Rune: 0x1f600}
	if err.Error() != "no glyph for U+1F600" {
		t.Errorf("message %q", err)
	}
}

func TestEuropeanScriptsArePrinted(t *testing.T) {
	const name = "Żółć Ångström Đặng Văn Ğül Ђорђе Αθήνα Nguyễn fiffig"
	_, p := show(t, "Name: {{x}}", map[string]string{"x": name})
	if !strings.Contains(p.text(), "Name: "+name) {
		t.Errorf("printed as %q", p.text())
	}
	// The same name in decomposed form must be copied out as the same letters.
	_, p = show(t, "Name: {{x}}", map[string]string{"x": "Nguye\u0302\u0303n"})
	if !strings.Contains(p.text(), "Nguye\u0302\u0303n") {
		t.Errorf("decomposed letters printed as %q", p.text())
	}
}

func TestTooManyPages(t *testing.T) {
	for name, body := range map[string]string{
		"text":        strings.Repeat("{{long}}\n\n", 400),
		"page breaks": strings.Repeat("a\n\n---\n\n", maxPages+1),
	} {
		source, err := Load(one(body + signHere))
		if err != nil {
			t.Fatal(err)
		}
		_, err = renderer(t).Render(t.Context(), source, "de", map[string]string{"x": "x", "long": strings.Repeat("wort ", 819)})
		var long *TooLongError
		if !errors.As(err, &long) || long.Limit != maxPages {
			t.Errorf("%s: got %v, want a *TooLongError", name, err)
		}
	}
}

func FuzzValues(f *testing.F) {
	source, err := Load(one("# {{x}}\n\n## {{x}}\n\n1. {{x}}\n\n- {{y}}\n\n| a | b |\n|---|--:|\n| {{x}} | {{long}} |\n| {{lines}} | **{{lines}}** |\n\n{{lines}}" + signHere))
	if err != nil {
		f.Fatal(err)
	}
	r := renderer(f)
	for _, seed := range []string{"x", "Łukasz", "a\n# b", "\u202e", "a\u0301", "fi-fl/ff", "北", strings.Repeat("W", 200), "a\u00a0b", "--", "\xff", "a\n\nb\n:::signatures\nclient\n:::"} {
		f.Add(seed, seed, seed)
	}
	plain, err := r.Render(f.Context(), source, "de", map[string]string{"x": "x", "y": "x", "long": "x", "lines": "x"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, x, long, lines string) {
		result, err := r.Render(t.Context(), source, "de", map[string]string{"x": x, "y": long, "long": long, "lines": lines})
		if err != nil {
			var values *paper.ValuesError
			var glyph *GlyphError
			if !errors.As(err, &values) && !errors.As(err, &glyph) {
				t.Fatalf("unexpected error %v", err)
			}
			return
		}
		if len(result.Fields) != len(plain.Fields) || result.Pages < 1 || strings.Contains(result.Title, "\n") || !strings.HasSuffix(result.FileName, ".pdf") {
			t.Fatalf("%d fields, %d pages", len(result.Fields), result.Pages)
		}
	})
}

// TestWorkIsBounded stops when there is more text than pages, or no time left, and not at the end of a paragraph only.
func TestWorkIsBounded(t *testing.T) {
	s := newTestSetter(t)
	s.text = maxText - 2
	look := style{size: 10_500}
	if _, err := s.set([]span{{text: "ab"}}, look, 100*pdf.Point); err != nil {
		t.Errorf("the last of the text: %v", err)
	}
	_, err := s.set([]span{{text: "c"}}, look, 100*pdf.Point)
	var long *TooLongError
	if !errors.As(err, &long) {
		t.Errorf("got %v, want a *TooLongError", err)
	}
	source, err := Load(one("{{x}}" + strings.Repeat(" {{long}}", 2000) + signHere))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = renderer(t).Render(ctx, source, "de", map[string]string{"x": "x", "long": strings.Repeat("a ", 2000)})
	if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 2*time.Second {
		t.Errorf("after %s got %v", took, err)
	}
}

// TestAWordWiderThanALineHasFewPlacesToBreak because the time to choose among them grows with their square.
func TestAWordWiderThanALineHasFewPlacesToBreak(t *testing.T) {
	const width = 400 * pdf.Point
	atoms, err := newTestSetter(t).atomize([]span{{text: strings.Repeat(".", 4096)}}, style{size: 10_500}, width)
	if err != nil {
		t.Fatal(err)
	}
	var sum pdf.Length
	text := ""
	for _, a := range atoms {
		sum += a.width
		text += a.pieces[0].text
		if a.width > width/splits {
			t.Fatalf("a part is %d wide", a.width)
		}
	}
	if text != strings.Repeat(".", 4096) || len(atoms) > 2*splits*int(sum/width+1) {
		t.Errorf("%d parts of %d lines, %d characters", len(atoms), sum/width, len(text))
	}
}
