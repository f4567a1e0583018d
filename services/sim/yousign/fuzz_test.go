package yousign

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// FuzzUpload feeds the multipart reader and the document check.
func FuzzUpload(f *testing.F) {
	seed := func(file []byte, parts ...string) {
		media, body := multipartBody(&testing.T{}, file, parts...)
		f.Add(media, body)
	}
	seed(plainPDF("Contract"), "nature", signable, "parse_anchors", "true")
	seed([]byte("%PDF-1.7"), "nature", attachment, "initials[y]", "10", "initials[alignment]", "left")
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"))
	shape := uploadShape()
	f.Fuzz(func(t *testing.T, media string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Content-Type", media)
		c := &call{Request: r, body: body}
		form, err := c.readForm()
		if err != nil {
			return
		}
		u, err := form.decode(shape)
		if err != nil {
			return
		}
		if d, err := newDocument(form, u, c.now); err == nil && (d.name == "" && form.fileName != "" || len(d.scan.Pages) == 0) {
			t.Errorf("accepted a document without a name or pages: %+v", d)
		}
	})
}

// FuzzFilters feeds the list query.
func FuzzFilters(f *testing.F) {
	for _, q := range []string{"status[in]=a,b", "created_at[between]=2026-01-01,2026-01-02", "external_id[eq]=x", "q", "a[=1", "after=!"} {
		f.Add(q)
	}
	external := "x"
	r := &request{settings: settings{ExternalID: &external}, source: "public_api", status: draft}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		if keep, err := filters(q, &Simulator{}); err == nil {
			keep(r)
		}
	})
}

// FuzzSignerBody feeds the JSON bodies of the vendor's richest table.
func FuzzSignerBody(f *testing.F) {
	f.Add([]byte(person{first: "Jeanne"}.body("0ef334d2-7f36-4643-8a2a-4283b4a3e4a4", 10)))
	f.Add([]byte(`{"info":null,"signature_level":"electronic_signature","fields":[{"type":"radio_group","radios":[{}]}]}`))
	f.Add([]byte(`[]`))
	shape := signerShape()
	f.Fuzz(func(t *testing.T, body []byte) {
		c := &call{body: body, media: "application/json"}
		var in signerBody
		if err := c.decode(shape, &in); err == nil && (in.Info.Email == "" || in.Level == "") {
			t.Errorf("accepted a signer without e-mail or level: %q", bytes.TrimSpace(body))
		}
	})
}
