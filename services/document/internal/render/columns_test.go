package render

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// TestOnlyTheWidestWordsOfATableAreBroken leaves short words whole beside an address that no column could hold.
func TestOnlyTheWidestWordsOfATableAreBroken(t *testing.T) {
	const address = "nguyen.thi.minh.khanh.wolodzko-apostolos@rechtsabteilung.nordosteuropaeische-wasserkraft.example.com"
	_, p := show(t, "| Vertragspartei | Name | Kontakt |\n|---|---|---|\n| **Auftraggeberin** | {{x}} | {{long}} |", map[string]string{"x": "Ada Muster", "long": address})
	for _, whole := range []string{"Vertragspartei | Name", "Auftraggeberin | Ada | nguyen"} {
		if !strings.Contains(p.text(), whole) {
			t.Errorf("no %q in\n%s", whole, p.text())
		}
	}
	equal(t, []pdf.Length{30, 20, 25}, squeeze([]pdf.Length{90, 20, 25}, []pdf.Length{30, 10, 10}, 100))
	equal(t, []pdf.Length{30, 20, 10}, squeeze([]pdf.Length{90, 20, 25}, []pdf.Length{30, 10, 10}, 70))
	equal(t, []pdf.Length{30, 10, 10}, squeeze([]pdf.Length{90, 20, 25}, []pdf.Length{30, 10, 10}, 40))
}
