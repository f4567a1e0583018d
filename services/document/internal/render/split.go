package render

import "unicode"

// splits is in how many parts, at least, a line may break what is wider than it. More would look no better and take time.
const splits = 40

// split makes atoms of a few characters each of a word that is wider than a line. Marks stay with their letter.
func (a *atomizer) split(wide atom) error {
	for _, p := range wide.pieces {
		runes := []rune(p.text)
		for start := 0; start < len(runes); {
			part, stop, err := a.part(p, runes, start)
			if err != nil {
				return err
			}
			a.atoms = append(a.atoms, part)
			start = stop
		}
	}
	last := &a.atoms[len(a.atoms)-1]
	last.after, last.space, last.tail = wide.after, wide.space, wide.tail
	return nil
}

// part makes an atom of the characters from a start on that fit into a part of a line, of one at least, and tells where
// the next begins.
func (a *atomizer) part(p piece, runes []rune, start int) (atom, int, error) {
	made, end := atom{}, start
	for end < len(runes) {
		stop := end + 1
		for stop < len(runes) && unicode.Is(unicode.M, runes[stop]) {
			stop++
		}
		p.text = string(runes[start:stop])
		next := atom{pieces: []piece{p}, after: gapSplit}
		var err error
		if next.width, err = a.measure(next.pieces); err != nil {
			return atom{}, 0, err
		}
		if end > start && next.width > a.width/splits {
			break
		}
		made, end = next, stop
	}
	return made, end, nil
}
