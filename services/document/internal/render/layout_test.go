package render

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

func newTestSetter(t testing.TB) *setter {
	t.Helper()
	return newSetter(renderer(t).fonts, "de")
}

func end(s *setter, r pdf.Run) pdf.Length {
	last := r.Glyphs[len(r.Glyphs)-1]
	if last.Text == " " {
		last = r.Glyphs[len(r.Glyphs)-2]
	}
	return r.X + last.X + s.scale(face(r.Font), s.fonts[r.Font].metrics.Advance(last.ID), r.Size)
}

func TestJustifiedLinesEndAtTheMargin(t *testing.T) {
	s := newTestSetter(t)
	text := strings.Repeat("Die Parteien behandeln alle Informationen vertraulich und verwenden sie nur zur Erfüllung. ", 6)
	lines, err := s.set([]span{{text: text}}, bodyStyle(), a4().measure())
	if err != nil {
		t.Fatal(err)
	}
	for i, runs := range lines {
		x := end(s, runs[len(runs)-1])
		if i < len(lines)-1 && (x < a4().measure()-20 || x > a4().measure()+20) || x > a4().measure()+20 {
			t.Errorf("line %d ends at %d, the margin is at %d", i+1, x, a4().measure())
		}
	}
	if len(lines) < 5 {
		t.Errorf("only %d lines", len(lines))
	}
}

func TestKerningReachesAcrossChances(t *testing.T) {
	s := newTestSetter(t)
	apart := 0
	for _, letter := range []string{"A", "V"} {
		w, err := s.shape(serif, letter)
		if err != nil {
			t.Fatal(err)
		}
		apart += w.width
	}
	together, err := s.shape(serif, "AV")
	if err != nil || together.width >= apart {
		t.Fatalf("AV is %d wide, its letters %d: no kerning (error %v)", together.width, apart, err)
	}
	lines, err := s.set([]span{{text: "A\u00adV"}}, bodyStyle(), a4().measure())
	if err != nil {
		t.Fatal(err)
	}
	if want := s.scale(serif, together.glyphs[1].x, bodyStyle().size); lines[0][0].Glyphs[1].X != want {
		t.Errorf("a soft hyphen that is not used parts its letters: %d, want %d", lines[0][0].Glyphs[1].X, want)
	}
}

func TestHyphenOnlyWhereTheLineBreaks(t *testing.T) {
	s := newTestSetter(t)
	lines, err := s.set([]span{{text: "Geschäfts\u00adbedingungen"}}, bodyStyle(), 60*pdf.Point)
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, runs := range lines {
		line := ""
		for _, g := range runs[0].Glyphs {
			line += g.Text
		}
		text = append(text, line)
	}
	equal(t, []string{"Geschäfts\u00ad", "bedingungen "}, text)
}

// TestBreakingBeatsGreed has the optimum move a word down to spare the next line a hole.
func TestBreakingBeatsGreed(t *testing.T) {
	var atoms []atom
	for _, width := range []pdf.Length{30, 30, 20, 85, 40, 40} {
		atoms = append(atoms, atom{width: width * 1000, after: gapSpace, space: 10_000})
	}
	atoms[len(atoms)-1].after = gapForced
	for _, justify := range []bool{true, false} {
		ends := breakLines(atoms, 100_000, justify)
		if ends[len(ends)-1] != len(atoms) {
			t.Errorf("lines end at %v", ends)
		}
	}
	if ends := breakLines(atoms, 100_000, true); fmt.Sprint(ends) != "[3 4 6]" {
		t.Errorf("lines end at %v", ends)
	}
}

func TestBreakingAlwaysCoversEveryAtom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		atoms := make([]atom, 1+random.IntN(60))
		for i := range atoms {
			atoms[i] = atom{width: pdf.Length(random.IntN(120_000)), after: gap(random.IntN(5)), space: 2500, tail: 3000}
		}
		atoms[len(atoms)-1].after = gapForced
		start := 0
		for _, end := range breakLines(atoms, 100_000, random.IntN(2) == 0) {
			if end <= start {
				t.Fatalf("line from %d to %d", start, end)
			}
			for i := start; i < end-1; i++ {
				if atoms[i].after == gapForced {
					t.Fatal("a line goes on after a forced break")
				}
			}
			start = end
		}
		if start != len(atoms) {
			t.Fatalf("%d of %d atoms set", start, len(atoms))
		}
	}
}

func TestPaginationKeepsRowsTogetherAndOnThePage(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		rows := make([]row, 1+random.IntN(200))
		for i := range rows {
			rows[i] = row{
				before: pdf.Length(random.IntN(20_000)), height: pdf.Length(1000 + random.IntN(60_000)),
				keep: keep(max(0, random.IntN(9)-5)), fresh: random.IntN(40) == 0,
				ink: pdf.Page{Fields: []pdf.Field{{Name: fmt.Sprint(i)}}},
			}
			rows[i].ink.Fields[0].Height = rows[i].height
		}
		pages, err := paginate(rows, a4())
		if err != nil {
			t.Fatal(err)
		}
		page := map[string]int{}
		next := 0
		for n, p := range pages {
			for _, f := range p.Fields {
				if f.Name != fmt.Sprint(next) || f.Y < a4().top || f.Y+f.Height > a4().foot() {
					t.Fatalf("row %s (want %d) on page %d from %d to %d", f.Name, next, n+1, f.Y, f.Y+f.Height)
				}
				page[f.Name] = n
				next++
			}
		}
		if next != len(rows) {
			t.Fatalf("%d of %d rows placed", next, len(rows))
		}
		checkTogether(t, rows, page)
	}
}

