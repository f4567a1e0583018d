package render

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoadNamesFileAndLine(t *testing.T) {
	const sign = "\n" + ":::signatures\nclient: {{x}}\n:::\n"
	for name, test := range map[string]struct {
		body, want string
	}{
		"unknown slot":             {"# A\n\nText\n{{z}}\n" + sign, `de.md:4: unknown variable "z"`},
		"slot not closed":          {"# A\n\n{{x\n" + sign, "de.md:3: a slot is not closed"},
		"slot closed only":         {"# A\n\nx}}\n" + sign, "de.md:3: a slot is not closed"},
		"slot with markup":         {"{{**x**}}\n" + sign, "de.md:1: a slot is not closed"},
		"optional in a heading":    {"# {{y}}\n" + sign, `de.md:1: optional variable "y"`},
		"optional in a clause":     {"# A\n\n1. a\n2. {{y}}\n" + sign, `de.md:4: optional variable "y"`},
		"optional under a clause":  {"1. a\n   - {{y}}\n" + sign, `de.md:2: optional variable "y"`},
		"optional in a table head": {"| {{y}} |\n|---|\n| a |\n" + sign, `de.md:1: optional variable "y"`},
		"link":                     {"a\n\n[b](https://example.com)\n" + sign, "de.md:3: a contract cannot show this: Link (write the address out as text; a reference is [](#anchor))"},
		"image":                    {"![b](a.png)\n" + sign, "de.md:1: a contract cannot show this: Image"},
		"code":                     {"a `b`\n" + sign, "de.md:1: a contract cannot show this: CodeSpan"},
		"code block":               {"a\n\n```\nb\n```\n" + sign, "a contract cannot show this: FencedCodeBlock"},
		"indented code":            {"a\n\n    b\n" + sign, "de.md:3: a contract cannot show this: CodeBlock"},
		"quote":                    {"> b\n" + sign, "a contract cannot show this: Blockquote"},
		"HTML block":               {"<div>\nb\n</div>\n" + sign, "a contract cannot show this: HTMLBlock"},
		"HTML":                     {"a <b>b</b>\n" + sign, "a contract cannot show this: RawHTML"},
		"address":                  {"<https://example.com>\n" + sign, "a contract cannot show this: AutoLink"},
		"deep heading":             {"#### A\n" + sign, "de.md:1: headings have at most 3 levels"},
		"deep list":                {"- a\n  - b\n    - c\n      - d\n" + sign, "de.md:4: lists nest at most 3 deep"},
		"heading in a list":        {"- # a\n" + sign, "a list item holds text and lists only"},
		"empty item":               {"- a\n-\n" + sign, "empty list item"},
		"wide table":               {strings.Repeat("|a", 11) + "|\n" + strings.Repeat("|-", 11) + "|\n" + sign, "at most 10 columns"},
		"no signatures":            {"# A\n", `de.md: role "client" has no line`},
		"unknown role":             {"a\n\n:::signatures\nclient\nboss\n:::\n", `de.md:5: unknown role "boss"`},
		"role twice":               {"a\n\n:::signatures\nclient\nclient\n:::\n", `de.md:5: role "client" signs twice`},
		"unknown name":             {":::signatures\nclient: {{z}}\n:::\n", `de.md:2: unknown variable "z"`},
		"lines in a heading":       {"# {{lines}}\n" + sign, `de.md:1: optional variable "lines"`},
		"lines in a name":          {":::signatures\nclient: {{lines}}\n:::\n", `de.md:2: variable "lines" has several lines`},
		"typing mistake":           {"{{linse}}\n" + sign, `unknown variable "linse" (did you mean "lines"?)`},
		"long name":                {":::signatures\nclient: {{long}}\n:::\n", "de.md:2: the name below a signature may have up to 400 characters"},
		"other block":              {"a\n\n:::warning\nb\n:::\n" + sign, "de.md:3: the only block of this kind is :::signatures"},
		"signatures left open":     {":::signatures\nclient\n", "de.md:1: :::signatures needs a line per role"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(one(test.body))
			var mistake *LoadError
			if !errors.As(err, &mistake) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestLoadManifestMistakes(t *testing.T) {
	good := string(one("")["manifest.yaml"].Data)
	for name, test := range map[string]struct {
		old, new, want string
	}{
		"unknown key":      {"version:", "colour: red\nversion:", `manifest.yaml:2: unknown field "colour"`},
		"wrong type":       {`"1"`, "[1]", "manifest.yaml:2:"},
		"not YAML":         {"roles:", "roles: [", "manifest.yaml:"},
		"bare tag":         {"roles:", "roles: ! \nother:", "manifest.yaml"},
		"key twice":        {"version:", "id: two\nversion:", "manifest.yaml:2:"},
		"bad date":         {"version:", "date: 1.11.2026\nversion:", "manifest.yaml:2: date is not of the form"},
		"bad id":           {"id: one", "id: Eins", "manifest.yaml:1: id must"},
		"unknown slot":     {"Titel {{x}}", "Titel {{z}}", `manifest.yaml:4: unknown variable "z"`},
		"optional in name": {"datei-{{x}}", "datei-{{y}}", `manifest.yaml:4: optional variable "y"`},
		"bad type":         {"{name: y, type: text}", "{name: y,\n    type: colour}", `manifest.yaml:10: variable "y": unknown type "colour"`},
		"bad example":      {"{name: y, type: text}", "{name: y, type: date, example: soon}", `manifest.yaml:9: variable "y": its example`},
		"long example":     {"{name: y, type: text}", "{name: y, type: text, max_length: 3, example: long}", "too long"},
		"decimals":         {"{name: y, type: text}", "{name: y, type: text, decimals: 2}", "decimals is 0 to 6"},
		"choice key":       {"{name: y, type: text}", "{name: y, type: choice, choices: [{value: a, label: b}]}", "manifest.yaml:9:"},
		"label":            {"{name: y, type: text}", "{name: y, type: text, labels: {fr: b}}", `label in language "fr"`},
		"list as text":     {"{name: y, type: text}", "{name: y, type: text, example: [a]}", "manifest.yaml:9: must be a text"},
		"no such text":     {"de: {title", "fr: {title: a, file_name: a.pdf}\n  de: {title", `"client" has no label in language "fr"`},
	} {
		t.Run(name, func(t *testing.T) {
			files := one("a" + signHere)
			files["manifest.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(good, test.old, test.new, 1))}
			_, err := Load(files)
			var mistake *LoadError
			if !errors.As(err, &mistake) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestLoadTellsEveryMistakeAtOnce(t *testing.T) {
	files := one("{{a}} and\n{{b}}\n\n[l](u)\n\n| {{c}} | {{d}} |\n|---|---|\n| `e` | f |\n\n- {{g}}\n\n:::signatures\nboss: {{h}}\nclient\n:::\n")
	manifest := string(files["manifest.yaml"].Data)
	manifest = strings.Replace(manifest, `version: "1"`, `version: ""`, 1)
	manifest = strings.Replace(manifest, "type: text}", "type: colour}", 1)
	files["manifest.yaml"].Data = []byte(manifest)
	_, err := Load(files)
	var all Mistakes
	if !errors.As(err, &all) {
		t.Fatalf("got %v, want Mistakes", err)
	}
	var lines []string
	for _, m := range all {
		lines = append(lines, fmt.Sprintf("%s:%d %.20s", m.File, m.Line, m.Detail))
	}
	equal(t, []string{
		"manifest.yaml:2 version must be 1 to", `manifest.yaml:9 variable "y": unknow`,
		`de.md:1 unknown variable "a"`, `de.md:2 unknown variable "b"`, "de.md:4 a contract cannot sh",
		`de.md:6 unknown variable "c"`, `de.md:6 unknown variable "d"`, "de.md:8 a contract cannot sh",
		`de.md:10 unknown variable "g"`, `de.md:13 unknown role "boss"`, `de.md:13 unknown variable "h"`,
	}, lines)
}

func TestMistakesAreBounded(t *testing.T) {
	_, err := Load(one(strings.Repeat("{{z}}\n\n", 5000) + signHere))
	var all Mistakes
	if !errors.As(err, &all) || len(all) != maxMistakes {
		t.Errorf("%d mistakes, want %d", len(all), maxMistakes)
	}
}

func TestLoadBoundsAndAbsence(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(fstest.MapFS)
		want  string
	}{
		"no manifest":    {func(f fstest.MapFS) { delete(f, "manifest.yaml") }, "manifest.yaml: file not found"},
		"no text":        {func(f fstest.MapFS) { delete(f, "de.md") }, "de.md: file not found"},
		"huge text":      {func(f fstest.MapFS) { f["de.md"].Data = make([]byte, maxBody+1) }, fmt.Sprintf("de.md: more than %d bytes", maxBody)},
		"huge manifest":  {func(f fstest.MapFS) { f["manifest.yaml"].Data = make([]byte, maxManifest+1) }, "manifest.yaml: more than"},
		"empty manifest": {func(f fstest.MapFS) { f["manifest.yaml"].Data = nil }, "manifest.yaml"},
	} {
		files := one("a" + signHere)
		test.spoil(files)
		if _, err := Load(files); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

func TestMarkdownThatCouldVanishIsPrinted(t *testing.T) {
	_, p := show(t, "Absatz\n---\nZweite Seite\n\n[a]: https://example.com\n\nR&amp;D & \\*x\\* 5 \\| 6\n\nZeile\\\nneu", map[string]string{"x": "X"})
	if len(p.pages) != 2 {
		t.Errorf("%d pages, want a page break", len(p.pages))
	}
	for _, want := range []string{"Absatz", "Zweite Seite", "[a]: https://example.com", "R&D & *x* 5 | 6", "Zeile\nneu"} {
		if !strings.Contains(p.text(), want) {
			t.Errorf("no %q in\n%s", want, p.text())
		}
	}
}

func FuzzLoad(f *testing.F) {
	good := one("# A\n\n## B {{x}}\n\n1. a **b** *c*\n   1. d\n\n| a | b |\n|---|--:|\n| {{y}} | 1 |\n\n---\n" + signHere)
	// In Italian, whose few patterns of hyphenation are read in no time.
	manifest := strings.ReplaceAll(string(good["manifest.yaml"].Data), "de: ", "it: ")
	f.Add(manifest, string(good["de.md"].Data))
	f.Add(manifest+"annexes: [a]\npage: {size: Letter, margins: {left: 30}}\n", "# T\n\n## B {#b}\n\n1. {#c} [](#b), [](#c), [](#a), [](#d)\n- {#e}")
	f.Add(manifest+"letterhead: {file: it.jpg, width: 40}\n", "[](#)\n{#\n## {#a}\n1. {#a}\n1. [](#a)")
	f.Add("id: [", "- - - - a\n:::")
	f.Add(manifest, ":::signatures\nclient: {{x}}\n:::\n***a\n**{{x}}")
	f.Add("a: &a [*a]", "| a |\n|-|")
	f.Add(strings.Replace(manifest, "{name: y, type: text}", "{name: y, type: choice, choices: [a, {value: b, labels: {it: c}}], example: b}", 1), "{{y}}")
	f.Add(strings.Replace(manifest, "it: {title", "../it: {title", 1), "{{lines}}")
	f.Add("roles: ! ", "0")
	f.Add(manifest, "| {{z}} | `a` |\n|-|-|\n\n- - - # a\n:::signatures\nboss\n:::")
	f.Fuzz(func(t *testing.T, manifest, body string) {
		source, err := Load(fstest.MapFS{"manifest.yaml": {Data: []byte(manifest)}, "it.md": {Data: []byte(body)}, "a.it.md": {Data: []byte(body)}})
		if err != nil {
			var all Mistakes
			if !errors.As(err, &all) || len(all) == 0 || len(all) > 4*maxMistakes {
				t.Fatalf("unexpected error %v", err)
			}
			return
		}
		for _, b := range source.texts["it"].blocks {
			if _, whole := fillBlock(b, nil); whole && b == nil {
				t.Fatal("nil block")
			}
		}
	})
}
