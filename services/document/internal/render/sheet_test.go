package render

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

func TestPageSetup(t *testing.T) {
	long := "# T\n\n" + strings.Repeat("Die Parteien behandeln alle Informationen vertraulich und verwenden sie nur zur Erfüllung. ", 60)
	result, p := showFiles(t, with("page: {size: Letter, margins: {top: 30, bottom: 25, left: 40, right: 20}}\n", long, nil))
	if !strings.Contains(string(result.PDF), "/MediaBox[0 0 612 792]") || len(p.pages) < 2 {
		t.Errorf("not on Letter, or %d pages", len(p.pages))
	}
	const mm = 72 / 25.4
	left, right, top, bottom := math.Inf(1), 0.0, math.Inf(1), 0.0
	for _, l := range p.pages[1].lines[1 : len(p.pages[1].lines)-1] {
		y := l.y - 841.89 + 792 // the reader takes every page for A4
		left, right, top, bottom = min(left, l.x), max(right, l.end), min(top, y), max(bottom, y)
	}
	if math.Abs(left-40*mm) > 0.1 || math.Abs(right-(612-20*mm)) > 0.5 || top < 30*mm || top > 30*mm+20 || bottom > 792-25*mm {
		t.Errorf("text from %.1f to %.1f, lines from %.1f to %.1f", left, right, top, bottom)
	}
	for _, f := range result.Fields {
		if f.X < 40*mm-0.1 || f.Y+f.Height > 792-25*mm {
			t.Errorf("field %+v", f)
		}
	}
}

func TestPageSetupMistakes(t *testing.T) {
	const margins = "margins are whole millimetres"
	for setup, want := range map[string]string{
		"page: {size: A5}\n": "size is A4 or Letter", "page: {margins: {top: 19}}\n": margins, "page: {margins: {bottom: 61}}\n": margins,
		"page: {margins: {left: 9}}\n": margins, "page: {margins: {right: 46}}\n": margins, "page: {margins: {left: -1}}\n": margins,
		"page: {colour: red}\n": "unknown field", "page: {margins: {left: 1.5}}\n": "manifest.yaml",
		"letterhead: {file: a.gif, width: 40}\n":                "name of a .png or .jpg file",
		"letterhead: {file: ../a.png, width: 40}\n":             "name of a .png or .jpg file",
		"letterhead: {file: a.png}\n":                           "width is whole millimetres",
		"letterhead: {file: a.png, width: 170}\n":               "width is whole millimetres",
		"letterhead: {file: none.png, width: 40}\n":             "none.png: file not found",
		"letterhead: {file: bad.png, width: 40}\n":              "bad.png: not a PNG or JPEG",
		"letterhead: {file: big.png, width: 40}\n":              "big.png: more than",
		"letterhead: {file: tall.png, width: 60}\n":             "tall.png: at this width",
		"letterhead: {file: a.png, width: 40, align: middle}\n": "align is left, right or center",
	} {
		_, err := Load(with(setup, "a", map[string]string{
			"a.png": pngOf(t, 4, 2), "bad.png": "\x89PNG\r\n\x1a\n", "tall.png": pngOf(t, 1, 40),
			"big.png": string(make([]byte, maxLetterheadFile+1)),
		}))
		var mistake *LoadError
		if !errors.As(err, &mistake) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", setup, err, want)
		}
	}
}

