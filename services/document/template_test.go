package document_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document"
)

func TestCheckTemplateTellsEveryMistakeWithItsPlace(t *testing.T) {
	folder := filepath.Join(template(t, "offer",
		strings.Replace(manifest, "type: text", "type: word", 1), strings.Replace(body, "Ein", "{{deal.nmae}} ☐", 1)), "offer")
	var out bytes.Buffer
	err := document.CheckTemplate(t.Context(), folder, &out)
	if err == nil || !strings.HasSuffix(err.Error(), "3 mistakes") {
		t.Errorf("error %v", err)
	}
	want := strings.ReplaceAll(`FOLDER/manifest.yaml:6: variable "deal.name": unknown type "word", not one of text, lines, date, money, number, email, choice, boolean
FOLDER/de.md:3: unknown variable "deal.nmae" (did you mean "deal.name"?)
FOLDER/de.md:3: no glyph for U+2610
3 mistakes, 0 warnings
`, "FOLDER", folder)
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheckTemplatePassesWarnings(t *testing.T) {
	folder := filepath.Join(template(t, "offer", manifest, body), "offer")
	var out bytes.Buffer
	if err := document.CheckTemplate(t.Context(), folder, &out); err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"manifest.yaml:6: warning: required variables without an example: deal.name\n",
		"offer@1 de: Offerte.pdf, 1 page, ", "  client signs on page 1, ", "0 mistakes, 2 warnings\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if err := document.CheckTemplate(t.Context(), filepath.Join(folder, "none"), &out); err == nil {
		t.Error("a folder that is not there has no mistake")
	}
}

func TestATemplateIsAFolder(t *testing.T) {
	folder := filepath.Join(template(t, "offer", manifest, body), "offer")
	for path, want := range map[string]string{
		filepath.Join(folder, "manifest.yaml"): "manifest.yaml: not a folder",
		filepath.Join(folder, "none"):          "none: no such folder",
		"":                                     ": no such folder",
	} {
		if err := document.CheckTemplate(t.Context(), path, io.Discard); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("check: got %v, want %s", err, want)
		}
		if _, err := document.RenderTemplate(t.Context(), document.TemplateRequest{Folder: path}); err == nil ||
			!strings.HasSuffix(err.Error(), want) {
			t.Errorf("render: got %v, want %s", err, want)
		}
	}
}

func TestCheckTemplateEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	folder := filepath.Join(template(t, "offer", manifest, body), "offer")
	if err := document.CheckTemplate(ctx, folder, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRenderTemplate(t *testing.T) {
	folder := filepath.Join(template(t, "offer", manifest, body), "offer")
	for name, request := range map[string]document.TemplateRequest{
		"JSON":        {Folder: folder, Data: []byte(`{"deal.name": "Umbau"}`)},
		"YAML":        {Folder: folder, Data: []byte("deal.name: Umbau\n"), Language: "de"},
		"placeholder": {Folder: folder, Placeholders: true},
	} {
		content, err := document.RenderTemplate(t.Context(), request)
		if err != nil || !bytes.HasPrefix(content, []byte("%PDF-1.7")) {
			t.Errorf("%s: %.20q, %v", name, content, err)
		}
	}
}

func TestRenderTemplateRefusesByVariableAndNeverTheValue(t *testing.T) {
	described := strings.Replace(manifest, "required: true}]", "required: true, example: Umbau}, {name: day, type: date}]", 1)
	folder := filepath.Join(template(t, "offer", described, body), "offer")
	broken := filepath.Join(template(t, "offer", manifest, body+"\n{{no}}\n\n{{such}}\n"), "offer")
	for name, test := range map[string]struct {
		request document.TemplateRequest
		want    string
	}{
		"values": {document.TemplateRequest{Folder: folder, Data: []byte("day: secret\nnot a name: secret\nother: secret\n")},
			"values.yaml: 4 values refused\na name that is no variable's: unknown variable\nday: malformed\n" +
				"deal.name: missing; for example \"Umbau\"\nother: unknown variable"},
		"data":     {document.TemplateRequest{Folder: folder, Data: []byte("day: [secret]")}, "values.yaml:1: a value is a text, a number, true, false or null"},
		"language": {document.TemplateRequest{Folder: folder, Language: "fr"}, "name a language of the template: de"},
		"glyph":    {document.TemplateRequest{Folder: folder, Data: []byte("deal.name: 中")}, "no glyph for U+4E2D"},
		"page":     {document.TemplateRequest{Folder: folder, Placeholders: true, Page: 9, Resolution: 72}, "the document has 1 page"},
		"template": {document.TemplateRequest{Folder: broken}, "the template has 2 mistakes\n" +
			broken + "/de.md:9: unknown variable \"no\"\n" + broken + "/de.md:11: unknown variable \"such\""},
	} {
		test.request.DataName = "values.yaml"
		content, err := document.RenderTemplate(t.Context(), test.request)
		var choice *document.ChoiceError
		if errors.As(err, &choice) != (name == "language" || name == "page") {
			t.Errorf("%s: %T", name, err)
		}
		if err == nil || len(content) > 0 || err.Error() != test.want {
			t.Errorf("%s: %d bytes, got %v, want %s", name, len(content), err, test.want)
		}
	}
}

func TestTheBuiltInTemplatesHaveNoMistakeAndNoWarning(t *testing.T) {
	entries, err := os.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		checked++
		var out bytes.Buffer
		if err := document.CheckTemplate(t.Context(), filepath.Join("templates", entry.Name()), &out); err != nil ||
			!strings.HasSuffix(out.String(), "\n0 mistakes, 0 warnings\n") {
			t.Errorf("%s: %v\n%s", entry.Name(), err, out.String())
		}
	}
	if checked < 2 {
		t.Errorf("%d templates checked", checked)
	}
}
