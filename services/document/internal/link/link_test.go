package link_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/link"
)

const document = "6f1d3c52-9c7a-4b1e-8a43-0d2f5e7b9a10"

func key(n byte) []byte { return bytes.Repeat([]byte{n}, link.KeySize) }

func end() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 5000, time.UTC) }

func token(t testing.TB, key []byte) string {
	t.Helper()
	token, err := link.New(key, document, end())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestATokenWorksUntilItsEnd(t *testing.T) {
	text := token(t, key(1))
	for _, c := range []struct {
		now time.Time
		ok  bool
	}{
		{end().Add(-30 * 24 * time.Hour), true}, {end().Add(-time.Microsecond), true}, {end(), false}, {end().Add(time.Hour), false},
	} {
		got, err := link.Read([][]byte{key(1)}, text, c.now)
		if (err == nil) != c.ok || c.ok && got != document || !c.ok && (got != "" || !errors.Is(err, link.ErrInvalid)) {
			t.Errorf("at %v: %q, %v", c.now, got, err)
		}
	}
	if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("token %q", text)
	}
}

func TestBothKeysAreTriedAndNoOther(t *testing.T) {
	now := end().Add(-time.Hour)
	for n, ok := range map[byte]bool{1: true, 2: true, 3: false} {
		if _, err := link.Read([][]byte{key(1), key(2)}, token(t, key(n)), now); (err == nil) != ok {
			t.Errorf("key %d: %v", n, err)
		}
	}
	if _, err := link.Read(nil, token(t, key(1)), now); err == nil {
		t.Error("without a key everything is valid")
	}
	if _, err := link.New(key(1), "no-uuid", now); err == nil {
		t.Error("a token for no document")
	}
}

func TestAChangedTokenIsInvalid(t *testing.T) {
	text, now, keys := token(t, key(1)), end().Add(-time.Hour), [][]byte{key(1)}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	forged := []string{"", "x", text + "A", text + "=", text[:8] + "\n" + text[8:], text[:8] + "\n" + text[9:], text + text, strings.Repeat("A", len(text))}
	for n := range len(text) { // the decoder skips line breaks
		forged = append(forged, text[:n]+strings.Repeat("\n", len(text)-n))
	}
	for bit := range len(raw) * 8 {
		other := bytes.Clone(raw)
		other[bit/8] ^= 1 << (bit % 8)
		forged = append(forged, base64.RawURLEncoding.EncodeToString(other))
	}
	for at := range text {
		forged = append(forged, text[:at], text[at+1:])
		for _, c := range "A-_z=/+ \x00" {
			if byte(c) != text[at] {
				forged = append(forged, text[:at]+string(c)+text[at+1:])
			}
		}
	}
	for _, f := range forged {
		if _, err := link.Read(keys, f, now); !errors.Is(err, link.ErrInvalid) {
			t.Errorf("%q: %v", f, err)
		}
	}
}

func FuzzToken(f *testing.F) {
	genuine := token(f, key(1))
	for _, seed := range []string{genuine, "", genuine[1:], token(f, key(2)), strings.Repeat("_", len(genuine))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := link.Read([][]byte{key(1)}, text, end().Add(-time.Hour))
		if (err == nil) != (text == genuine) || err != nil && got != "" {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	})
}
