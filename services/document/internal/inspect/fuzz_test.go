package inspect_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/inspect"
)

// FuzzInspect takes any bytes. Whatever they are, the answer is a refusal or a report that holds together, in bounded time.
func FuzzInspect(f *testing.F) {
	for _, s := range cheap() {
		f.Add(s.file)
	}
	f.Fuzz(holdsTogether)
}

// FuzzObjects changes what a well-formed file holds.
func FuzzObjects(f *testing.F) {
	f.Add("/OpenAction 4 0 R", "/Annots [4 0 R]", script)
	f.Add("/AcroForm << /Fields [4 0 R] >>", "/Annots [4 0 R] /Rotate 90", "<< /FT /Sig /T (a) /Subtype /Widget /Rect [0 0 9 9] >>")
	f.Add("/AcroForm << /Fields [4 0 R] >>", "/CropBox [0 0 9 9]", "<< /T (a) /Kids [4 0 R] /V << /ByteRange [] >> >>")
	f.Fuzz(func(t *testing.T, catalog, page, object string) { holdsTogether(t, of(catalog, page, object)) })
}

func holdsTogether(t *testing.T, file []byte) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	report, err := inspect.PDF(ctx, file)
	var refusal *inspect.Error
	if err != nil {
		if !errors.As(err, &refusal) || refusal.Kind == "" || (refusal.Kind == inspect.Active) != (refusal.Content != "") {
			t.Fatalf("error %v", err)
		}
		return
	}
	if len(report.Pages) == 0 || report.PDFVersion == "" {
		t.Fatal("no page or version")
	}
	for _, p := range report.Pages {
		if !(p.Width > 0 && p.Height > 0) || math.IsInf(p.Width*p.Height, 0) {
			t.Fatalf("size %v", p)
		}
	}
	for _, b := range report.Fields {
		if b.FormField == "" || b.Page < 1 || b.Page > len(report.Pages) || !(b.Width > 0 && b.Height > 0) || math.IsNaN(b.X+b.Y) {
			t.Fatalf("field %v", b)
		}
	}
}
