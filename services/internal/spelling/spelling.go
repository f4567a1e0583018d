// Package spelling says how far a name that nobody knows is from one that exists, so that a mistake can be told with what
// was probably meant.
package spelling

import "fmt"

// longest bounds what is compared: outside text may be of any length.
const longest = 128

// Distance is the number of letters to change, add, leave out or swap with their neighbour until a is b (optimal string
// alignment), in bytes. It takes time with the product of both lengths: whoever compares with outside text bounds it first.
func Distance(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			change := row[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = min(change, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}

// Nearest is the known name that was probably meant: a third of the letters may be wrong, and one in a short name. It is
// empty when there is none.
func Nearest(name string, known []string) string {
	best, least := "", max(len(name)/3, 1)+1
	if len(name) > longest {
		return ""
	}
	for _, candidate := range known {
		if far := Distance(name, candidate); far < least {
			best, least = candidate, far
		}
	}
	return best
}

// Hint is the end of a message that asks whether the nearest name was meant; empty when there is none.
func Hint(name string, known []string) string {
	if nearest := Nearest(name, known); nearest != "" && nearest != name {
		return fmt.Sprintf("; did you mean %q?", nearest)
	}
	return ""
}
