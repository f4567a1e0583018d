package pdfsign

import "strings"

// The letters of central and eastern Europe that the standard fonts lack, and the plain letters in their places.
const (
	accented = "ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžȘșȚțẞ"
	plain    = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjKkLlLlLlLlNnNnNnOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzSsTtß"
	// latin holds characters as wide as those of Latin-1 from À to ÿ: mostly the letters without their accents.
	latin = "AAAAAA@CEEEEIIIIDNOOOOO+OUUUUYPBaaaaaa%ceeeeiiiidnooooo+ouuuuypy"
)

// printable returns text in the letters of Latin-1, other Latin letters without their accents, and reports false when
// there is a letter of another script in it. What is too long for a line is cut.
func printable(text string) (string, bool) {
	ok := true
	shown := strings.Map(func(r rune) rune {
		if before, _, found := strings.Cut(accented, string(r)); found {
			return []rune(plain)[len([]rune(before))]
		}
		if r == '’' {
			return '\''
		}
		ok = ok && (r >= ' ' && r <= '~' || r >= 0xA1 && r <= 0xFF)
		return r
	}, text)
	if runes := []rune(shown); len(runes) > longest {
		shown = string(runes[:longest-3]) + "..."
	}
	return shown, ok
}

// textWidth returns the width of printable text in Helvetica, whose oblique face is as wide, at one point.
func textWidth(text string) float64 {
	widths := [...]int{ // of the characters from the space to the tilde, in thousandths
		278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
		556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
		1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
		667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
		333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
		556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
	}
	total := 0
	for _, r := range text {
		switch {
		case r >= 0xC0:
			r = rune(latin[r-0xC0])
		case r > '~':
			r = '@' // signs, none of which is wider
		}
		total += widths[r-' ']
	}
	return float64(total) / 1000
}
