package skribble

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"
)

// newID looks like a UUID but, like the vendor's, is none: no version and no variant.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6] &= 0x0f // versions 1 to 15 are all RFC-like; 0 never is
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newHex is the opaque 32 digits that stand for a signer without an account, among others.
func newHex() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// stamp is a time as the vendor writes it: UTC with milliseconds.
type stamp time.Time

func (s stamp) MarshalJSON() ([]byte, error) {
	return []byte(time.Time(s).UTC().Format(`"2006-01-02T15:04:05.000Z"`)), nil
}
