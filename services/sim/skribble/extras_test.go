package skribble

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReport(t *testing.T) {
	r := newRig(t)
	made := r.create(nil, guest("a@example.com"))
	signed := r.do("sign", made, nil)
	path := fmt.Sprintf("/v2/signature-requests/%s/report", made["id"])
	pdf := r.ok("GET", path, nil)
	cms := containers(t, pdf.body)
	if pdf.header.Get("Content-Type") != "application/pdf" || len(cms) != 1 || !holds(cms[0], provider) {
		t.Errorf("%s with %d seals", pdf.header.Get("Content-Type"), len(cms))
	}
	o := r.ok("GET", path+"?type=JSON", nil).object(t)
	header := o["header"].(map[string]any)
	if header["signatureRequestID"] != made["id"] || header["signatureCountSigned"] != 1.0 || header["status"] != "SIGNED" {
		t.Errorf("header %v", header)
	}
	users := o["userList"].([]any)
	names := []string{}
	for _, u := range users {
		for _, a := range u.(map[string]any)["userActions"].([]any) {
			names = append(names, a.(map[string]any)["name"].(string))
		}
	}
	if diff := cmp.Diff([]string{"CREATED", "REPORT_CREATED", "REPORT_CREATED", "SIGNED"}, names); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	act := users[1].(map[string]any)["userActions"].([]any)[0].(map[string]any)
	if act["documentSha256"] != digest(r.content(signed["document_id"])) || act["quality"] != "AES" ||
		act["time"] != time.Time(r.sim.now()).UTC().Format("2006-01-02 15:04:05")+" GMT" {
		t.Errorf("signed action %v", act)
	}
	if p := r.send("GET", path+"?type=HTML", nil); !strings.HasPrefix(p.header.Get("Content-Type"), "text/html") {
		t.Errorf("HTML: %d %s", p.status, p.header.Get("Content-Type"))
	}
	if p := r.send("GET", path+"?type=pdf", nil); p.status != 400 {
		t.Errorf("unknown type: %d", p.status)
	}
}

func TestAttachments(t *testing.T) {
	r := newRig(t)
	made := r.create(nil, guest("a@example.com"))
	path := fmt.Sprintf("/v2/signature-requests/%s/attachments", made["id"])
	terms := fields{"filename": "terms.txt", "content_type": "text/plain", "content": "aGVsbG8="}
	with := r.ok("POST", path, terms).object(t)
	one := with["attachments"].([]any)[0].(map[string]any)
	file := fmt.Sprintf("%s/%s", path, one["attachment_id"])
	if p := r.ok("GET", file+"/content", nil); string(p.body) != "hello" || one["filename"] != "terms.txt" {
		t.Errorf("attachment %v: %q", one, p.body)
	}
	p := r.send("POST", path, fields{"filename": "x", "content_type": "application/x-sh", "content": "aGVsbG8="})
	if p.status != 400 || p.object(t)["key"] != keyAttachmentType {
		t.Errorf("program: %d %s", p.status, p.body)
	}
	if p := r.send("POST", path, fields{"filename": "x.txt", "content_type": "text/plain"}); p.status != 400 {
		t.Errorf("no content: %d", p.status)
	}
	r.ok("DELETE", file, nil)
	if p := r.send("GET", file+"/content", nil); p.status != 404 {
		t.Errorf("after deleting: %d", p.status)
	}
}

func TestSignPage(t *testing.T) {
	r := newRig(t)
	made := r.create(fields{"title": "<b>Contract</b>"}, guest("a@example.com"), guest("b@example.com"))
	link, other := signers(made)[0]["signing_url"].(string), signers(made)[1]["signing_url"].(string)
	page := r.ok("GET", strings.TrimPrefix(link, r.server.URL), nil)
	if body := string(page.body); strings.Contains(body, "<b>Contract") || !strings.Contains(body, "/sign?") {
		t.Errorf("page %s", body)
	}
	if signers(r.get(made["id"]))[0]["last_viewed_at"] == nil {
		t.Error("looking at the page left no trace")
	}
	exit := "?" + url.Values{"exitURL": {"https://shop.example/done"}}.Encode()
	p := r.send("POST", strings.TrimPrefix(link, r.server.URL)+"/sign"+exit, nil)
	if p.status != http.StatusSeeOther || p.header.Get("Location") != "https://shop.example/done" {
		t.Errorf("signing: %d to %s", p.status, p.header.Get("Location"))
	}
	want := strings.TrimPrefix(other, r.server.URL)
	p = r.send("POST", want+"/decline?exitURL=javascript:alert(1)", "message=No")
	if p.status != http.StatusSeeOther || p.header.Get("Location") != want {
		t.Errorf("declining: %d to %s, want %s", p.status, p.header.Get("Location"), want)
	}
	if got := statuses(r.get(made["id"])); got != "DECLINED: SIGNED DECLINED" {
		t.Errorf("at the end %s", got)
	}
}
