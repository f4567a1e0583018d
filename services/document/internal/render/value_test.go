package render

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/countersign/countersign/services/document/internal/paper"
)

func TestLinesStandOnLinesOfTheirOwn(t *testing.T) {
	values := map[string]string{"x": "X", "lines": "Nordwind **GmbH**\n\n## Hafen 1\n:::signatures\n| a | b |\n{{x}}"}
	_, p := show(t, "# A\n\nAn: {{lines}}, hier.\n\n| K | W |\n|---|---|\n| **{{lines}}** | b |\n\n- {{lines}}", values)
	equal(t, `A
An: Nordwind **GmbH**
## Hafen 1
:::signatures
| a | b |
{{x}}, hier.
K | W
Nordwind **GmbH** | b
## Hafen 1
:::signatures
| a | b |
{{x}}
– | Nordwind **GmbH**
## Hafen 1
:::signatures
| a | b |
{{x}}
Kundin
X
Ort, Datum
Seite 1 von 1`, p.text())
}

// typed is a template with a variable of each kind that a manifest can describe.
func typed() fstest.MapFS {
	files := one("{{x}} {{term}} {{travel}} {{due}} {{rate}} {{price}}" + signHere)
	manifest := strings.Replace(string(files["manifest.yaml"].Data), `"1"`, "1.10", 1)
	files["manifest.yaml"].Data = append([]byte(manifest), []byte(`
  - name: term
    type: choice
    required: true
    choices: [month, {value: year, labels: {de: jährlich}}]
    labels: {de: Laufzeit}
    example: year
  - {name: travel, type: boolean, required: true, example: true}
  - {name: due, type: date, format: short, required: true, example: 2026-11-02}
  - {name: rate, type: number, decimals: 2, required: true, example: 1.50}
  - {name: price, type: money, currency: EUR, required: true, example: 980.00}
`)...)
	return files
}

func TestAManifestDescribesVariables(t *testing.T) {
	source, err := Load(typed())
	if err != nil {
		t.Fatal(err)
	}
	values := source.Template.Examples()
	if source.Template.Version != "1.10" {
		t.Errorf("version %q", source.Template.Version)
	}
	equal(t, paper.Values{"term": "year", "travel": "true", "due": "2026-11-02", "rate": "1.50", "price": "980.00"}, values)
	result, err := renderer(t).RenderPlaceholders(t.Context(), source, "de", values)
	if err != nil {
		t.Fatal(err)
	}
	text := readPDF(t, result.PDF).text()
	if !strings.HasPrefix(text, "[x] jährlich ja 02.11.2026 1,50 980,00\u00a0EUR\n") || result.Title != "Titel [x]" {
		t.Errorf("title %q, text %q", result.Title, text)
	}
	if _, err := renderer(t).Render(t.Context(), source, "de", values); err == nil {
		t.Error("rendered without a required value")
	}
	delete(values, "term")
	values["x"] = "X"
	result, err = renderer(t).RenderPlaceholders(t.Context(), source, "de", values)
	if err != nil || !strings.HasPrefix(readPDF(t, result.PDF).text(), "X [Laufzeit] ja") {
		t.Errorf("no placeholder with the label: %v", err)
	}
}

func TestCheck(t *testing.T) {
	files := typed()
	files["manifest.yaml"].Data = []byte(strings.NewReplacer(
		"roles:", "  fr: {title: Contrat, file_name: contrat.pdf}\nroles:", "{de: Kundin}", "{de: Kundin, fr: Cliente}",
	).Replace(string(files["manifest.yaml"].Data)))
	files["fr.md"] = &fstest.MapFile{Data: []byte("# A\n\n1. {{x}}\n2. {{term}}" + signHere)}
	files["de.md"].Data = append([]byte("# A\n\n1. {{x}}\n\n## B\n\n"), files["de.md"].Data...)
	report, err := renderer(t).Check(t.Context(), files)
	if err != nil || len(report.Mistakes) > 0 {
		t.Fatalf("%v, mistakes:\n%v", err, report.Mistakes)
	}
	equal(t, `manifest.yaml:10: no text uses variable "y"
manifest.yaml:11: no text uses variable "long"
manifest.yaml:12: no text uses variable "lines"
fr.md: does not use variable "travel" as other languages do
fr.md: does not use variable "due" as other languages do
fr.md: does not use variable "rate" as other languages do
fr.md: does not use variable "price" as other languages do
manifest.yaml:9: variables without a label in every language: x, y, long, lines, term, travel, due, rate, price
manifest.yaml:9: required variables without an example: x
fr.md:4: clauses differ from de.md:5: here is a numbered item of depth 1, there a heading of level 2`, report.Warnings.Error())
	var made []string
	for _, d := range report.Rendered {
		made = append(made, fmt.Sprintln(d.Language, d.Result.Pages, len(d.Result.Fields), len(d.Result.PDF) > 1000))
	}
	equal(t, []string{"de 1 1 true\n", "fr 1 1 true\n"}, made)
}

