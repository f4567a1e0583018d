package render

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/render/form"
	"github.com/countersign/countersign/services/document/internal/render/form/formtest"
	"github.com/countersign/countersign/services/internal/prerequisite"
)

const formManifest = `id: approved
version: "1"
languages:
  de: {title: "Vertrag {{deal.name}}", file_name: "vertrag.pdf"}
roles:
  - {id: client, labels: {de: Kundin}}
  - {id: provider, labels: {de: Anbieterin}}
variables:
  - {name: deal.name, type: text, required: true, labels: {de: Name des Vertrags}}
  - {name: contact.name, type: text, required: true, labels: {de: Name}}
  - {name: contact.address, type: lines, field: address, labels: {de: Anschrift}}
  - {name: iban, type: text, max_length: 34}
  - {name: accept, type: boolean, required: true, labels: {de: Zustimmung}}
  - {name: plan, type: choice, choices: [monthly, yearly]}
  - {name: payment, type: choice, choices: [{value: TRF, labels: {de: Überweisung}}, {value: CRD, labels: {de: Karte}}]}
  - {name: note, type: text}
`

func formFolder(spoil func(*formtest.Form), manifest string) fstest.MapFS {
	f := formtest.Contract()
	if spoil != nil {
		spoil(f)
	}
	return fstest.MapFS{"manifest.yaml": {Data: []byte(manifest)}, "de.pdf": {Data: f.Bytes()}}
}

func formValues() map[string]string {
	return map[string]string{
		"deal.name": "Łukasz Żółć, Ελένη, Цветан", "contact.name": "Łukasz Nguyễn-Żółć", "accept": "true",
		"contact.address": "ul. Długa 1\n00-238 Warszawa", "iban": "DE89370400440532013000", "plan": "yearly", "payment": "CRD",
	}
}

func loadForm(t testing.TB, folder fstest.MapFS) Source {
	t.Helper()
	source, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestFormBecomesAContract(t *testing.T) {
	source := loadForm(t, formFolder(nil, formManifest))
	result, err := renderer(t).Render(t.Context(), source, "de", formValues())
	if err != nil {
		t.Fatal(err)
	}
	if !source.Template.Form || result.Pages != 2 || result.Title != "Vertrag Łukasz Żółć, Ελένη, Цветан" || result.FileName != "vertrag.pdf" {
		t.Errorf("form %t, %d pages, title %q, file %q", source.Template.Form, result.Pages, result.Title, result.FileName)
	}
	want := []paper.SignatureField{
		{Role: "client", FormField: "client", Page: 2, X: 72, Y: 656.89, Width: 196, Height: 85},
		{Role: "provider", FormField: "provider", Page: 2, X: 300, Y: 656.89, Width: 196, Height: 85},
	}
	if diff := cmp.Diff(want, result.Fields); diff != "" {
		t.Error(diff)
	}
	for _, claim := range []string{"pdfaid", "OutputIntent", "NeedAppearances", "/Metadata"} {
		if bytes.Contains(result.PDF, []byte(claim)) {
			t.Errorf("the file says %s", claim)
		}
	}
	again, err := renderer(t).Render(t.Context(), source, "de", formValues())
	if err != nil || !bytes.Equal(result.PDF, again.PDF) {
		t.Errorf("the same values gave different bytes, or %v", err)
	}
}

// TestTwoReadersReadTheSameValues asks two independent programs for the text.
func TestTwoReadersReadTheSameValues(t *testing.T) {
	result, err := renderer(t).Render(t.Context(), loadForm(t, formFolder(nil, formManifest)), "de", formValues())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "form.pdf")
	if err := os.WriteFile(path, result.PDF, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"pdftotext", path, "-"}, {"mutool", "draw", "-q", "-F", "txt", path}} {
		t.Run(command[0], func(t *testing.T) {
			prerequisite.Installed(t, command[0])
			text, err := exec.CommandContext(t.Context(), command[0], command[1:]...).Output()
			if err != nil {
				t.Fatal(err)
			}
			for _, value := range []string{"Łukasz Żółć, Ελένη, Цветан", "Łukasz Nguyễn-Żółć", "00-238 Warszawa", "Card", "net"} {
				if !strings.Contains(string(text), value) {
					t.Errorf("no %q", value)
				}
			}
		})
	}
}

