package baseurl_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/services/internal/baseurl"
)

func TestParse(t *testing.T) {
	for raw, want := range map[string]string{
		"https://sign.example.com":           "",
		"https://sign.example.com:8443/a/b/": "",
		"http://127.0.0.1:8080":              "",
		"http://[::1]:8080/x":                "",
		"http://localhost":                   "",
		"http://sign.example.com":            "must be https",
		"http://127.0.0.1.example.com":       "must be https",
		"ftp://sign.example.com":             "must be https",
		"sign.example.com":                   "an absolute URL",
		"":                                   "an absolute URL",
		"https://":                           "an absolute URL",
		"https://:8443":                      "an absolute URL",
		"https://s3cret@sign.example.com":    "no user",
		"https://sign.example.com/?s3cret":   "no query",
		"https://sign.example.com?":          "no query",
		"https://sign.example.com/#s3cret":   "no query",
		"https://sign.example.com/s3cret x":  "no query",
		"https://sign.example.com/%zzs3cret": "an absolute URL",
	} {
		_, err := baseurl.Parse(raw, false)
		if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", raw, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error repeats it: %v", raw, err)
		}
	}
	if _, err := baseurl.Parse("http://sandbox.example.com", true); err != nil {
		t.Errorf("plain http where it is allowed: %v", err)
	}
}
