package render

import "strings"

// fill puts values into slots. A paragraph, list item or table row that asks for a value nobody gave is left out:
// loading made sure that only optional variables in unnumbered text can do that.
func fill(blocks []block, shown map[string]string) []block {
	var filled []block
	for _, b := range blocks {
		if f, whole := fillBlock(b, shown); whole {
			filled = append(filled, f)
		}
	}
	return filled
}

func fillBlock(b block, shown map[string]string) (block, bool) {
	switch b := b.(type) {
	case heading:
		text, whole := fillText(b.text, shown)
		b.text = text
		return b, whole
	case paragraph:
		text, whole := fillText(b.text, shown)
		b.text = text
		return b, whole
	case list:
		return fillList(b, shown)
	case table:
		return fillTable(b, shown)
	case signatures:
		return fillSignatures(b, shown), true
	default:
		return b, true
	}
}

func fillList(l list, shown map[string]string) (block, bool) {
	items := l.items
	l.items = nil
	for _, i := range items {
		if i.blocks = fill(i.blocks, shown); len(i.blocks) > 0 {
			l.items = append(l.items, i)
		}
	}
	return l, len(l.items) > 0
}

func fillTable(t table, shown map[string]string) (block, bool) {
	filled := table{right: t.right}
	for _, row := range t.rows {
		cells := make([]cell, 0, len(row))
		for _, c := range row {
			if text, whole := fillText(c, shown); whole {
				cells = append(cells, text)
			}
		}
		if len(cells) == len(row) {
			filled.rows = append(filled.rows, cells)
		}
	}
	return filled, len(filled.rows) > 0
}

// fillSignatures leaves the printed name out when it is not whole: a box needs none.
func fillSignatures(s signatures, shown map[string]string) signatures {
	var filled signatures
	for _, signer := range s.signers {
		signer.name, _ = fillText(signer.name, shown)
		filled.signers = append(filled.signers, signer)
	}
	return filled
}

func fillText(spans []span, shown map[string]string) (filled []span, whole bool) {
	for _, s := range spans {
		if s.slot {
			value, given := shown[s.text]
			if !given {
				return nil, false
			}
			filled = append(filled, linesOf(s, value)...)
			continue
		}
		if s.ref != nil {
			s.text, s.to = s.ref.number, s.ref.id
			holdNumber(filled, s.text)
		}
		filled = append(filled, s)
	}
	return filled, true
}

// holdNumber keeps a number that follows text on one line with the word before it: Ziffer 3.2
func holdNumber(before []span, number string) {
	if n := len(before); n > 0 && number[0] >= '0' && number[0] <= '9' {
		if text, found := strings.CutSuffix(before[n-1].text, " "); found {
			before[n-1].text = text + noBreakSpace
		}
	}
}

// linesOf puts a value in a slot's place, each of its lines on one of its own.
func linesOf(slot span, value string) []span {
	var spans []span
	for line := range strings.SplitSeq(value, "\n") {
		if len(spans) > 0 {
			spans = append(spans, span{lineBreak: true})
		}
		spans = append(spans, span{text: line, bold: slot.bold, italic: slot.italic})
	}
	return spans
}
