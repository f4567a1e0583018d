package skribble

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/faults"
)

// A request can be made without signers, added to in peace, and is sent when its signers come.
func TestSignersLast(t *testing.T) {
	r := newRig(t)
	made := r.create(fields{"signatures": []fields{}, "cc_email_addresses": []string{holder}})
	if got := statuses(made); got != "OPEN: " {
		t.Errorf("made as %s", got)
	}
	path := fmt.Sprintf("/v2/signature-requests/%s", made["id"])
	r.ok("POST", path+"/attachments", fields{"filename": "terms.txt", "content_type": "text/plain", "content": "aGVsbG8="})
	if mails := r.ok("GET", "/_sim/mails", nil).list(t); len(mails) != 0 {
		t.Errorf("mails before there are signers: %v", mails)
	}
	sent := r.ok("PUT", "/v2/signature-requests", fields{"id": made["id"], "signatures": []fields{guest("a@example.com")}}).object(t)
	if diff := cmp.Diff([]any{holder}, sent["cc_email_addresses"]); diff != "" || len(sent["attachments"].([]any)) != 1 {
		t.Errorf("sent with %v (-want +got):\n%s", sent["attachments"], diff)
	}
	if got := statuses(sent); got != "OPEN: OPEN" || mailed(r, "invitation") != "a@example.com" {
		t.Errorf("sent as %s to %s", got, mailed(r, "invitation"))
	}
}

// An observer without an account is left out or refused; one who is registered meanwhile is taken.
func TestObserversNeedAnAccount(t *testing.T) {
	r := newRig(t)
	with := fields{"title": "T", "document_id": r.upload(plainPDF()), "cc_email_addresses": []string{"New@example.com"}}
	if p := r.send("POST", "/v2/signature-requests", with); p.status != http.StatusBadRequest {
		t.Errorf("a stranger: %d", p.status)
	}
	r.ok("PATCH", "/_sim/settings", fields{"drop_strangers": true})
	if made := r.create(fields{"cc_email_addresses": []string{"new@example.com", holder}}); fmt.Sprint(made["cc_email_addresses"]) != "["+holder+"]" {
		t.Errorf("observed by %v", made["cc_email_addresses"])
	}
	r.ok("POST", "/_sim/accounts", fields{"email": "New@example.com", "first_name": "Nora"})
	if made := r.create(fields{"cc_email_addresses": []string{"new@Example.com"}}); fmt.Sprint(made["cc_email_addresses"]) != "[new@example.com]" {
		t.Errorf("observed by %v", made["cc_email_addresses"])
	}
	if p := r.send("POST", "/_sim/accounts", fields{"email": "nobody"}); p.status != http.StatusBadRequest {
		t.Errorf("an account without an address: %d", p.status)
	}
}

// A changed address is another signer; a changed name is the same one. Who stays is not invited again.
func TestUpdatingASigner(t *testing.T) {
	r := newRig(t)
	made := r.create(nil, guest("a@example.com"), guest("b@example.com"))
	renamed, other := guest("b@example.com"), guest("c@example.com")
	renamed["signer_identity_data"].(fields)["first_name"] = "Berta"
	put := func(list ...fields) []map[string]any {
		return signers(r.ok("PUT", "/v2/signature-requests", fields{"id": made["id"], "signatures": list}).object(t))
	}
	first, now := signers(made), put(guest("a@example.com"), renamed)
	name := now[1]["signer_identity_data"].(map[string]any)["first_name"]
	if now[0]["sid"] != first[0]["sid"] || now[1]["sid"] != first[1]["sid"] || name != "Berta" {
		t.Errorf("after a name: %v", now)
	}
	now = put(guest("a@example.com"), other)
	if now[0]["sid"] != first[0]["sid"] || now[1]["sid"] == first[1]["sid"] || now[1]["signing_url"] == first[1]["signing_url"] {
		t.Errorf("after an address: %v", now)
	}
	if got := mailed(r, "invitation"); got != "a@example.com b@example.com c@example.com" {
		t.Errorf("invited %s", got)
	}
}

// creatingCall brings something into being; count tells how much of it there is.
type creatingCall struct {
	method, path string
	body         any
	count        func() int
}

func creating(r *rig, made map[string]any) map[string]creatingCall {
	request := fmt.Sprintf("/v2/signature-requests/%s", made["id"])
	length := func(path string) func() int { return func() int { return len(r.ok("GET", path, nil).list(r.t)) } }
	reminders := func() int { return len(r.ok("GET", "/_sim/requests", nil).list(r.t)[0]["actions"].([]any)) }
	return map[string]creatingCall{
		"upload": {"POST", "/v2/documents", fields{"title": "T", "content": base64.StdEncoding.EncodeToString(plainPDF()), "content_type": "application/pdf"}, length("/v2/documents")},
		"create": {"POST", "/v2/signature-requests", fields{"title": "T", "document_id": made["document_id"]}, length("/v2/signature-requests")},
		"attach": {"POST", request + "/attachments", fields{"filename": "t", "content_type": "text/plain", "content": "aGk="},
			func() int { return len(r.get(made["id"])["attachments"].([]any)) }},
		"invite": {"PUT", "/v2/signature-requests", fields{"id": made["id"], "signatures": []fields{guest("a@example.com"), guest("z@example.com")}},
			func() int { return len(signers(r.get(made["id"]))) }},
		"add":    {"POST", request + "/signatures", guest("b@example.com"), func() int { return len(signers(r.get(made["id"]))) }},
		"remind": {"POST", request + "/remind", nil, reminders},
	}
}

// Each creating call can be refused, lost before or after its effect, and hang after it.
func TestFaultsOfCreatingCalls(t *testing.T) {
	first := newRig(t)
	for name := range creating(first, first.create(nil)) {
		for fault, want := range map[string]int{
			faults.RateLimit: 0, faults.ErrorBefore: 0, faults.ErrorAfter: 1, faults.DropAfter: 1, faults.SlowAfter: 1, faults.Slow: 1,
		} {
			r := newRig(t)
			c := creating(r, r.create(nil, guest("a@example.com")))[name]
			before := c.count()
			armed := fields{"name": fault, "method": c.method, "path": c.path, "delay": "1ms"}
			r.ok("POST", "/_sim/faults", armed)
			status := r.send(c.method, c.path, c.body).status
			answered := map[string]int{
				faults.RateLimit: 429, faults.ErrorBefore: 500, faults.ErrorAfter: 500, faults.SlowAfter: 200, faults.Slow: 200,
			}[fault]
			if got := c.count() - before; got != want || status != answered {
				t.Errorf("%s with %s: answered %d with %d effects, want %d with %d", name, fault, status, got, answered, want)
			}
		}
	}
}
