package render

import (
	"math"
	"slices"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// Costs of breaking a paragraph, after Knuth and Plass, "Breaking Paragraphs into Lines": a line costs the square of
// its badness, which grows with the cube of how far its spaces are stretched or shrunk.
const (
	lineCost   = 10
	hyphenCost = 110
	// ragged text has room at the end of a line.
	raggedHyphen = 1500
	// finalHyphen is for a part of a word at the start of the last line.
	finalHyphen = 150
	// Lines that end in a hyphen one after the other look like a ladder: two are borne, three only where
	// spaces would gape otherwise.
	secondHyphen = 6_000
	thirdHyphen  = 20_000_000
	manyHyphens  = 3
	splitCost    = 2000
	worst        = 1_000_000
	overfull     = math.MaxInt64 / 4
	impossible   = math.MaxInt64
	runtCost     = 200
	raggedSlack  = 40 * pdf.Point
	runtWidth    = 30 * pdf.Point // of a last line that looks like a mistake
)

// breakLines chooses the last atom of each line, less one, so that the paragraph as a whole looks best.
func breakLines(atoms []atom, width pdf.Length, justify bool) []int {
	b := newBreaker(atoms, width, justify)
	for end := 1; end <= len(atoms); end++ {
		b.choose(end)
	}
	var ends []int
	at := b.best(len(atoms))
	for end := len(atoms); end > 0; {
		ends = append(ends, end)
		way := b.ways[end][at]
		end, at = way.start, way.hyphens
	}
	slices.Reverse(ends)
	return ends
}

// breaker holds the cheapest ways to set the first atoms on whole lines: for each count of atoms, one for each number of
// lines in succession, up to manyHyphens, that end in a hyphen.
type breaker struct {
	atoms         []atom
	width         pdf.Length
	justify       bool
	boxes, spaces []pdf.Length // sums of widths and of gaps before an atom
	ways          [][manyHyphens + 1]way
}

// way is how the last line is set: its first atom, and how many hyphens in succession come before it.
type way struct {
	cost           int64
	start, hyphens int
}

func newBreaker(atoms []atom, width pdf.Length, justify bool) *breaker {
	b := &breaker{
		atoms: atoms, width: width, justify: justify,
		boxes: make([]pdf.Length, len(atoms)+1), spaces: make([]pdf.Length, len(atoms)+1),
		ways: make([][manyHyphens + 1]way, len(atoms)+1),
	}
	for i, a := range atoms {
		b.boxes[i+1], b.spaces[i+1] = b.boxes[i]+a.width, b.spaces[i]+a.space
	}
	for k := 1; k <= manyHyphens; k++ {
		b.ways[0][k].cost = impossible
	}
	return b
}

// best is the cheapest way to set the first atoms.
func (b *breaker) best(end int) int {
	best := 0
	for k, w := range b.ways[end] {
		if w.cost < b.ways[end][best].cost {
			best = k
		}
	}
	return best
}

// choose finds the best start for a line that ends before atom end.
func (b *breaker) choose(end int) {
	for k := range b.ways[end] {
		b.ways[end][k] = way{cost: impossible, start: end - 1}
	}
	for start := end - 1; start >= 0; start-- {
		line, fits := b.line(start, end)
		if !fits && start < end-1 {
			return
		}
		if !fits {
			line = worst
		}
		b.extend(start, end, line)
		if start > 0 && b.atoms[start-1].after == gapForced {
			return
		}
	}
}

// extend sets a line after each way to set the atoms before it.
func (b *breaker) extend(start, end int, line int64) {
	for k, before := range b.ways[start] {
		if before.cost == impossible {
			continue
		}
		cost, hyphens := before.cost+line, 0
		if b.atoms[end-1].after == gapHyphen {
			hyphens = min(k+1, manyHyphens)
			cost += [...]int64{0, secondHyphen, thirdHyphen, thirdHyphen}[k]
		}
		if cost = min(cost, overfull); cost < b.ways[end][hyphens].cost {
			b.ways[end][hyphens] = way{cost: cost, start: start, hyphens: k}
		}
	}
}

// line is the cost of setting atoms start to end on one line; false when they do not fit.
func (b *breaker) line(start, end int) (int64, bool) {
	last := b.atoms[end-1]
	spaces := b.spaces[end-1] - b.spaces[start]
	slack := b.width - (b.boxes[end] - b.boxes[start] + spaces + last.tail)
	var bad int64
	switch {
	case slack < -shrink(spaces) || slack < 0 && !b.justify:
		return 0, false
	case slack < 0:
		bad = badness(-slack, shrink(spaces))
	case last.after == gapForced:
		bad = 0
	case b.justify && slack > stretch(spaces):
		bad = badness(stretch(spaces), spaces/2) + badness(slack, raggedSlack)
	case b.justify:
		bad = badness(slack, spaces/2)
	default:
		bad = badness(slack, raggedSlack)
	}
	cost := (lineCost + bad) * (lineCost + bad)
	switch {
	case last.after == gapForced && start > 0 && b.width-slack < runtWidth:
		cost += runtCost * runtCost
	case last.after == gapForced && start > 0 && b.atoms[start-1].after == gapHyphen:
		cost += finalHyphen * finalHyphen
	case last.after == gapHyphen && !b.justify:
		cost += raggedHyphen * raggedHyphen
	case last.after == gapHyphen:
		cost += hyphenCost * hyphenCost
	case last.after == gapSplit:
		cost += splitCost * splitCost
	}
	return cost, true
}

// shrink is how much narrower the spaces of a line may get.
func shrink(spaces pdf.Length) pdf.Length { return spaces / 4 }

// stretch is how much wider the spaces of a line may get to reach the margin, three times what they are. A line with more
// room than that, beside an address or a number that nothing parts, looks better with a ragged end.
func stretch(spaces pdf.Length) pdf.Length { return 2 * spaces }

// badness is 100 when spaces give all they should, eight times that at twice as much.
func badness(slack, give pdf.Length) int64 {
	if slack == 0 {
		return 0
	}
	ratio := int64(slack) * 1000 / max(int64(give), 1)
	if ratio > 21_000 {
		return worst
	}
	return 100 * ratio * ratio * ratio / 1_000_000_000
}