func TestFormAndManifestBelongTogether(t *testing.T) {
	for name, test := range map[string]struct{ old, with, want string }{
		"variable without field": {"  - {name: note, type: text}", "  - {name: note, type: text}\n  - {name: other, type: text}", `"other": the form has no field`},
		"field without variable": {"  - {name: note, type: text}\n", "", `de.pdf: field "note": no variable`},
		"one field for two":      {"name: note,", "name: noted, field: iban,", "for it alone"},
		"unknown field":          {"field: address", "field: street", `no field "street"`},
		"role without field":     {"id: provider", "id: seller", `role "seller": the form has no signature field`},
		"variable of signature":  {"name: note,", "name: client,", `"client": the form has no field`},
		"text in a check box":    {"type: boolean", "type: text", "checkbox field does not take"},
		"lines in one line":      {"name: note, type: text", "name: note, type: lines", "does not take a value of type lines"},
		"second language":        {"  de: {", "  en: {title: a, file_name: a.pdf}\n  de: {", "en.pdf: file not found"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(formFolder(nil, strings.Replace(formManifest, test.old, test.with, 1)))
			var mistake *LoadError
			if !errors.As(err, &mistake) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestFormFileMistakes(t *testing.T) {
	folder := formFolder(nil, formManifest)
	folder["de.md"] = &fstest.MapFile{Data: []byte("# A")}
	_, err := Load(folder)
	if err == nil || !strings.Contains(err.Error(), "there is also a de.md") {
		t.Errorf("got %v", err)
	}
	_, err = Load(formFolder(func(f *formtest.Form) { f.Replace("/NeedAppearances", "/XFA[]/NeedAppearances") }, formManifest))
	if err == nil || !strings.Contains(err.Error(), "de.pdf: the form is an XFA form") {
		t.Errorf("got %v", err)
	}
	_, err = Load(formFolder(nil, formManifest+"annexes: [a]\n"))
	if err == nil || !strings.Contains(err.Error(), "manifest.yaml: a form is whole") {
		t.Errorf("got %v", err)
	}
	readOnly := func(f *formtest.Form) { f.Replace("/T(note)", "/Ff 1/T(note)") }
	if _, err := Load(formFolder(readOnly, strings.Replace(formManifest, "  - {name: note, type: text}\n", "", 1))); err != nil {
		t.Errorf("a read-only field without a variable: %v", err)
	}
}

func TestFormRefusesValuesByVariable(t *testing.T) {
	source := loadForm(t, formFolder(nil, formManifest))
	for name, test := range map[string]struct {
		variable, value string
		fault           paper.Fault
	}{
		"too long": {"note", strings.Repeat("wide ", 40), paper.FaultTooLong},
		"cells":    {"iban", strings.Repeat("1", 30), paper.FaultTooLong},
		"lines":    {"contact.address", strings.Repeat("a\n", 11) + "a", paper.FaultTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			values := formValues()
			values[test.variable] = test.value
			_, err := renderer(t).Render(t.Context(), source, "de", values)
			var refused *paper.ValuesError
			want := []paper.Problem{{Variable: test.variable, Fault: test.fault}}
			if !errors.As(err, &refused) || !cmp.Equal(want, refused.Problems) {
				t.Errorf("got %v", err)
			}
		})
	}
	values := formValues()
	values["deal.name"] = "契約"
	_, err := renderer(t).Render(t.Context(), source, "de", values)
	var glyph *GlyphError
	if !errors.As(err, &glyph) || glyph.Rune != '契' {
		t.Errorf("got %v", err)
	}
}

func TestFormShowsPlaceholders(t *testing.T) {
	result, err := renderer(t).RenderPlaceholders(t.Context(), loadForm(t, formFolder(nil, formManifest)), "de", nil)
	if err != nil || result.Title != "Vertrag [Name des Vertrags]" {
		t.Errorf("title %q, error %v", result.Title, err)
	}
}

func TestCheckOfAForm(t *testing.T) {
	report, err := renderer(t).Check(t.Context(), formFolder(nil, formManifest))
	if err != nil || len(report.Mistakes) > 0 || len(report.Rendered) != 1 {
		t.Errorf("mistakes %v, error %v", report.Mistakes, err)
	}
	for _, w := range report.Warnings {
		if strings.Contains(w.Detail, "uses variable") {
			t.Error(w)
		}
	}
}

func TestFormLooks(t *testing.T) {
	types := formTypes{newSetter(renderer(t).fonts, "de")}
	for look, want := range map[form.Look]string{
		{}:                                      "LiberationSans",
		{Bold: true}:                            "LiberationSans-Bold",
		{Italic: true}:                          "LiberationSans",
		{Serif: true}:                           "LiberationSerif",
		{Serif: true, Bold: true}:               "LiberationSerif-Bold",
		{Serif: true, Italic: true}:             "LiberationSerif-Italic",
		{Serif: true, Bold: true, Italic: true}: "LiberationSerif-BoldItalic",
	} {
		if got := types.Fonts()[types.Face(look)].Name; got != want {
			t.Errorf("%+v: %s, want %s", look, got, want)
		}
	}
}

func TestEntryOfAField(t *testing.T) {
	choice := form.Field{Kind: form.KindChoice, Options: []string{"Karte"}}
	for name, test := range map[string]struct {
		field        form.Field
		value, shown string
		want         string
	}{
		"text shows the word":         {form.Field{Kind: form.KindText}, "2026-11-22", "22. November 2026", "22. November 2026"},
		"button takes the value":      {form.Field{Kind: form.KindCheckbox}, "true", "ja", "true"},
		"option by its word":          {choice, "CRD", "Karte", "Karte"},
		"option by its value":         {choice, "CRD", "Kreditkarte", "CRD"},
		"no room for a placeholder":   {choice, "", "[Zahlung]", ""},
		"text where any text may be":  {form.Field{Kind: form.KindChoice, Editable: true}, "CRD", "Kreditkarte", "Kreditkarte"},
		"button without a value":      {form.Field{Kind: form.KindRadio}, "", "[Plan]", ""},
		"nothing leaves the own text": {form.Field{Kind: form.KindLines}, "", "", ""},
	} {
		got, given := entry(test.field, test.value, test.shown)
		if got != test.want && given || given != (test.want != "") {
			t.Errorf("%s: %q, %t", name, got, given)
		}
	}
}
