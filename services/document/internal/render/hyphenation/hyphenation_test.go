package hyphenation

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func hyphenated(d Dictionary, word string) string {
	letters := []rune(word)
	var b strings.Builder
	from := 0
	for _, at := range d.Breaks(word) {
		b.WriteString(string(letters[from:at]) + "-")
		from = at
	}
	return b.String() + string(letters[from:])
}

// TestWords compares with the breaks that dictionaries of each language give.
func TestWords(t *testing.T) {
	for language, words := range map[string]string{
		"de": "Dienst-leis-tungs-ver-trag Ge-heim-hal-tungs-ver-ein-ba-rung Auf-trag-ge-be-rin Ge-währ-leis-tung " +
			"Ge-schäfts-be-din-gun-gen Ver-trags-part-ne-rin Un-ter-zeich-nung elek-tro-ni-sche Kün-di-gung ent-gan-ge-nen",
		"fr": "confi-den-tia-li-té pres-ta-tion ré-sul-tats im-mé-dia-te-ment obli-ga-tions élec-tro-nique",
		"it": "pre-sta-zio-ne ri-ser-va-tez-za con-trat-to ob-bli-ga-zio-ni Com-mit-ten-te cor-ri-spet-ti-vo",
		"en": "con-fid-en-tial ser-vices li-ab-il-ity per-form-ance sig-na-ture",
	} {
		d := New(language)
		for _, want := range strings.Fields(words) {
			if got := hyphenated(d, strings.ReplaceAll(want, "-", "")); got != want {
				t.Errorf("%s: %s, want %s", language, got, want)
			}
		}
	}
}

func TestWordsThatStayWhole(t *testing.T) {
	for language, words := range map[string][]string{
		"de": {"", "aber", "oder", "GESELLSCHAFT", "Ärz", "Übung"}, "fr": {"aura", "SOCIÉTÉ"}, "xx": {"Vertragspartnerin"},
		"../de": {"Vertragspartnerin"},
	} {
		d := New(language)
		for _, word := range words {
			if got := d.Breaks(word); got != nil {
				t.Errorf("%s: %s breaks at %v", language, word, got)
			}
		}
	}
}

// TestEachFileNamesItsLicence keeps what the licence asks for beside the patterns.
func TestEachFileNamesItsLicence(t *testing.T) {
	entries, err := files.ReadDir("patterns")
	if err != nil || len(entries) != 4 {
		t.Fatalf("%d files, error %v", len(entries), err)
	}
	for _, e := range entries {
		text, err := files.ReadFile("patterns/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"% copyright:", "MIT", "Permission is hereby granted"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: no %q", e.Name(), want)
			}
		}
	}
}

func FuzzBreaks(f *testing.F) {
	d := New("de")
	for _, seed := range []string{"Vertragspartnerin", "ẞßſ", "a\u0301bcdef", "\xff\xfe\xfd\xfc\xfb", "İstanbul", strings.Repeat("ab", 200)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		last := d.left - 1
		for _, at := range d.Breaks(word) {
			if at <= last || at > utf8.RuneCountInString(word)-d.right {
				t.Fatalf("%q breaks at %d after %d", word, at, last)
			}
			last = at
		}
	})
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New("de")
	}
}

func BenchmarkBreaks(b *testing.B) {
	d := New("de")
	for b.Loop() {
		d.Breaks("Vertragspartnerin")
	}
}
