package config

import (
	"fmt"
	"regexp"
)

// CheckPathToken refuses a secret that is not fit to be a segment of a URL's path that nobody guesses: 128 bits in base64
// have 22 characters, and only unreserved ones (RFC 3986) are the same wherever an address is written. One that is Unread
// was told already.
func CheckPathToken(secret Secret) error {
	if secret.Unread() || regexp.MustCompile(`^[A-Za-z0-9._~-]{22,}$`).MatchString(secret.Reveal()) {
		return nil
	}
	return fmt.Errorf("must have 22 characters or more, all of them letters, digits or one of - . _ ~; it has %d", len([]rune(secret.Reveal())))
}
