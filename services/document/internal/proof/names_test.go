package proof

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	cases := []struct {
		given, surname, common string
		first, last            string
		want                   bool
	}{
		{"Anna", "Müller", "", "anna", "MULLER", true},
		{"Anna", "Mueller", "", "Anna", "Müller", true},
		{"Anna", "Müller", "", "Anna", "Mueller", true},
		{"ANNA MARIA", "MÜLLER", "", "Anna", "Müller", true},
		{"Anna", "Müller", "", "Anna Maria", "Müller", false},
		{"Anna-Lena", "Weiß", "", "Anna Lena", "WEISS", true},
		{"Łukasz", "Żółć", "", "Lukasz", "Zolc", true},
		{"Søren", "Ærø", "", "Soren", "Aero", true},
		{"Se\u0301an", "O’Brien", "", "Séan", "O'Brien", true},
		{"  Anna  ", "Müller", "", "Anna", " Müller", true},
		{"Anna", "Müller", "", "Müller", "Anna", false},
		{"Anna", "Müller", "", "Anna", "Mülle", false},
		{"Anna", "Müller", "", "Anna Anna", "Müller", false},
		{"", "", "Anna Müller", "Anna", "Müller", true},
		{"", "", "Anna Anna", "Anna", "Müller", false},
		{"Anna", "Müller", "", "", "Müller", true},
		{"Anna", "Müller", "", "", "", false},
		{"Anna", "Müller", "", "...", "Müller", false},
		{"Ελένη", "Παπά", "", "ΕΛΕΝΗ", "Παπα", true},
		{"Anna", strings.Repeat("x", 600), "", "Anna", strings.Repeat("x", 600), false},
	}
	for _, c := range cases {
		h := holder{given: c.given, surname: c.surname, common: c.common}
		if got := h.names(Signer{FirstName: c.first, LastName: c.last}); got != c.want {
			t.Errorf("certificate %q %q %q, signer %q %q: %t", c.given, c.surname, c.common, c.first, c.last, got)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("Anna", "Müller")
	f.Add("Se\u0301an", "O’Brien")
	f.Add("\xff", strings.Repeat("a\u0301", 300))
	f.Fuzz(func(t *testing.T, first, last string) {
		h := holder{given: first, surname: last}
		if h.names(Signer{FirstName: first + "x", LastName: last}) && len(words(first)) == 0 {
			t.Error("a signer is named by a certificate without a name")
		}
	})
}
