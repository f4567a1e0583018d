package render

import (
	"fmt"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// GlyphError is a character that no built-in font can show, or that would stand in the wrong order because its script
// runs from right to left. A contract with a hole in it is not rendered.
type GlyphError struct {
	Rune rune
}

func (e *GlyphError) Error() string { return fmt.Sprintf("no glyph for %U", e.Rune) }

// setter shapes words: kerning, ligatures, marks. It serves one document and one goroutine.
type setter struct {
	fonts    []typeface
	faces    []*harfbuzz.Font // by face, made when first used
	language language.Language
	buffer   *harfbuzz.Buffer
	words    map[wordKey]word
	text     int          // characters set so far
	expired  func() error // says that setting more is of no use
}

// maxText is how many characters are set at most: more than all pages hold, counting those of tables twice, which are
// measured first. It bounds time and memory where a template repeats long values.
const maxText = maxPages * 10_000

// spend counts characters to be set. Fails with a *TooLongError, and when the time for the document is over.
func (s *setter) spend(characters int) error {
	if s.text += characters; s.text > maxText {
		return &TooLongError{Limit: maxPages}
	}
	return s.expired()
}

type wordKey struct {
	face face
	text string
}

// word is shaped text in font units.
type word struct {
	glyphs []glyph
	width  int
}

// glyph is one glyph of a word, placed from the word's origin.
type glyph struct {
	id      uint16
	text    string
	x, rise int
}

// filler is the text of a glyph whose text another glyph of its cluster already carries: PDF/A-2u wants some.
const filler = "\u200b"

func newSetter(fonts []typeface, code string) *setter {
	return &setter{
		fonts: fonts, faces: make([]*harfbuzz.Font, len(fonts)), language: language.NewLanguage(code),
		buffer: harfbuzz.NewBuffer(), words: map[wordKey]word{}, expired: func() error { return nil },
	}
}

// shape sets text in one face. Fails with a *GlyphError.
func (s *setter) shape(f face, text string) (word, error) {
	key := wordKey{face: f, text: text}
	if w, known := s.words[key]; known {
		return w, nil
	}
	runes := []rune(text)
	for _, r := range runes {
		if unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return word{}, &GlyphError{Rune: r}
		}
	}
	if s.faces[f] == nil {
		s.faces[f] = harfbuzz.NewFont(font.NewFace(s.fonts[f].shape))
	}
	b := s.buffer
	b.Clear()
	b.ClusterLevel = harfbuzz.MonotoneCharacters
	b.Props = harfbuzz.SegmentProperties{Language: s.language, Script: script(runes), Direction: harfbuzz.LeftToRight}
	b.AddRunes(runes, 0, len(runes))
	// A harfbuzz font is unscaled unless told otherwise: all positions are whole font units.
	b.Shape(s.faces[f], nil)
	w, err := s.collect(f, runes)
	if err == nil {
		s.words[key] = w
	}
	return w, err
}

func (s *setter) collect(f face, runes []rune) (word, error) {
	var w word
	infos := s.buffer.Info
	for i, info := range infos {
		end := len(runes)
		for _, later := range infos[i+1:] {
			if later.Cluster > info.Cluster {
				end = later.Cluster
				break
			}
		}
		cluster := runes[info.Cluster:end]
		if info.Glyph == 0 {
			return word{}, &GlyphError{Rune: s.missing(f, cluster)}
		}
		text := string(cluster)
		if i > 0 && infos[i-1].Cluster == info.Cluster {
			text = filler
		}
		at := s.buffer.Pos[i]
		w.glyphs = append(w.glyphs, glyph{
			id: uint16(info.Glyph), text: text, x: w.width + int(at.XOffset), rise: int(at.YOffset),
		})
		w.width += int(at.XAdvance)
	}
	return w, nil
}

func (s *setter) missing(f face, cluster []rune) rune {
	for _, r := range cluster {
		if _, found := s.fonts[f].shape.NominalGlyph(r); !found {
			return r
		}
	}
	return cluster[0]
}

// scale turns font units into a length at a size.
func (s *setter) scale(f face, units int, size pdf.Length) pdf.Length {
	em := s.fonts[f].metrics.UnitsPerEm
	product := units * int(size)
	if product < 0 {
		return pdf.Length(-((-product + em/2) / em))
	}
	return pdf.Length((product + em/2) / em)
}

// spaceGlyph is the word space of a face and its advance in font units.
func (s *setter) spaceGlyph(f face) (id uint16, advance int) {
	nominal, _ := s.fonts[f].shape.NominalGlyph(' ')
	return uint16(nominal), s.fonts[f].metrics.Advance(uint16(nominal))
}

// script is that of the first letter: a word mixes scripts only by accident.
func script(runes []rune) language.Script {
	for _, r := range runes {
		found := language.LookupScript(r)
		if found != language.Common && found != language.Inherited && found != language.Unknown {
			return found
		}
	}
	return language.Latin
}
