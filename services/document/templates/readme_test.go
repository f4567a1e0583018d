package templates_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/countersign/countersign/services/document/internal/render"
)

// readme returns README.md and its blocks: those with a file name by name, and the Markdown that has none.
func readme(t *testing.T) (text string, files fstest.MapFS, snippets []string) {
	t.Helper()
	content, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	files = fstest.MapFS{}
	for _, found := range regexp.MustCompile("(?ms)^```(\\w+)(?: (\\S+))?\n(.*?)^```$").FindAllStringSubmatch(string(content), -1) {
		switch kind, name, block := found[1], found[2], found[3]; {
		case name != "":
			files[name] = &fstest.MapFile{Data: []byte(block)}
		case kind == "markdown":
			snippets = append(snippets, block)
		}
	}
	return string(content), files, snippets
}

func TestTheGuidesExampleIsATemplate(t *testing.T) {
	_, files, _ := readme(t)
	renderer, err := render.New()
	if err != nil {
		t.Fatal(err)
	}
	report, err := renderer.Check(t.Context(), files)
	if err != nil || len(report.Mistakes) > 0 || len(report.Warnings) > 0 || len(report.Rendered) != 1 {
		t.Fatalf("%v, mistakes %v, warnings %v", err, report.Mistakes, report.Warnings)
	}
	source, err := render.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	values, err := render.ParseValues(files["values.yaml"].Data)
	if err != nil {
		t.Fatal(err)
	}
	result, err := renderer.Render(t.Context(), source, "de", values)
	if err != nil {
		t.Fatal(err)
	}
	if result.Pages != 2 || len(result.Fields) != 2 || result.FileName != "Bestellung-B-2026-17.pdf" {
		t.Errorf("%d pages, %d fields, %s", result.Pages, len(result.Fields), result.FileName)
	}
}

func TestTheGuidesLetterheadNeedsOnlyALogo(t *testing.T) {
	_, files, _ := readme(t)
	manifest := files["manifest.yaml"].Data
	with := bytes.Replace(manifest, []byte("# letterhead:"), []byte("letterhead:"), 1)
	if bytes.Equal(manifest, with) {
		t.Fatal("the example has no letterhead to uncomment")
	}
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 50, 15))); err != nil {
		t.Fatal(err)
	}
	files["manifest.yaml"], files["logo.png"] = &fstest.MapFile{Data: with}, &fstest.MapFile{Data: logo.Bytes()}
	if _, err := render.Load(files); err != nil {
		t.Error(err)
	}
}

func TestTheGuidesSnippetsAreText(t *testing.T) {
	_, files, snippets := readme(t)
	main := string(files["de.md"].Data)
	for _, snippet := range snippets {
		files["de.md"] = &fstest.MapFile{Data: []byte(main + "\n" + snippet)}
		if _, err := render.Load(files); err != nil {
			t.Errorf("%v in\n%s", err, snippet)
		}
	}
	if len(snippets) < 2 {
		t.Errorf("%d snippets", len(snippets))
	}
}

// TestTheGuidesTableOfTypes gives each value of the table to a variable of its row.
func TestTheGuidesTableOfTypes(t *testing.T) {
	text, _, _ := readme(t)
	_, table, _ := strings.Cut(text, "|---------|")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if strings.HasPrefix(cells[0], "-") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		also := ""
		if cells[1] != "" {
			also = ", " + cells[1]
		}
		source, err := render.Load(fstest.MapFS{
			"manifest.yaml": {Data: fmt.Appendf(nil, `
id: guide
version: "1"
languages: {de: {title: T, file_name: t.pdf}}
roles: [{id: client, labels: {de: Kundin}}]
variables: [{name: v, type: %s%s}]
`, cells[0], also)},
			"de.md": {Data: []byte("{{v}}\n\n:::signatures\nclient:\n:::\n")},
		})
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		shown, err := source.Template.Show("de", map[string]string{"v": cells[2]})
		if got := strings.ReplaceAll(shown["v"], "\u00a0", " "); err != nil || got != cells[3] {
			t.Errorf("%s: got %q, %v", line, got, err)
		}
		rows++
	}
	if rows < 12 {
		t.Errorf("%d rows", rows)
	}
}
