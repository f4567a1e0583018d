package skribble

import (
	"bytes"
	"encoding/json"
	"errors"
)

// maxListed bounds each list of an answer, so that one of many small entries does not grow in memory.
const maxListed = 500

// Why a list cannot be read.
var (
	errNoList      = errors.New("the answer has something else where a list belongs")
	errListTooMany = errors.New("a list in the answer has too many entries")
)

// list is a bounded list in an answer of Skribble: nil where the answer leaves it out, empty where it has no entries. What
// is no list is an error and not an empty one, because a request whose signers cannot be read must not look like one that
// has none.
type list[T any] []T

// UnmarshalJSON reads at most maxListed entries; an entry with a field of an unexpected type keeps what could be read.
func (l *list[T]) UnmarshalJSON(raw []byte) error {
	*l = list[T]{}
	if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if start, err := decoder.Token(); err != nil || start != json.Delim('[') {
		return errNoList
	}
	for decoder.More() {
		if len(*l) == maxListed {
			return errListTooMany
		}
		var entry T
		var odd *json.UnmarshalTypeError
		if err := decoder.Decode(&entry); err != nil && (!errors.As(err, &odd) || odd.Field == "") {
			return errNoList
		}
		*l = append(*l, entry)
	}
	return nil
}
