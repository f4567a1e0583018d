// Package spelling says how far a name that nobody knows is from one that exists, so that a mistake can be told with what
// was probably meant.
package spelling

// Distance is the number of letters to change, add or leave out until a is b (Levenshtein), in bytes. It takes time with the
// product of both lengths: whoever compares with outside text bounds it first.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
