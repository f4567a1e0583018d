package kommo_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/sim/kommo"
)

// upload stores content in parts of at most size bytes and returns the drive's file object.
func (a *account) upload(content []byte, size int) tree {
	a.t.Helper()
	got := a.want(200, "POST", "/drive/v1.0/sessions",
		fmt.Sprintf(`{"file_name":"contract.pdf","file_size":%d,"content_type":"application/pdf"}`, len(content)))
	next := got.text("upload_url")
	for len(content) > 0 {
		part := content[:min(size, len(content))]
		content = content[len(part):]
		got = a.want(200, "POST", strings.TrimPrefix(next, base), string(part))
		if len(content) > 0 {
			next = got.text("next_url")
		}
	}
	return got
}

func TestUploadLinkAndRead(t *testing.T) {
	a := open(t)
	id, _ := a.deal()
	content := bytes.Repeat([]byte("0123456789abcdef"), 100_000) // 1.6 MB, four parts
	file := a.upload(content, 524288)
	uuid := file.text("uuid")
	file.expect(t, map[string]string{
		"name": "contract", "sanitized_name": "contract.pdf", "size": "1600000", "metadata.mime_type": "application/pdf",
	})
	a.want(204, "GET", "/api/v4/leads/"+id+"/files", "")
	for range 2 { // linking again changes nothing
		a.want(200, "PUT", "/api/v4/leads/"+id+"/files", `[{"file_uuid":"`+uuid+`"}]`)
	}
	a.want(200, "POST", "/api/v4/leads/notes", `[{"entity_id":`+id+`,"note_type":"attachment","params":{
		"file_uuid":"`+uuid+`","version_uuid":"`+file.text("version_uuid")+`","file_name":"contract.pdf"}}]`)
	sum := sha256.Sum256(content)
	a.want(200, "GET", "/_sim/leads/"+id, "").expect(t, map[string]string{
		"stage": "New", "pipeline": "Sales", "contacts.0.name": "Ana Roth",
		"files.0.sha256": hex.EncodeToString(sum[:]), "files.0.name": "contract.pdf", "files.1": "<missing>",
		"notes.0.params.original_name": "contract.pdf", "notes.0.params.is_drive_attachment": "true", "tasks": "[]",
	})
	for _, path := range []string{"/_sim/files/" + uuid, strings.TrimPrefix(file.text("_links.download.href"), base)} {
		w := a.call("GET", path, "")
		if !bytes.Equal(w.Body.Bytes(), content) || w.Header().Get("Content-Type") != "application/pdf" {
			t.Errorf("%s: %d bytes of %s", path, w.Body.Len(), w.Header().Get("Content-Type"))
		}
	}
	a.want(200, "GET", "/drive/v1.0/files/"+uuid, "")
	a.want(200, "GET", "/api/v4/leads/"+id+"/files", "").expect(t, map[string]string{"_embedded.files.0.file_uuid": uuid})
	a.want(202, "DELETE", "/api/v4/leads/"+id+"/files", `[{"file_uuid":"`+uuid+`"}]`)
	a.want(204, "GET", "/api/v4/leads/"+id+"/files", "")
	a.want(204, "DELETE", "/drive/v1.0/files", `[{"uuid":"`+uuid+`"}]`)
	a.want(404, "GET", "/drive/v1.0/files/"+uuid, "")
}

func TestUploadRefusals(t *testing.T) {
	a := open(t)
	session := func() string {
		got := a.want(200, "POST", "/drive/v1.0/sessions", `{"file_name":"a.pdf","file_size":600000}`)
		got.expect(t, map[string]string{"max_part_size": "524288", "max_file_size": "314572800"})
		return strings.TrimPrefix(got.text("upload_url"), base)
	}
	first := session()
	a.want(200, "POST", first, "part")
	a.want(400, "POST", first, "part") // the URL of a part already taken
	a.want(400, "POST", session(), strings.Repeat("x", 524289))
	a.want(400, "POST", session(), "")
	late := session()
	a.pass(25 * time.Hour)
	a.want(400, "POST", late, "part")
	over := session()
	next := a.want(200, "POST", over, strings.Repeat("x", 524288)).text("next_url")
	a.want(400, "POST", strings.TrimPrefix(next, base), strings.Repeat("x", 75713))
	for body, path := range map[string]string{
		`{"file_size":5}`: "file_name", `{"file_name":"a"}`: "file_size", `{"file_name":"a","file_size":0}`: "file_size",
		`{"file_name":"a","file_size":314572801}`: "file_size", `{"file_name":"a","file_size":5,"file_uuid":"no"}`: "file_uuid",
	} {
		a.want(400, "POST", "/drive/v1.0/sessions", body).
			expect(t, map[string]string{"validation-errors.0.errors.0.path": path})
	}
	id, _ := a.deal()
	a.want(400, "PUT", "/api/v4/leads/"+id+"/files", `[{"file_uuid":"no"}]`)
	a.want(404, "PUT", "/api/v4/leads/1/files", `[{"file_uuid":"no"}]`)
	a.want(400, "PUT", "/api/v4/leads/"+id+"/files", `{"file_uuid":"no"}`)
}

func TestNewVersion(t *testing.T) {
	a := open(t)
	file := a.upload([]byte("first"), 100)
	got := a.want(200, "POST", "/drive/v1.0/sessions",
		`{"file_name":"b.pdf","file_size":6,"file_uuid":"`+file.text("uuid")+`"}`)
	again := a.want(200, "POST", strings.TrimPrefix(got.text("upload_url"), base), "second")
	if again.text("uuid") != file.text("uuid") || again.text("version_uuid") == file.text("version_uuid") {
		t.Errorf("a new version got uuid %s, version %s", again.text("uuid"), again.text("version_uuid"))
	}
	if got := a.call("GET", "/_sim/files/"+file.text("uuid"), "").Body.String(); got != "second" {
		t.Errorf("the file holds %q", got)
	}
}

func TestDriveOnItsOwnHost(t *testing.T) {
	a := open(t, func(cfg *kommo.Config) { cfg.DriveURL = "http://drive.kommo.test/" })
	got := a.want(200, "POST", "http://drive.kommo.test/v1.0/sessions", `{"file_name":"a.pdf","file_size":5}`)
	if !strings.HasPrefix(got.text("upload_url"), "http://drive.kommo.test/v1.0/sessions/upload/") {
		t.Errorf("upload_url %s", got.text("upload_url"))
	}
}
