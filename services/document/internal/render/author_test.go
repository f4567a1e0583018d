package render

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// mistakesIn loads a text with one signer and returns what is wrong with it, and what is odd.
func mistakesIn(t *testing.T, body string) (mistakes, warnings string) {
	t.Helper()
	report, err := renderer(t).Check(t.Context(), one(body+signHere))
	if err != nil {
		t.Fatal(err)
	}
	var odd Mistakes
	for _, w := range report.Warnings {
		odd.add(w)
	}
	return report.Mistakes.Error(), odd.Error()
}

// TestNoTextIsLost refuses what the parser would leave out without a word.
func TestNoTextIsLost(t *testing.T) {
	const table = "{{x}}\n\n| a | b |\n|---|---|\n"
	for row, cells := range map[string]string{"| c | d | e |": "3", "c | d | e": "3", "| c |": "1", "not in the table": "1", "| c \\| d |": "1"} {
		got, _ := mistakesIn(t, table+row)
		if !strings.HasPrefix(got, "de.md:5: a table row of "+cells+" below a head of 2 columns") || strings.Contains(got, "\n") {
			t.Errorf("%q: got %q", row, got)
		}
	}
	for _, row := range []string{"| c | d |", "c | d", "|c|d|  ", "| | |", "| c \\| c | d |", "|**c**|{{x}}|"} {
		if got, _ := mistakesIn(t, table+row); got != "" {
			t.Errorf("%q: got %q", row, got)
		}
	}
	if got, _ := mistakesIn(t, "{{x}}\n\n## \n\na"); got != "de.md:3: a heading without text" {
		t.Errorf("got %q", got)
	}
}

func TestLookalikesAreTold(t *testing.T) {
	for body, want := range map[string]string{
		"##Haftung":            "de.md:1: a heading",
		"text\n#Haftung":       "de.md:2: a heading",
		"| a | b |\n| c | d |": "de.md:1: a table",
		"- #Haftung":           "de.md:1: a heading",
		"\\#1 oder \\| so":     "",
		"#### vier":            "", // a mistake
	} {
		_, got := mistakesIn(t, body+" {{x}}")
		if want != "" {
			want = strings.Replace(want, ": ", ": printed as it is: ", 1)
		}
		if found := strings.Contains(got, "printed as it is"); found != (want != "") || !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}

func TestInvisibleCharactersAreRefused(t *testing.T) {
	for _, body := range []string{"a\u202eb {{x}}", "a &#x202e; {{x}}", "{{x}}\n\n## a &#8238; b", "{{x}}\n\n| a |\n|---|\n| \u202e |"} {
		if got, _ := mistakesIn(t, body); !strings.HasSuffix(got, "invisible character U+202E") {
			t.Errorf("%q: got %q", body, got)
		}
	}
	if got, _ := mistakesIn(t, "\ufeff# Titel\n\nDer\tVer\u00adtrag\tund&shy;so&nbsp;5\u202f% {{x}}"); got != "" {
		t.Errorf("got %q", got)
	}
	files := one("{{x}}" + signHere)
	files["manifest.yaml"].Data = []byte(strings.Replace(string(files["manifest.yaml"].Data), "Titel", "Ti\u200btel", 1))
	if _, err := Load(files); err == nil || !strings.Contains(err.Error(), "invisible character U+200B") {
		t.Errorf("a title: %v", err)
	}
}

// TestWindowsFiles have other line ends, and a mark at their start.
func TestWindowsFiles(t *testing.T) {
	files := one("# Titel\n\n## Eins\n\n1. {{x}}" + signHere)
	for name, f := range files {
		files[name] = &fstest.MapFile{Data: []byte("\ufeff" + strings.ReplaceAll(string(f.Data), "\n", "\r\n"))}
	}
	source, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	if h, ok := source.texts["de"].blocks[0].(heading); !ok || h.level != 1 {
		t.Errorf("begins with %#v", source.texts["de"].blocks[0])
	}
}

func TestMistakesInYAMLAreSaidInWords(t *testing.T) {
	manifest := string(one("")["manifest.yaml"].Data)
	for change, want := range map[string]string{
		`"Titel {{x}}"|{{x}} Titel`:                       "in quotes",
		"{de: Kundin}|Kundin":                             "must have names and values, such as {de: Kundin}",
		"required: true|required: yes":                    "must be true or false",
		"required: true|max_length: long":                 "must be a whole number",
		"required: true|max_length: 99999999999999999999": "the number is too large",
		"required: true|labels: {de: [a]}":                "must be a text",
	} {
		before, after, _ := strings.Cut(change, "|")
		if !strings.Contains(manifest, before) {
			t.Fatalf("no %q in\n%s", before, manifest)
		}
		_, err := Load(fstest.MapFS{"manifest.yaml": {Data: []byte(strings.Replace(manifest, before, after, 1))}})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "unmarshal") {
			t.Errorf("%s: got %v, want %s", change, err, want)
		}
	}
}

func TestWhatIsNoFileIsNotRead(t *testing.T) {
	files := one("")
	files["de.md"] = &fstest.MapFile{Mode: fs.ModeNamedPipe} // a named pipe, which would never end
	if _, err := Load(files); err == nil || err.Error() != "de.md: not a file" {
		t.Errorf("got %v", err)
	}
}

// TestNoFileOutsideTheFolderIsAskedFor whatever the manifest says.
func TestNoFileOutsideTheFolderIsAskedFor(t *testing.T) {
	for _, key := range []string{
		"annexes: [../x]", "annexes: [/etc/passwd]", "annexes: [a/b]", "annexes: [one, one]", "letterhead: {file: ../x.png, width: 20}",
		"letterhead: {file: /etc/x.png, width: 20}", `letterhead: {file: "a\0.png", width: 20}`,
	} {
		files := one("{{x}}" + signHere)
		files["manifest.yaml"].Data = append(files["manifest.yaml"].Data, key+"\n"...)
		asked := &asking{FS: files}
		_, err := Load(asked)
		if err == nil || strings.Contains(err.Error(), "not found") || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s: %v", key, err)
		}
		for _, name := range asked.names {
			if name != "manifest.yaml" && name != "de.md" && name != "de.pdf" {
				t.Errorf("%s: asks for %s", key, name)
			}
		}
	}
}

// asking notes the names of files that are opened.
type asking struct {
	fs.FS
	names []string
}

func (a *asking) Open(name string) (fs.File, error) {
	a.names = append(a.names, name)
	return a.FS.Open(name)
}

// TestMarksAreCounted because the parser's time grows with the square of some.
func TestMarksAreCounted(t *testing.T) {
	for _, body := range []string{strings.Repeat("[](", maxBrackets+1), strings.Repeat("*a _b ", maxStars/2+1)} {
		if got, _ := mistakesIn(t, "{{x}} "+body); got != "de.md: more than 4000 [, or 20000 * and _" {
			t.Errorf("got %.80q", got)
		}
	}
}
