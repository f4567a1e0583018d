package render

import (
	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// style is how a paragraph looks.
type style struct {
	size, leading pdf.Length
	sans, bold    bool
	gray          pdf.Gray
	align         align
	// element is what the text belongs to.
	element *pdf.Element
}

type align int

const (
	left align = iota
	right
	centred
	justified
)

func (s style) face(bold, italic bool) face {
	bold = bold || s.bold
	switch {
	case s.sans && bold:
		return sansBold
	case s.sans:
		return sans
	case bold && italic:
		return serifBoldItalic
	case bold:
		return serifBold
	case italic:
		return serifItalic
	default:
		return serif
	}
}

// set breaks text into lines of a width. Each line's runs start at its left edge and stand on a baseline at 0.
// Fails with a *GlyphError.
func (s *setter) set(spans []span, style style, width pdf.Length) ([][]pdf.Run, error) {
	atoms, err := s.atomize(spans, style, width)
	if err != nil {
		return nil, err
	}
	var lines [][]pdf.Run
	start := 0
	for _, end := range breakLines(atoms, width, style.align == justified) {
		line, err := s.line(atoms[start:end], style, width)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		start = end
	}
	return lines, nil
}

// line sets atoms on one line.
func (s *setter) line(atoms []atom, style style, width pdf.Length) ([]pdf.Run, error) {
	parts := join(atoms)
	l := &liner{setter: s, style: style}
	natural, gaps, err := l.natural(parts)
	if err != nil {
		return nil, err
	}
	slack := width - natural
	switch last := atoms[len(atoms)-1].after; {
	case style.align == right:
		l.x = slack
	case style.align == centred:
		l.x = slack / 2
	case gaps > 0 && (slack < 0 || style.align == justified && last != gapForced && slack <= l.most(parts)):
		l.extra, l.odd = slack/pdf.Length(gaps), slack%pdf.Length(gaps)
	}
	for _, p := range parts {
		if err := l.put(p); err != nil {
			return nil, err
		}
	}
	return l.runs, nil
}

// most is how much wider the spaces of a line may get to reach the margin, three times what they are. A line with more
// room than that, beside an address or a number that nothing parts, looks better with a ragged end.
func (l *liner) most(parts []part) pdf.Length {
	var spaces pdf.Length
	for _, p := range parts[:len(parts)-1] {
		if p.space {
			_, advance := l.spaceGlyph(p.face)
			spaces += l.scale(p.face, advance, l.style.size)
		}
	}
	return 2 * spaces
}

// part is a piece of a line and what follows it: a word space, or the hyphen of a word that the line breaks.
type part struct {
	piece
	space, hyphen bool
}

// join puts the atoms of one word together again, so that kerning and ligatures reach across breaks not taken. A space
// also ends the line, where nobody sees it, unless a word goes on there: who takes text out of the file finds its words.
func join(atoms []atom) []part {
	var parts []part
	for i, a := range atoms {
		for _, p := range a.pieces {
			if n := len(parts); n > 0 && !parts[n-1].space && parts[n-1].face == p.face && parts[n-1].to == p.to && parts[n-1].element == p.element {
				parts[n-1].text += p.text
			} else {
				parts = append(parts, part{piece: p})
			}
		}
		n := len(parts)
		if n == 0 {
			continue
		}
		last := i == len(atoms)-1
		parts[n-1].space = a.after == gapSpace || last && a.after == gapForced
		if last && a.after == gapHyphen {
			parts[n-1].text += "-"
			parts[n-1].hyphen = true
		}
	}
	return parts
}

// liner places parts one after the other.
type liner struct {
	*setter
	style      style
	x          pdf.Length
	extra, odd pdf.Length // added to every space, and one thousandth of a point to the first few
	runs       []pdf.Run
}

func (l *liner) natural(parts []part) (width pdf.Length, gaps int, err error) {
	for i, p := range parts {
		w, err := l.shape(p.face, p.text)
		if err != nil {
			return 0, 0, err
		}
		width += l.scale(p.face, w.width, l.style.size)
		if p.space && i < len(parts)-1 {
			_, advance := l.spaceGlyph(p.face)
			width += l.scale(p.face, advance, l.style.size)
			gaps++
		}
	}
	return width, gaps, nil
}

func (l *liner) put(p part) error {
	w, err := l.shape(p.face, p.text)
	if err != nil {
		return err
	}
	run := l.run(p)
	for _, g := range w.glyphs {
		run.Glyphs = append(run.Glyphs, pdf.Glyph{
			ID: g.id, Text: g.text,
			X: l.x - run.X + l.scale(p.face, g.x, l.style.size), Rise: l.scale(p.face, g.rise, l.style.size),
		})
	}
	if p.hyphen {
		// A soft hyphen, which ISO 32000-1, 14.8.2.2.3 wants here: a reader puts the word together again.
		run.Glyphs[len(run.Glyphs)-1].Text = string(softHyphen)
	}
	l.x += l.scale(p.face, w.width, l.style.size)
	if p.space {
		id, advance := l.spaceGlyph(p.face)
		run.Glyphs = append(run.Glyphs, pdf.Glyph{ID: id, Text: " ", X: l.x - run.X})
		l.x += l.scale(p.face, advance, l.style.size) + l.extra + l.oddment()
	}
	return nil
}

// run is where a part goes: on with the last run, or into one of its own.
func (l *liner) run(p part) *pdf.Run {
	next := pdf.Run{Font: int(p.face), Size: l.style.size, X: l.x, Gray: l.style.gray, Element: p.element, To: p.to}
	if n := len(l.runs); n == 0 || l.runs[n-1].Font != next.Font || l.runs[n-1].Element != next.Element || l.runs[n-1].To != next.To {
		l.runs = append(l.runs, next)
	}
	return &l.runs[len(l.runs)-1]
}

// oddment hands out what does not divide evenly.
func (l *liner) oddment() pdf.Length {
	switch {
	case l.odd > 0:
		l.odd--
		return 1
	case l.odd < 0:
		l.odd++
		return -1
	default:
		return 0
	}
}
