// Package link makes and reads the tokens of download links. A token carries its document and its end and is signed
// (HMAC-SHA-256, RFC 2104), so that nothing is kept per link and nothing can be guessed. Whoever holds a token can read the
// document: it must not be logged.
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"
)

// KeySize is how many random bytes a key has.
const KeySize = 32

const (
	version = 1
	idEnd   = 1 + len(uuid.UUID{})
	signed  = idEnd + 8
	size    = signed + sha256.Size // 57: a multiple of 3, so that each bit of the text is a bit of the token
	// purpose sets these signatures apart from any other use of a key.
	purpose = "countersign download link\n"
)

// ErrInvalid means that a token is not ours, or its time is over. It never tells which.
var ErrInvalid = errors.New("the link is not valid")

// New returns the token of a link to a document, by its UUID, that ends at a time; microseconds count.
func New(key []byte, document string, expires time.Time) (string, error) {
	id, err := uuid.Parse(document)
	if err != nil {
		return "", ErrInvalid
	}
	token := make([]byte, 0, size)
	token = append(append(token, version), id[:]...)
	token = binary.BigEndian.AppendUint64(token, uint64(expires.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(token, sign(key, token)...)), nil
}

// Read returns the document of a token that was signed with one of the keys and has not ended, or ErrInvalid.
func Read(keys [][]byte, token string, now time.Time) (document string, err error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(size) {
		return "", ErrInvalid
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != size {
		return "", ErrInvalid // the decoder skips line breaks
	}
	genuine := false
	for _, key := range keys {
		genuine = hmac.Equal(sign(key, raw[:signed]), raw[signed:]) || genuine
	}
	expires := time.UnixMicro(int64(binary.BigEndian.Uint64(raw[idEnd:signed])))
	if !genuine || raw[0] != version || !now.Before(expires) {
		return "", ErrInvalid
	}
	return uuid.UUID(raw[1:idEnd]).String(), nil
}

func sign(key, content []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(purpose))
	mac.Write(content)
	return mac.Sum(nil)
}
