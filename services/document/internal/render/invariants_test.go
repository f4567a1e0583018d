package render

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// composer writes a random contract. Every word names its block, so that a reader of the file knows where it belongs:
// h3x1 is the second word of block 3, a heading; p is a paragraph, i an item, t a row of a table.
type composer struct {
	*rand.Rand
	body  strings.Builder
	words []string
	block int
}

// text is a block's words. Among its marks are long words that the language may break.
func (c *composer) text(kind string, words int) string {
	long := strings.Fields("Vertragspartnerin Geheimhaltungsvereinbarung und die Auftragsbearbeitung Gewährleistung ab")
	var text []string
	for i := range words {
		mark := fmt.Sprintf("%s%dx%d", kind, c.block, i)
		if c.IntN(200) == 0 {
			mark += strings.Repeat("q", 150)
		}
		text = append(text, mark)
		if kind != "h" && c.IntN(2) == 0 {
			text = append(text, long[c.IntN(len(long))])
		}
	}
	c.block++
	c.words = append(c.words, text...)
	return strings.Join(text, " ")
}

func (c *composer) heading() {
	fmt.Fprintf(&c.body, "%s %s\n\n", strings.Repeat("#", 1+c.IntN(3)), c.text("h", 1+c.IntN(20)))
}

func (c *composer) list(mark string) {
	for range 1 + c.IntN(5) {
		fmt.Fprintf(&c.body, "%s %s\n", mark, c.text("i", 1+c.IntN(40)))
		for range c.IntN(3) {
			fmt.Fprintf(&c.body, "   1. %s\n", c.text("i", 1+c.IntN(30)))
		}
	}
	c.body.WriteString("\n")
}

func (c *composer) table() {
	c.body.WriteString("\n| Kopf | Text |\n|---|---|\n")
	for range 1 + c.IntN(12) {
		words := 1 + c.IntN(50)
		if c.IntN(40) == 0 {
			words = 900
		}
		fmt.Fprintf(&c.body, "| zz | %s |\n", c.text("t", words))
	}
	c.body.WriteString("\n")
}

func compose(seed uint64) *composer {
	c := &composer{Rand: rand.New(rand.NewPCG(seed, 1))}
	for range 5 + c.IntN(40) {
		switch c.IntN(6) {
		case 0, 1:
			c.heading()
		case 2:
			c.list("1.")
		case 3:
			c.list("- ")
		case 4:
			c.table()
		default:
			fmt.Fprintf(&c.body, "%s\n\n", c.text("p", 1+c.IntN(120)))
		}
		if c.IntN(2) == 0 {
			c.heading()
		} else {
			fmt.Fprintf(&c.body, "%s\n\n", c.text("p", 1+c.IntN(40)))
		}
	}
	return c
}

func TestRandomDocuments(t *testing.T) {
	r := renderer(t)
	for seed := range uint64(8) {
		checkDocument(t, r, seed)
	}
	checkDocument(t, r, 23) // a short row before the last of a table, which is taller than a page
}

func FuzzDocument(f *testing.F) {
	f.Add(uint64(100))
	r := renderer(f)
	f.Fuzz(func(t *testing.T, seed uint64) { checkDocument(t, r, seed) })
}

func checkDocument(t *testing.T, r *Renderer, seed uint64) {
	t.Helper()
	c := compose(seed)
	source, err := Load(one(c.body.String() + signHere))
	if err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, c.body.String())
	}
	result, err := r.Render(t.Context(), source, "de", map[string]string{"x": "Signatur"})
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	d := &blocks{label: regexp.MustCompile(`^(\d+\.|\d+(\.\d+)+|\([a-z]+\)|–|zz) \| `), mark: regexp.MustCompile(`([hpit])(\d+)x\d`)}
	for i, page := range readPDF(t, result.PDF).pages {
		if fault := d.page(page, i); fault != "" {
			t.Errorf("seed %d, page %d: %s", seed, i+1, fault)
		}
	}
	for i, b := range d.list {
		if fault := b.fault(); fault != "" {
			t.Errorf("seed %d, block %s%d: %s: its lines are on pages %v", seed, b.kind, i, fault, b.pages)
		}
	}
	if missing := firstMissing(c.words, strings.Fields(readTags(t, result.PDF).words())); missing != "" {
		t.Errorf("seed %d: the structure does not have %q in its place", seed, missing)
	}
	want, got := bare(strings.Join(c.words, "")), d.text.String()
	if want == got {
		return
	}
	same := 0
	for same < min(len(want), len(got)) && want[same] == got[same] {
		same++
	}
	t.Errorf("seed %d: the text is not there once and in order: %.60q, want %.60q", seed, got[max(0, same-20):], want[max(0, same-20):])
}

// firstMissing is the first word that does not stand, whole, behind those before it.
func firstMissing(want, all []string) string {
	for _, word := range want {
		at := slices.Index(all, word)
		if at < 0 {
			return word
		}
		all = all[at+1:]
	}
	return ""
}

// bare is text without what line breaks add and take away.
func bare(s string) string {
	return strings.NewReplacer(" ", "", "-", "", "\n", "").Replace(s)
}

// blocks are what a reader finds of a composed contract.
type blocks struct {
	label, mark *regexp.Regexp
	text        strings.Builder
	list        []printedBlock
}

// printedBlock is a block and the pages that its lines are on.
type printedBlock struct {
	kind  string
	pages []int
}

// page reads the text of a page and says what is wrong with the page as a whole.
func (d *blocks) page(page printedPage, number int) string {
	last, lines := "", 0
	for _, l := range page.lines {
		if l.x < a4().left.Points()-0.01 || l.end > (a4().width-a4().right).Points()+0.5 {
			return fmt.Sprintf("a line reaches from %.2f to %.2f: %s", l.x, l.end, l.text)
		}
		if l.y < a4().top.Points() || l.y > a4().foot().Points() || l.text == "Kopf | Text" {
			continue
		}
		if l.text == "Kundin" {
			if lines < 2 {
				return fmt.Sprintf("the signatures have %d lines of text before them", lines)
			}
			return ""
		}
		last = d.line(d.label.ReplaceAllString(l.text, ""), number)
		if last != "h" {
			lines++
		}
	}
	if last == "h" {
		return "a heading ends the page"
	}
	return ""
}

// line takes a line into its block, that of the first mark in it, and returns the block's kind.
func (d *blocks) line(text string, page int) string {
	if m := d.mark.FindStringSubmatch(text); m != nil && m[2] == strconv.Itoa(len(d.list)) {
		d.list = append(d.list, printedBlock{kind: m[1]})
	}
	d.text.WriteString(bare(text))
	if len(d.list) == 0 {
		return ""
	}
	b := &d.list[len(d.list)-1]
	b.pages = append(b.pages, page)
	return b.kind
}

// fault says how page breaks cut a block wrongly.
func (b printedBlock) fault() string {
	n := len(b.pages)
	switch {
	case n > 1 && b.pages[0] != b.pages[1]:
		return "its first line stands alone"
	case n > 1 && b.pages[n-2] != b.pages[n-1]:
		return "its last line stands alone"
	case (b.kind == "h" || b.kind == "t" && n < 48) && b.pages[0] != b.pages[n-1]:
		return "it is cut"
	}
	return ""
}
