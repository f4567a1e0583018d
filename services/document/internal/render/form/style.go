package form

import (
	"strconv"
	"strings"

	"github.com/countersign/countersign/services/document/internal/pdf"
	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
)

// style is how a field's text looks.
type style struct {
	look   Look
	size   writer.Length // 0 means as large as fits
	colour string        // operators; empty for black
	align  int64         // 0 left, 1 centred, 2 right
}

// style reads a default appearance (ISO 32000-1, 12.7.3.3): of all it could say, a font, its size and a colour are
// taken. The second answer is what is wrong with it.
func (l *loader) style(da, align pdf.Object) (style, string) {
	var s style
	s.align, _ = l.doc.Resolve(align).(int64)
	if s.align < 0 || s.align > 2 {
		return s, "the field's alignment is none"
	}
	text, ok := l.doc.Resolve(da).(pdf.String)
	if da != nil && (!ok || len(text.Bytes) > maxDA) {
		return s, "the field's default appearance cannot be read"
	}
	words := strings.Fields(string(text.Bytes))
	for i, word := range words {
		switch word {
		case "Tf":
			if i < 2 {
				return s, "the field's default appearance cannot be read"
			}
			size, ok := plain(words[i-1], 144)
			if !ok {
				return s, "the field's text size is not 0 to 144 points"
			}
			s.size = toLength(size)
			s.look = l.look(strings.TrimPrefix(words[i-2], "/"))
		case "g", "rg", "k":
			count := map[string]int{"g": 1, "rg": 3, "k": 4}[word]
			if s.colour, ok = colourOf(words[:i], count); !ok {
				return s, "the field's text colour is none"
			}
		}
	}
	return s, ""
}

func colourOf(words []string, count int) (string, bool) {
	if len(words) < count {
		return "", false
	}
	var colour []float64
	for _, word := range words[len(words)-count:] {
		v, ok := plain(word, 1)
		if !ok {
			return "", false
		}
		colour = append(colour, v)
	}
	return operator(colour, "g", "rg", "k"), true
}

// plain reads a number from 0 to a limit as PDF writes them: digits and a point.
func plain(word string, limit float64) (float64, bool) {
	if word == "" || strings.Trim(word, "0123456789.") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(word, 64)
	return v, err == nil && v >= 0 && v <= limit
}

// look guesses a font's look from its name, which is all that a font that is not embedded has.
func (l *loader) look(resource string) Look {
	name := strings.ToLower(resource)
	fonts := l.doc.Dict(l.doc.Dict(l.acro["DR"])["Font"])
	if base, ok := l.doc.Resolve(l.doc.Dict(fonts[pdf.Name(resource)])["BaseFont"]).(pdf.Name); ok {
		name = strings.ToLower(string(base))
	}
	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(name, part) {
				return true
			}
		}
		return false
	}
	return Look{
		Serif:  has("times", "tiro", "tibo", "tiit", "serif", "roman", "garamond", "georgia", "cambria") && !has("sans"),
		Bold:   has("bold", "hebo", "tibo", "black", "heavy"),
		Italic: has("italic", "oblique", "tiit", "heob"),
	}
}
