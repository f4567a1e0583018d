package render

import (
	"fmt"
	"io/fs"
	"regexp"
)

const maxAnnexes = 20

// contract reads the text of one language and its annexes, each from a file such as preise.de.md for the annex preise.
// An annex starts a page and counts its clauses by itself.
func (d description) contract(fsys fs.FS, language string) (content, error) {
	c := content{anchors: anchors{}, running: d.running[language]}
	r := &reader{
		name: language + ".md", template: d.template, polish: d.polish[language], anchors: c.anchors, signed: map[string]bool{},
	}
	var err error
	if c.blocks, err = r.file(fsys); err != nil {
		return content{}, err
	}
	for i, id := range d.annexes {
		r.name, r.annex = id+"."+language+".md", true
		blocks, err := r.file(fsys)
		if err != nil {
			return content{}, err
		}
		if blocks, err = c.annex(blocks, id, r.name, fmt.Sprintf(phrasesOf(language).annex, i+1)); err != nil {
			return content{}, err
		}
		c.blocks = append(c.blocks, blocks...)
	}
	return c, c.anchors.check()
}

// file reads and numbers one file.
func (r *reader) file(fsys fs.FS) ([]block, error) {
	var err error
	if r.source, err = read(fsys, r.name, maxBody); err != nil {
		return nil, err
	}
	blocks, err := r.parse()
	if err == nil {
		(&numberer{}).blocks(blocks)
	}
	return blocks, err
}

// annex gives the title of an annex its label, and the id of the annex to text that refers to it.
func (c content) annex(blocks []block, id, file, label string) ([]block, error) {
	var title heading
	if len(blocks) > 0 {
		title, _ = blocks[0].(heading)
	}
	if title.level != 1 {
		return nil, &LoadError{File: file, Line: 1, Detail: "an annex begins with its title: # ..."}
	}
	a, err := c.anchors.place(id, file, 1)
	if err != nil {
		return nil, err
	}
	title.label, title.anchor, a.number = label, a, label
	blocks[0] = title
	return append([]block{pageBreak{}}, blocks...), nil
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
