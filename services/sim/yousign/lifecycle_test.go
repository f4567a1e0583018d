package yousign

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"
)

func (a *account) mailKinds() map[string]int {
	a.t.Helper()
	var mails []Mail
	if err := json.Unmarshal(a.do(200, "GET", "/_sim/mails", "").raw, &mails); err != nil {
		a.t.Fatal(err)
	}
	out := map[string]int{}
	for _, m := range mails {
		out[m.Kind]++
	}
	return out
}

func TestCancel(t *testing.T) {
	a := start(t)
	id := a.draft("", plainPDF("Contract"), person{first: "A"})
	path := "/signature_requests/" + id
	a.v3(400, "POST", path+"/cancel", `{"reason":"other"}`)
	a.v3(201, "POST", path+"/activate", "")
	a.v3(400, "POST", path+"/cancel", `{"reason":"we changed our mind"}`)
	a.v3(400, "DELETE", path, "")
	if got := a.v3(201, "POST", path+"/cancel", `{"reason":"other","custom_note":null}`); got["status"] != canceled {
		t.Errorf("cancel answered %v", got["status"])
	}
	a.wait("signature_request.canceled")
	a.v3(400, "POST", path+"/cancel", `{"reason":"other"}`)
	a.control(409, "/requests/"+id+"/sign", "")
	a.v3(204, "DELETE", path, "")
	if got := a.status(id); got != deleted {
		t.Errorf("status %s after DELETE", got)
	}
	a.v3(204, "DELETE", path+"?permanent_delete=true", "")
	if p := a.v3(404, "GET", path, ""); p["type"] != "resource.not_found" {
		t.Errorf("after permanent deletion: %v", p)
	}
	if got := a.mailKinds(); got[MailCanceled] != 1 || got[MailInvitation] != 1 {
		t.Errorf("mails %v", got)
	}
}

func TestDeclineOnlyWhenAllowed(t *testing.T) {
	a := start(t)
	id := a.activated("", person{first: "A"})
	a.control(409, "/requests/"+id+"/decline", `{"reason":"no"}`)
	if got := a.status(id); got != ongoing {
		t.Fatalf("status %s after a decline that is not allowed", got)
	}
	id = a.activated(`,"signers_allowed_to_decline":true`, person{first: "A"}, person{first: "B"})
	a.control(200, "/requests/"+id+"/decline", `{"reason":"wrong price"}`)
	got := a.v3(200, "GET", "/signature_requests/"+id, "")
	if got["status"] != declined || got["decline_information"].(node)["reason"] != "wrong price" {
		t.Errorf("declined request: %v", got)
	}
	if e := a.wait("signer.declined"); e.body["data"].(node)["signer"] == nil {
		t.Error("signer.declined names no signer")
	}
	a.wait("signature_request.declined")
}

