package pdfscan_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/yousign/internal/pdfscan"
)

const tail = "\ntrailer\n<</Root 1 0 R/Size 99>>\nstartxref\n0\n%%EOF\n"

// plain is a file with two pages, the second with its own origin, two fields and a few texts.
func plain() string {
	content := "q 1 0 0 1 10 20 cm BT /F 12 Tf 100 700 Td (Sign: {{s1|signature|120|50}}) Tj " +
		"0 -30 Td [({{s2|sig) -20 (nature|85|37}})] TJ ET Q BT 1 0 0 1 50 60 Tm ({{s1|text|10|80|20|q|i|f|n}}) Tj ET"
	return "%PDF-1.7\n" +
		"1 0 obj <</Type/Catalog/Pages 2 0 R/AcroForm 8 0 R>> endobj\n" +
		"2 0 obj <</Kids[3 0 R 4 0 R]/MediaBox[0 0 595 842]>> endobj\n" +
		"3 0 obj <</Type/Page/Contents 5 0 R/Annots[6 0 R]>> endobj\n" +
		"4 0 obj <</Type/Page/CropBox[10 20 410 620]/Annots[7 0 R 9 0 R]>> endobj\n" +
		fmt.Sprintf("5 0 obj <</Length %d>> stream\n%s\nendstream endobj\n", len(content), content) +
		"6 0 obj <</FT/Sig/T(client)/Rect[70 100 250 160]>> endobj\n" +
		"7 0 obj <</FT/Sig/T<FEFF007600650072006B>/Rect[60 20 160 120]>> endobj\n" +
		"9 0 obj <</FT/Sig/T(done)/V 10 0 R/Rect[0 0 9 9]>> endobj\n" +
		"8 0 obj <</Fields[6 0 R 7 0 R 9 0 R]>> endobj\n" + tail
}

func TestRead(t *testing.T) {
	got, err := pdfscan.Read([]byte(plain()), true)
	if err != nil {
		t.Fatal(err)
	}
	want := &pdfscan.Document{
		Version: "1.7",
		Pages:   []pdfscan.Page{{Width: 595, Height: 842}, {Left: 10, Bottom: 20, Width: 400, Height: 600}},
		Blanks: []pdfscan.Box{
			{Name: "client", Page: 1, X: 70, Y: 682, Width: 180, Height: 60},
			{Name: "verk", Page: 2, X: 50, Y: 500, Width: 100, Height: 100},
		},
		Anchors: []pdfscan.Anchor{
			{Signer: 1, Type: "signature", Box: pdfscan.Box{Page: 1, X: 110, Y: 122, Width: 120, Height: 50}},
			{Signer: 2, Type: "signature", Box: pdfscan.Box{Page: 1, X: 110, Y: 152, Width: 85, Height: 37}},
			{Signer: 1, Type: "text", Box: pdfscan.Box{Page: 1, X: 50, Y: 782}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if quick, err := pdfscan.Read([]byte(plain()), false); err != nil || len(quick.Anchors) != 0 || len(quick.Blanks) != 2 {
		t.Errorf("without anchors: %+v %v", quick, err)
	}
	if c := got.Pages[1].Corners(got.Blanks[1]); c != [4]float64{60, 20, 160, 120} {
		t.Errorf("corners %v", c)
	}
}

func deflate(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // a buffer takes everything
	_ = w.Close()
	return b.String()
}

// Objects packed into a compressed stream, and a root named by a cross-reference stream, as modern writers do.
func TestReadPackedObjects(t *testing.T) {
	catalog, pages, page := "<</Type/Catalog/Pages 2 0 R>>", "<</Kids[3 0 R]>>", "<</MediaBox[0 0 100 200]>>"
	index := fmt.Sprintf("1 0 2 %d 3 %d ", len(catalog), len(catalog)+len(pages))
	packed := deflate(index + catalog + pages + page)
	pdf := fmt.Sprintf("%%PDF-1.5\n4 0 obj<</Type/ObjStm/N 3/First %d/Filter/FlateDecode/Length %d>>stream\r\n%s\nendstream endobj\n", len(index), len(packed), packed) +
		"5 0 obj<</Type/XRef/Root 1 0 R/Length 0>>stream\n\nendstream endobj\n"
	got, err := pdfscan.Read([]byte(pdf), true)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]pdfscan.Page{{Width: 100, Height: 200}}, got.Pages); d != "" {
		t.Error(d)
	}
}

// A later version of an object wins, as in a file that was signed.
func TestReadUpdates(t *testing.T) {
	pdf := plain() + "6 0 obj <</FT/Sig/T(client)/V<</ByteRange[0 1 2 3]>>/Rect[70 100 250 160]>> endobj\n" + tail
	got, err := pdfscan.Read([]byte(pdf), true)
	if err != nil || !got.Signed || len(got.Blanks) != 1 || got.Blanks[0].Name != "verk" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, pdf := range map[string]string{
		"empty": "", "text": "hello", "no pages": "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj" + tail,
		"circle": "%PDF-1.7\n1 0 obj<</Pages 2 0 R>>endobj 2 0 obj<</Kids[2 0 R 2 0 R]>>endobj" + tail,
		"self":   "%PDF-1.7\n1 0 obj 1 0 R endobj" + tail,
	} {
		if _, err := pdfscan.Read([]byte(pdf), true); !errors.Is(err, pdfscan.ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := pdfscan.Read([]byte(plain()+"trailer <</Encrypt 9 0 R>>"), true)
	if err != nil || !got.Locked {
		t.Errorf("encrypted: %+v %v", got, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(plain()))
	f.Add([]byte("%PDF-1.7\n1 0 obj<</Kids[1 0 R]>>stream\n"))
	f.Add([]byte("%PDF-1.7\n1 0 obj" + string(bytes.Repeat([]byte("[<<"), 500))))
	f.Add([]byte("%PDF-1.7 (\\777\\1 <4"))
	f.Fuzz(func(t *testing.T, pdf []byte) {
		d, err := pdfscan.Read(pdf, true)
		if err != nil || d.Locked {
			return
		}
		for _, b := range d.Blanks {
			if b.Page < 1 || b.Page > len(d.Pages) {
				t.Errorf("field on page %d of %d", b.Page, len(d.Pages))
			}
		}
	})
}

// Files that keep a careless reader busy for hours: then the test run times out.
func TestReadIsBounded(t *testing.T) {
	content := strings.Repeat("x ", 1<<18)
	kids := strings.Repeat("3 0 R ", 50_000)
	for name, pdf := range map[string]string{
		"many pages share a stream": "1 0 obj<</Pages 2 0 R>>endobj 2 0 obj<</MediaBox[0 0 9 9]/Kids[" + kids + "]>>endobj " +
			"3 0 obj<</Contents 4 0 R>>endobj 4 0 obj<<>>stream\n" + content + "\nendstream endobj" + tail,
		"streams without end": strings.Repeat("4 0 obj<<>>stream\n", 200_000),
		"circles":             "1 0 obj<</Pages 2 0 R>>endobj 2 0 obj<</Kids[" + strings.Repeat("2 0 R ", 50_000) + "]>>endobj" + tail,
	} {
		d, err := pdfscan.Read([]byte("%PDF-1.7\n"+pdf), true)
		if (err == nil) != (name == "many pages share a stream") {
			t.Errorf("%s: %v %v", name, d != nil, err)
		}
	}
}
