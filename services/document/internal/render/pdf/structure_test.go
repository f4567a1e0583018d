package pdf

import (
	"errors"
	"strings"
	"testing"

	strict "github.com/countersign/countersign/services/document/internal/pdf"
)

func word(element *Element, y Length, text string) Run {
	run := Run{Size: 10 * Point, X: 72 * Point, Y: y, Element: element}
	for i, r := range text {
		run.Glyphs = append(run.Glyphs, Glyph{ID: uint16(r-'A') + 36, Text: string(r), X: Length(i) * 7 * Point})
	}
	return run
}

// taggedSample is two pages: a row of two empty cells around one with text, drawn after the paragraph below it that goes
// on over the page, and a link back to the first page.
func taggedSample(t testing.TB) Document {
	t.Helper()
	d := sample(t)
	d.Structure = &Element{Type: Whole}
	row := d.Structure.Add(Table).Add(TableRow)
	row.Add(TableCell)
	cell := row.Add(TableCell)
	row.Add(TableCell)
	p := d.Structure.Add(Paragraph)
	link := p.Add(Reference)
	field := d.Structure.Add(Form)
	linked := word(link, 200*Point, "BC")
	linked.To = "top"
	d.Pages[0].Runs = []Run{word(p, 100*Point, "AB"), word(cell, 50*Point, "C")}
	d.Pages[0].Fields[0].Element = field
	d.Pages[0].Anchors = []Anchor{{Name: "top", Y: 50 * Point}}
	d.Pages = append(d.Pages, Page{Runs: []Run{
		word(&Element{Type: Header}, 20*Point, "AA"), word(p, 200*Point, "A"), linked, word(p, 200*Point, "D"),
	}})
	return d
}

// crowded has a paragraph for each of many runs.
func crowded(t testing.TB, count int) Document {
	t.Helper()
	d := sample(t)
	d.Structure = &Element{Type: Whole}
	d.Pages[0].Fields, d.Pages[0].Runs = nil, nil
	for range count {
		d.Pages[0].Runs = append(d.Pages[0].Runs, word(d.Structure.Add(Paragraph), 100*Point, "A"))
	}
	return d
}

func TestKidsKeepTheirOrderAndContentItsPlace(t *testing.T) {
	doc := opened(t, taggedSample(t))
	pages := doc.Pages()
	root := doc.Dict(doc.Catalog()["StructTreeRoot"])
	whole := doc.Array(doc.Dict(root["K"])["K"])
	if len(whole) != 3 {
		t.Fatalf("%d blocks", len(whole))
	}
	row := doc.Dict(doc.Array(doc.Dict(whole[0])["K"])[0])
	cells := doc.Array(row["K"])
	if len(cells) != 3 || len(doc.Array(doc.Dict(cells[0])["K"])) != 0 || doc.Array(doc.Dict(cells[1])["K"])[0] != int64(1) {
		t.Errorf("cells %v", cells)
	}
	p := doc.Dict(whole[1])
	items := doc.Array(p["K"])
	if len(items) != 4 || p["Pg"] != pages[0].Ref || items[0] != int64(0) || doc.Dict(items[2])["S"] != strict.Name("Link") {
		t.Fatalf("paragraph %v", p)
	}
	for i, id := range map[int]int64{1: 0, 3: 2} {
		if m := doc.Dict(items[i]); m["Pg"] != pages[1].Ref || m["MCID"] != id {
			t.Errorf("item %d is %v", i, m)
		}
	}
	if doc.Err() != nil {
		t.Error(doc.Err())
	}
}

func TestUntaggedContentIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Document){
		"run without element":   func(d *Document) { d.Pages[0].Runs[0].Element = nil },
		"element of no tree":    func(d *Document) { d.Pages[0].Runs[0].Element = &Element{Type: Paragraph} },
		"field without element": func(d *Document) { d.Pages[0].Fields[0].Element = nil },
		"link in an artifact":   func(d *Document) { d.Pages[1].Runs[0].To = "top" },
		"picture without element": func(d *Document) {
			d.Pages[0].Pictures = []Picture{{Image: &Image{Width: 1, Height: 1}}}
		},
	} {
		d := taggedSample(t)
		spoil(&d)
		if _, err := d.Bytes(); !errors.Is(err, errUntagged) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestNoStructureNoTags(t *testing.T) {
	d := sample(t)
	file := string(bytesOf(t, d))
	for _, key := range []string{"StructParent", "MarkInfo", "Outlines"} {
		if strings.Contains(file, key) {
			t.Errorf("the file has %s", key)
		}
	}
}

func TestLinksLeadToTheirAnchors(t *testing.T) {
	doc := opened(t, taggedSample(t))
	pages := doc.Pages()
	link := doc.Dict(doc.Array(pages[1].Dict["Annots"])[0])
	to := doc.Array(link["Dest"])
	if link["Subtype"] != strict.Name("Link") || link["F"] != int64(4) || to[0] != pages[0].Ref {
		t.Fatalf("link %v", link)
	}
	// The anchor is 50 pt, the baseline 200 pt below the top of 841.89 pt; C is 6.67 pt wide and starts 7 pt after B.
	if y, _ := strict.Number(to[3]); y != 791.89 {
		t.Errorf("leads to %v", to)
	}
	for i, want := range []float64{72, 639.39, 85.67, 651.89} {
		if got, _ := strict.Number(doc.Array(link["Rect"])[i]); got != want {
			t.Errorf("side %d at %v, want %v", i, got, want)
		}
	}
	if label, _ := link["Contents"].(strict.String); string(label.Bytes) != "\xfe\xff\x00B\x00C" {
		t.Errorf("label %q", label.Bytes)
	}
	for name, anchors := range map[string][]Anchor{"none": nil, "two": {{Name: "top"}, {Name: "top"}}} {
		d := taggedSample(t)
		d.Pages[0].Anchors = anchors
		if _, err := d.Bytes(); !errors.Is(err, errAnchor) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