func pngOf(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	picture.Set(0, 0, color.RGBA{R: 200, A: 255})
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLetterheadStandsAboveTheTitle(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 40, 20)), nil); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"logo.png": pngOf(t, 40, 20), "logo.jpg": photo.String()}
	for setup, x := range map[string]pdf.Length{
		"{file: logo.png, width: 50}":                0,
		"{file: logo.jpg, width: 50, align: right}":  a4().measure() - millimetres(50),
		"{file: logo.png, width: 50, align: center}": (a4().measure() - millimetres(50)) / 2,
	} {
		source, err := Load(with("letterhead: "+setup+"\n", "# T\n\n---\n\nb", files))
		if err != nil {
			t.Fatal(err)
		}
		f := newFlow(newTestSetter(t), source, "de")
		if err := f.contract(t.Context(), source.texts["de"].blocks); err != nil {
			t.Fatal(err)
		}
		pages, err := paginate(f.rows, source.sheet)
		if err != nil || len(pages[0].Pictures) != 1 || len(pages[1].Pictures) != 0 {
			t.Fatalf("%s: pictures %v, error %v", setup, pages[0].Pictures, err)
		}
		got := pages[0].Pictures[0]
		if got.X != a4().left+x || got.Y != a4().top || got.Width != millimetres(50) || got.Height != millimetres(50)/2 {
			t.Errorf("%s: at %d, %d, %d wide, %d high", setup, got.X, got.Y, got.Width, got.Height)
		}
		if title := pages[0].Runs[0]; title.Y < got.Y+got.Height+10*pdf.Point {
			t.Errorf("%s: the title stands at %d", setup, title.Y)
		}
		if _, p := showFiles(t, with("letterhead: "+setup+"\n", "# T", files)); !strings.HasPrefix(p.text(), "T\n") {
			t.Errorf("%s: %s", setup, p.text())
		}
	}
}

func TestHeaderAndFooter(t *testing.T) {
	for name, test := range map[string]struct {
		keys, first, second string
	}{
		"default": {"", "a\nSeite 1 von 2", "Titel Name\nb\nSeite 2 von 2"},
		"own": {
			`, header: "{{ x }} – {{page}}/{{pages}}", footer: "{{x}} {{page}}"`, "a\nName 1", "Name – 2/2\nb\nName 2",
		},
		"none": {`, header: "", footer: ""`, "a", "b"},
	} {
		fsys := one("a\n\n---\n\nb" + signHere)
		fsys["manifest.yaml"].Data = bytes.Replace(fsys["manifest.yaml"].Data, []byte(`.pdf"}`), []byte(`.pdf"`+test.keys+"}"), 1)
		_, p := showFiles(t, fsys)
		equal(t, test.first, p.pages[0].text())
		if got := strings.Replace(p.pages[1].text(), "Kundin\nName\nOrt, Datum\n", "", 1); strings.TrimSuffix(got, "\nKundin\nName\nOrt, Datum") != test.second {
			t.Errorf("%s: second page\n%s", name, got)
		}
	}
}

func TestHeaderMistakes(t *testing.T) {
	for keys, want := range map[string]string{
		`, header: "{{z}}"`: `unknown variable "z"`, `, footer: "{{y}}"`: `optional variable "y"`,
		`, footer: "{{page"`: "a slot is not closed", `, header: "` + strings.Repeat("a", maxRunning+1) + `"`: "at most 256 bytes",
	} {
		fsys := one("a" + signHere)
		fsys["manifest.yaml"].Data = bytes.Replace(fsys["manifest.yaml"].Data, []byte(`.pdf"}`), []byte(`.pdf"`+keys+"}"), 1)
		if _, err := Load(fsys); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", keys, err, want)
		}
	}
}

// TestLongHeaderIsCutToALine has a value that no line holds.
func TestLongHeaderIsCutToALine(t *testing.T) {
	fsys := one("a\n\n---\n\nb" + signHere)
	fsys["manifest.yaml"].Data = bytes.Replace(fsys["manifest.yaml"].Data, []byte(`.pdf"}`), []byte(`.pdf", footer: "{{x}} {{page}}"}`), 1)
	source, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	result, err := renderer(t).Render(t.Context(), source, "de", map[string]string{"x": strings.Repeat("W", paper.DefaultValueLength)})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range readPDF(t, result.PDF).pages {
		last := page.lines[len(page.lines)-1]
		if !strings.HasSuffix(last.text, "…") || last.end > (a4().width-a4().right).Points()+0.5 || last.x < a4().left.Points() {
			t.Errorf("footer from %.1f to %.1f: %s", last.x, last.end, last.text)
		}
	}
}
