package render

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// printed is what a reader finds in a file: an independent way back from bytes to text, through the file's own maps.
type printed struct {
	pages  []printedPage
	fields []paper.SignatureField
}

type printedPage struct {
	lines []printedLine
}

type printedLine struct {
	x, y, end float64 // from the top left corner
	text      string
}

func (p printedPage) text() string {
	var lines []string
	for _, l := range p.lines {
		lines = append(lines, l.text)
	}
	return strings.Join(lines, "\n")
}

func (p printed) text() string {
	var pages []string
	for _, page := range p.pages {
		pages = append(pages, page.text())
	}
	return strings.Join(pages, "\n")
}

// opened is a file cut into its objects.
type opened struct {
	t       *testing.T
	objects map[string]string
}

func open(t *testing.T, file []byte) opened {
	t.Helper()
	o := opened{t: t, objects: map[string]string{}}
	length := regexp.MustCompile(`/Length (\d+)>>$`)
	for _, start := range regexp.MustCompile(`(?m)^(\d+) 0 obj\n`).FindAllSubmatchIndex(file, -1) {
		object := file[start[0]:]
		end := bytes.Index(object, []byte("\nendobj\n"))
		if before, data, found := bytes.Cut(object, []byte(">>\nstream\n")); found && len(before) < end {
			size, _ := strconv.Atoi(string(length.FindSubmatch(append(before[:len(before):len(before)], ">>"...))[1]))
			object, end = data, size
		}
		o.objects[string(file[start[2]:start[3]])] = string(object[:end])
		if header := regexp.MustCompile(`^\d+ 0 obj\n<</Type/ObjStm/N \d+/First (\d+)/`).FindSubmatch(file[start[0]:]); header != nil {
			o.unpack(string(object[:end]), header[1])
		}
	}
	return o
}

// unpack adds the objects of an object stream: one line each, behind a table of their numbers and offsets.
func (o opened) unpack(stream string, first []byte) {
	o.t.Helper()
	text := o.inflate(stream)
	at, _ := strconv.Atoi(string(first))
	table := strings.Fields(text[:at])
	for i, object := range strings.Split(strings.TrimSuffix(text[at:], "\n"), "\n") {
		o.objects[table[2*i]] = object
	}
}

// follow returns the object that a key of another refers to.
func (o opened) follow(object, key string) string {
	o.t.Helper()
	m := regexp.MustCompile(key + `\s?\[?(\d+) 0 R`).FindStringSubmatch(object)
	if m == nil {
		o.t.Fatalf("no %s in %.80q", key, object)
	}
	return o.objects[m[1]]
}

