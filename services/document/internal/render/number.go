package render

import (
	"strconv"
	"strings"
)

// numberer gives clauses, sub-clauses and items their numbers, and anchors theirs. It works on the parsed template:
// numbers do not depend on values, because text that a missing value takes away has none.
type numberer struct {
	numbers [maxHeading]int // of the current clause, sub-clause and item
	section int             // level of the clause the text stands in; 0 before the first
}

func (n *numberer) blocks(blocks []block) {
	for i, b := range blocks {
		switch b := b.(type) {
		case heading:
			blocks[i] = n.heading(b)
		case list:
			blocks[i] = n.list(b, counting{referable: true})
		}
	}
}

func (n *numberer) heading(h heading) heading {
	n.section = h.level - 1
	if n.section > 0 {
		h.label = n.next(n.section)
	}
	if h.anchor != nil && n.section > 0 {
		h.anchor.number = strings.TrimSuffix(h.label, ".")
	}
	return h
}

// counting is where in nested lists the numberer is.
type counting struct {
	depth     int    // of lists
	level     int    // of ordered lists
	number    string // of the item around it, as text refers to it
	referable bool   // that number says which item it is
}

// list numbers a list. An ordered list directly in a clause is that clause's sub-clauses and goes on with its numbers,
// also after a table or a paragraph between; one within it counts (a), (b), and one within that (i), (ii).
func (n *numberer) list(l list, at counting) list {
	l.clauses = l.ordered && at.depth == 0 && n.section > 0
	for i := range l.items {
		item := &l.items[i]
		inner := at
		inner.depth++
		switch {
		case l.clauses:
			item.label = n.next(n.section + 1)
			inner.number = item.label
		case l.ordered:
			item.label = counter(i+1, at.level)
			inner.number = strings.TrimSuffix(strings.TrimPrefix(at.number+noBreakSpace+item.label, noBreakSpace), ".")
		default:
			item.label = "–"
			inner.referable = false
		}
		if l.ordered {
			inner.level++
		}
		if item.anchor != nil && inner.referable {
			item.anchor.number = inner.number
		}
		for j, b := range item.blocks {
			if nested, ok := b.(list); ok {
				item.blocks[j] = n.list(nested, inner)
			}
		}
	}
	return l
}

// next moves to the next clause of a level, 1 being the highest, and returns its number: 3. or 3.1 or 3.1.2
func (n *numberer) next(level int) string {
	n.numbers[level-1]++
	clear(n.numbers[level:])
	if level == 1 {
		return strconv.Itoa(n.numbers[0]) + "."
	}
	var parts []string
	for _, number := range n.numbers[:level] {
		parts = append(parts, strconv.Itoa(number))
	}
	return strings.Join(parts, ".")
}

// counter is the label of an ordered list's item, by how many ordered lists are around it.
func counter(n, level int) string {
	switch level {
	case 0:
		return strconv.Itoa(n) + "."
	case 1:
		return "(" + letters(n) + ")"
	default:
		return "(" + roman(n) + ")"
	}
}

// letters counts a, b, ... z, aa, ab.
func letters(n int) string {
	text := ""
	for ; n > 0; n = (n - 1) / 26 {
		text = string(rune('a'+(n-1)%26)) + text
	}
	return text
}

// roman counts i, ii, iii, iv; a list of thousands is still a number.
func roman(n int) string {
	var b strings.Builder
	values := []int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	for i, digit := range strings.Fields("m cm d cd c xc l xl x ix v iv i") {
		for ; n >= values[i]; n -= values[i] {
			b.WriteString(digit)
		}
	}
	return b.String()
}
