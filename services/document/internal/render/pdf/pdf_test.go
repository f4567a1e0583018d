package pdf

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-fonts/liberation/liberationserifregular"

	strict "github.com/countersign/countersign/services/document/internal/pdf"
	"github.com/countersign/countersign/services/document/internal/render/sfnt"
)

func sample(t testing.TB) Document {
	t.Helper()
	face, err := sfnt.Parse(liberationserifregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	return Document{
		Title: `A <b>&"title"`, Language: "en", Creator: "test", Date: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		Fonts: []Font{{Name: "LiberationSerif", Face: face}, {Name: "Unused", Face: face}},
		Width: 595_276, Height: 841_890,
		Pages: []Page{{
			Runs: []Run{{Size: 10 * Point, X: 72 * Point, Y: 100 * Point, Glyphs: []Glyph{
				{ID: 36, Text: "A"}, {ID: 3, Text: " ", X: 7220}, {ID: 3, Text: "\u00a0", X: 12 * Point}, {ID: 37, Text: "B", X: 20 * Point, Rise: 500},
			}}},
			Rules:  []Rule{{X: Point, Y: Point, Width: 10 * Point, Height: 500, Gray: 70}},
			Fields: []Field{{Name: "client", Label: "Sign", X: 72 * Point, Y: 100_250, Width: 196 * Point, Height: 85 * Point}},
		}},
	}
}

func bytesOf(t testing.TB, d Document) []byte {
	t.Helper()
	file, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func opened(t *testing.T, d Document) *strict.Document {
	t.Helper()
	doc, err := strict.Open(bytesOf(t, d))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestEveryObjectStandsWhereTheFileSays(t *testing.T) {
	for name, d := range map[string]Document{"plain": sample(t), "tagged": taggedSample(t), "many objects": crowded(t, 2*packSize+7)} {
		d := opened(t, d)
		count := 0
		for d.Current(count+1) != nil {
			count++
		}
		if d.Err() != nil || count < 10 {
			t.Errorf("%s: %d objects, error %v", name, count, d.Err())
		}
	}
}

func TestSameDocumentSameBytes(t *testing.T) {
	first, second := bytesOf(t, sample(t)), bytesOf(t, sample(t))
	if !bytes.Equal(first, second) {
		t.Error("the same document gave different bytes")
	}
	other := sample(t)
	other.Title = "Other"
	id := regexp.MustCompile(`/ID\[<(\w+)>`)
	if bytes.Equal(id.Find(first), id.Find(bytesOf(t, other))) {
		t.Error("another document has the same identifier")
	}
}

func TestFieldRectangleIsFlipped(t *testing.T) {
	file := string(bytesOf(t, sample(t)))
	// 841.89 - 100.25 - 85 = 656.64
	for _, want := range []string{"/Rect[72 656.64 268 741.64]", "/T <FEFF0063006C00690065006E0074>", "/FT/Sig", "/SigFlags 1"} {
		if !strings.Contains(file, want) {
			t.Errorf("no %s in the file", want)
		}
	}
	if strings.Contains(file, "NeedAppearances") || strings.Contains(file, "/V ") {
		t.Error("the signature field is not empty")
	}
}

func TestCharactersKeepTheirText(t *testing.T) {
	face := sample(t).Fonts[0]
	e := newEmbedded(face, 1)
	space, _ := e.code(character{glyph: 3, text: " "})
	fixed, _ := e.code(character{glyph: 3, text: "\u00a0"})
	again, _ := e.code(character{glyph: 3, text: " "})
	if space == fixed || space != again || len(e.glyphs) != 1 {
		t.Errorf("codes %d, %d, %d for %d glyphs", space, fixed, again, len(e.glyphs))
	}
	if _, err := e.code(character{glyph: 192, text: "fi"}); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"<0001><0020>", "<0002><00A0>", "<0003><00660069>"} {
		if !bytes.Contains(e.unicode(), []byte(want)) {
			t.Errorf("no %s in the map", want)
		}
	}
}

func TestMetadataIsXMLAndSaysPDFA(t *testing.T) {
	packet := xmp(sample(t))
	decoder := xml.NewDecoder(bytes.NewReader(packet))
	var words []string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			words = append(words, string(text))
		}
	}
	all := strings.Join(words, "|")
	for _, want := range []string{`A <b>&"title"`, "2|U", "en", "2026-11-01T00:00:00Z"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in %q", want, all)
		}
	}
}

func TestNoDateWhenNoneIsGiven(t *testing.T) {
	d := sample(t)
	d.Date = time.Time{}
	file := bytesOf(t, d)
	if bytes.Contains(file, []byte("CreationDate")) || bytes.Contains(file, []byte("CreateDate")) {
		t.Error("the file names a date that nobody gave")
	}
}

func TestProfileIsWellFormed(t *testing.T) {
	p := sRGB()
	if size := binary.BigEndian.Uint32(p); int(size) != len(p) || string(p[36:40]) != "acsp" {
		t.Fatalf("header says %d bytes of %d", size, len(p))
	}
	for i := range int(binary.BigEndian.Uint32(p[128:])) {
		entry := p[132+12*i:]
		start, size := binary.BigEndian.Uint32(entry[4:]), binary.BigEndian.Uint32(entry[8:])
		if int(start+size) > len(p) || start%4 != 0 {
			t.Errorf("tag %s lies at %d with %d bytes", entry[:4], start, size)
		}
	}
}

func TestNumber(t *testing.T) {
	for length, want := range map[Length]string{0: "0", 1: "0.001", 1000: "1", 10_500: "10.5", -250: "-0.25", 595_276: "595.276", -12_000: "-12"} {
		if got := number(length); got != want {
			t.Errorf("%d: %s, want %s", length, got, want)
		}
	}
}
