package kommo

import (
	"strconv"
	"strings"
	"time"
)

// isWord takes what Kommo uses as a name, so that nothing else gets into logs.
func isWord(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// setInt sets a positive number; anything else is as good as not sent.
func setInt(to *int64, value string) {
	if number, err := strconv.ParseInt(value, 10, 64); err == nil && number > 0 {
		*to = number
	}
}

func setTime(to *time.Time, value string) {
	var seconds int64
	if setInt(&seconds, value); seconds > 0 {
		*to = time.Unix(seconds, 0).UTC()
	}
}
