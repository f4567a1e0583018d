package render

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// notes are what a text uses and how it is built, to compare it with the other languages.
type notes struct {
	used    map[string]bool // variables
	clauses []clause
	odd     Mistakes
}

// clause is what a text numbers.
type clause struct {
	file string
	line int
	kind string
}

func (r *reader) note(n ast.Node, kind string) {
	r.notes.clauses = append(r.notes.clauses, clause{file: r.name, line: r.line(r.position(n)), kind: kind})
}

// odd notes what is no mistake and looks like one.
func (r *reader) odd(position int, detail string) {
	r.notes.odd.add(r.failAt(position, "%s", detail))
}

// warnings are what is odd in a source and no mistake: variables that nothing uses, and languages that say other things
// than the first.
func (s Source) warnings(manifest []byte) []*LoadError {
	var list []*LoadError
	languages := s.Template.Languages()
	for i, v := range s.Template.Variables {
		var missing []string
		for _, language := range languages {
			if !s.texts[language].notes.used[v.Name] && !s.named(language, v.Name) {
				missing = append(missing, language)
			}
		}
		if len(missing) == len(languages) {
			list = append(list, mistakeAt(manifest, fmt.Sprintf("variables[%d]", i), fmt.Sprintf("no text uses variable %q", v.Name)))
			continue
		}
		for _, language := range missing {
			list = append(list, &LoadError{File: language + textSuffix, Detail: fmt.Sprintf("does not use variable %q as other languages do", v.Name)})
		}
	}
	for _, language := range languages {
		list = append(list, s.texts[language].notes.odd...)
	}
	list = append(list, s.undescribed(manifest)...)
	list = append(list, s.unanchored(languages)...)
	return append(list, s.structure(languages)...)
}

// undescribed tells which variables a form could not explain to the person who fills it in.
func (s Source) undescribed(manifest []byte) []*LoadError {
	var labels, examples []string
	for _, v := range s.Template.Variables {
		if len(v.Labels) < len(s.Template.Texts) {
			labels = append(labels, v.Name)
		}
		if v.Example == "" && v.Required && v.Type != paper.TypeChoice && v.Type != paper.TypeBoolean {
			examples = append(examples, v.Name)
		}
	}
	var list []*LoadError
	if len(labels) > 0 {
		list = append(list, mistakeAt(manifest, "variables", "variables without a label in every language: "+strings.Join(labels, ", ")))
	}
	if len(examples) > 0 {
		list = append(list, mistakeAt(manifest, "variables", "required variables without an example: "+strings.Join(examples, ", ")))
	}
	return list
}

// unanchored tells which anchors of the first language another does not have, and the other way round.
func (s Source) unanchored(languages []string) []*LoadError {
	var list []*LoadError
	first := s.texts[languages[0]].anchors
	for _, language := range languages[1:] {
		own := s.texts[language].anchors
		for _, pair := range []struct {
			has, lacks anchors
			in         string
		}{{first, own, language}, {own, first, languages[0]}} {
			for _, id := range slices.Sorted(maps.Keys(pair.has)) {
				if at := pair.has[id]; pair.lacks[id] == nil {
					detail := fmt.Sprintf("no anchor %q as at %s:%d", id, at.file, at.line)
					list = append(list, &LoadError{File: pair.in + textSuffix, Detail: detail})
				}
			}
		}
	}
	return list
}

// named reports whether the title or file name uses a variable.
func (s Source) named(language, name string) bool {
	text := s.Template.Texts[language]
	return slices.ContainsFunc(slots(text.Title+text.FileName), func(p span) bool { return p.slot && p.text == name })
}

// structure compares the clauses of each language with those of the first.
func (s Source) structure(languages []string) []*LoadError {
	var list []*LoadError
	want := append(slices.Clone(s.texts[languages[0]].notes.clauses), clause{file: languages[0] + textSuffix, kind: "the end"})
	for _, language := range languages[1:] {
		got := append(slices.Clone(s.texts[language].notes.clauses), clause{file: language + textSuffix, kind: "the end"})
		for i := range min(len(want), len(got)) {
			if want[i].kind != got[i].kind {
				there := want[i].file
				if want[i].line > 0 {
					there = fmt.Sprintf("%s:%d", there, want[i].line)
				}
				list = append(list, &LoadError{File: got[i].file, Line: got[i].line, Detail: fmt.Sprintf(
					"clauses differ from %s: here is %s, there %s", there, got[i].kind, want[i].kind)})
				break
			}
		}
	}
	return list
}

// unprintable finds the characters of a text that no built-in font shows, each once.
func (r *Renderer) unprintable(language, name string, text []byte) []*LoadError {
	var list []*LoadError
	s := newSetter(r.fonts, language)
	seen := map[rune]bool{}
	for i, line := range bytes.Split(text, []byte("\n")) {
		for _, c := range string(line) {
			if seen[c] || unicode.In(c, unicode.M, unicode.C, unicode.Z) {
				continue
			}
			seen[c] = true
			if _, err := s.shape(serif, string(c)); err != nil && len(list) < maxMistakes {
				list = append(list, &LoadError{File: name, Line: i + 1, Detail: err.Error()})
			}
		}
	}
	return list
}
