// Package hyphenation says where a language breaks its words. It is the algorithm of F. M. Liang, "Word Hy-phen-a-tion
// by Com-put-er", 1983, over the patterns of TeX's hyph-utf8. The files in patterns hold them unchanged, each below the
// authors' names and the MIT licence under which they gave them.
package hyphenation

import (
	"bytes"
	"embed"
	"strings"
	"unicode"
)

//go:embed patterns
var files embed.FS

// shortest is how many letters a word has that is worth a break.
const shortest = 5

// Dictionary breaks the words of one language. It is read-only.
type Dictionary struct {
	// values by the letters of a pattern: one digit before each letter and one after the last. Odd invites a break, even
	// forbids it, the highest of all patterns that cover a place decides.
	values      map[string]string
	longest     int // pattern, in bytes
	left, right int // letters that stay together at the ends of a word
}

// New reads the patterns of a language, ISO 639-1: German in its orthography of 1996, British English, French, Italian.
// It takes some milliseconds. A dictionary of any other language knows no break.
func New(language string) Dictionary {
	file, err := files.ReadFile("patterns/" + language + ".txt")
	if err != nil {
		return Dictionary{}
	}
	d := Dictionary{values: make(map[string]string, bytes.Count(file, []byte("\n"))), left: 2, right: 3}
	if language == "fr" || language == "it" {
		d.right = 2
	}
	// One block of memory for all patterns: a third of the time that each its own would take.
	var block strings.Builder
	block.Grow(2 * len(file))
	for line := range strings.Lines(string(file)) {
		if !strings.HasPrefix(line, "%") {
			d.add(strings.TrimSuffix(line, "\n"), &block)
		}
	}
	return d
}

// add takes a pattern as TeX writes it, such as 1b2l or .ab3a, where a dot is an end of the word.
func (d *Dictionary) add(pattern string, block *strings.Builder) {
	start := block.Len()
	for _, r := range pattern {
		if r < '0' || r > '9' {
			block.WriteRune(r)
		}
	}
	middle := block.Len()
	next := byte(0)
	for _, r := range pattern {
		if r >= '0' && r <= '9' {
			next = byte(r - '0')
			continue
		}
		block.WriteByte(next)
		next = 0
	}
	block.WriteByte(next)
	all := block.String()
	d.values[all[start:middle]] = all[middle:]
	d.longest = max(d.longest, middle-start)
}

// Breaks are the places where a line may break a word, as numbers of letters before them, in order. A word that is all
// capitals is an abbreviation and has none.
func (d Dictionary) Breaks(word string) []int {
	letters := []rune(word)
	if len(letters) < shortest || strings.ToUpper(word) == word {
		return nil
	}
	for i, r := range letters {
		letters[i] = unicode.ToLower(r)
	}
	values := d.weigh("." + string(letters) + ".")
	var breaks []int
	for i := d.left; i <= len(letters)-d.right; i++ {
		if values[i+1]%2 == 1 { // the dot comes before the first letter
			breaks = append(breaks, i)
		}
	}
	return breaks
}

// weigh finds the highest value before each letter of a dotted word.
func (d Dictionary) weigh(dotted string) []byte {
	highest := make([]byte, len(dotted)+1)
	first := 0
	for start := range dotted {
		for end := start + 1; end <= min(len(dotted), start+d.longest); end++ {
			values, found := d.values[dotted[start:end]]
			for i := 0; found && i < len(values); i++ {
				highest[first+i] = max(highest[first+i], values[i])
			}
		}
		first++
	}
	return highest
}
