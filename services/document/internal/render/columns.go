package render

import (
	"slices"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// columns shares the width out: every column gets its longest word, or part of a word where there is no room for words,
// and of what is left as much as its text asks for.
func (f *flow) columns(t table, width pdf.Length) ([]pdf.Length, error) {
	n := len(t.right)
	parts, words, most := make([]pdf.Length, n), make([]pdf.Length, n), make([]pdf.Length, n)
	for i, cells := range t.rows {
		look := cellStyle()
		if i == 0 {
			look = headStyle()
		}
		for j, c := range cells {
			e, err := f.extremes(c, look, width)
			if err != nil {
				return nil, err
			}
			parts[j], words[j], most[j] = max(parts[j], e.part), max(words[j], e.word), max(most[j], e.line)
		}
	}
	return share(squeeze(words, parts, width), most, width), nil
}

// squeeze lets the columns with the widest words break them, one after the other, until the words of the others have
// room: one long address is no reason to break the short words beside it.
func squeeze(words, parts []pdf.Length, width pdf.Length) []pdf.Length {
	least := slices.Clone(words)
	var sum pdf.Length
	for _, w := range words {
		sum += w
	}
	for range words {
		if sum <= width {
			break
		}
		widest := 0
		for i := range words {
			if least[i]-parts[i] > 0 && (least[widest] == parts[widest] || least[i] > least[widest]) {
				widest = i
			}
		}
		sum -= least[widest] - parts[widest]
		least[widest] = parts[widest]
	}
	return least
}

// extremes are how wide a cell is around its widest part of a word, its widest word and its longest line.
type extremes struct {
	part, word, line pdf.Length
}

func (f *flow) extremes(c cell, look style, limit pdf.Length) (extremes, error) {
	atoms, err := f.atomize(c, look, limit)
	if err != nil {
		return extremes{}, err
	}
	e := extremes{part: 2 * padding, word: 2 * padding, line: 2 * padding}
	word, line := 2*padding, 2*padding
	for _, a := range atoms {
		word += a.width
		line += a.width
		e.part, e.word, e.line = max(e.part, 2*padding+a.width+a.tail), max(e.word, word), max(e.line, line)
		line += a.space
		if a.after != gapHyphen && a.after != gapSplit {
			word = 2 * padding
		}
		if a.after == gapForced {
			line = 2 * padding
		}
	}
	return e, nil
}

// share divides a width among columns that want between least and most each.
func share(least, most []pdf.Length, width pdf.Length) []pdf.Length {
	widths := make([]pdf.Length, len(least))
	var low, high pdf.Length
	for i := range least {
		low, high = low+least[i], high+most[i]
	}
	left := width
	for i := range widths {
		switch {
		case high <= width:
			widths[i] = most[i] + (width-high)*most[i]/high
		case low < width:
			widths[i] = least[i] + (width-low)*(most[i]-least[i])/(high-low)
		default:
			widths[i] = max(least[i]*width/low, 2*padding+2*cellStyle().size)
		}
		left -= widths[i]
	}
	widest := slices.Index(widths, slices.Max(widths))
	widths[widest] += left
	return widths
}
