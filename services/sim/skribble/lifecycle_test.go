package skribble

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestUpdateReplacesSigners(t *testing.T) {
	r := newRig(t)
	made := r.create(nil, guest("a@example.com"), guest("b@example.com"))
	stays, late := signers(made)[1], guest("c@example.com")
	changed := r.ok("PUT", "/v2/signature-requests", fields{
		"id": made["id"], "title": "New title", "signatures": []fields{late, guest("B@example.com")},
	}).object(t)
	list := signers(changed)
	if len(list) != 2 || list[1]["sid"] != stays["sid"] || list[1]["signing_url"] != stays["signing_url"] {
		t.Errorf("signatures %v, want %v to stay", list, stays["sid"])
	}
	if changed["title"] != "New title" || changed["quality"] != "AES" ||
		changed["callback_error_url"] != made["callback_error_url"] {
		t.Errorf("changed to %v", changed)
	}
	if got := mailed(r, "invitation"); got != "a@example.com b@example.com c@example.com" {
		t.Errorf("invited %s", got)
	}
	r.do("sign", changed, nil)
	for what, p := range map[string]reply{
		"signers after a signature": r.send("PUT", "/v2/signature-requests",
			fields{"id": made["id"], "signatures": []fields{late}}),
		"adding after a signature": r.send("POST", fmt.Sprintf("/v2/signature-requests/%s/signatures", made["id"]), late),
		"no id":                    r.send("PUT", "/v2/signature-requests", fields{"title": "T"}),
		"blank title":              r.send("PUT", "/v2/signature-requests", fields{"id": made["id"], "title": ""}),
	} {
		if p.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", what, p.status, p.body)
		}
	}
	if p := r.send("PUT", "/v2/signature-requests", fields{"id": "x"}); p.status != http.StatusNotFound {
		t.Errorf("unknown id: %d", p.status)
	}
	r.ok("PUT", "/v2/signature-requests", fields{"id": made["id"], "title": "Title only"})
}

func TestSignersOneByOne(t *testing.T) {
	r := newRig(t)
	made := r.create(nil)
	path := fmt.Sprintf("/v2/signature-requests/%s/signatures", made["id"])
	with := r.ok("POST", path, guest("a@example.com")).object(t)
	if got := statuses(with); got != "OPEN: OPEN" {
		t.Errorf("after adding %s", got)
	}
	sid := signers(with)[0]["sid"].(string)
	if p := r.send("DELETE", path+"/"+sid, nil); p.status != http.StatusNoContent {
		t.Errorf("removing: %d %s", p.status, p.body)
	}
	if p := r.send("DELETE", path+"/"+sid, nil); p.status != http.StatusNotFound {
		t.Errorf("removing again: %d", p.status)
	}
}

func TestDeleteTwice(t *testing.T) {
	r := newRig(t)
	made := r.create(nil, guest("a@example.com"))
	request := fmt.Sprintf("/v2/signature-requests/%s", made["id"])
	document := fmt.Sprintf("/v2/documents/%s", made["document_id"])
	expect := func(method, path string, want int) {
		t.Helper()
		if p := r.send(method, path, nil); p.status != want {
			t.Errorf("%s %s: %d %s, want %d", method, path, p.status, p.body, want)
		}
	}
	expect("DELETE", document, 403)
	expect("DELETE", request, 204)
	expect("GET", request, 200)
	r.ok("PATCH", "/_sim/settings", fields{"delete_ok": true})
	expect("DELETE", request, 200)
	expect("GET", request, 404)
	expect("DELETE", request, 404)
	expect("DELETE", document, 403)
	r.advance(cascade)
	expect("DELETE", document, 404)
	orphan := "/v2/documents/" + r.upload(plainPDF())
	expect("DELETE", orphan, 200)
	expect("GET", orphan, 404)
}

func TestRemind(t *testing.T) {
	r := newRig(t)
	quiet := guest("quiet@example.com")
	quiet["notify"] = false
	made := r.create(nil, guest("a@example.com"), guest("b@example.com"), quiet)
	r.do("sign", made, fields{"email": "a@example.com"})
	path := fmt.Sprintf("/v2/signature-requests/%s/remind", made["id"])
	r.ok("POST", path, nil)
	if got := mailed(r, "reminder"); got != "b@example.com" {
		t.Errorf("reminded %s", got)
	}
	p := r.send("POST", path, nil)
	if p.status != http.StatusTooManyRequests || p.object(t)["key"] != keyReminder {
		t.Errorf("second reminder: %d %s", p.status, p.body)
	}
	r.advance(time.Hour)
	r.token = r.login(liveUser)
	r.ok("POST", path, nil)
}

