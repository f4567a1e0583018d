package render

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/templates"
)

func renderer(t testing.TB) *Renderer {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func builtin(t testing.TB, id string) Source {
	t.Helper()
	folder, err := fs.Sub(templates.FS(), id)
	if err != nil {
		t.Fatal(err)
	}
	source, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func deal() map[string]string {
	return map[string]string{
		"deal.name": "Website-Relaunch Nordwind", "deal.price": "12500.00", "deal.reference": "CS-2026-0042",
		"contact.name": "Łukasz Nguyễn-Żółć", "contact.email": "l.nguyen@example.com",
		"company.name": "Nordwind Logistik GmbH", "document.date": "2026-11-22",
	}
}

// one is a template with a single language, one role, and text variables x (required), y (optional) and long.
func one(body string) fstest.MapFS {
	const manifest = `id: one
version: "1"
languages:
  de: {title: "Titel {{x}}", file_name: "datei-{{x}}.pdf"}
roles:
  - {id: client, labels: {de: Kundin}}
variables:
  - {name: x, type: text, required: true}
  - {name: y, type: text}
  - {name: long, type: text, max_length: 4096}
  - {name: lines, type: lines}
`
	return fstest.MapFS{"manifest.yaml": {Data: []byte(manifest)}, "de.md": {Data: []byte(body)}}
}

const signHere = "\n\n:::signatures\nclient: {{x}}\n:::\n"

func show(t *testing.T, body string, values map[string]string) (Result, printed) {
	t.Helper()
	source, err := Load(one(body + signHere))
	if err != nil {
		t.Fatal(err)
	}
	result, err := renderer(t).Render(t.Context(), source, "de", values)
	if err != nil {
		t.Fatal(err)
	}
	return result, readPDF(t, result.PDF)
}

// TestGolden compares what a reader finds in each built-in contract with testdata. UPDATE_GOLDEN=1 writes it anew.
func TestGolden(t *testing.T) {
	r := renderer(t)
	for _, id := range []string{"services-agreement", "nda"} {
		source := builtin(t, id)
		for _, language := range source.Template.Languages() {
			t.Run(id+"-"+language, func(t *testing.T) {
				values := deal()
				if _, found := source.Template.Variable("client.address"); found {
					values["client.address"] = "Hafenstrasse 12\n20457 Hamburg"
				}
				result, err := r.Render(t.Context(), source, language, values)
				if err != nil {
					t.Fatal(err)
				}
				p := readPDF(t, result.PDF)
				got := "title " + result.Title + "\nfile " + result.FileName + "\n" + outlineOf(p)
				name := filepath.Join("testdata", id+"-"+language+".txt")
				if os.Getenv("UPDATE_GOLDEN") != "" {
					if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				equal(t, string(want), got)
				if len(result.PDF) > 100_000 || result.Pages != len(p.pages) {
					t.Errorf("%d bytes, %d pages", len(result.PDF), result.Pages)
				}
			})
		}
	}
}

// TestLanguagesHaveTheSameClauses finds a clause that a translation forgot.
func TestLanguagesHaveTheSameClauses(t *testing.T) {
	r := renderer(t)
	number := regexp.MustCompile(`(?m)^(\d+\.[\d.]*|\([a-z]\)|–) \| `)
	for _, id := range []string{"services-agreement", "nda"} {
		source := builtin(t, id)
		var first []string
		for _, language := range source.Template.Languages() {
			result, err := r.Render(t.Context(), source, language, deal())
			if err != nil {
				t.Fatal(err)
			}
			got := number.FindAllString(readPDF(t, result.PDF).text(), -1)
			if first == nil {
				first = got
			}
			if diff := cmp.Diff(first, got); diff != "" || len(got) < 15 {
				t.Errorf("%s %s: clauses differ from those of %s:\n%s", id, language, source.Template.Languages()[0], diff)
			}
		}
	}
}

func TestSameBytesEveryTime(t *testing.T) {
	source := builtin(t, "services-agreement")
	r := renderer(t)
	first, err := r.Render(t.Context(), source, "de", deal())
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			again, err := r.Render(t.Context(), builtin(t, "services-agreement"), "de", deal())
			if err != nil || !bytes.Equal(first.PDF, again.PDF) {
				t.Errorf("another render gave other bytes (error %v)", err)
			}
		})
	}
	wait.Wait()
	changed := deal()
	changed["deal.price"] = "12500.01"
	other, err := r.Render(t.Context(), source, "de", changed)
	if err != nil || bytes.Equal(first.PDF, other.PDF) {
		t.Errorf("another price gave the same bytes (error %v)", err)
	}
}