func (o opened) inflate(object string) string {
	o.t.Helper()
	r, err := zlib.NewReader(strings.NewReader(object))
	if err != nil {
		o.t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(text)
}

func readPDF(t *testing.T, file []byte) printed {
	t.Helper()
	o := open(t, file)
	var p printed
	tree := o.objects["1"]
	for i, kid := range regexp.MustCompile(`(\d+) 0 R`).FindAllStringSubmatch(tree, -1) {
		page := o.objects[kid[1]]
		p.pages = append(p.pages, o.page(page))
		if annots := regexp.MustCompile(`/Annots\[([^\]]*)\]`).FindStringSubmatch(page); annots != nil {
			for _, a := range regexp.MustCompile(`(\d+) 0 R`).FindAllStringSubmatch(annots[1], -1) {
				if object := o.objects[a[1]]; !strings.Contains(object, "/Subtype/Link") {
					p.fields = append(p.fields, o.widget(object, i+1))
				}
			}
		}
	}
	return p
}

func (o opened) widget(object string, page int) paper.SignatureField {
	o.t.Helper()
	m := regexp.MustCompile(`/FT/Sig/T <FEFF([0-9A-F]+)>.*/Rect\[(\S+) (\S+) (\S+) (\S+)\]`).FindStringSubmatch(object)
	if m == nil {
		o.t.Fatalf("not a signature widget: %.120q", object)
	}
	corner := [4]float64{float(m[2]), float(m[3]), float(m[4]), float(m[5])}
	name := decodeUTF16(m[1])
	return paper.SignatureField{
		Role: name, FormField: name, Page: page, X: corner[0], Y: a4().height.Points() - corner[3],
		Width: corner[2] - corner[0], Height: corner[3] - corner[1],
	}
}

// resource is a font as a page uses it.
type resource struct {
	text   map[string]string
	widths []string // of codes from 1, in thousandths of the em
}

func (o opened) page(page string) printedPage {
	o.t.Helper()
	fonts := map[string]resource{}
	for _, m := range regexp.MustCompile(`/(F\d+) (\d+) 0 R`).FindAllStringSubmatch(o.follow(page, "/Resources"), -1) {
		font := o.objects[m[2]]
		widths := regexp.MustCompile(`/W\[1\[([^\]]*)\]\]`).FindStringSubmatch(o.follow(font, "/DescendantFonts"))
		fonts[m[1]] = resource{text: o.unicode(font), widths: strings.Fields(widths[1])}
	}
	var p printedPage
	var font resource
	var size, end float64
	for line := range strings.Lines(o.inflate(o.follow(page, "/Contents"))) {
		if m := regexp.MustCompile(`^/(F\d+) (\S+) Tf 1 0 0 1 (\S+) (\S+) Tm`).FindStringSubmatch(line); m != nil {
			font = fonts[m[1]]
			size = float(m[2])
			p.move(float(m[3]), a4().height.Points()-float(m[4]), end)
			end = float(m[3])
		}
		for _, m := range regexp.MustCompile(`<([0-9A-F]{4})|([0-9A-F]{4})|>(-?\d+)<`).FindAllStringSubmatch(line, -1) {
			if code := m[1] + m[2]; code != "" && strings.HasSuffix(line, "TJ\n") {
				p.lines[len(p.lines)-1].text += font.text[code]
				index, _ := strconv.ParseInt(code, 16, 32)
				end += float(font.widths[index-1]) * size / 1000
				if font.text[code] != " " {
					p.lines[len(p.lines)-1].end = end
				}
			}
			if m[3] != "" {
				end -= float(m[3]) * size / 1000
			}
		}
	}
	for i := range p.lines {
		p.lines[i].text = strings.TrimSuffix(p.lines[i].text, " ")
	}
	return p
}

// move starts a line, or a column of the same line, or goes on where the last run ended.
func (p *printedPage) move(x, y, end float64) {
	n := len(p.lines)
	switch {
	case n == 0 || p.lines[n-1].y != y:
		p.lines = append(p.lines, printedLine{x: x, y: y})
	case x-end > 2:
		p.lines[n-1].text = strings.TrimSuffix(p.lines[n-1].text, " ") + " | "
	}
}

func float(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64)
	return f
}

func (o opened) unicode(font string) map[string]string {
	o.t.Helper()
	codes := map[string]string{}
	for _, m := range regexp.MustCompile(`<([0-9A-F]{4})><([0-9A-F]+)>\n`).FindAllStringSubmatch(o.inflate(o.follow(font, "/ToUnicode")), -1) {
		codes[m[1]] = strings.NewReplacer(filler, "", string(softHyphen), "-").Replace(decodeUTF16(m[2]))
	}
	return codes
}

func decodeUTF16(digits string) string {
	raw, _ := hex.DecodeString(digits)
	var units []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}

// outlineOf is a document's structure as text: what stands where, page by page.
func outlineOf(p printed) string {
	var b strings.Builder
	for i, page := range p.pages {
		fmt.Fprintf(&b, "--- page %d\n", i+1)
		for _, l := range page.lines {
			fmt.Fprintf(&b, "%3.0f %s\n", l.x, strings.ReplaceAll(l.text, "\u00a0", "~"))
		}
	}
	for _, f := range p.fields {
		fmt.Fprintf(&b, "--- field %s on page %d: %.1f %.1f %.1f %.1f\n", f.Role, f.Page, f.X, f.Y, f.Width, f.Height)
	}
	return b.String()
}

func equal(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
