package render

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// lineTexts sets a text and returns its lines.
func lineTexts(t *testing.T, text string, look style, width pdf.Length) []string {
	t.Helper()
	lines, err := newTestSetter(t).set([]span{{text: text}}, look, width)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, runs := range lines {
		var b strings.Builder
		for _, r := range runs {
			for _, g := range r.Glyphs {
				b.WriteString(g.Text)
			}
		}
		texts = append(texts, strings.TrimSuffix(strings.ReplaceAll(b.String(), string(softHyphen), "-"), " "))
	}
	return texts
}

func TestTextIsHyphenatedHeadingsAndValuesAreNot(t *testing.T) {
	const long = "Geheimhaltungsvereinbarung Vertragspartnerinnen Auftragsbearbeitung "
	body := "# " + strings.Repeat(long, 4) + "\n\n## " + strings.Repeat(long, 6) + "\n\n{{long}}\n\n"
	source, err := Load(one(body + strings.Repeat(long, 10) + signHere))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range source.texts["de"].blocks {
		if h, ok := b.(heading); ok && strings.ContainsRune(h.text[0].text, softHyphen) {
			t.Error("a heading may be hyphenated")
		}
	}
	result, err := renderer(t).Render(t.Context(), source, "de", map[string]string{"x": "x", "long": strings.Repeat(long, 10)})
	if err != nil {
		t.Fatal(err)
	}
	var hyphens []string
	for _, l := range readPDF(t, result.PDF).pages[0].lines {
		if strings.HasSuffix(l.text, "-") {
			hyphens = append(hyphens, fmt.Sprintf("%.0f", l.y))
		}
	}
	filled := fill(source.texts["de"].blocks, map[string]string{"x": "x", "long": strings.Repeat(long, 10)})
	if value := filled[2].(paragraph).text[0].text; strings.ContainsRune(value, softHyphen) {
		t.Error("a value may be hyphenated")
	}
	if len(hyphens) == 0 {
		t.Error("no line of the text ends in a hyphen")
	}
}

func TestListedWordsOverruleTheLanguage(t *testing.T) {
	p := newTypography("de", []string{"Vertrags-partnerin", "Gewährleistung"})
	want := "VERTRAGS\u00adPARTNERIN Gewährleistung Kün\u00addi\u00adgung"
	equal(t, want, p.hyphenate("VERTRAGSPARTNERIN Gewährleistung Kündigung"))
}

// TestHyphensDoNotFormLadders counts lines in succession that end in a hyphen, in text that invites them.
func TestHyphensDoNotFormLadders(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	words := strings.Fields("Auf\u00adtrags\u00adbe\u00adar\u00adbei\u00adtung Ver\u00adtrags\u00adpart\u00adne\u00adrin " +
		"Ge\u00adheim\u00adhal\u00adtung und der Un\u00adter\u00adzeich\u00adnung elek\u00adtro\u00adni\u00adsche im")
	ladders, hyphens := 0, 0
	for range 60 {
		var text []string
		for range 60 {
			text = append(text, words[random.IntN(len(words))])
		}
		row := 0
		for _, line := range lineTexts(t, strings.Join(text, " "), bodyStyle(), 420*pdf.Point) {
			if !strings.HasSuffix(line, "-") {
				row = 0
				continue
			}
			hyphens++
			if row++; row == 3 {
				ladders++
			}
		}
	}
	if ladders > 3 || hyphens < 100 {
		t.Errorf("%d ladders of three among %d hyphens", ladders, hyphens)
	}
}

func TestWideLabelsKeepTheirNumber(t *testing.T) {
	var body strings.Builder
	for i := range 12 {
		fmt.Fprintf(&body, "## K%d\n\n### U\n\n", i)
	}
	body.WriteString(strings.Repeat("1. punkt\n", 12) + "   1. a\n" + strings.Repeat("      1. i\n", 18) + "\n")
	_, p := show(t, body.String(), map[string]string{"x": "Name"})
	for _, want := range []string{"12.1.12 | punkt", "(xviii) | i", "(viii) | i", "12. | K11"} {
		if !strings.Contains(p.text(), want) {
			t.Errorf("no %q in\n%s", want, p.text())
		}
	}
	left := map[string]float64{}
	for _, l := range p.pages[0].lines {
		left[l.text] = l.x
	}
	if left["1. | K0"] != a4().left.Points() {
		t.Errorf("numbers stand at %v", left)
	}
}

