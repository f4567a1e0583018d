package render

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// Text refers to numbered places by their anchors. The clause
//
//	## Haftung {#haftung}
//
// or the item
//
//  1. {#preis} Die Vergütung beträgt ...
//
// are what [](#haftung) and [](#preis) print the numbers of. An annex has its id for an anchor.
const (
	anchorOpen = "{#"
	anchorID   = `[a-z][a-z0-9-]{0,62}`
)

// anchor is a numbered place. While a text is read it may be asked for before it is found.
type anchor struct {
	id     string
	found  bool
	number string // as text prints it, such as 3.2 (b)
	file   string // where it was found, or else first asked for
	line   int
}

// anchors are those of one language, by id: ids are unique across the contract and its annexes.
type anchors map[string]*anchor

// refer returns the anchor that somebody asks for, found or not yet.
func (a anchors) refer(id, file string, line int) *anchor {
	if a[id] == nil {
		a[id] = &anchor{id: id, file: file, line: line}
	}
	return a[id]
}

// place notes where an anchor is. Fails with a *LoadError when it is somewhere else already.
func (a anchors) place(id, file string, line int) (*anchor, error) {
	known := a[id]
	if known != nil && known.found {
		detail := fmt.Sprintf("anchor %q is also at %s:%d", id, known.file, known.line)
		return nil, &LoadError{File: file, Line: line, Detail: detail}
	}
	if known == nil {
		known = &anchor{id: id}
		a[id] = known
	}
	known.found, known.file, known.line = true, file, line
	return known, nil
}

// check finds text that refers to nothing, and anchors where there is no number.
func (a anchors) check() Mistakes {
	var all Mistakes
	for _, id := range slices.Sorted(maps.Keys(a)) {
		at := a[id]
		switch {
		case !at.found:
			all.add(&LoadError{File: at.file, Line: at.line, Detail: fmt.Sprintf("no anchor %q", id)})
		case at.number == "":
			all.add(&LoadError{File: at.file, Line: at.line, Detail: fmt.Sprintf("anchor %q is on something without a number", id)})
		}
	}
	return all
}

// cutAnchor takes an anchor off the end of a heading's text or the start of an item's. Its id is empty when there is
// none.
func cutAnchor(spans []span, atEnd bool) (id string, rest []span) {
	if len(spans) == 0 {
		return "", spans
	}
	i, pattern := 0, `^\{#(`+anchorID+`)\}(\s+|$)`
	if atEnd {
		i, pattern = len(spans)-1, `(^|\s+)\{#(`+anchorID+`)\}$`
	}
	if spans[i].ref != nil || spans[i].lineBreak {
		return "", spans
	}
	text := spans[i].text
	found := regexp.MustCompile(pattern).FindStringSubmatchIndex(text)
	if found == nil {
		return "", spans
	}
	if atEnd {
		id, text = text[found[4]:found[5]], text[:found[0]]
	} else {
		id, text = text[found[2]:found[3]], text[found[1]:]
	}
	rest = slices.Clone(spans)
	rest[i].text = text
	if text == "" {
		rest = slices.Delete(rest, i, i+1)
	}
	return id, rest
}
