package paper

import (
	"strings"
	"testing"
)

func TestFileName(t *testing.T) {
	for title, want := range map[string]string{
		"Vertrag über Größe":     "Vertrag-über-Größe-evidence.zip",
		"../../etc/passwd":       "etc-passwd-evidence.zip",
		`a"; filename="x.exe`:    "a-filename-x.exe-evidence.zip",
		"":                       "document-evidence.zip",
		"\u202egpj.exe\r\n":      "gpj.exe-evidence.zip",
		strings.Repeat("ä", 200): strings.Repeat("ä", 115) + "-evidence.zip",
	} {
		if got := FileName(title, "-evidence.zip"); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}
