package spelling_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/services/internal/spelling"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "ab", 2}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "ab", 1}, {"abc", "xabc", 1},
		{"ab", "ba", 1}, {"titel", "title", 1}, {"abcd", "badc", 2}, {"kitten", "sitting", 3}, {"LISTN", "LISTEN", 1},
	} {
		if got := spelling.Distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"title", "signers", "labels", "region"}
	for name, want := range map[string]string{
		"titel": "title", "signer": "signers", "label": "labels", "Region": "region", "alice": "", "x": "", "": "",
		strings.Repeat("l", 1<<20): "",
	} {
		if got := spelling.Nearest(name, known); got != want {
			t.Errorf("%.20s: %q, want %q", name, got, want)
		}
	}
	if got := spelling.Hint("titel", known); got != `; did you mean "title"?` {
		t.Error(got)
	}
	if got := spelling.Hint("alice", known); got != "" {
		t.Error(got)
	}
}
