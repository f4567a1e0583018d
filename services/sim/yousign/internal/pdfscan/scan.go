// Package pdfscan reads from an uploaded PDF what the Yousign simulator needs to know: its pages, the empty
// signature fields waiting in it and the smart anchors written on it. It is lenient and bounded, because the
// file comes from outside.
package pdfscan

import (
	"bytes"
	"errors"
	"math"
	"regexp"
)

// ErrUnreadable is returned for a file without a page that can be found.
var ErrUnreadable = errors.New("pdfscan: not a readable PDF")

// Document is what was found in a file.
type Document struct {
	// Version is the number in the file's header, for example 1.7.
	Version string
	// Signed says that a signature is already in the file.
	Signed bool
	// Locked says that the file is encrypted; then nothing else was read.
	Locked bool
	// Pages are the pages in order.
	Pages []Page
	// Blanks are the empty signature fields.
	Blanks []Box
	// Anchors are the smart anchors in reading order.
	Anchors []Anchor
}

// Page is the visible area of a page in points from the file's own origin, bottom left.
type Page struct{ Left, Bottom, Width, Height float64 }

// Box is a rectangle in points from the top left corner of a page.
type Box struct {
	// Name is the full name of the signature field, empty for a box that is none.
	Name string
	// Page counts from 1.
	Page int
	// X and Y are the upper left corner; Y grows downwards.
	X, Y float64
	// Width and Height are the size.
	Width, Height float64
}

// Corners returns a box as the file would write it: left, bottom, right, top from the page's lower left.
func (p Page) Corners(b Box) [4]float64 {
	top := p.Bottom + p.Height - b.Y
	return [4]float64{p.Left + b.X, top - b.Height, p.Left + b.X + b.Width, top}
}

// Read scans a file, the text of its pages only when anchors are wanted. The error is ErrUnreadable.
func Read(pdf []byte, anchors bool) (*Document, error) {
	head := regexp.MustCompile(`%PDF-(\d\.\d)`).FindSubmatch(pdf[:min(len(pdf), 1024)])
	if head == nil {
		return nil, ErrUnreadable
	}
	o, err := load(pdf)
	if err != nil {
		return nil, ErrUnreadable
	}
	d := &Document{Version: string(head[1]), Locked: o.locked, Signed: bytes.Contains(pdf, []byte("/ByteRange"))}
	if d.Locked {
		return d, nil
	}
	s := &scan{o: o, d: d, where: map[int]int{}, text: anchors}
	root := o.dict(o.root)
	s.pages(root["Pages"], nil, 0)
	if len(d.Pages) == 0 {
		return nil, ErrUnreadable
	}
	s.fields(o.list(o.dict(root["AcroForm"])["Fields"]), "", nil, 0)
	return d, nil
}

type scan struct {
	o     *objects
	d     *Document
	where map[int]int // annotation object to its page
	seen  int
	text  bool // whether to look for anchors
}

// maxNodes bounds the walks through the trees of pages and fields, which a hostile file can make circular.
const maxNodes = 100_000

// step counts one node and reports whether there may be more.
func (s *scan) step() bool {
	s.seen++
	return s.seen <= maxNodes
}

func (s *scan) pages(v any, box list, depth int) {
	n := s.o.dict(v)
	if n == nil || depth > maxDepth {
		return
	}
	for _, key := range []string{"MediaBox", "CropBox"} {
		if b := s.o.list(n[key]); len(b) == 4 {
			box = b
		}
	}
	if kids := s.o.list(n["Kids"]); kids != nil {
		for _, k := range kids {
			if !s.step() {
				return
			}
			s.pages(k, box, depth+1)
		}
		return
	}
	r, ok := s.rectangle(box)
	if !ok {
		return
	}
	s.d.Pages = append(s.d.Pages, Page{r[0], r[1], r[2] - r[0], r[3] - r[1]})
	for _, a := range s.o.list(n["Annots"]) {
		if !s.step() {
			return
		}
		if id, ok := a.(ref); ok {
			s.where[int(id)] = len(s.d.Pages)
		}
	}
	if s.text && len(s.d.Pages) <= maxAnchorPages {
		s.anchors(n["Contents"])
	}
}

// rectangle reads four numbers as left, bottom, right, top.
func (s *scan) rectangle(l list) (r [4]float64, ok bool) {
	if len(l) != 4 {
		return r, false
	}
	for i, v := range l {
		f, isNumber := s.o.get(v).(float64)
		if !isNumber || math.Abs(f) > 1e6 {
			return r, false
		}
		r[i] = f
	}
	r[0], r[2] = min(r[0], r[2]), max(r[0], r[2])
	r[1], r[3] = min(r[1], r[3]), max(r[1], r[3])
	return r, true
}

func (s *scan) fields(fields list, parent string, kind any, depth int) {
	for _, v := range fields {
		f := s.o.dict(v)
		if depth > maxDepth || !s.step() {
			return
		}
		if f == nil {
			continue
		}
		full := parent
		if t, ok := s.o.get(f["T"]).(text); ok {
			if full != "" {
				full += "."
			}
			full += decode(t)
		}
		ft := kind
		if own := s.o.get(f["FT"]); own != nil {
			ft = own
		}
		if kids := s.o.list(f["Kids"]); kids != nil && f["V"] == nil {
			s.fields(kids, full, ft, depth+1)
			continue
		}
		if id, ok := v.(ref); ok && ft == name("Sig") && f["V"] == nil {
			s.blank(full, f, int(id))
		}
	}
}

func (s *scan) blank(full string, f dict, id int) {
	r, ok := s.rectangle(s.o.list(f["Rect"]))
	page := s.where[id]
	if !ok || page == 0 {
		return
	}
	p := s.d.Pages[page-1]
	s.d.Blanks = append(s.d.Blanks, Box{
		Name: full, Page: page, X: r[0] - p.Left, Y: p.Bottom + p.Height - r[3], Width: r[2] - r[0], Height: r[3] - r[1],
	})
}

// decode reads a text string: UTF-16 with a mark, else one byte a character.
func decode(t text) string {
	b := []byte(t)
	if len(b) < 2 || b[0] != 0xfe || b[1] != 0xff {
		return string(t)
	}
	var out []rune
	for i := 2; i+1 < len(b); i += 2 {
		out = append(out, rune(b[i])<<8|rune(b[i+1]))
	}
	return string(out)
}
