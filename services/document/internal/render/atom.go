package render

import (
	"slices"
	"strings"
	"unicode"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// atom is text that no line break may part, and what follows it. Breaking a paragraph is choosing atoms to end lines.
type atom struct {
	pieces []piece
	width  pdf.Length
	after  gap
	// space is the width of the gap when the line goes on.
	space pdf.Length
	// tail is the width the line gains when it ends here: that of a hyphen.
	tail pdf.Length
}

// piece is text in one face and of one element.
type piece struct {
	face face
	text string
	// to is the anchor that the text leads to.
	to      string
	element *pdf.Element
}

// gap says what follows an atom.
type gap int

const (
	gapNone   gap = iota // a line may end here, as after a hyphen that is part of the word
	gapSpace             // a line may end here, else a word space follows
	gapHyphen            // a line may end here with a hyphen
	gapForced            // the line ends here
	gapSplit             // a line may end here although the word shows it nowhere, if nothing else helps: in what is wider than a line, and in an address
)

const softHyphen = '\u00ad'

// atomizer cuts spans into atoms for lines of one width.
type atomizer struct {
	*setter
	style style
	width pdf.Length
	atoms []atom
	word  []piece
}

// atomize cuts text for lines no wider than a width.
func (s *setter) atomize(spans []span, style style, width pdf.Length) ([]atom, error) {
	a := &atomizer{setter: s, style: style, width: width}
	for _, span := range spans {
		if span.lineBreak {
			if err := a.end(gapForced, 0); err != nil {
				return nil, err
			}
			continue
		}
		p := piece{face: style.face(span.bold, span.italic), to: span.to, element: style.element}
		if span.to != "" && style.element != nil {
			p.element = style.element.Add(pdf.Reference)
		}
		if err := a.add(span.text, p); err != nil {
			return nil, err
		}
	}
	if err := a.end(gapForced, 0); err != nil {
		return nil, err
	}
	return a.atoms, nil
}

func (a *atomizer) add(text string, like piece) error {
	start := 0
	runes := []rune(text)
	if err := a.spend(len(runes)); err != nil {
		return err
	}
	for i, r := range runes {
		after, found := chance(runes, i)
		if !found {
			continue
		}
		stop := i + 1
		if r == softHyphen || after == gapSpace {
			stop = i
		}
		a.put(like, runes[start:stop])
		start = i + 1
		if err := a.end(after, like.face); err != nil {
			return err
		}
	}
	a.put(like, runes[start:])
	return nil
}

// chance says whether a line may end after a rune: at a space, at a soft hyphen, after a hyphen or slash within a word.
// An e-mail address breaks before a dot or its @ only: a hyphen at the end of a line might be no part of it.
func chance(runes []rune, i int) (gap, bool) {
	switch r := runes[i]; {
	case r == softHyphen:
		return gapHyphen, true
	case unicode.IsSpace(r) && !strings.ContainsRune("\u00a0\u2007\u202f", r):
		return gapSpace, true
	case i == 0 || i+1 == len(runes):
		return gapNone, false
	case (runes[i+1] == '@' || runes[i+1] == '.') && unicode.In(r, unicode.L, unicode.Nd):
		return gapSplit, i+2 < len(runes) && !unicode.IsSpace(runes[i+2]) && inAddress(runes, i)
	case r == '-' || r == '/':
		inside := unicode.IsLetter(runes[i-1]) && unicode.IsLetter(runes[i+1])
		return gapNone, inside && !inAddress(runes, i)
	default:
		return gapNone, false
	}
}

// maxAddress is how long an e-mail address may be, in characters; RFC 5321, 4.5.3.1.3 less the angle brackets.
const maxAddress = 254

// inAddress reports whether the word around a rune is an e-mail address, as far as one can reach.
func inAddress(runes []rune, i int) bool {
	start, end := i, i
	for start > max(0, i-maxAddress) && !unicode.IsSpace(runes[start-1]) {
		start--
	}
	for end < min(len(runes), i+maxAddress) && !unicode.IsSpace(runes[end]) {
		end++
	}
	return slices.Contains(runes[start:end], '@')
}

func (a *atomizer) put(p piece, runes []rune) {
	if len(runes) > 0 {
		p.text = string(runes)
		a.word = append(a.word, p)
	}
}

// end closes the current word. A space after a space says nothing new.
func (a *atomizer) end(after gap, f face) error {
	if n := len(a.atoms); len(a.word) == 0 && (after != gapForced || n > 0 && a.atoms[n-1].after != gapForced) {
		if n > 0 && a.atoms[n-1].after != gapForced {
			a.reopen(&a.atoms[n-1], after, f)
		}
		return nil
	}
	width, err := a.measure(a.word)
	if err != nil {
		return err
	}
	closed := atom{pieces: a.word, width: width, after: after}
	a.word = nil
	switch after {
	case gapSpace:
		closed.space = a.spaceWidth(f)
	case gapHyphen:
		if closed.tail, err = a.measure([]piece{{face: f, text: "-"}}); err != nil {
			return err
		}
	}
	if closed.width+closed.tail > a.width {
		return a.split(closed)
	}
	a.atoms = append(a.atoms, closed)
	return nil
}

// reopen lets a space or the end of a line that comes after an atom was closed overrule what closed it.
func (a *atomizer) reopen(last *atom, after gap, f face) {
	switch after {
	case gapSpace:
		last.after, last.space, last.tail = gapSpace, a.spaceWidth(f), 0
	case gapForced:
		last.after, last.space, last.tail = gapForced, 0, 0
	}
}

func (a *atomizer) measure(pieces []piece) (pdf.Length, error) {
	var width pdf.Length
	for _, p := range pieces {
		w, err := a.shape(p.face, p.text)
		if err != nil {
			return 0, err
		}
		width += a.scale(p.face, w.width, a.style.size)
	}
	return width, nil
}

func (a *atomizer) spaceWidth(f face) pdf.Length {
	_, advance := a.spaceGlyph(f)
	return a.scale(f, advance, a.style.size)
}