func TestFieldsStandWhereTheWidgetsAre(t *testing.T) {
	source, err := Load(pair())
	if err != nil {
		t.Fatal(err)
	}
	result, err := renderer(t).Render(t.Context(), source, "fr", nil)
	if err != nil {
		t.Fatal(err)
	}
	p := readPDF(t, result.PDF)
	if len(result.Fields) != 3 || len(p.fields) != 3 {
		t.Fatalf("%d fields, %d widgets", len(result.Fields), len(p.fields))
	}
	for i, f := range result.Fields {
		w := p.fields[i]
		for _, delta := range []float64{f.X - w.X, f.Y - w.Y, f.Width - w.Width, f.Height - w.Height} {
			if math.Abs(delta) > 0.1 {
				t.Errorf("field %+v, widget %+v", f, w)
			}
		}
		if f.Role != w.Role || f.FormField != w.FormField || f.Page != w.Page {
			t.Errorf("field %+v, widget %+v", f, w)
		}
		if ratio := f.Width / f.Height; math.Abs(ratio-2.3) > 0.01 {
			t.Errorf("ratio %.3f", ratio)
		}
		if f.X < 0 || f.Y < 0 || f.X+f.Width > 596 || f.Y+f.Height > 842 {
			t.Errorf("field off the page: %+v", f)
		}
	}
}

// pair is a template whose three roles sign side by side and below.
func pair() fstest.MapFS {
	const manifest = `id: pair
version: "1"
languages:
  fr: {title: Contrat, file_name: contrat.pdf}
roles:
  - {id: client, labels: {fr: Client}}
  - {id: provider, labels: {fr: Prestataire}}
  - {id: witness_1, labels: {fr: Témoin}}
`
	const body = "# Contrat\n\n## Un\n\nTexte.\n\n:::signatures\nclient\nprovider: La direction\nwitness_1\n:::\n"
	return fstest.MapFS{"manifest.yaml": {Data: []byte(manifest)}, "fr.md": {Data: []byte(body)}}
}

func TestOptionalValues(t *testing.T) {
	body := "# A\n\nMit {{y}} hier.\n\nImmer.\n\n- Punkt {{y}}\n- Punkt\n\n| K | W |\n|---|---|\n| a | {{y}} |\n| b | {{x}} |\n"
	_, p := show(t, body, map[string]string{"x": "X", "y": "Y"})
	for _, want := range []string{"Mit Y hier.", "– | Punkt Y", "a | Y", "b | X"} {
		if !strings.Contains(p.text(), want) {
			t.Errorf("no %q in\n%s", want, p.text())
		}
	}
	_, p = show(t, body, map[string]string{"x": "X"})
	equal(t, "A\nImmer.\n– | Punkt\nK | W\nb | X\nKundin\nX\nOrt, Datum\nSeite 1 von 1", p.text())
}

func TestTitleAndFileName(t *testing.T) {
	for value, want := range map[string]string{
		"Umbau":                  "datei-Umbau.pdf",
		"../../etc/passwd":       "datei-.-etc-passwd.pdf",
		`a"; filename="x.exe`:    "datei-a-filename-x.exe.pdf",
		strings.Repeat("ä", 200): "datei-" + strings.Repeat("ä", 118) + ".pdf",
	} {
		result, _ := show(t, "# A", map[string]string{"x": value})
		if strings.ContainsAny(result.FileName, `/\"; `) || len([]rune(result.FileName)) > 128 || !strings.HasSuffix(result.FileName, ".pdf") {
			t.Errorf("file name %q", result.FileName)
		}
		if value == "Umbau" && result.FileName != want || result.Title != "Titel "+value {
			t.Errorf("file name %q, title %q", result.FileName, result.Title)
		}
	}
}

func TestRenderStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, body := range []string{"a", "- a\n- b", "| a |\n|---|\n| b |"} {
		source, err := Load(one(body + signHere))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := renderer(t).Render(ctx, source, "de", map[string]string{"x": "x"}); !errors.Is(err, context.Canceled) {
			t.Errorf("%q: got %v", body, err)
		}
	}
}

func TestRenderPassesRefusalsOn(t *testing.T) {
	source := builtin(t, "nda")
	var language *paper.LanguageError
	if _, err := renderer(t).Render(t.Context(), source, "es", deal()); !errors.As(err, &language) {
		t.Errorf("got %v, want a *paper.LanguageError", err)
	}
	var values *paper.ValuesError
	if _, err := renderer(t).Render(t.Context(), source, "de", nil); !errors.As(err, &values) || len(values.Problems) != 5 {
		t.Errorf("got %v, want a *paper.ValuesError with the five required variables", err)
	}
}

func BenchmarkRender(b *testing.B) {
	r, source, values := renderer(b), builtin(b, "services-agreement"), deal()
	start := time.Now()
	for b.Loop() {
		result, err := r.Render(b.Context(), source, "de", values)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(result.PDF)))
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "renders/s")
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		builtin(b, "services-agreement")
	}
}
