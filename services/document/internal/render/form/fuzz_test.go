package form_test

import (
	"testing"

	"github.com/countersign/countersign/services/document/internal/pdf"
	"github.com/countersign/countersign/services/document/internal/render/form"
	"github.com/countersign/countersign/services/document/internal/render/form/formtest"
)

// FuzzLoadAndFill fills whatever can be loaded; what comes out is a file that the strict reader takes and in which
// nothing is left to fill but signatures.
func FuzzLoadAndFill(f *testing.F) {
	f.Add(formtest.Contract().Bytes(), "Łukasz")
	spoilt := formtest.Contract()
	spoilt.Replace("/Rect[72 610 320 670]", "/Rect[320 670 72 610]")
	f.Add(spoilt.Bytes(), "a\nb\n\nc")
	f.Add([]byte("%PDF-1.7\n"), "")
	set := newPlainType(f)
	f.Fuzz(func(t *testing.T, file []byte, value string) {
		loaded, err := form.Load(file)
		if err != nil {
			return
		}
		values := map[string]string{}
		for _, one := range loaded.Fields() {
			values[one.Name] = value
			if len(one.Options) > 0 {
				values[one.Name] = one.Options[0]
			}
		}
		result, err := loaded.Fill(t.Context(), values, imprint(), set)
		if err != nil {
			return
		}
		doc, err := pdf.Open(result.PDF)
		if err != nil {
			t.Fatal(err)
		}
		pages := doc.Pages()
		for _, p := range pages {
			for _, a := range doc.Array(p.Dict["Annots"]) {
				if d := doc.Dict(a); d["FT"] != pdf.Name("Sig") || d["V"] != nil {
					t.Error("a field is left")
				}
			}
		}
		if len(pages) != result.Pages || doc.Err() != nil {
			t.Errorf("%d pages, want %d: %v", len(pages), result.Pages, doc.Err())
		}
	})
}