func TestLastLinesAreNotStretched(t *testing.T) {
	s := newTestSetter(t)
	lines, err := s.set([]span{{text: strings.Repeat("Die Parteien behandeln dies vertraulich. ", 5) + "Ende gut."}}, bodyStyle(), 300*pdf.Point)
	if err != nil {
		t.Fatal(err)
	}
	last := lines[len(lines)-1]
	if x := end(s, last[len(last)-1]); len(lines) < 3 || x > 280*pdf.Point {
		t.Errorf("%d lines, the last ends at %d", len(lines), x)
	}
}

func TestSignaturesAreNotAlone(t *testing.T) {
	for lines := range 45 {
		body := strings.Repeat("Zeile\n\n", lines) + "Absatz"
		result, p := show(t, body, map[string]string{"x": "Name"})
		page := p.pages[result.Fields[0].Page-1]
		before := strings.Count(page.text()[:strings.Index(page.text(), "Kundin")], "\n")
		if result.Fields[0].Page > 1 {
			before-- // the header
		}
		if before < min(2, lines+1) || !strings.Contains(page.text(), "Kundin\nName\nOrt, Datum") {
			t.Errorf("%d lines: %d before the signatures:\n%s", lines, before, page.text())
		}
	}
}

// TestRowTallerThanAPageIsCut prints all of it, its head on each page, and never fewer than two lines.
func TestRowTallerThanAPageIsCut(t *testing.T) {
	row := "| zz | " + strings.Repeat("Leistung ", 2000) + "|\n"
	_, p := show(t, "Vor\n\n| K | Text |\n|---|---|\n| a | b |\n"+row+"| c | d |\n", map[string]string{"x": "Name"})
	if got := strings.Count(p.text(), "Leistung"); got != 2000 || len(p.pages) < 4 {
		t.Errorf("%d words on %d pages", got, len(p.pages))
	}
	for i, page := range p.pages {
		if n := strings.Count(page.text(), "K | Text"); n != 1 && strings.Contains(page.text(), "Leistung") {
			t.Errorf("page %d has %d heads", i+1, n)
		}
	}
}

// TestTallHeadIsNotRepeated has a head that would push its rows off the page.
func TestTallHeadIsNotRepeated(t *testing.T) {
	head := "| " + strings.Repeat("Kopf ", 900) + "| b |\n|---|---|\n"
	_, p := show(t, head+strings.Repeat("| c | d |\n", 60), map[string]string{"x": "Name"})
	if n := strings.Count(p.text(), "Kopf"); n != 900 {
		t.Errorf("%d words of the head", n)
	}
	for i, page := range p.pages {
		for _, l := range page.lines[:len(page.lines)-1] {
			if l.y > a4().foot().Points() {
				t.Fatalf("page %d: %q at %.1f", i+1, l.text, l.y)
			}
		}
	}
}

// TestHostileValuesEndInTime fills values to the brim and expects an answer, any answer, about when the deadline says.
func TestHostileValuesEndInTime(t *testing.T) {
	body := strings.Repeat("{{long}}\n\n- {{long}}\n\n| {{x}} | b |\n|---|---|\n| {{long}} | {{long}} |\n\n", 20)
	source, err := Load(one(body + signHere))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"one word":   strings.Repeat("W", 4096),
		"words":      strings.Repeat("a ", 2047) + "a",
		"marks":      strings.Repeat("e\u0302\u0301", 1365),
		"wide":       strings.Repeat("\u2014", 4096),
		"fixed":      strings.Repeat("a\u00a0", 2047) + "a",
		"no break":   strings.Repeat("a\u2060", 2048),
		"slashes":    strings.Repeat("a/", 2048),
		"soft":       strings.Repeat("a\u00ad", 2048),
		"zero width": strings.Repeat("\u200b", 4096),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		start := time.Now()
		_, err := renderer(t).Render(ctx, source, "de", map[string]string{"x": "x", "long": value})
		cancel()
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: took %v, error %v", name, took, err)
		} else {
			t.Logf("%s: %v, error %v", name, took.Round(time.Millisecond), err)
		}
	}
}
