package render

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// TestPolish shows a space that breaks no line as ~.
func TestPolish(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"en", "30 days' notice, the Client's, it's", "30 days’ notice, the Client’s, it’s"},
		{"en", "'s obligations of 'him'", "’s obligations of 'him’"}, // the first follows a slot
		{"de", "CHF 1'000 und 0,00 EUR, 5 % ab", "CHF~1’000 und 0,00~EUR, 5~% ab"},
		{"de", "nach Art. 5 Abs. 2 lit. a, § 3, z. B. oder i. d. R. so", "nach Art.~5 Abs.~2 lit.~a, §~3, z.~B. oder i.~d.~R. so"},
		{"de", "die Strasse. A. Muster und S. Muster", "die Strasse. A. Muster und S. Muster"},
		{"en", "state of the art. A specific result", "state of the art. A specific result"},
		{"de", "Muster AG – das Werk", "Muster AG~– das Werk"},
		{"de", "so: ja; gut!", "so: ja; gut!"},
		{"fr", "« oui » : non ; « si » ? l'art. 5 %", "«~oui~»~: non~; «~si~»~? l’art.~5~%"},
	} {
		if got := strings.ReplaceAll(newTypography(c.language, nil).polish(c.text), noBreakSpace, "~"); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.language, c.text, got, c.want)
		}
	}
}

func TestAddressesAreNotHyphenated(t *testing.T) {
	p := newTypography("de", nil)
	for _, text := range []string{"rechtsabteilung@vertragspartnerin.example", "https://vertragspartnerin.example/nutzungsbedingungen", "www.vertragspartnerin.example"} {
		if got := p.hyphenate(text); got != text {
			t.Errorf("%q may be broken: %q", text, got)
		}
	}
	if !strings.ContainsRune(p.hyphenate("Vertragspartnerin"), softHyphen) {
		t.Error("a word may not be broken")
	}
}

// TestAddressesBreakBeforeADot and never behind a hyphen, which could then be one of ours.
func TestAddressesBreakBeforeADot(t *testing.T) {
	const address = "anna-maria.wasser-kraft@nord-ost.rechts-abteilung.example.com"
	for width := 60 * pdf.Point; width < 300*pdf.Point; width += 7 * pdf.Point {
		lines := lineTexts(t, "erreichbar unter "+address+".", style{size: 10_500, align: justified}, width)
		for _, l := range lines[:len(lines)-1] {
			if strings.HasSuffix(l, "-") && width > 120*pdf.Point {
				t.Errorf("%d: a line ends in a hyphen: %q", width, l)
			}
		}
		if got := strings.ReplaceAll(strings.Join(lines, ""), " ", ""); got != "erreichbarunter"+address+"." {
			t.Errorf("%d: %q", width, lines)
		}
	}
}

// TestALineIsStretchedOnlySoFar leaves a line ragged where its spaces would gape.
func TestALineIsStretchedOnlySoFar(t *testing.T) {
	const width = 400 * pdf.Point
	lines, err := newTestSetter(t).set([]span{{text: "Referenz lautet " + strings.Repeat("W", 38) + " und so weiter"}}, style{size: 10_500, align: justified}, width)
	if err != nil {
		t.Fatal(err)
	}
	glyphs := lines[0][0].Glyphs
	if last := glyphs[len(glyphs)-1]; len(lines) < 2 || last.X > width/2 {
		t.Errorf("%d lines, the first reaches %d of %d", len(lines), last.X, width)
	}
}

func TestALongHeaderEndsWithAWord(t *testing.T) {
	for text, want := range map[string]string{
		"Vertrag über Lieferung – Anhang und mehr…": "Vertrag über Lieferung – Anhang und…",
		"Vertrag – Anhang":                          "Vertrag…",
		"Donaudampfschifffahrt":                     "Donaudampfschifff…",
	} {
		if got := shorten(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