func TestExpiryAndReactivation(t *testing.T) {
	a := start(t)
	day := func(n int) string { return a.clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	id := a.activated(`,"timezone":"UTC","expiration_date":"`+day(3)+`"`, person{first: "A"})
	path := "/signature_requests/" + id
	a.v3(400, "POST", path+"/reactivate", `{"expiration_date":"`+day(9)+`"}`)
	a.control(200, "/clock/advance", `{"duration":"96h"}`)
	a.wait("signature_request.expired")
	if got := a.status(id); got != expired {
		t.Fatalf("status %s four days later", got)
	}
	a.control(409, "/requests/"+id+"/sign", "")
	a.v3(400, "POST", path+"/reactivate", `{}`)
	a.v3(400, "POST", path+"/reactivate", `{"expiration_date":"`+day(-1)+`"}`)
	if got := a.v3(201, "POST", path+"/reactivate", `{"expiration_date":"`+day(9)+`"}`); got["status"] != ongoing {
		t.Errorf("reactivate answered %v", got["status"])
	}
	a.wait("signature_request.reactivated")
	a.control(200, "/requests/"+id+"/sign", "")
	if got := a.status(id); got != done {
		t.Errorf("status %s", got)
	}
}

func TestRemindersRunOnTheClock(t *testing.T) {
	a := start(t)
	id := a.activated(`,"reminder_settings":{"interval_in_days":2,"max_occurrences":2}`, person{first: "A"})
	a.control(200, "/clock/advance", `{"duration":"240h"}`)
	if got := a.mailKinds(); got[MailReminder] != 2 {
		t.Errorf("mails %v, want 2 reminders", got)
	}
	a.wait("signature_request.automatic_reminder_executed")
	signer := a.v3(200, "GET", "/signature_requests/"+id, "")["signers"].([]any)[0].(node)["id"].(string)
	if r := a.do(201, "POST", "/v3/signature_requests/"+id+"/signers/"+signer+"/send_reminder", ""); len(r.raw) != 0 {
		t.Errorf("send_reminder answered %s", r.raw)
	}
	a.control(200, "/requests/"+id+"/sign", "")
	a.v3(400, "POST", "/signature_requests/"+id+"/signers/"+signer+"/send_reminder", "")
}

func TestLinksDieAndAreRenewed(t *testing.T) {
	a := start(t)
	id := a.activated(`,"signers_allowed_to_decline":true`, person{first: "A"})
	path := "/signature_requests/" + id + "/signers"
	link := func() string {
		var list []node
		if err := json.Unmarshal(a.do(200, "GET", "/v3"+path, "").raw, &list); err != nil {
			t.Fatal(err)
		}
		return list[0]["signature_link"].(string)
	}
	first, err := url.Parse(link())
	if err != nil {
		t.Fatal(err)
	}
	a.do(200, "GET", first.Path, "")
	a.wait("signer.link_opened")
	a.control(200, "/clock/advance", `{"duration":"49h"}`)
	a.do(410, "GET", first.Path, "")
	a.do(404, "POST", first.Path+"/sign", "")
	signer := a.v3(200, "GET", "/signature_requests/"+id, "")["signers"].([]any)[0].(node)["id"].(string)
	fresh, err := url.Parse(a.v3(200, "GET", path+"/"+signer, "")["signature_link"].(string))
	if err != nil || fresh.Path == first.Path {
		t.Fatalf("the link was not renewed: %v %v", fresh, err)
	}
	a.do(404, "GET", first.Path, "")
	a.do(200, "POST", fresh.Path+"/sign", "")
	if got := a.status(id); got != done {
		t.Errorf("status %s", got)
	}
}

func TestIdentificationTrouble(t *testing.T) {
	a := start(t)
	id := a.activated(`,"ordered_signers":true`, person{first: "A", level: qualified})
	signer := a.v3(200, "GET", "/signature_requests/"+id, "")["signers"].([]any)[0].(node)["id"].(string)
	path := "/signature_requests/" + id + "/signers/" + signer
	a.v3(400, "POST", path+"/unblock_identification", "")
	a.control(200, "/requests/"+id+"/fail_identification", "")
	a.wait("signer.identification_failed")
	a.control(200, "/requests/"+id+"/block_identification", "")
	a.wait("signer.identification_blocked")
	a.control(409, "/requests/"+id+"/sign", "")
	a.v3(204, "POST", path+"/unblock_identification", "")
	a.control(200, "/requests/"+id+"/sign", "")
	a.wait("signer.identification_succeeded")
	a.wait("signer.done")

	ses := a.activated("", person{first: "A"})
	a.control(409, "/requests/"+ses+"/fail_identification", "")
	a.control(200, "/requests/"+ses+"/bounce", "")
	a.wait("signer.notification_delivery_failed")
	signer = a.v3(200, "GET", "/signature_requests/"+ses, "")["signers"].([]any)[0].(node)["id"].(string)
	got := a.v3(200, "PATCH", "/signature_requests/"+ses+"/signers/"+signer, `{"info":{"email":"other@example.org"}}`)
	if info := got["info"].(node); info["email"] != "other@example.org" || info["first_name"] != "A" {
		t.Errorf("signer after a new address: %v", info)
	}
	if kinds := a.mailKinds(); kinds[MailInvitation] != 3 {
		t.Errorf("mails %v, want a third invitation for the new address", kinds)
	}
	a.control(200, "/requests/"+ses+"/error", "")
	if got := a.status(ses); got != canceled {
		t.Errorf("status %s after a technical error", got)
	}
}

func TestPauseAndResume(t *testing.T) {
	a := start(t)
	id := a.activated("", person{first: "A"})
	a.control(200, "/requests/"+id+"/pause", "")
	a.wait("signature_request.paused")
	a.control(409, "/requests/"+id+"/sign", "")
	a.v3(400, "POST", "/signature_requests/"+id+"/cancel", `{"reason":"other"}`)
	a.control(200, "/requests/"+id+"/resume", "")
	a.wait("signature_request.resumed")
	a.control(200, "/requests/"+id+"/sign", "")
}

func TestApprovers(t *testing.T) {
	a := start(t)
	id := a.draft("", plainPDF("Contract"), person{first: "A"})
	path := "/signature_requests/" + id
	body := `{"info":{"first_name":"Boss","last_name":"Martin","email":"boss@example.org","locale":"fr"}}`
	a.v3(201, "POST", path+"/approvers", body)
	if p := a.v3(400, "POST", path+"/approvers", body); p["type"] != "approver.already_attached_to_signature_request" {
		t.Errorf("same approver twice: %v", p)
	}
	got := a.v3(201, "POST", path+"/activate", "")
	if got["status"] != approval || got["signers"].([]any)[0].(node)["signature_link"] != nil {
		t.Errorf("activation with an approver: %v", got)
	}
	a.control(409, "/requests/"+id+"/sign", "")
	a.control(200, "/requests/"+id+"/approve", "")
	a.wait("signature_request.approved")
	a.control(200, "/requests/"+id+"/sign", "")

	id = a.draft("", plainPDF("Contract"), person{first: "A"})
	a.v3(201, "POST", "/signature_requests/"+id+"/approvers", body)
	a.v3(201, "POST", "/signature_requests/"+id+"/activate", "")
	a.control(200, "/requests/"+id+"/reject", `{"reason":"too cheap"}`)
	got = a.v3(200, "GET", "/signature_requests/"+id, "")
	if got["status"] != rejected || got["rejection_information"].(node)["reason"] != "too cheap" {
		t.Errorf("rejected request: %v", got)
	}
}

func TestAutoMode(t *testing.T) {
	a := start(t)
	a.control(204, "/auto", `{"sign_after":"1h"}`)
	id := a.activated(`,"ordered_signers":true`, person{first: "A"}, person{first: "B"})
	a.control(200, "/clock/advance", `{"duration":"90m"}`)
	if got := a.status(id); got != ongoing {
		t.Fatalf("status %s after one signer's time", got)
	}
	a.control(200, "/clock/advance", `{"duration":"90m"}`)
	if got := a.status(id); got != done {
		t.Fatalf("status %s after both signers' time", got)
	}
	a.control(204, "/auto", `{"sign_after":"0s"}`)
	id = a.activated("", person{first: "A"})
	if got := a.status(id); got != done {
		t.Errorf("status %s with signers who sign at once", got)
	}
	a.control(204, "/auto", `{"sign_after":null}`)
	id = a.activated("", person{first: "A"})
	a.control(200, "/clock/advance", `{"duration":"3h"}`)
	if got := a.status(id); got != ongoing {
		t.Errorf("status %s with the auto mode off", got)
	}
}
