package inspect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/inspect"
	"github.com/countersign/countersign/services/document/internal/paper"
)

// form is a page with one empty signature field.
func form(page, rect string) []byte {
	return of("/AcroForm << /Fields [4 0 R] >>", "/Annots [4 0 R] "+page,
		"<< /FT /Sig /T (client) /Subtype /Widget /Rect "+rect+" >>")
}

// A field is 100 wide, 40 high and 50 from the left and 700 from the bottom of a page of 595 by 842: its upper edge is 102
// from the top. What is measured from the displayed page's top left corner follows by turning the page clockwise.
func TestAFieldIsWhereTheDisplayedPageShowsIt(t *testing.T) {
	const rect = "[50 700 150 740]"
	for name, c := range map[string]struct {
		page, rect string
		x, y, w, h float64
		size       paper.PageSize
	}{
		"upright":            {"", rect, 50, 102, 100, 40, paper.PageSize{Width: 595, Height: 842}},
		"right":              {"/Rotate 90", rect, 700, 50, 40, 100, paper.PageSize{Width: 842, Height: 595}},
		"upside down":        {"/Rotate 180", rect, 445, 700, 100, 40, paper.PageSize{Width: 595, Height: 842}},
		"left":               {"/Rotate 270", rect, 102, 445, 40, 100, paper.PageSize{Width: 842, Height: 595}},
		"left by minus 90":   {"/Rotate -90", rect, 102, 445, 40, 100, paper.PageSize{Width: 842, Height: 595}},
		"corners swapped":    {"", "[150 740 50 700]", 50, 102, 100, 40, paper.PageSize{Width: 595, Height: 842}},
		"cropped":            {"/CropBox [20 30 500 800]", rect, 30, 60, 100, 40, paper.PageSize{Width: 480, Height: 770}},
		"cropped and right":  {"/CropBox [20 30 500 800] /Rotate 90", rect, 670, 30, 40, 100, paper.PageSize{Width: 770, Height: 480}},
		"cropped and turned": {"/CropBox [20 30 500 800] /Rotate 180", rect, 350, 670, 100, 40, paper.PageSize{Width: 480, Height: 770}},
		"cropped and left":   {"/CropBox [20 30 500 800] /Rotate 270", rect, 60, 350, 40, 100, paper.PageSize{Width: 770, Height: 480}},
		"crop beyond":        {"/CropBox [-90 -90 900 900]", rect, 50, 102, 100, 40, paper.PageSize{Width: 595, Height: 842}},
		"unit of two":        {"/UserUnit 2", rect, 100, 204, 200, 80, paper.PageSize{Width: 1190, Height: 1684}},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := inspect.PDF(t.Context(), form(c.page, c.rect))
			if err != nil {
				t.Fatal(err)
			}
			want := inspect.Report{
				Pages:  []paper.PageSize{c.size},
				Fields: []paper.SignatureField{{FormField: "client", Page: 1, X: c.x, Y: c.y, Width: c.w, Height: c.h}},
			}
			report.Inspection = paper.Inspection{}
			if diff := cmp.Diff(want, report); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFieldsHaveTheirFullNamesInPageOrder(t *testing.T) {
	file := plain(
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 8 0 R] >> >>",
		"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 595 842] >>",
		"<< /Type /Page /Parent 2 0 R /Annots [7 0 R] >>",
		"<< /Type /Page /Parent 2 0 R /Annots [6 0 R 9 0 R] >>",
		"<< /T (company) /FT /Sig /Kids [6 0 R 7 0 R] >>",
		"<< /T <FEFF004D00FC006C006C00650072> /Parent 5 0 R /Subtype /Widget /Rect [0 0 50 20] >>",
		"<< /T (Z\xFCrich) /Parent 5 0 R /Subtype /Widget /Rect [0 0 50 20] >>",
		"<< /T (\xEF\xBB\xBF\xC5\x81) /FT /Sig /Kids [9 0 R] >>",
		"<< /Parent 8 0 R /Subtype /Widget /Rect [0 700 50 720] >>",
	)
	report, err := inspect.PDF(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range report.Fields {
		got = append(got, fmt.Sprintf("%s@%d", f.FormField, f.Page))
	}
	if want := "company.Zürich@1 Ł@2 company.Müller@2"; strings.Join(got, " ") != want {
		t.Errorf("fields %q, want %s", got, want)
	}
}
