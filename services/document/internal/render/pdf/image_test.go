package pdf

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	strict "github.com/countersign/countersign/services/document/internal/pdf"
)

func pngOf(t testing.TB, i image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, i); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func photograph(t testing.TB, i image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, i, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// glass is a red point, one half as strong, one that is not there and a blue one.
func glass() image.Image {
	i := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	i.Set(0, 0, color.NRGBA{R: 255, A: 255})
	i.Set(1, 0, color.NRGBA{R: 255, A: 128})
	i.Set(1, 1, color.NRGBA{B: 255, A: 255})
	return i
}

func TestTransparentBecomesWhite(t *testing.T) {
	want := []byte{255, 0, 0, 255, 127, 127, 255, 255, 255, 0, 0, 255}
	doc := opened(t, illustrated(t, pngOf(t, glass()), pngOf(t, glass())))
	pages := doc.Pages()
	pictures := doc.Dict(doc.Dict(pages[0].Inherited["Resources"])["XObject"])
	stream, _ := doc.Resolve(pictures["I1"]).(*strict.Stream)
	if stream == nil || len(pictures) != 1 {
		t.Fatalf("pictures %v, want one that both pages share", pictures)
	}
	if got, ok := doc.Decode(stream); !ok || !bytes.Equal(got, want) {
		t.Errorf("pixels %v, want %v", got, want)
	}
	if d := stream.Dict; d["ColorSpace"] != strict.Name("DeviceRGB") || d["Width"] != int64(2) || d["SMask"] != nil {
		t.Errorf("image %v", d)
	}
	contents, _ := doc.Resolve(pages[1].Dict["Contents"]).(*strict.Stream)
	if text, _ := doc.Decode(contents); !bytes.Contains(text, []byte("/Figure<</MCID 0>>BDC\nq 100 0 0 50 72 691.89 cm /I1 Do Q\nEMC\n")) {
		t.Errorf("content %q", text)
	}
}

// illustrated shows one image per page.
func illustrated(t *testing.T, files ...[]byte) Document {
	t.Helper()
	d := sample(t)
	d.Pages, d.Structure = nil, &Element{Type: Whole}
	for _, file := range files {
		i, err := ReadImage(file)
		if err != nil {
			t.Fatal(err)
		}
		figure := d.Structure.Add(Figure)
		figure.Alt = "Logo"
		d.Pages = append(d.Pages, Page{Pictures: []Picture{
			{Image: i, X: 72 * Point, Y: 100 * Point, Width: 100 * Point, Height: 50 * Point, Element: figure},
		}})
	}
	return d
}

func TestPhotographStaysAsItIs(t *testing.T) {
	for space, i := range map[string]image.Image{
		"DeviceGray": image.NewGray(image.Rect(0, 0, 9, 5)), "DeviceRGB": image.NewRGBA(image.Rect(0, 0, 9, 5)),
	} {
		file := photograph(t, i)
		doc := opened(t, illustrated(t, file))
		stream, _ := doc.Resolve(doc.Dict(doc.Dict(doc.Pages()[0].Inherited["Resources"])["XObject"])["I1"]).(*strict.Stream)
		if stream == nil || !bytes.Equal(stream.Raw, file) || stream.Dict["ColorSpace"] != strict.Name(space) || stream.Dict["Filter"] != strict.Name("DCTDecode") {
			t.Errorf("%s: image %v", space, stream)
		}
		figure := doc.Dict(doc.Array(doc.Dict(doc.Dict(doc.Catalog()["StructTreeRoot"])["K"])["K"])[0])
		if alt, _ := figure["Alt"].(strict.String); figure["S"] != strict.Name("Figure") || len(alt.Bytes) != 10 {
			t.Errorf("figure %v", figure)
		}
	}
}

func TestFigureNeedsWords(t *testing.T) {
	d := illustrated(t, pngOf(t, glass()))
	d.Pages[0].Pictures[0].Element.Alt = ""
	if _, err := d.Bytes(); !errors.Is(err, errMute) {
		t.Errorf("got %v", err)
	}
	d.Pages[0].Pictures[0].Element = &Element{Type: Header}
	bytesOf(t, d)
}

func TestUnfitImagesAreRefused(t *testing.T) {
	whole := pngOf(t, glass())
	for name, file := range map[string][]byte{
		"empty": nil, "text": []byte("GIF89a"), "cut": whole[:len(whole)-20], "wide": pngOf(t, image.NewGray(image.Rect(0, 0, maxImageSide+1, 1))),
		"scans": bytes.Replace(photograph(t, glass()), []byte("\xff\xda"), bytes.Repeat([]byte("\xff\xda"), maxImageScans+1), 1),
		"heavy": append(bytes.Clone(whole), make([]byte, maxImageBytes)...),
	} {
		if _, err := ReadImage(file); !errors.Is(err, ErrImage) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// FuzzReadImage also draws what it reads: whatever a file may hold can be shown.
func FuzzReadImage(f *testing.F) {
	f.Add(photograph(f, glass()))
	f.Add(pngOf(f, glass()))
	f.Add(pngOf(f, image.NewGray(image.Rect(0, 0, 3, 2))))
	f.Fuzz(func(t *testing.T, data []byte) {
		i, err := ReadImage(data)
		if err != nil {
			return
		}
		if i.Width < 1 || i.Height < 1 || i.Width > maxImageSide || i.Height > maxImageSide {
			t.Errorf("%d x %d pixels", i.Width, i.Height)
		}
		if shown, err := i.Decode(); err != nil || shown.Bounds().Size() != image.Pt(i.Width, i.Height) {
			t.Errorf("%d x %d pixels cannot be shown: %v", i.Width, i.Height, err)
		}
	})
}
