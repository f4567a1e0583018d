package render

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	strict "github.com/countersign/countersign/services/document/internal/pdf"
)

func TestEveryBuiltinContractIsTagged(t *testing.T) {
	r := renderer(t)
	for _, id := range []string{"services-agreement", "nda"} {
		source := builtin(t, id)
		for _, language := range source.Template.Languages() {
			result, err := r.Render(t.Context(), source, language, deal())
			if err != nil {
				t.Fatal(err)
			}
			g := readTags(t, result.PDF)
			if g.count("Document") != 1 || g.count("H1") != 1 || g.count("H2") < 5 || g.count("P") < 20 || g.count("Form") != len(result.Fields) {
				t.Errorf("%s %s: %v", id, language, g.kinds)
			}
			for _, a := range g.artifacts {
				if text := strings.TrimSpace(a); text != "" && text != result.Title && !strings.ContainsAny(text, "0123456789") {
					t.Errorf("%s %s: %q is no part of the text", id, language, text)
				}
			}
			archivable(t, g)
		}
	}
}

// archivable checks what PDF/A-2u asks of a file's structure (ISO 19005-2, 6).
func archivable(t *testing.T, g *tagged) {
	t.Helper()
	catalog := g.doc.Catalog()
	metadata, _ := g.doc.Resolve(catalog["Metadata"]).(*strict.Stream)
	for _, want := range []string{"<pdfaid:part>2<", "<pdfaid:conformance>U<"} {
		if metadata == nil || metadata.Dict["Filter"] != nil || !bytes.Contains(metadata.Raw, []byte(want)) {
			t.Errorf("no %s in the metadata", want)
		}
	}
	intents := g.doc.Array(catalog["OutputIntents"])
	if len(intents) != 1 || g.doc.Dict(intents[0])["DestOutputProfile"] == nil || catalog["Lang"] == nil {
		t.Error("no output intent or language")
	}
	if g.doc.Dict(catalog["MarkInfo"])["Marked"] != true || g.doc.Dict(catalog["ViewerPreferences"])["DisplayDocTitle"] != true {
		t.Error("not marked as tagged, or the title is not shown")
	}
	for _, key := range []strict.Name{"OpenAction", "AA", "Names", "OCProperties", "Requirements"} {
		if catalog[key] != nil {
			t.Errorf("the catalog has %s", key)
		}
	}
	for n := 1; g.doc.Current(n) != nil; n++ {
		d := g.doc.Dict(g.doc.Current(n))
		for _, key := range []strict.Name{"SMask", "Mask", "CA", "ca", "BM", "JS", "JavaScript", "Group", "LZWDecode"} {
			if d[key] != nil || d["Filter"] == key || d["S"] == key {
				t.Errorf("object %d has %s", n, key)
			}
		}
		if d["Type"] == strict.Name("FontDescriptor") && d["FontFile2"] == nil {
			t.Errorf("font %v is not embedded", d["FontName"])
		}
		if flags, _ := d["F"].(int64); d["Type"] == strict.Name("Annot") && flags != 4 {
			t.Errorf("annotation %d has the flags %d", n, flags)
		}
	}
}

func TestStructureIsTheText(t *testing.T) {
	body := "# Vertrag\n\nMit **{{x}}** hier.\n\n## Eins\n\n1. Erstens\n   - Punkt\n2. Zweitens\n   1. a\n\n| K | W |\n|---|--:|\n| | {{x}} |\n\n1. Drittens\n\n### Unter\n\nEnde."
	result, _ := show(t, body, map[string]string{"x": "Name"})
	want := `Document
 H1 Vertrag
 P Mit Name hier.
 H2 1. Eins
 L
  LI
   Lbl 1.1
   LBody
    P Erstens
    L
     LI
      Lbl –
      LBody
       P Punkt
  LI
   Lbl 1.2
   LBody
    P Zweitens
    L
     LI
      Lbl (a)
      LBody
       P a
 Table
  TR
   TH K
   TH W
  TR
   TD
   TD Name
 L
  LI
   Lbl 1.3
   LBody
    P Drittens
 H3 1.4 Unter
 P Ende.
 Sect
  Div
   P Kundin
   Form
   P Name
   P Ort, Datum`
	g := readTags(t, result.PDF)
	equal(t, want, strings.Join(g.elements, "\n"))
	archivable(t, g)
}

