package render

import (
	"math"
	"slices"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// Costs of breaking a paragraph, after Knuth and Plass, "Breaking Paragraphs into Lines": a line costs the square of
// its badness, which grows with the cube of how far its spaces are stretched or shrunk.
const (
	lineCost    = 10
	hyphenCost  = 60
	splitCost   = 2000
	worst       = 1_000_000
	overfull    = math.MaxInt64 / 4
	runtCost    = 100
	raggedSlack = 40 * pdf.Point
	runtWidth   = 30 * pdf.Point // of a last line that looks like a mistake
)

// breakLines chooses the last atom of each line, less one, so that the paragraph as a whole looks best.
func breakLines(atoms []atom, width pdf.Length, justify bool) []int {
	b := newBreaker(atoms, width, justify)
	for end := 1; end <= len(atoms); end++ {
		b.choose(end)
	}
	var ends []int
	for end := len(atoms); end > 0; end = b.from[end] {
		ends = append(ends, end)
	}
	slices.Reverse(ends)
	return ends
}

// breaker holds, for each count of atoms, the cheapest way to set them on whole lines.
type breaker struct {
	atoms         []atom
	width         pdf.Length
	justify       bool
	boxes, spaces []pdf.Length // sums of widths and of gaps before an atom
	cost          []int64
	from          []int
}

func newBreaker(atoms []atom, width pdf.Length, justify bool) *breaker {
	b := &breaker{
		atoms: atoms, width: width, justify: justify,
		boxes: make([]pdf.Length, len(atoms)+1), spaces: make([]pdf.Length, len(atoms)+1),
		cost: make([]int64, len(atoms)+1), from: make([]int, len(atoms)+1),
	}
	for i, a := range atoms {
		b.boxes[i+1], b.spaces[i+1] = b.boxes[i]+a.width, b.spaces[i]+a.space
	}
	return b
}

// choose finds the best start for a line that ends before atom end.
func (b *breaker) choose(end int) {
	b.cost[end], b.from[end] = math.MaxInt64, end-1
	for start := end - 1; start >= 0; start-- {
		line, fits := b.line(start, end)
		if !fits && start < end-1 {
			return
		}
		if !fits {
			line = worst
		}
		if total := min(b.cost[start]+line, overfull); total < b.cost[end] {
			b.cost[end], b.from[end] = total, start
		}
		if start > 0 && b.atoms[start-1].after == gapForced {
			return
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
	case b.justify:
		bad = badness(slack, spaces/2)
	default:
		bad = badness(slack, raggedSlack)
	}
	cost := (lineCost + bad) * (lineCost + bad)
	switch {
	case last.after == gapForced && start > 0 && b.width-slack < runtWidth:
		cost += runtCost * runtCost
	case last.after == gapHyphen:
		cost += hyphenCost * hyphenCost
	case last.after == gapSplit:
		cost += splitCost * splitCost
	}
	return cost, true
}

// shrink is how much narrower the spaces of a line may get.
func shrink(spaces pdf.Length) pdf.Length { return spaces / 4 }

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
