package e2e_test

import (
	"slices"
	"strings"
	"testing"
)

// checkLog fails the test when the log holds personal data or a secret.
func (w *world) checkLog(t testing.TB) {
	t.Helper()
	text := w.logs.String()
	if !strings.Contains(text, "level=DEBUG") || !strings.Contains(text, "level=INFO") {
		t.Error("the product logged nothing at debug or info level: this check would see nothing")
	}
	forbidden := slices.Concat(marks(), secrets(), w.callbackTokens(t))
	for line := range strings.Lines(text) {
		lower := strings.ToLower(line)
		for _, private := range forbidden {
			if strings.Contains(lower, strings.ToLower(private)) {
				t.Errorf("the log holds %q: %s", private, line)
			}
		}
	}
}

// callbackTokens are the secret path segments that Skribble was told.
func (w *world) callbackTokens(t testing.TB) []string {
	t.Helper()
	var tokens []string
	for _, e := range w.skribble.envelopes(t, "") {
		tokens = append(tokens, e.callbackToken())
	}
	return tokens
}
