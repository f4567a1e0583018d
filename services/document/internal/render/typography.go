package render

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/services/document/internal/render/hyphenation"
)

const noBreakSpace = "\u00a0"

// typography gives a template's own text the marks its language wants and that people rarely type: the curved
// apostrophe, no-break spaces, and soft hyphens. Values are left as they are: no line breaks a person's name.
type typography struct {
	apostrophe, noBreak, word *regexp.Regexp

	dictionary hyphenation.Dictionary
	listed     map[string][]int // a word in lower case, and where lines may break it instead
}

// newTypography takes words written with a hyphen at each place where a line may break them, such as Ver-trags-recht;
// they overrule the dictionary of the language.
func newTypography(language string, words []string) typography {
	t := typography{
		apostrophe: regexp.MustCompile(`(\pL)'(\pL|$)`),
		noBreak:    regexp.MustCompile(` %`),
		word:       regexp.MustCompile(`\pL+`),
		dictionary: hyphenation.New(language),
		listed:     map[string][]int{},
	}
	if language == "fr" {
		t.noBreak = regexp.MustCompile(` [:;!?%»]|« `)
	}
	for _, w := range words {
		var breaks []int
		letters := 0
		for _, part := range strings.Split(strings.ToLower(w), "-") {
			letters += utf8.RuneCountInString(part)
			breaks = append(breaks, letters)
		}
		t.listed[strings.ToLower(strings.ReplaceAll(w, "-", ""))] = breaks[:len(breaks)-1]
	}
	return t
}

func (t typography) polish(text string) string {
	text = t.apostrophe.ReplaceAllString(text, "$1’$2")
	return t.noBreak.ReplaceAllStringFunc(text, func(found string) string {
		return strings.Replace(found, " ", noBreakSpace, 1)
	})
}

// hyphenate puts a soft hyphen wherever a line may break a word of a text.
func (t typography) hyphenate(text string) string {
	return t.word.ReplaceAllStringFunc(text, func(word string) string {
		breaks, found := t.listed[strings.ToLower(word)]
		if !found {
			breaks = t.dictionary.Breaks(word)
		}
		letters := []rune(word)
		for _, at := range slices.Backward(breaks) {
			letters = slices.Insert(letters, at, softHyphen)
		}
		return string(letters)
	})
}

// hyphenate puts soft hyphens into the fixed text of spans.
func hyphenate(t typography, spans []span) {
	for i := range spans {
		if s := &spans[i]; !s.slot {
			s.text = t.hyphenate(s.text)
		}
	}
}
