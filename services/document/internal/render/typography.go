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
	apostrophe, elided, word *regexp.Regexp
	noBreak                  []*regexp.Regexp // the space that the first group matches breaks no line

	dictionary hyphenation.Dictionary
	listed     map[string][]int // a word in lower case, and where lines may break it instead
}

// newTypography takes words written with a hyphen at each place where a line may break them, such as Ver-trags-recht;
// they overrule the dictionary of the language.
func newTypography(language string, words []string) typography {
	t := typography{
		apostrophe: regexp.MustCompile(`([\pL\d])'`),
		elided:     regexp.MustCompile(`^'(\pL)`),
		noBreak:    unbreakable(),
		word:       regexp.MustCompile(`\S*(?:@|://|www\.)\S*|\pL+`),
		dictionary: hyphenation.New(language),
		listed:     map[string][]int{},
	}
	if language == "fr" {
		t.noBreak = append(t.noBreak, regexp.MustCompile(`( )[:;!?»]`), regexp.MustCompile(`«( )`))
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

// unbreakable are the spaces that break no line in any language: between a number and its unit, after the abbreviation
// that a number follows, within an abbreviation such as z. B., and before a dash.
func unbreakable() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`\d( )(?:[%‰€°]|[A-Z]{3}\b)`),
		regexp.MustCompile(`\b[A-Z]{3}( )\d`),
		regexp.MustCompile(`(?:§|\b(?:Abs|Art|Nr|No|S|Ziff|al|art|ch|cpv|n|p)\.)( )\d`),
		regexp.MustCompile(`\b(?:Bst|let|lett|lit)\.( )[a-z]\b`),
		regexp.MustCompile(`(?:^|\PL)\pL\.( )\pL\.`),
		regexp.MustCompile(`( )[–—]`),
	}
}

func (t typography) polish(text string) string {
	text = t.apostrophe.ReplaceAllString(text, "$1’")
	text = t.elided.ReplaceAllString(text, "’$1")
	for _, pattern := range t.noBreak {
		text = holdSpaces(text, pattern)
	}
	return text
}

// holdSpaces turns the space of each match into one that breaks no line. It looks on right behind that space, because
// what follows one may come before the next: i. d. R.
func holdSpaces(text string, pattern *regexp.Regexp) string {
	var b strings.Builder
	for {
		found := pattern.FindStringSubmatchIndex(text)
		if found == nil {
			return b.String() + text
		}
		b.WriteString(text[:found[2]] + noBreakSpace)
		text = text[found[3]:]
	}
}

// hyphenate puts a soft hyphen wherever a line may break a word of a text. An address is no word.
func (t typography) hyphenate(text string) string {
	return t.word.ReplaceAllStringFunc(text, func(word string) string {
		if strings.ContainsAny(word, "@.:") {
			return word
		}
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
