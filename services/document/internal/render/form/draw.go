package form

import (
	"fmt"
	"strings"
	"unicode"

	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
	"github.com/countersign/countersign/services/document/internal/render/sfnt"
)

const (
	smallest = 6 * writer.Point  // what a person can still read
	usual    = 12 * writer.Point // the largest that text becomes by itself
	step     = writer.Point / 2
)

// frame draws background and border as the field describes them.
func (p *painter) frame(f *field, w widget) {
	at := &p.layers[w.page]
	if fill := operator(w.frame.background, "g", "rg", "k"); fill != "" {
		fmt.Fprintf(at, "q %s%s %s %s %s re f Q\n", fill, points(w.left), points(w.bottom), points(w.width()), points(w.height()))
	}
	line := operator(w.frame.border, "G", "RG", "K")
	width := w.frame.width
	if line == "" || width == 0 || width >= min(w.width(), w.height()) {
		return
	}
	fmt.Fprintf(at, "q %s%s w ", line, points(width))
	half := width / 2
	switch w.frame.style {
	case "U":
		fmt.Fprintf(at, "%s %s m %s %s l S Q\n", points(w.left), points(w.bottom+half), points(w.right), points(w.bottom+half))
		return
	case "D":
		at.WriteString("[3] 0 d ")
	}
	fmt.Fprintf(at, "%s %s %s %s re S\n", points(w.left+half), points(w.bottom+half), points(w.width()-width), points(w.height()-width))
	if f.Comb {
		for i := 1; i < f.MaxLength; i++ {
			x := w.left + w.width()*writer.Length(i)/writer.Length(f.MaxLength)
			fmt.Fprintf(at, "%s %s m %s %s l S\n", points(x), points(w.bottom), points(x), points(w.top))
		}
	}
	at.WriteString("Q\n")
}

// block is one field's text on its way to its place.
type block struct {
	set   Typesetter
	font  int
	face  *sfnt.Font
	place widget
	// inset is the distance of the text from the edge of the field.
	inset writer.Length
}

func (p *painter) text(f *field, w widget, value string) error {
	b := block{set: p.set, font: p.set.Face(w.style.look), place: w, inset: 2 * writer.Point}
	b.face = p.set.Fonts()[b.font].Face
	if w.frame.border != nil {
		b.inset += w.frame.width
	}
	var runs []writer.Run
	var err error
	switch {
	case f.Kind == KindLines:
		runs, err = b.paragraphs(value)
	case f.Comb:
		runs, err = b.cells(value, f.MaxLength)
	default:
		runs, err = b.line(strings.ReplaceAll(value, "\n", " "))
	}
	if err != nil {
		return err
	}
	if runs == nil {
		return &ValueError{Field: f.Name, TooLong: true}
	}
	height := p.form.pages[w.page].height
	for i := range runs {
		runs[i].Font, runs[i].Y = b.font, height-runs[i].Y
	}
	ink, err := p.file.Draw(height, runs)
	if err != nil {
		return err
	}
	fmt.Fprintf(&p.layers[w.page], "q %s\n%sQ\n", w.style.colour, ink)
	return nil
}

// rise and fall are how far the font reaches above and below the baseline.
func (b block) rise(size writer.Length) writer.Length { return b.scaled(b.face.Ascent, size) }
func (b block) fall(size writer.Length) writer.Length { return -b.scaled(b.face.Descent, size) }

func (b block) scaled(units int, size writer.Length) writer.Length {
	return size * writer.Length(units) / writer.Length(b.face.UnitsPerEm)
}

// sizes are the largest and the smallest size to try for one line: the form's own, or what its height allows.
func (b block) sizes() (largest, least writer.Length) {
	largest = b.place.style.size
	if largest == 0 {
		em := b.rise(usual) + b.fall(usual)
		largest = max(smallest, min(usual, (b.place.height()-b.inset)*usual/em))
	}
	return largest, min(largest, smallest)
}

// baseline centres a line between the lower and the upper edge.
func (b block) baseline(size writer.Length) writer.Length {
	return b.place.bottom + (b.place.height()-b.rise(size)-b.fall(size))/2 + b.fall(size)
}

// start is where a line of a width begins.
func (b block) start(width writer.Length) writer.Length {
	switch b.place.style.align {
	case 1:
		return b.place.left + (b.place.width()-width)/2
	case 2:
		return b.place.right - b.inset - width
	}
	return b.place.left + b.inset
}

// line sets one line as large as fits. No runs mean that none does; the same holds for the other layouts.
func (b block) line(text string) ([]writer.Run, error) {
	room := b.place.width() - 2*b.inset
	size, least := b.sizes()
	for {
		glyphs, width, err := b.set.Shape(b.font, size, text)
		if err != nil {
			return nil, err
		}
		if width <= room {
			return []writer.Run{{Size: size, X: b.start(width), Y: b.baseline(size), Glyphs: glyphs}}, nil
		}
		if size <= least || room <= 0 {
			return nil, nil
		}
		size = max(least, min(size-writer.Point/10, size*room/width))
	}
}

// cells sets one character in the middle of each of count equal cells.
func (b block) cells(text string, count int) ([]writer.Run, error) {
	size, least := b.sizes()
	cell := b.place.width() / writer.Length(count)
	for ; size >= least; size -= step {
		run := writer.Run{Size: size, X: b.place.left, Y: b.baseline(size)}
		fits := true
		for i, character := range characters(text) {
			glyphs, width, err := b.set.Shape(b.font, size, character)
			if err != nil {
				return nil, err
			}
			fits = fits && width <= cell
			for _, g := range glyphs {
				g.X += b.place.width()*writer.Length(i)/writer.Length(count) + (cell-width)/2
				run.Glyphs = append(run.Glyphs, g)
			}
		}
		if fits {
			return []writer.Run{run}, nil
		}
	}
	return nil, nil
}

// characters splits text; marks stay with their letter.
func characters(text string) []string {
	var list []string
	for _, r := range text {
		if len(list) > 0 && unicode.Is(unicode.M, r) {
			list[len(list)-1] += string(r)
		} else {
			list = append(list, string(r))
		}
	}
	return list
}

// paragraphs sets wrapped lines from the top.
func (b block) paragraphs(text string) ([]writer.Run, error) {
	size := b.place.style.size
	if size == 0 {
		size = usual
	}
	for least := min(size, smallest); size >= least; size -= step {
		lines, err := b.wrap(text, size)
		if err != nil {
			return nil, err
		}
		leading := size * 115 / 100
		depth := b.rise(size) + b.fall(size) + writer.Length(len(lines)-1)*leading
		if lines == nil || depth > b.place.height()-2*b.inset {
			continue
		}
		runs := []writer.Run{}
		y := b.place.top - b.inset - b.rise(size)
		for i, line := range lines {
			glyphs, width, err := b.set.Shape(b.font, size, line)
			if err != nil {
				return nil, err
			}
			runs = append(runs, writer.Run{Size: size, X: b.start(width), Y: y - writer.Length(i)*leading, Glyphs: glyphs})
		}
		return runs, nil
	}
	return nil, nil
}
