package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/internal/prerequisite"
)

const viewed = 100 // dots per inch

// viewer is a program that pages are compared with.
type viewer struct {
	name string
	// mean is how much pixels may differ on average, of 255: Poppler sets letters on whole rows of pixels.
	mean float64
	// arguments make it write one page as a gray PNG.
	arguments func(file, out, page string) []string
}

func viewers() []viewer {
	resolution := fmt.Sprint(viewed)
	return []viewer{
		{"pdftoppm", 6, func(file, out, page string) []string {
			return []string{"-q", "-png", "-gray", "-r", resolution, "-singlefile", "-f", page, "-l", page, file, strings.TrimSuffix(out, ".png")}
		}},
		{"mutool", 3, func(file, out, page string) []string {
			return []string{"draw", "-q", "-c", "gray", "-r", resolution, "-o", out, file, page}
		}},
	}
}

// TestPagesLookAsInViewers draws every page of the built-in templates, and one on Letter with a letterhead in colour, and
// compares it with what two programs show of the PDF. Signature fields are left out: only our image shows them.
func TestPagesLookAsInViewers(t *testing.T) {
	r := renderer(t)
	for _, v := range viewers() {
		t.Run(v.name, func(t *testing.T) {
			prerequisite.Installed(t, v.name)
			for _, id := range []string{"nda", "services-agreement"} {
				for _, language := range []string{"de", "en", "fr", "it"} {
					v.compare(t, r, contract(t, r, id, language))
				}
			}
			v.compare(t, r, illustrated(t, r))
		})
	}
}

func (v viewer) compare(t *testing.T, r *Renderer, result Result) {
	t.Helper()
	file, out := filepath.Join(t.TempDir(), "contract.pdf"), filepath.Join(t.TempDir(), "page.png")
	if err := os.WriteFile(file, result.PDF, 0o600); err != nil {
		t.Fatal(err)
	}
	for page := 1; page <= result.Pages; page++ {
		command := exec.CommandContext(t.Context(), v.name, v.arguments(file, out, fmt.Sprint(page))...)
		if text, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		theirs, ours := readGray(t, out), pageImage(t, r, result, page)
		for _, i := range []*image.Gray{ours, theirs} {
			blank(i, result.Fields, page)
		}
		alike(t, fmt.Sprintf("%s page %d", result.FileName, page), ours, theirs, v.mean)
	}
}

func contract(t testing.TB, r *Renderer, id, language string) Result {
	t.Helper()
	result, err := r.Render(t.Context(), builtin(t, id), language, deal())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// illustrated has a letterhead that runs from black to red and blue.
func illustrated(t *testing.T, r *Renderer) Result {
	t.Helper()
	logo := image.NewRGBA(image.Rect(0, 0, 400, 200))
	for y := range 200 {
		for x := range 400 {
			logo.Set(x, y, color.RGBA{R: uint8(x / 2), B: uint8(y), A: 255})
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, logo); err != nil {
		t.Fatal(err)
	}
	source, err := Load(with("page: {size: Letter}\nletterhead: {file: logo.png, width: 60, align: right}\n", "# Vertrag\n\nText für {{x}}.",
		map[string]string{"logo.png": file.String()}))
	if err != nil {
		t.Fatal(err)
	}
	result, err := r.Render(t.Context(), source, "de", map[string]string{"x": "Nordwind"})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func pageImage(t testing.TB, r *Renderer, result Result, page int) *image.Gray {
	t.Helper()
	file, err := r.PNG(t.Context(), result, page, viewed)
	if err != nil {
		t.Fatal(err)
	}
	return decodeGray(t, file)
}

func readGray(t testing.TB, path string) *image.Gray {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return decodeGray(t, file)
}

func decodeGray(t testing.TB, file []byte) *image.Gray {
	t.Helper()
	i, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	gray := image.NewGray(i.Bounds())
	draw.Draw(gray, gray.Rect, i, i.Bounds().Min, draw.Src)
	return gray
}

// blank makes a page's signature fields white.
func blank(i *image.Gray, fields []paper.SignatureField, page int) {
	const dots = viewed / 72.0
	for _, f := range fields {
		if f.Page == page {
			box := image.Rect(int(f.X*dots)-1, int(f.Y*dots)-1, int((f.X+f.Width)*dots)+2, int((f.Y+f.Height)*dots)+2)
			draw.Draw(i, box, image.White, image.Point{}, draw.Src)
		}
	}
}

// alike compares two images of a page. Edges are smoothed differently, so a pixel may differ much; the mean may not, nor
// the darkness of any square that holds a letter or two, and no shift by two pixels makes the images more alike.
func alike(t *testing.T, name string, ours, theirs *image.Gray, most float64) {
	t.Helper()
	const square, mostSquare = 16, 24
	if d := ours.Rect.Size().Sub(theirs.Rect.Size()); d.X*d.X > 1 || d.Y*d.Y > 1 {
		t.Fatalf("%s: sizes %v and %v", name, ours.Rect, theirs.Rect)
	}
	mean := difference(ours, theirs, image.Point{})
	if mean > most {
		t.Errorf("%s: pixels differ by %.2f on average", name, mean)
	}
	for _, shift := range []image.Point{{X: 2}, {X: -2}, {Y: 2}, {Y: -2}} {
		if shifted := difference(ours, theirs, shift); shifted < 1.5*mean {
			t.Errorf("%s: pixels differ by %.2f, and by %.2f when shifted by %v", name, mean, shifted, shift)
		}
	}
	worst := 0
	for y := 0; y < ours.Rect.Dy(); y += square {
		for x := 0; x < ours.Rect.Dx(); x += square {
			d := darkness(ours, x, y, square) - darkness(theirs, x, y, square)
			if worst = max(worst, d, -d); d > mostSquare || -d > mostSquare {
				t.Errorf("%s: a square at (%d, %d) is darker by %d", name, x, y, d)
			}
		}
	}
	t.Logf("%s: pixels differ by %.2f on average, squares by %d at most", name, mean, worst)
}

// difference is the mean of what pixels differ by, 0 to 255, with the second image shifted by two at most.
func difference(a, b *image.Gray, shift image.Point) float64 {
	sum, count := 0, 0
	width := min(a.Rect.Dx(), b.Rect.Dx()) - 4
	for y := 2; y < min(a.Rect.Dy(), b.Rect.Dy())-2; y++ {
		row := a.Pix[y*a.Stride+2:][:width]
		other := b.Pix[(y+shift.Y)*b.Stride+2+shift.X:][:width]
		for x, shade := range row {
			d := int(shade) - int(other[x])
			sum += max(d, -d)
		}
		count += width
	}
	return float64(sum) / float64(count)
}

// darkness is the mean of a square, 0 to 255.
func darkness(i *image.Gray, x, y, side int) int {
	sum := 0
	box := image.Rect(x, y, x+side, y+side).Intersect(i.Rect)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for _, shade := range i.Pix[y*i.Stride+box.Min.X : y*i.Stride+box.Max.X] {
			sum += 255 - int(shade)
		}
	}
	return sum / (side * side)
}