func TestPurgeAndRetention(t *testing.T) {
	r := newRig(t, settings(Settings{RetentionDays: 30}))
	purged := r.create(nil, guest("a@example.com"))
	r.do("sign", purged, nil)
	r.advance(0)
	r.receiver.taken()
	r.do("purge", purged, nil)
	kept := r.create(nil, guest("b@example.com"))
	if want := r.sim.clock.Now().UTC().AddDate(0, 0, 30).Format(time.DateOnly); kept["expiration_date"] != want {
		t.Errorf("expiration_date %v, want %s", kept["expiration_date"], want)
	}
	gone := func(made map[string]any, want int) {
		t.Helper()
		r.token = r.login(liveUser)
		for _, path := range paths(made) {
			if p := r.send("GET", path, nil); p.status != want {
				t.Errorf("%s: %d, want %d", path, p.status, want)
			}
		}
	}
	gone(purged, 404)
	r.advance(29 * 24 * time.Hour)
	gone(kept, 200)
	r.advance(25 * time.Hour)
	gone(kept, 404)
	if calls := settled(r); len(calls) != 0 {
		t.Errorf("callbacks %v", calls)
	}
}

func TestCompletionMails(t *testing.T) {
	r := newRig(t)
	made := r.create(fields{"creator": holder, "attach_on_success": []string{"SIGNED_DOCUMENT"}}, guest("a@example.com"))
	if made["owner"] != holder {
		t.Errorf("owner %v", made["owner"])
	}
	r.do("sign", made, nil)
	if got := mailed(r, "completed"); got != "a@example.com "+holder {
		t.Errorf("told %s", got)
	}
	for _, m := range r.ok("GET", "/_sim/mails", nil).list(t) {
		if m["kind"] == "completed" && fmt.Sprint(m["attachments"]) != "[SIGNED_DOCUMENT]" {
			t.Errorf("mail %v", m)
		}
	}
}

func TestSharedDocumentOutlivesOneRequest(t *testing.T) {
	r := newRig(t)
	upload := r.upload(plainPDF())
	first := r.create(fields{"document_id": upload}, guest("a@example.com"))
	second := r.create(fields{"document_id": upload}, guest("a@example.com"))
	for range 2 {
		r.ok("DELETE", fmt.Sprintf("/v2/signature-requests/%s", first["id"]), nil)
	}
	r.advance(cascade)
	if got := statuses(r.do("sign", second, nil)); got != "SIGNED: SIGNED" {
		t.Errorf("the other request %s", got)
	}
	for range 2 {
		r.send("DELETE", fmt.Sprintf("/v2/signature-requests/%s", second["id"]), nil)
	}
	in := fields{"title": "T", "document_id": upload}
	if p := r.send("POST", "/v2/signature-requests", in); p.status != http.StatusNotFound {
		t.Errorf("a request about a document on its way out: %d %s", p.status, p.body)
	}
}

func TestDeletingAsNotTheOwner(t *testing.T) {
	r := newRig(t)
	made := r.create(fields{"creator": holder}, guest("a@example.com"))
	path := fmt.Sprintf("/v2/signature-requests/%s", made["id"])
	r.ok("DELETE", path, nil)
	if p := r.send("GET", path, nil); p.status != http.StatusNotFound {
		t.Errorf("the caller still sees it: %d", p.status)
	}
	live := r.ok("GET", "/_sim/requests", nil).list(t)
	if len(live) != 1 || live[0]["status_overall"] != "OPEN" {
		t.Errorf("the request did not live on: %v", live)
	}
}

func TestWhoseTurn(t *testing.T) {
	for want, sequence := range map[string][]int{
		"OPEN OPEN WAITING":         {1, 1, 2},
		"WAITING OPEN OPEN":         {7, 3, anyOrder},
		"OPEN OPEN WAITING WAITING": {anyOrder, 5, 6, 7},
	} {
		r := newRig(t)
		list := []fields{}
		for i, n := range sequence {
			g := guest(fmt.Sprintf("g%d@example.com", i))
			g["sequence"] = n
			list = append(list, g)
		}
		if got := statuses(r.create(nil, list...)); got != "OPEN: "+want {
			t.Errorf("sequence %v: %s, want %s", sequence, got, want)
		}
	}
}
