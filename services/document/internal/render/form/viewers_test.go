package form_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/countersign/countersign/services/document/internal/render/form/formtest"
	"github.com/countersign/countersign/services/internal/prerequisite"
)

// gray is a page as a viewer shows it, one byte per pixel.
type gray struct {
	width, height int
	pixels        []byte
}

func readPGM(t *testing.T, path string) gray {
	t.Helper()
	data := must(os.ReadFile(path))(t)
	var g gray
	var most int
	if _, err := fmt.Sscanf(string(bytes.Join(bytes.Fields(data[:40])[:4], []byte(" "))), "P5 %d %d %d", &g.width, &g.height, &most); err != nil {
		t.Fatal(err)
	}
	if g.pixels = data[len(data)-g.width*g.height:]; most != 255 {
		t.Fatalf("%s has %d shades", path, most)
	}
	return g
}

// ink is how dark a square of the page is, 0 to 255.
func (g gray) ink(x, y, side int) int {
	sum := 0
	for row := max(y, 0); row < min(y+side, g.height); row++ {
		for column := max(x, 0); column < min(x+side, g.width); column++ {
			sum += 255 - int(g.pixels[row*g.width+column])
		}
	}
	return sum / (side * side)
}

// clear empties a box, which is given in pixels.
func (g gray) clear(x, y, width, height int) {
	for row := y; row < min(y+height, g.height); row++ {
		for column := x; column < min(x+width, g.width); column++ {
			g.pixels[row*g.width+column] = 255
		}
	}
}

// TestTwoViewersShowTheSame draws the pages with Poppler and with MuPDF. They smooth edges differently, so single pixels
// differ; but wherever one shows something the other does too, and as dark. MuPDF puts a flag of its own on every empty
// signature field, so these are not looked at.
func TestTwoViewersShowTheSame(t *testing.T) {
	prerequisite.Installed(t, "pdftoppm", "mutool")
	result := fill(t, formtest.Contract(), values())
	folder := t.TempDir()
	path := filepath.Join(folder, "form.pdf")
	if err := os.WriteFile(path, result.PDF, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"pdftoppm", "-gray", "-r", "144", path, filepath.Join(folder, "poppler")},
		{"mutool", "draw", "-q", "-c", "gray", "-F", "pgm", "-r", "144", "-o", filepath.Join(folder, "mupdf-%d.pgm"), path},
	} {
		if out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", command[0], err, out)
		}
	}
	for page := 1; page <= 2; page++ {
		a := readPGM(t, filepath.Join(folder, fmt.Sprintf("poppler-%d.pgm", page)))
		b := readPGM(t, filepath.Join(folder, fmt.Sprintf("mupdf-%d.pgm", page)))
		if a.width != b.width || a.height != b.height {
			t.Fatalf("page %d: %dx%d and %dx%d pixels", page, a.width, a.height, b.width, b.height)
		}
		for _, f := range result.Fields {
			if f.Page == page {
				a.clear(int(2*f.X)-2, int(2*f.Y)-2, int(2*f.Width)+4, int(2*f.Height)+4)
				b.clear(int(2*f.X)-2, int(2*f.Y)-2, int(2*f.Width)+4, int(2*f.Height)+4)
			}
		}
		compare(t, page, a, b)
	}
}

func compare(t *testing.T, page int, a, b gray) {
	t.Helper()
	difference := 0
	for i := range a.pixels {
		difference += max(int(a.pixels[i])-int(b.pixels[i]), int(b.pixels[i])-int(a.pixels[i]))
	}
	mean := float64(difference) / float64(len(a.pixels))
	t.Logf("page %d: mean difference %.3f of 255", page, mean)
	if mean > 1 {
		t.Errorf("page %d: mean difference %.3f of 255", page, mean)
	}
	const side = 24
	for y := 0; y < a.height; y += side / 2 {
		for x := 0; x < a.width; x += side / 2 {
			one, other := a.ink(x, y, side), b.ink(x, y, side)
			if max(one, other)-min(one, other) > 12+max(one, other)/3 {
				t.Errorf("page %d: at %d,%d one viewer shows %d and the other %d", page, x, y, one, other)
			}
		}
	}
}