// TestReferencesAndAnnexesAreTagged has a link within a paragraph, one that a table repeats in its head, and an annex,
// whose heading is its label and title.
func TestReferencesAndAnnexesAreTagged(t *testing.T) {
	body := "## A {#a}\n\n1. {#b} Nach [](#liste) und [](#a).\n\n| Kopf [](#b) |\n|---|\n" + strings.Repeat("| u |\n", 60)
	result, _ := showFiles(t, with("annexes: [liste]\n", body, map[string]string{"liste.de.md": "# Preise\n\nText."}))
	g := readTags(t, result.PDF)
	archivable(t, g)
	var got []string
	for _, e := range g.elements {
		if strings.Contains(e, "Link") || strings.Contains(e, " H") || strings.Contains(e, "Nach") {
			got = append(got, strings.TrimSpace(strings.ReplaceAll(e, noBreakSpace, " ")))
		}
	}
	equal(t, []string{"H2 1. A", "P Nach und .", "Link Anlage 1", "Link 1", "Link 1.1", "H1 Anlage 1 Preise"}, got)
	if len(g.objects) != 3+1 || result.Pages < 3 {
		t.Errorf("%d annotations on %d pages", len(g.objects), result.Pages)
	}
}

// TestElementsGoOnOverPages has paragraphs and a table that page breaks cut: each is one element, and the table's head is
// part of the text once.
func TestElementsGoOnOverPages(t *testing.T) {
	var body strings.Builder
	body.WriteString("# Vertrag\n\n| Nummer | Text |\n|---|---|\n")
	for i := range 80 {
		fmt.Fprintf(&body, "| P%03d | Leistung |\n", i)
	}
	const sentence = "Die Parteien vereinbaren dies. "
	for range 12 {
		body.WriteString("\n\n" + strings.Repeat(sentence, 40))
	}
	result, _ := show(t, body.String(), map[string]string{"x": "Name"})
	g := readTags(t, result.PDF)
	if g.count("TH") != 2 || g.count("TR") != 81 || g.count("P") != 12+3 || result.Pages < 5 {
		t.Errorf("%d heads, %d rows, %d paragraphs, %d pages", g.count("TH"), g.count("TR"), g.count("P"), result.Pages)
	}
	if got := strings.Count(strings.Join(g.artifacts, "\n"), "Nummer Text"); got < 1 {
		t.Errorf("the head of the table is repeated %d times as an artifact", got)
	}
	if got := strings.Count(g.words(), strings.TrimSpace(strings.Repeat(sentence, 40))+"\n"); got != 12 {
		t.Errorf("%d of 12 paragraphs are whole", got)
	}
}

// TestWordsComeOutWhole takes text out of a file: a hyphen at a line's end and the end of a line part no word
// and join none.
func TestWordsComeOutWhole(t *testing.T) {
	word := strings.Repeat("Geschäfts\u00adbedingungen finden flink Offerte, ", 20)
	result, _ := show(t, "# T\n\n"+word+"Ende.", map[string]string{"x": "Name"})
	g := readTags(t, result.PDF)
	if want := strings.ReplaceAll(word, "\u00ad", "") + "Ende.\n"; !strings.Contains(g.words(), want) {
		t.Errorf("no %q in %q", want, g.words())
	}
	if all := strings.Join(g.elements, "\n"); !strings.Contains(all, "Geschäfts\u00adbedingungen") {
		t.Error("no line ends with a hyphen, so that this test shows nothing")
	}
}

func TestHeadingsAreBookmarks(t *testing.T) {
	result, _ := show(t, "# Vertrag\n\n## Eins\n\nText.\n\n### Unter\n\nText.\n\n---\n\n## Zwei mit "+strings.Repeat("langem ", 20)+"Namen\n\nText.", map[string]string{"x": "Name"})
	g := readTags(t, result.PDF)
	var walk func(node strict.Dict, depth int) string
	walk = func(node strict.Dict, depth int) string {
		text := ""
		for kid := g.doc.Dict(node["First"]); kid != nil; kid = g.doc.Dict(kid["Next"]) {
			title, _ := kid["Title"].(strict.String)
			page := g.doc.Array(kid["Dest"])[0]
			text += fmt.Sprintf("%*s%s on page %t\n", depth, "", decodeUTF16(fmt.Sprintf("%X", title.Bytes))[3:], page == strict.Object(g.pages[0].Ref))
			text += walk(kid, depth+1)
		}
		return text
	}
	equal(t, "Vertrag on page true\n 1. Eins on page true\n  1.1 Unter on page true\n 2. Zwei mit "+strings.Repeat("langem ", 20)+"Namen on page false\n",
		walk(g.doc.Dict(g.doc.Catalog()["Outlines"]), 0))
}
