// Package page makes page tokens: opaque, and bound to the arguments of the list they belong to, so that a token of one
// list cannot be used in another. The standard library has no such thing.
package page

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
)

// ErrToken means that a token was not made by Token for the same list.
var ErrToken = errors.New("the page token does not belong to this list")

type token struct {
	Cursor string
	Bound  []byte
}

// Token returns the token of the page that starts after cursor.
func Token(cursor string, filters ...string) string {
	raw, err := json.Marshal(token{Cursor: cursor, Bound: bound(filters)})
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Cursor returns what Token was given; an empty token is the first page, with an empty cursor.
func Cursor(text string, filters ...string) (string, error) {
	if text == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", ErrToken
	}
	var t token
	if err := json.Unmarshal(raw, &t); err != nil || string(t.Bound) != string(bound(filters)) {
		return "", ErrToken
	}
	return t.Cursor, nil
}

// Size returns how many items a page holds: what was asked for, the default for 0, never more than most.
func Size(asked int32, normal, most int) int {
	if asked <= 0 {
		return normal
	}
	return min(int(asked), most)
}

func bound(filters []string) []byte {
	raw, err := json.Marshal(filters)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(raw)
	return sum[:8]
}
