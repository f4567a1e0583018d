package render

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// with is the template one with more in its manifest and more files.
func with(manifest, body string, files map[string]string) fstest.MapFS {
	fsys := one(body + signHere)
	fsys["manifest.yaml"].Data = append(fsys["manifest.yaml"].Data, manifest...)
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func showFiles(t *testing.T, fsys fstest.MapFS) (Result, printed) {
	t.Helper()
	source, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	result, err := renderer(t).Render(t.Context(), source, "de", map[string]string{"x": "Name"})
	if err != nil {
		t.Fatal(err)
	}
	return result, readPDF(t, result.PDF)
}

// TestReferencesPrintTheNumberAsSet refers forwards and backwards, from text, a table and an annex, to every kind of
// numbered place.
func TestReferencesPrintTheNumberAsSet(t *testing.T) {
	const body = `# Vertrag

Siehe [](#haftung), [](#preis), **[](#mangel)**, [](#frist), [](#unter), [](#punkt), [](#liste) und [](#liste-2).

## Zweck {#zweck}

Fehlt {{y}}.

## Haftung {#haftung}

1. {#preis} **Preis** nach [](#zweck).
2. Weiter
   1. a
   2. {#mangel} b
      1. {#frist} i

### Unter {#unter}

1. {#punkt} {{x}} zahlt

| Kopf [](#preis) |
|---|
| [](#haftung) |
`
	annex := "# Preise {#titel}\n\nWie [](#haftung), [](#satz).\n\n## Satz {#satz}\n"
	_, p := showFiles(t, with("annexes: [liste, liste-2]\n", body, map[string]string{
		"liste.de.md": strings.Replace(annex, " {#titel}", "", 1), "liste-2.de.md": "# Zwei\n\n1. {#zwei} [](#liste) [](#zwei)\n",
	}))
	text := strings.ReplaceAll(p.text(), "\u00a0", " ")
	for _, want := range []string{
		"Siehe 2, 2.1, 2.2 (b), 2.2 (b) (i), 2.3, 2.3.1, Anlage 1 und Anlage 2.",
		"Preis nach 1.", "Name zahlt", "Kopf 2.1\n2\n", "Anlage 1\nPreise\nWie 2, 1.\n1. | Satz", "Anlage 2\nZwei\n1. | Anlage 1 1\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestReferencesAreLinks(t *testing.T) {
	result, p := showFiles(t, with("annexes: [liste]\n", "## A {#a}\n\n1. {#b} [](#a) [](#b) [](#liste)\n", map[string]string{"liste.de.md": "# L\n"}))
	if n := strings.Count(string(result.PDF), "/Subtype/Link"); n != 3 || len(p.pages) != 2 {
		t.Errorf("%d links in the file, %d pages", n, len(p.pages))
	}
}

// TestNumbersDoNotDependOnValues leaves out everything that a value can leave out.
func TestNumbersDoNotDependOnValues(t *testing.T) {
	const body = "## A\n\n{{y}}\n\n1. eins\n\n- {{y}}\n- Punkt\n\n1. {#b} zwei\n\n## C {#c}\n\nNach [](#b) und [](#c)."
	source, err := Load(one(body + signHere))
	if err != nil {
		t.Fatal(err)
	}
	for _, values := range []map[string]string{{"x": "X"}, {"x": "X", "y": "Y"}} {
		result, err := renderer(t).Render(t.Context(), source, "de", values)
		if err != nil {
			t.Fatal(err)
		}
		if text := readPDF(t, result.PDF).text(); !strings.Contains(text, "Nach\u00a01.2 und\u00a02.") {
			t.Errorf("with %d values:\n%s", len(values), text)
		}
	}
}

func TestAnchorMistakes(t *testing.T) {
	annex := map[string]string{"liste.de.md": "# L\n\n## B {#b}\n"}
	for name, test := range map[string]struct {
		body, manifest, want string
		files                map[string]string
	}{
		"unknown":            {body: "a\n\nb [](#z)\n", want: `de.md:3: no anchor "z"`},
		"twice":              {body: "## A {#a}\n\n## B {#a}\n", want: `de.md:3: anchor "a" is also at de.md:1`},
		"twice in an annex":  {"## A\n\n## B {#b}\n", "annexes: [liste]\n", `liste.de.md:3: anchor "b" is also at de.md:3`, annex},
		"an annex's id":      {"## B {#liste}\n", "annexes: [liste]\n", `liste.de.md:1: anchor "liste" is also at de.md:1`, annex},
		"title":              {body: "# A {#a}\n", want: `de.md:1: anchor "a" is on something without a number`},
		"within bullets":     {body: "- a\n  1. {#b} c\n", want: `de.md:2: anchor "b" is on something without a number`},
		"bullet":             {body: "- {#a} b\n", want: "de.md:1: an anchor such as"},
		"paragraph":          {body: "a\n\n{#a} b\n", want: "de.md:3: an anchor such as"},
		"end of item":        {body: "1. b {#a}\n", want: "de.md:1: an anchor such as"},
		"bad id":             {body: "## A {#A b}\n", want: "de.md:1: an anchor such as"},
		"bad reference":      {body: "[](#A)\n", want: "a reference is [](#anchor)"},
		"reference and text": {body: "## A {#a}\n\n[b](#a)\n", want: "de.md:3: a contract cannot show this: Link"},
		"reference title":    {body: "## A {#a}\n\n[](#a \"t\")\n", want: "de.md:3: a contract cannot show this: Link"},
		"address":            {body: "[](https://example.com)\n", want: "cannot show this: Link"},
	} {
		_, err := Load(with(test.manifest, test.body, test.files))
		var mistake *LoadError
		if !errors.As(err, &mistake) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

func TestAnchorsAreListed(t *testing.T) {
	source, err := Load(with("annexes: [liste]\n", "## B {#b}\n\n1. {#a} c\n", map[string]string{"liste.de.md": "# L\n"}))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, []string{"a", "b", "liste"}, source.Anchors("de"))
	equal(t, 0, len(source.Anchors("fr")))
}

func TestAnnexesFollowTheSignatures(t *testing.T) {
	files := map[string]string{
		"eins.de.md": "# Preise\n\n## Satz\n\n1. {{x}}\n\n| a |\n|---|\n| {{y}} |\n", "zwei.de.md": "# Dienste\n\n## Zeit\n",
	}
	result, p := showFiles(t, with("annexes: [eins, zwei]\n", "# T\n\n## A\n\n## B", files))
	if len(p.pages) != 3 || result.Pages != 3 || result.Fields[0].Page != 1 {
		t.Fatalf("%d pages, signed on %d", len(p.pages), result.Fields[0].Page)
	}
	equal(t, "Titel Name\nAnlage\u00a01\nPreise\n1. | Satz\n1.1 | Name\na\nSeite 2 von 3", p.pages[1].text())
	equal(t, "Titel Name\nAnlage\u00a02\nDienste\n1. | Zeit\nSeite 3 von 3", p.pages[2].text())
}

func TestAnnexMistakes(t *testing.T) {
	for name, test := range map[string]struct{ manifest, text, want string }{
		"no file":    {"annexes: [a, b]\n", "# A", "b.de.md: file not found"},
		"no title":   {"annexes: [a]\n", "A", "a.de.md:1: an annex begins with its title"},
		"empty":      {"annexes: [a]\n", "", "a.de.md:1: an annex begins with its title"},
		"clause":     {"annexes: [a]\n", "## A", "a.de.md:1: an annex begins with its title"},
		"signatures": {"annexes: [a]\n", "# A\n" + signHere, "a.de.md:4: an annex is not signed by itself"},
		"twice":      {"annexes: [a, a]\n", "# A", `annex "a"`},
		"path":       {"annexes: [../a]\n", "# A", `annex "../a"`},
		"many":       {"annexes: [" + strings.Repeat("a,", maxAnnexes) + "a]\n", "# A", "more than 20 annexes"},
	} {
		_, err := Load(with(test.manifest, "a", map[string]string{"a.de.md": test.text}))
		var mistake *LoadError
		if !errors.As(err, &mistake) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

// TestCheckComparesAnchors finds an anchor that a translation forgot, and one that only the translation has.
func TestCheckComparesAnchors(t *testing.T) {
	fsys := pair()
	manifest := strings.Replace(string(fsys["manifest.yaml"].Data), "  fr: {title", "  de: {title: V, file_name: v.pdf}\n  fr: {title", 1)
	for _, role := range []string{"Client}", "Prestataire}", "Témoin}"} {
		manifest = strings.Replace(manifest, role, role[:len(role)-1]+", de: A}", 1)
	}
	fsys["manifest.yaml"].Data = []byte(manifest)
	text := string(fsys["fr.md"].Data)
	fsys["de.md"] = &fstest.MapFile{Data: []byte(strings.Replace(text, "## Un", "## Un {#eins}", 1))}
	fsys["fr.md"].Data = []byte(strings.Replace(text, "## Un", "## Un {#un}", 1))
	report, err := renderer(t).Check(t.Context(), fsys)
	if err != nil || len(report.Mistakes) > 0 {
		t.Fatalf("mistakes %v, error %v", report.Mistakes, err)
	}
	equal(t, "de.md: no anchor \"un\" as at fr.md:3\nfr.md: no anchor \"eins\" as at de.md:3", sortedLines(report.Warnings.Error()))
}

func sortedLines(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