// TestRepeatedHeadsNeedRoomToo has rows that fit a page, but not below the head they get there.
func TestRepeatedHeadsNeedRoomToo(t *testing.T) {
	head := []row{{height: 30 * pdf.Point}}
	half := row{height: a4().room()/2 - 10*pdf.Point, keep: together, head: head, ink: pdf.Page{Fields: []pdf.Field{{}}}}
	last := half
	last.keep = loose
	pages, err := paginate([]row{{height: 40 * pdf.Point}, half, last}, a4())
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range pages {
		for _, f := range p.Fields {
			if f.Y+half.height > a4().foot() {
				t.Errorf("page %d: a row ends at %d", i+1, f.Y+half.height)
			}
		}
	}
}

func checkTogether(t *testing.T, rows []row, page map[string]int) {
	t.Helper()
	for start := 0; start < len(rows); {
		stop := start + 1
		for stop < len(rows) && rows[stop-1].keep > loose && !rows[stop].fresh {
			stop++
		}
		fits := extent(rows[start:stop]) <= a4().room()
		if fits && page[fmt.Sprint(start)] != page[fmt.Sprint(stop-1)] {
			t.Fatalf("rows %d to %d are on different pages", start, stop-1)
		}
		start = stop
	}
}

// TestLongContract is a table over many pages: its head is on each, no heading ends a page, the block stays whole.
func TestLongContract(t *testing.T) {
	var body strings.Builder
	body.WriteString("# Vertrag\n\n## Preise\n\n| Nummer | Text | Betrag |\n|---|---|--:|\n")
	for i := range 150 {
		fmt.Fprintf(&body, "| P%03d | %s | %d,00 |\n", i, strings.Repeat("Leistung ", 1+i%20), i)
	}
	for i := range 40 {
		fmt.Fprintf(&body, "\n## Klausel K%02d\n\n1. %s\n", i, strings.Repeat("Die Parteien vereinbaren dies. ", 1+i%7))
	}
	result, p := show(t, body.String(), map[string]string{"x": "Name"})
	all := 0
	for i, page := range p.pages {
		text := page.text()
		rows := len(regexp.MustCompile(`\nP\d`).FindAllString(text, -1))
		all += rows
		if rows > 0 && strings.Count(text, "Nummer | Text | Betrag") != 1 {
			t.Errorf("page %d has rows but not one head:\n%s", i+1, text)
		}
		before := page.lines[len(page.lines)-2].text
		if strings.Contains(before, "Klausel") || strings.Contains(before, "Nummer") {
			t.Errorf("page %d ends with %q", i+1, before)
		}
	}
	if all != 150 || len(p.pages) < 8 {
		t.Errorf("%d rows on %d pages", all, len(p.pages))
	}
	if !strings.Contains(p.text(), "41. | Klausel K39") || !strings.Contains(p.text(), "41.1 | Die Parteien") {
		t.Error("the last clause is not number 41")
	}
	last := p.pages[len(p.pages)-1].text()
	if result.Fields[0].Page != len(p.pages) || !strings.Contains(last, "Kundin\nName\nOrt, Datum") {
		t.Errorf("the signature block is not whole on the last page:\n%s", last)
	}
}

func TestNumbersAreStable(t *testing.T) {
	_, p := show(t, "# T\n\n1. vor\n2. allem\n\n## A\n\n7. eins\n7. zwei\n   1. a\n      1. i\n      2. ii\n   2. b\n\n| t |\n|---|\n| u |\n\n1. drei\n\n"+
		"### Unter\n\n1. vier\n\n## B\n\n- Punkt\n\n1. fünf", map[string]string{"x": "Name"})
	var got []string
	for _, l := range p.pages[0].lines {
		if number, text, found := strings.Cut(l.text, " | "); found {
			got = append(got, number+" "+text)
		}
	}
	equal(t, []string{
		"1. vor", "2. allem", "1. A", "1.1 eins", "1.2 zwei", "(a) a", "(i) i", "(ii) ii", "(b) b", "1.3 drei",
		"1.4 Unter", "1.4.1 vier", "2. B", "– Punkt", "2.1 fünf",
	}, got)
}

func TestCounters(t *testing.T) {
	for n, want := range map[int]string{1: "a", 26: "z", 27: "aa", 52: "az", 703: "aaa"} {
		if got := letters(n); got != want {
			t.Errorf("letters(%d) = %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int]string{1: "i", 4: "iv", 9: "ix", 14: "xiv", 40: "xl", 99: "xcix", 2026: "mmxxvi"} {
		if got := roman(n); got != want {
			t.Errorf("roman(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestSharedWidthsFill(t *testing.T) {
	for name, test := range map[string]struct{ least, most []pdf.Length }{
		"room":     {[]pdf.Length{10_000, 20_000}, []pdf.Length{30_000, 40_000}},
		"squeezed": {[]pdf.Length{50_000, 60_000}, []pdf.Length{400_000, 900_000}},
		"too wide": {[]pdf.Length{440_000, 40_000, 40_000, 40_000}, []pdf.Length{440_000, 40_000, 40_000, 40_000}},
	} {
		var sum pdf.Length
		for _, w := range share(test.least, test.most, 400_000) {
			if w < 2*padding {
				t.Errorf("%s: a column is %d wide", name, w)
			}
			sum += w
		}
		if sum != 400_000 {
			t.Errorf("%s: columns fill %d of 400000", name, sum)
		}
	}
}
