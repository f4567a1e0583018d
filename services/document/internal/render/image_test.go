package render

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/countersign/countersign/services/document/internal/render/raster"
)

func TestPNGKnowsItsPages(t *testing.T) {
	result, _ := show(t, "a", map[string]string{"x": "x"})
	for _, page := range []int{0, 2} {
		var missing *PageError
		if _, err := renderer(t).PNG(t.Context(), result, page, 72); !errors.As(err, &missing) || missing.Pages != 1 {
			t.Errorf("page %d: %v", page, err)
		}
	}
}

func TestPNGOfAFormIsUnavailable(t *testing.T) {
	r := renderer(t)
	result, err := r.Render(t.Context(), loadForm(t, formFolder(nil, formManifest)), "de", formValues())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.PNG(t.Context(), result, 1, 72); !errors.Is(err, ErrImageUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestPNGHasBounds(t *testing.T) {
	r := renderer(t)
	result := contract(t, r, "nda", "de")
	for _, resolution := range []int{0, 35, 301} {
		if _, err := r.PNG(t.Context(), result, 1, resolution); !errors.Is(err, raster.ErrSize) {
			t.Errorf("%d dpi: %v", resolution, err)
		}
	}
}

// TestPNGSaysWhereToSign finds the label in the middle of the field and nothing above it.
func TestPNGSaysWhereToSign(t *testing.T) {
	r := renderer(t)
	result := contract(t, r, "services-agreement", "de")
	field := result.Fields[0]
	const dots = viewed / 72.0
	i := pageImage(t, r, result, field.Page)
	band := func(y float64) (left, right int) {
		from, to := int(field.X*dots)+8, int((field.X+field.Width)*dots)-8
		left, right = to, from
		for x := from; x < to; x++ {
			for row := range 10 {
				if i.GrayAt(x, int(y*dots)+row-5).Y < 200 {
					left, right = min(left, x), max(right, x)
				}
			}
		}
		return left, right
	}
	middle := (field.X + field.Width/2) * dots
	left, right := band(field.Y + field.Height/2)
	if offset := float64(left+right)/2 - middle; right-left < 100 || offset > 2 || offset < -2 {
		t.Errorf("label from %d to %d, middle of the field %.0f", left, right, middle)
	}
	if left, right := band(field.Y + field.Height/4); left < right {
		t.Errorf("something from %d to %d above the label", left, right)
	}
	if again := pageImage(t, r, result, field.Page); !bytes.Equal(again.Pix, i.Pix) {
		t.Error("drawing again shows something else")
	}
}

// BenchmarkPNG draws one page, beside programs that draw it from the PDF and are started for it.
func BenchmarkPNG(b *testing.B) {
	r := renderer(b)
	result := contract(b, r, "services-agreement", "de")
	b.Run("Countersign", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.PNG(b.Context(), result, 1, viewed); err != nil {
				b.Fatal(err)
			}
		}
	})
	file, out := filepath.Join(b.TempDir(), "contract.pdf"), filepath.Join(b.TempDir(), "page.png")
	if err := os.WriteFile(file, result.PDF, 0o600); err != nil {
		b.Fatal(err)
	}
	for _, v := range viewers() {
		b.Run(v.name, func(b *testing.B) {
			for b.Loop() {
				if err := exec.CommandContext(b.Context(), v.name, v.arguments(file, out, "1")...).Run(); err != nil {
					b.Skip(err)
				}
			}
		})
	}
}
