package render

import (
	"regexp"
	"strings"
)

const noBreakSpace = "\u00a0"

// typography gives a template's own text the marks its language wants and that people rarely type: the curved
// apostrophe, no-break spaces, and the breaks of long words that the manifest lists. Values are left as they are.
type typography struct {
	apostrophe, noBreak, word *regexp.Regexp

	breaks map[string]string // a word in lower case, with soft hyphens
}

// newTypography takes words written with a hyphen at each place where a line may break them, such as Ver-trags-recht.
func newTypography(language string, words []string) typography {
	t := typography{
		apostrophe: regexp.MustCompile(`(\pL)'(\pL|$)`),
		noBreak:    regexp.MustCompile(` %`),
		word:       regexp.MustCompile(`\pL+`),
		breaks:     map[string]string{},
	}
	if language == "fr" {
		t.noBreak = regexp.MustCompile(` [:;!?%»]|« `)
	}
	for _, w := range words {
		w = strings.ToLower(w)
		t.breaks[strings.ReplaceAll(w, "-", "")] = strings.ReplaceAll(w, "-", string(softHyphen))
	}
	return t
}

func (t typography) polish(text string) string {
	text = t.apostrophe.ReplaceAllString(text, "$1’$2")
	text = t.noBreak.ReplaceAllStringFunc(text, func(found string) string {
		return strings.Replace(found, " ", noBreakSpace, 1)
	})
	return t.word.ReplaceAllStringFunc(text, t.hyphenate)
}

// hyphenate copies the breaks of a listed word to the same word in any case.
func (t typography) hyphenate(word string) string {
	listed, found := t.breaks[strings.ToLower(word)]
	if !found {
		return word
	}
	letters := []rune(word)
	var b strings.Builder
	for _, r := range listed {
		if r == softHyphen {
			b.WriteRune(r)
		} else if len(letters) > 0 {
			b.WriteRune(letters[0])
			letters = letters[1:]
		}
	}
	return b.String()
}
