package render

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

const maxAnnexes = 20

// Bounds of the marks in a file for which the parser needs time that grows with the square of their number: one minute
// for 60,000 brackets.
const (
	maxBrackets = 4000
	maxStars    = 20_000
)

// contract reads the text of one language and its annexes, each from a file such as preise.de.md for the annex preise.
// An annex starts a page and counts its clauses by itself.
func (d description) contract(fsys fs.FS, language string) (content, Mistakes, error) {
	c := content{anchors: anchors{}, running: d.running[language], notes: notes{used: map[string]bool{}}}
	r := &reader{template: d.template, polish: d.polish[language], anchors: c.anchors, signed: map[string]bool{}, notes: c.notes}
	var err error
	if c.blocks, err = r.file(fsys, language+textSuffix); err != nil {
		return content{}, nil, err
	}
	r.annex = true
	for i, id := range d.annexes {
		blocks, err := r.file(fsys, id+"."+language+textSuffix)
		if err != nil {
			return content{}, nil, err
		}
		if !slices.Contains(r.files, r.name) {
			continue // could not be read, which is a mistake already
		}
		c.blocks = append(c.blocks, r.titled(blocks, id, fmt.Sprintf(phrasesOf(language).annex, i+1))...)
	}
	c.notes, c.files = r.notes, r.files
	if len(r.mistakes) == 0 {
		r.mistakes = c.anchors.check()
	}
	return c, r.mistakes, nil
}

// file reads and numbers one file. It fails when the file cannot be read for another reason than a mistake.
func (r *reader) file(fsys fs.FS, name string) ([]block, error) {
	source, err := read(fsys, name, maxBody)
	r.name, r.source = name, source
	if r.mistakes.add(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.files = append(r.files, name)
	if strings.Count(string(source), "[") > maxBrackets || strings.Count(string(source), "*")+strings.Count(string(source), "_") > maxStars {
		r.mistakes.add(&LoadError{File: name, Detail: fmt.Sprintf("more than %d [, or %d * and _", maxBrackets, maxStars)})
		return nil, nil
	}
	blocks := r.parse()
	(&numberer{}).blocks(blocks)
	return blocks, nil
}

// titled gives the title of an annex its label, and the id of the annex to text that refers to it.
func (r *reader) titled(blocks []block, id, label string) []block {
	var title heading
	if len(blocks) > 0 {
		title, _ = blocks[0].(heading)
	}
	if title.level != 1 {
		r.mistakes.add(&LoadError{File: r.name, Line: 1, Detail: "an annex begins with its title: # ..."})
		return nil
	}
	a, err := r.anchors.place(id, r.name, 1)
	if r.mistakes.add(err) {
		return nil
	}
	title.label, title.anchor, a.number = label, a, label
	blocks[0] = title
	return append([]block{pageBreak{}}, blocks...)
}

func checkAnnexes(ids []string) error {
	if len(ids) > maxAnnexes {
		return &LoadError{File: manifestFile, Detail: fmt.Sprintf("more than %d annexes", maxAnnexes)}
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if !regexp.MustCompile(`^`+anchorID+`$`).MatchString(id) || seen[id] {
			return &LoadError{File: manifestFile, Detail: fmt.Sprintf("annex %q: an id is unique, a letter of a-z and then a-z, 0-9 and -", id)}
		}
		seen[id] = true
	}
	return nil
}
