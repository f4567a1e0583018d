package gateway

import (
	"strconv"
	"strings"
)

// byteRange is a part of a file: its first byte, and how many.
type byteRange struct{ offset, length int64 }

// parseRange reads a Range header (RFC 9110, section 14.2) for a file of a size. asked is false when the whole file is to be
// sent: there is no header, it cannot be read, or it asks for several ranges, which a server need not answer. A range that
// is asked for and has no byte in the file comes with a length of 0.
func parseRange(header string, size int64) (r byteRange, asked bool) {
	unit, spec, ok := strings.Cut(header, "=")
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok || !dash || !strings.EqualFold(unit, "bytes") || strings.Contains(spec, ",") {
		return r, false
	}
	from, fromOK := position(first)
	to, toOK := position(last)
	switch {
	case first == "" && toOK: // the last bytes
		n := min(to, size)
		return byteRange{size - n, n}, true
	case !fromOK || last != "" && !toOK || toOK && to < from:
		return r, false
	case from >= size:
		return r, true
	case !toOK || to >= size:
		to = size - 1
	}
	return byteRange{from, to - from + 1}, true
}

// position reads digits and nothing else. What is beyond any file is its end.
func position(digits string) (int64, bool) {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 1<<63 - 1, true
	}
	return n, true
}