func TestCheckNamesMissingGlyphsWithTheirLine(t *testing.T) {
	files := one("# A\n\nDas ☐ und ☐\n{{z}}\n\n&#x2713;" + signHere)
	report, err := renderer(t).Check(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "de.md:3: no glyph for U+2610\nde.md:4: unknown variable \"z\"", report.Mistakes.Error())
	files["de.md"].Data = []byte("&#x2713; {{x}}" + signHere)
	report, err = renderer(t).Check(t.Context(), files)
	if err != nil || len(report.Rendered) > 0 || report.Mistakes.Error() != "de.md: rendered with the examples: no glyph for U+2713" {
		t.Errorf("%v, mistakes %v", err, report.Mistakes)
	}
}

func TestCheckTellsWhatCannotBeRead(t *testing.T) {
	report, err := renderer(t).Check(t.Context(), fstest.MapFS{})
	if err != nil || report.Mistakes.Error() != "manifest.yaml: file not found" {
		t.Errorf("%v, mistakes %v", err, report.Mistakes)
	}
}

func TestParseValues(t *testing.T) {
	want := paper.Values{"deal.price": "12500.00", "a": "x\ny", "travel": "true", "date": "2026-11-22", "none": ""}
	for _, data := range []string{
		`{"deal.price": 12500.00, "a": "x\ny", "travel": true, "date": "2026-11-22", "none": null}`,
		"\ufeffdeal.price: 12500.00\na: |\n  x\n  y\ntravel: true\ndate: 2026-11-22\nnone:\n",
		"# comment\n\"deal.price\": '12500.00'\na: \"x\\ny\"\ntravel: true\ndate: \"2026-11-22\"\nnone: null\n",
	} {
		got, err := ParseValues([]byte(data))
		if err != nil {
			t.Errorf("%q: %v", data, err)
			continue
		}
		equal(t, want, got)
	}
	for _, data := range []string{"", "{}", "# nothing\n"} {
		if got, err := ParseValues([]byte(data)); err != nil || len(got) > 0 {
			t.Errorf("%q: %v, %v", data, got, err)
		}
	}
}

func TestParseValuesRefuses(t *testing.T) {
	for data, want := range map[string]string{
		"{\"a\": 1,\n\"a\": 2}":          "data:2: a name is there twice",
		"{\"a\":\n {\"b\": \"secret\"}}": "data:2: a value is",
		`{"a": ["secret"]}`:              "data:1: a value is",
		`{"a": "secret"`:                 "data:1: not JSON",
		`{"a": "x"} secret`:              "data:1: more follows",
		"a: 1\na: 2":                     "data:2: ",
		"a: [secret]":                    "data:1: a value is",
		"a: &b secret\nc: *b":            "data:1: a value is",
		"a: !!binary secret":             "data:1: a value is",
		"- secret":                       "data: must be one mapping",
		"secret":                         "data: must be one mapping",
		"a: b\n---\nc: secret":           "data: must be one mapping",
		"a: 'secret":                     "data:1: not YAML",
		strings.Repeat("x", maxData+1):   "data: more than",
	} {
		_, err := ParseValues([]byte(data))
		var wrong *DataError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%.40q: got %v, want %s", data, err, want)
		}
	}
}

func FuzzParseValues(f *testing.F) {
	for _, seed := range []string{`{"a": 1}`, "a: b", "a: |\n b\n", "- a", "a: &a [*a]", "{", "? a\n: b", "<<: {a: b}", "a: !!str 1", "\ufeff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		values, err := ParseValues(slices.Clone(data))
		var wrong *DataError
		if err != nil && !errors.As(err, &wrong) || err != nil && values != nil {
			t.Fatalf("%v with %d values", err, len(values))
		}
	})
}
