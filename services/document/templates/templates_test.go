package templates_test

import (
	"io/fs"
	"testing"

	"github.com/countersign/countersign/services/document/internal/render"
	"github.com/countersign/countersign/services/document/templates"
)

// TestEveryTemplateRenders gives each template the variables a deal has, without the optional company.
func TestEveryTemplateRenders(t *testing.T) {
	renderer, err := render.New()
	if err != nil {
		t.Fatal(err)
	}
	for id, languages := range map[string]int{"services-agreement": 4, "nda": 4} {
		folder, err := fs.Sub(templates.FS(), id)
		if err != nil {
			t.Fatal(err)
		}
		source, err := render.Load(folder)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if source.Template.ID != id || len(source.Template.Languages()) != languages {
			t.Errorf("%s: id %q, languages %v", id, source.Template.ID, source.Template.Languages())
		}
		for _, language := range source.Template.Languages() {
			result, err := renderer.Render(t.Context(), source, language, map[string]string{
				"deal.name": "Projekt", "deal.price": "980.00 EUR", "deal.reference": "R-1", "contact.name": "Ada Muster",
				"contact.email": "ada@example.com", "document.date": "2026-12-01",
			})
			if err != nil {
				t.Errorf("%s %s: %v", id, language, err)
				continue
			}
			if len(result.Fields) != 1 || result.Fields[0].FormField != "client" {
				t.Errorf("%s %s: fields %+v, want one for the client", id, language, result.Fields)
			}
		}
	}
}

func TestEveryFolderIsATemplate(t *testing.T) {
	entries, err := fs.ReadDir(templates.FS(), ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("%d entries: name the new template in TestEveryTemplateRenders", len(entries))
	}
	for _, e := range entries {
		if _, err := fs.Stat(templates.FS(), e.Name()+"/manifest.yaml"); err != nil {
			t.Error(err)
		}
	}
}
