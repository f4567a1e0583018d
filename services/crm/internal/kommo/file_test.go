package kommo

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func pdf(content string) NewFile {
	return NewFile{Name: "c.pdf", Size: int64(len(content)), ContentType: "application/pdf", Content: strings.NewReader(content)}
}

// drive is a file host that takes parts of 4 bytes.
func drive(t *testing.T, upload string) (*httptest.Server, *[]string) {
	var parts []string
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	if upload == "" {
		upload = server.URL + "/part/0"
	}
	mux.HandleFunc("POST /v1.0/sessions", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"session_id":1,"upload_url":%q,"max_file_size":1000,"max_part_size":4}`, upload)
	})
	mux.HandleFunc("POST /part/{n}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		parts = append(parts, string(body))
		if r.Header.Get("Authorization") != "Bearer s3cret" || r.Header.Get("Content-Type") != "application/pdf" {
			t.Errorf("part sent with %v", r.Header)
		}
		if len(body) < 4 || bytes.HasSuffix(body, []byte(".")) {
			_, _ = io.WriteString(w, `{"uuid":"u-1","version_uuid":"v-1","name":"c"}`)
			return
		}
		fmt.Fprintf(w, `{"session_id":1,"next_url":"%s/part/%d"}`, server.URL, len(parts))
	})
	return server, &parts
}

func TestUpload(t *testing.T) {
	for content, want := range map[string][]string{
		"%PDF-1.7 x": {"%PDF", "-1.7", " x"},
		"%PD.":       {"%PD."},
		"%PDF%PD.":   {"%PDF", "%PD."},
		"a":          {"a"},
	} {
		d, parts := drive(t, "")
		file, err := newClient(t, d.URL).Upload(t.Context(), d.URL, pdf(content))
		if diff := cmp.Diff(want, *parts); diff != "" || err != nil || file != (File{"u-1", "v-1"}) {
			t.Errorf("%q: %+v %v %s", content, file, err, diff)
		}
	}
}

func TestUploadRefuses(t *testing.T) {
	d, parts := drive(t, "")
	c := newClient(t, d.URL)
	short := pdf("abcd")
	short.Size = 9
	for name, file := range map[string]NewFile{"empty": pdf(""), "too large": pdf(strings.Repeat("a", 1001)), "content ends early": short} {
		if _, err := c.Upload(t.Context(), d.URL, file); KindOf(err) != Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(*parts) > 2 {
		t.Errorf("%d parts were sent", len(*parts))
	}
	if _, err := c.Upload(t.Context(), d.URL, pdf("abcd")); KindOf(err) != Unavailable {
		t.Errorf("a file that is never taken as complete gave %v", err)
	}
}

// The token must not follow an address that came in an answer.
func TestTokenStaysOnAllowedHosts(t *testing.T) {
	d, parts := drive(t, "https://evil.example/part/0")
	if _, err := newClient(t, d.URL).Upload(t.Context(), d.URL, pdf("abcd")); KindOf(err) != Forbidden || len(*parts) != 0 {
		t.Errorf("got %v", err)
	}
	remote, err := New(Config{BaseURL: "https://acme.kommo.com", Token: StaticToken("x")})
	if err != nil {
		t.Fatal(err)
	}
	own, err := New(Config{BaseURL: "https://crm.example", Token: StaticToken("x"), DriveHosts: []string{".files.example"}})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string][2]bool{
		"https://drive-c.kommo.com":          {true, false},
		"https://DRIVE.amocrm.ru/x":          {true, false},
		"https://a.files.example":            {false, true},
		"http://drive-c.kommo.com":           {false, false},
		"https://evilkommo.com":              {false, false},
		"https://kommo.com.evil.example":     {false, false},
		"https://user@drive-c.kommo.com":     {false, false},
		"https://drive-c.kommo.com@evil.com": {false, false},
		"http://127.0.0.1:9":                 {false, false},
		"https://127.0.0.1":                  {false, false},
		"//drive-c.kommo.com":                {false, false},
		"":                                   {false, false},
		"ftp://drive-c.kommo.com":            {false, false},
		"https://drive-c.kommo.com\x00.evil": {false, false},
	} {
		_, err1 := remote.driveURL("x", address)
		_, err2 := own.driveURL("x", address)
		if got := [2]bool{err1 == nil, err2 == nil}; got != want {
			t.Errorf("%s: allowed %v, want %v", address, got, want)
		}
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	followed := false
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer target.Close()
	v := newVendor(t)
	v.answers["GET /api/v4/account"] = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target.URL, http.StatusTemporaryRedirect)
	}
	if _, err := newClient(t, v.URL).Account(t.Context()); KindOf(err) != Unavailable || followed {
		t.Errorf("got %v, followed %v", err, followed)
	}
}

func TestAttachFile(t *testing.T) {
	v := newVendor(t)
	c := newClient(t, v.URL)
	if uuids, err := c.AttachedFiles(t.Context(), 5); err != nil || len(uuids) != 0 {
		t.Errorf("%v %v", uuids, err)
	}
	if err := c.AttachFile(t.Context(), 5, "u-1"); err != nil {
		t.Error(err)
	}
	same(t, `[{"file_uuid":"u-1"}]`, v.last().Body)
	v.on("GET /api/v4/leads/5/files", 200, `{"_embedded":{"files":[{"file_uuid":"u-1","id":4}]}}`)
	if uuids, err := c.AttachedFiles(t.Context(), 5); err != nil || !cmp.Equal(uuids, []string{"u-1"}) {
		t.Errorf("%v %v", uuids, err)
	}
	v.on("POST /api/v4/leads/notes", 200, `{"_embedded":{"notes":[{"id":12,"request_id":"0"}]}}`)
	if id, err := c.AddAttachmentNote(t.Context(), 5, File{"u-1", "v-1"}, "c.pdf"); err != nil || id != 12 {
		t.Errorf("%d %v", id, err)
	}
	same(t, `[{"entity_id":5,"note_type":"attachment","request_id":"0","is_need_to_trigger_digital_pipeline":false,"params":{"file_uuid":"u-1","version_uuid":"v-1","file_name":"c.pdf"}}]`, v.last().Body)
}
