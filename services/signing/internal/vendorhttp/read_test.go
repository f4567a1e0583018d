package vendorhttp

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestJSONIsReadWithTolerance(t *testing.T) {
	type object struct {
		ID     string `json:"id"`
		Custom string `json:"custom"`
		At     Time   `json:"at"`
	}
	cases := []struct {
		body string
		want object
		ok   bool
	}{
		{`{"id":"a","custom":"c","new":{}}`, object{ID: "a", Custom: "c"}, true},
		{`{"custom":{"x":1},"id":"a"}`, object{ID: "a"}, true},
		{`{"id":"a","at":"2031-01-02"}`, object{ID: "a", At: Time{time.Date(2031, 1, 2, 0, 0, 0, 0, time.UTC)}}, true},
		{`{"id":"a","at":"0000-01-01T00:00:00Z"}`, object{ID: "a"}, true},
		{`{"id":"a","at":"0001-01-01T00:00:00+01:00"}`, object{ID: "a"}, true},
		{`{"id":"a","at":"9999-12-31T23:59:59-01:00"}`, object{ID: "a"}, true},
		{`{"id":"a","at":17}`, object{ID: "a"}, true},
		{`[1]`, object{}, false},
		{`"a"`, object{}, false},
		{`<html>`, object{}, false},
		{``, object{}, false},
	}
	for _, c := range cases {
		var got object
		err := client(t, Config{}, reply(200, c.body)).JSON(t.Context(), Request{Method: http.MethodGet, Path: "/x"}, nil, &got)
		if (err == nil) != c.ok || c.ok && got != c.want {
			t.Errorf("%s: %+v, %v", c.body, got, err)
		}
	}
	// A list of another shape must not look empty: nothing found is what allows a second request.
	var list []object
	for _, body := range []string{`{"data":[]}`, `[1]`, `["x"]`} {
		err := client(t, Config{}, reply(200, body)).JSON(t.Context(), Request{Method: http.MethodGet, Path: "/x"}, nil, &list)
		if err == nil {
			t.Errorf("%s was read as a list of objects: %+v", body, list)
		}
	}
	if err := client(t, Config{}, reply(200, "[{},{\"custom\":3,\"id\":\"b\"}]")).JSON(t.Context(),
		Request{Method: http.MethodGet, Path: "/x"}, nil, &list); err != nil || len(list) != 2 || list[1].ID != "b" {
		t.Errorf("a list with an odd element: %+v, %v", list, err)
	}
}

func TestPDFIsBounded(t *testing.T) {
	file := "%PDF-1.7 " + strings.Repeat("x", 100_000)
	get := Request{Method: http.MethodGet, Path: "/x"}
	open := func(limit int64, body string) ([]byte, error) {
		stream, err := client(t, Config{MaxDownload: limit}, reply(200, body)).PDF(t.Context(), get)
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(stream)
		return content, errors.Join(err, stream.Close())
	}
	if content, err := open(int64(len(file)), file); err != nil || string(content) != file {
		t.Errorf("a file of the limit: %d bytes, %v", len(content), err)
	}
	var unavailable *signature.UnavailableError
	if _, err := open(int64(len(file))-1, file); !errors.As(err, &unavailable) || !errors.Is(err, errTooLarge) {
		t.Errorf("a file over the limit: %v", err)
	}
	for _, body := range []string{"", "%PD", "PK\x03\x04zip", "<html>"} {
		if _, err := open(1000, body); !errors.Is(err, errNotPDF) {
			t.Errorf("%q as a file: %v", body, err)
		}
	}
	_, err := client(t, Config{}, reply(404, `{"type":"x"}`)).PDF(t.Context(), get)
	var refused *StatusError
	if !errors.As(err, &refused) || string(refused.Body) != `{"type":"x"}` {
		t.Errorf("a refused file: %v", err)
	}
}

func TestDetailTellsNobodysData(t *testing.T) {
	cases := []struct{ text, want string }{
		{"Value must be in [\"attachment\"].", "Value must be in [\"attachment\"]."},
		{"max@example.org is not valid", "… is not valid"},
		{"call +49 151 12345678 or https://x.example/view/1", "call … or …"},
		{"Grünspan is unknown, GRÜNSPAN too", "… is unknown, … too"},
		{"line\none\x00\u202e", "line one"},
		{"bad \xff byte", "bad  byte"},
	}
	for _, c := range cases {
		if got := Detail(c.text, "grünspan", ""); got != c.want {
			t.Errorf("Detail(%q) = %q, want %q", c.text, got, c.want)
		}
	}
	if got := Detail(strings.Repeat("ä", 10_000)); utf8.RuneCountInString(got) != maxDetail+1 || !utf8.ValidString(got) {
		t.Errorf("a long text became %d characters", utf8.RuneCountInString(got))
	}
}

func FuzzDetail(f *testing.F) {
	f.Add("Kunigunde <k@example.org> +4915112345678", "Kunigunde")
	f.Add("\xff\xfe@\x00", "\xff")
	f.Fuzz(func(t *testing.T, text, private string) {
		got := Detail(text, private)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxDetail+1 {
			t.Errorf("Detail(%q) = %q", text, got)
		}
		if strings.ContainsAny(got, "\n\r\x00") {
			t.Errorf("Detail(%q) = %q holds control characters", text, got)
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, seed := range []string{`"2024-08-21T14:29:26.838Z"`, `"2024-08-26"`, `"2025-07-10T21:59:59+00:00"`, `null`, `17`, `"x"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var read Time
		if err := read.UnmarshalJSON(raw); err != nil {
			t.Errorf("%q: %v", raw, err)
		}
	})
}
