package skribble

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestList(t *testing.T) {
	r := newRig(t)
	for i := range 5 {
		r.create(fields{"title": fmt.Sprintf("Contract %d", i)}, guest(fmt.Sprintf("g%d@example.com", i)))
	}
	r.do("sign", r.ok("GET", "/v2/signature-requests?search=act+3", nil).list(t)[0], nil)
	titles := func(query string) string {
		t.Helper()
		list := []string{}
		for _, q := range r.ok("GET", "/v2/signature-requests?"+query, nil).list(t) {
			list = append(list, strings.TrimPrefix(q["title"].(string), "Contract "))
		}
		return strings.Join(list, " ")
	}
	for query, want := range map[string]string{
		"":                                      "4 3 2 1 0",
		"page_size=2":                           "4 3 2 1 0",
		"page_number=0&page_size=2":             "4 3",
		"page_number=2&page_size=2":             "0",
		"page_number=3&page_size=2":             "",
		"page_number=0":                         "4 3 2 1 0",
		"page_number=1":                         "",
		"page_number=999999999":                 "",
		"search=Contract":                       "4 3 2 1 0",
		"search=contract":                       "",
		"status_overall=SIGNED":                 "3",
		"status_overall=signed":                 "",
		"signature_status=OPEN":                 "4 2 1 0",
		"signer_email_address=g1%40example.com": "1",
		"account_email=g1%40example.com":        "",
		"signatures_count=2":                    "",
	} {
		if got := titles(query); got != want {
			t.Errorf("?%s: %q, want %q", query, got, want)
		}
	}
	r.ok("PATCH", "/_sim/settings", fields{"first_page": 1})
	if got := titles("page_number=1&page_size=2"); got != "4 3" {
		t.Errorf("first page of a list from 1: %q", got)
	}
	for _, query := range []string{"page_number=0", "page_number=x", "page_number=1&page_size=0"} {
		if p := r.send("GET", "/v2/signature-requests?"+query, nil); p.status != 400 {
			t.Errorf("?%s: %d", query, p.status)
		}
	}
}

func TestContentByAccept(t *testing.T) {
	r := newRig(t)
	path := "/v2/documents/" + r.upload(plainPDF()) + "/content"
	for accept, want := range map[string]string{
		"*/*": "pdf", "application/pdf": "pdf", "application/json": "json", "text/html, application/json": "json",
		"application/pdf, application/json": "pdf", "application/json, application/pdf": "json", "image/png": "",
	} {
		p := r.send("GET", path, nil, "Accept", accept)
		switch want {
		case "pdf":
			if !bytes.Equal(p.body, plainPDF()) || p.header.Get("Content-Type") != "application/pdf" {
				t.Errorf("%s: %d, %s", accept, p.status, p.header.Get("Content-Type"))
			}
		case "json":
			o := p.object(t)
			if o["content"] != base64.StdEncoding.EncodeToString(plainPDF()) || o["content_size"] != float64(len(plainPDF())) {
				t.Errorf("%s: %v", accept, o)
			}
		default:
			if p.status != http.StatusNotAcceptable {
				t.Errorf("%s: %d", accept, p.status)
			}
		}
	}
}

func TestPreview(t *testing.T) {
	r := newRig(t)
	path := "/v2/documents/" + r.upload(plainPDF()) + "/pages/"
	if p := r.send("GET", path+"0?scale=20", nil); p.status != http.StatusAccepted {
		t.Errorf("first: %d", p.status)
	}
	img, err := png.Decode(bytes.NewReader(r.ok("GET", path+"0?scale=20", nil).body))
	if err != nil || img.Bounds().Dx() != 119 {
		t.Errorf("preview %v, %v", img, err)
	}
	if p := r.send("GET", path+"1", nil); p.status != http.StatusNotFound {
		t.Errorf("page behind the end: %d", p.status)
	}
}

func TestDocumentFacts(t *testing.T) {
	r := newRig(t)
	long := textPDF("Long", make([]string, 3*linesPerPage))
	list := []any{}
	for _, pdf := range [][]byte{formPDF("buyer"), long} {
		d := r.ok("GET", "/v2/documents/"+r.upload(pdf), nil).object(t)
		list = append(list, d["page_count"], d["page_width"], d["page_height"], d["size"], d["parent_id"])
	}
	want := []any{1.0, 595.0, 842.0, float64(len(formPDF("buyer"))), nil, 4.0, 595.0, 842.0, float64(len(long)), nil}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if n := len(r.ok("GET", "/v2/documents", nil).list(t)); n != 2 {
		t.Errorf("%d documents listed", n)
	}
}

func TestFaultsSpeakTheVendorsLanguage(t *testing.T) {
	r := newRig(t)
	const path = "/v2/signature-requests"
	arm := func(f fields) {
		t.Helper()
		f["path"], f["count"] = path, 1
		r.ok("POST", "/_sim/faults", f)
	}
	in := fields{"title": "T", "document_id": r.upload(plainPDF()), "signatures": []fields{guest("a@example.com")}}
	arm(fields{"name": "rate_limit", "retry_after": "90s"})
	p := r.send("POST", path, in)
	if p.status != 429 || p.header.Get("Retry-After") != "90" || p.object(t)["key"] != keyRateLimit ||
		p.object(t)["path"] != path {
		t.Errorf("rate limit: %d %s %s", p.status, p.header.Get("Retry-After"), p.body)
	}
	made := 0
	for _, tc := range []struct {
		name         string
		status, more int
	}{{"error_before", 500, 0}, {"error_after", 500, 1}, {"drop_after", 0, 1}} {
		arm(fields{"name": tc.name, "method": "POST"})
		if p := r.send("POST", path, in); p.status != tc.status {
			t.Errorf("%s: %d %s", tc.name, p.status, p.body)
		}
		made += tc.more
		if n := len(r.ok("GET", path, nil).list(t)); n != made {
			t.Errorf("%s: %d requests, want %d", tc.name, n, made)
		}
	}
	if p := r.send("POST", "/_sim/faults", fields{"name": "explode"}); p.status != 400 {
		t.Errorf("unknown fault: %d", p.status)
	}
}

func TestQualities(t *testing.T) {
	r := newRig(t)
	o := r.ok("GET", "/v2/user/signature-qualities?username="+holder, nil).object(t)
	if o["qes"].(map[string]any)["eidas"].(map[string]any)["quality"] != "QES" {
		t.Errorf("qualities %v", o)
	}
	if p := r.send("GET", "/v2/user/signature-qualities?username=x", nil); p.status != 404 {
		t.Errorf("stranger: %d", p.status)
	}
}

func TestConfigRefused(t *testing.T) {
	for _, c := range []Config{
		{BaseURL: "not a url"}, {BaseURL: "http://h/path"}, {Settings: Settings{AuthStyle: "402"}},
		{Settings: Settings{FirstPage: 2}}, {Settings: Settings{CallbackBody: "xml"}}, {Settings: Settings{CallbackEncode: "x"}},
		{Settings: Settings{RetentionDays: -1}},
	} {
		if sim, err := New(c); err == nil {
			sim.Close()
			t.Errorf("accepted %+v", c)
		}
	}
}
