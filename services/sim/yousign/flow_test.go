package yousign

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestFourSteps(t *testing.T) {
	a := start(t)
	id := a.draft(`,"external_id":"kommo-1-2-1"`, plainPDF("Contract"), person{first: "Jeanne"}, person{first: "Paul"})
	path := "/signature_requests/" + id
	if got := a.status(id); got != draft {
		t.Fatalf("status %s before activation", got)
	}
	act := a.v3(201, "POST", path+"/activate", "")
	if act["status"] != ongoing || act["source"] != nil {
		t.Errorf("activate answered %v", act)
	}
	for _, s := range act["signers"].([]any) {
		if s := s.(node); s["status"] != notified || s["signature_link"] == nil {
			t.Errorf("unordered signer after activation: %v", s)
		}
	}
	a.wait("signature_request.activated")
	a.wait("signer.notified")
	a.do(400, "GET", "/v3"+path+"/documents/download?version=completed", "")
	a.control(200, "/requests/kommo-1-2-1/sign", `{"signer":"paul@example.org"}`)
	if got := a.status(id); got != ongoing {
		t.Fatalf("status %s after one of two signatures", got)
	}
	a.control(200, "/requests/"+id+"/sign", `{"signer":"jeanne@example.org"}`)
	full := a.v3(200, "GET", path, "")
	if full["status"] != done || full["completed_at"] == nil || full["external_id"] != "kommo-1-2-1" {
		t.Errorf("done request: %v", full)
	}
	e := a.wait("signature_request.done")
	sr := e.body["data"].(node)["signature_request"].(node)
	if sr["id"] != id || sr["status"] != done || sr["external_id"] != "kommo-1-2-1" {
		t.Errorf("done event carries %v", sr)
	}
	pdf := a.do(200, "GET", "/v3"+path+"/documents/download?version=completed", "")
	if pdf.header.Get("Content-Type") != "application/pdf" || bytes.Count(pdf.raw, []byte("/ByteRange")) != 2 {
		t.Errorf("download: %s with %d signatures", pdf.header.Get("Content-Type"), bytes.Count(pdf.raw, []byte("/ByteRange")))
	}
	if zip := a.do(200, "GET", "/v3"+path+"/documents/download?version=completed&archive=true", ""); !bytes.HasPrefix(zip.raw, []byte("PK")) {
		t.Error("no archive")
	}
	trail := a.do(200, "GET", "/v3"+path+"/audit_trails/download?merge=true", "")
	again := a.do(200, "GET", "/v3"+path+"/audit_trails/download?merge=true", "")
	if !bytes.HasPrefix(trail.raw, []byte("%PDF")) || !bytes.Equal(trail.raw, again.raw) {
		t.Error("audit trail is no PDF or differs between downloads")
	}
}

func TestOrderedSignersGetTheirLinksInTurn(t *testing.T) {
	a := start(t)
	id := a.activated(`,"ordered_signers":true`, person{first: "Jeanne"}, person{first: "Paul"})
	first := func() (links int) {
		var list []node
		for _, s := range a.v3(200, "GET", "/signature_requests/"+id, "")["signers"].([]any) {
			list = append(list, s.(node))
		}
		for _, s := range list {
			if a.v3(200, "GET", "/signature_requests/"+id+"/signers/"+s["id"].(string), "")["signature_link"] != nil {
				links++
			}
		}
		return links
	}
	if n := first(); n != 1 {
		t.Fatalf("%d links after activation, want 1", n)
	}
	a.control(409, "/requests/"+id+"/sign", `{"signer":"paul@example.org"}`)
	a.control(200, "/requests/"+id+"/sign", "")
	if n := first(); n != 2 {
		t.Fatalf("%d links after the first signature, want 2", n)
	}
}

func TestOneShotFlow(t *testing.T) {
	a := start(t)
	doc := a.upload("/v3/documents", plainPDF("Contract"))
	body := `{"name":"Contract","delivery_mode":"none","documents":["` + doc + `"],"signers":[` + person{first: "Jeanne"}.body(doc, 500) + `]}`
	id := a.v3(201, "POST", "/signature_requests", body)["id"].(string)
	a.v3(201, "POST", "/signature_requests/"+id+"/activate", "")
	p := a.v3(400, "POST", "/signature_requests", body)
	if p["type"] != "document.already_attached_to_a_signature_request" {
		t.Errorf("second use of the document: %v", p)
	}
	a.v3(400, "POST", "/signature_requests", `{"name":"x","delivery_mode":"none","documents":[{"document_id":"`+doc+`"}]}`)
}

func TestAnchors(t *testing.T) {
	a := start(t)
	r := a.v3(201, "POST", "/signature_requests", `{"name":"Contract","delivery_mode":"email"}`)
	path := "/signature_requests/" + r["id"].(string)
	media, body := multipartBody(t, plainPDF("Contract", "{{s1|signature|120|50}}", "{{s9|signature|85|37}}"),
		"nature", signable, "parse_anchors", "true")
	up, err := a.send("POST", "/v3"+path+"/documents", media, body)
	if err != nil || up.object(t)["total_anchors"] != 2.0 {
		t.Fatalf("anchors: %v %s", err, up.raw)
	}
	s := a.v3(201, "POST", path+"/signers", `{"info":{"first_name":"Jeanne","last_name":"Moreau","email":"j@example.org","locale":"fr"},
"signature_level":"electronic_signature","signature_authentication_mode":"no_otp"}`)
	a.v3(201, "POST", path+"/activate", "")
	fields := a.v3(200, "GET", path+"/signers/"+s["id"].(string), "")["fields"].([]any)
	if len(fields) != 1 || fields[0].(node)["width"] != 120.0 {
		t.Errorf("planted fields: %v", fields)
	}
}

func TestLevelsDecideTheRecords(t *testing.T) {
	a := start(t)
	id := a.activated(`,"ordered_signers":true`, person{first: "Jeanne", level: qualified})
	a.control(200, "/requests/"+id+"/sign", "")
	p := a.v3(400, "GET", "/signature_requests/"+id+"/audit_trails/download", "")
	if p["type"] != "audit_trail.not_ready_for_download" {
		t.Errorf("qualified audit trail: %v", p)
	}
	signer := a.v3(200, "GET", "/signature_requests/"+id, "")["signers"].([]any)[0].(node)["id"].(string)
	proof := a.do(200, "GET", "/v3/signature_requests/"+id+"/signers/"+signer+"/verified_identity_proof/download", "")
	if !bytes.HasPrefix(proof.raw, []byte("%PDF")) {
		t.Error("the proof is no PDF")
	}
}

func TestAuditTrailLags(t *testing.T) {
	a := start(t, func(c *Config) { c.AuditTrailDelay = time.Minute })
	id := a.activated("", person{first: "Jeanne", level: advanced})
	a.control(200, "/requests/"+id+"/sign", "")
	p := a.v3(400, "GET", "/signature_requests/"+id+"/audit_trails/download?merge=true", "")
	if p["type"] != "audit_trail.not_ready_for_download" {
		t.Errorf("early audit trail: %v", p)
	}
	a.control(200, "/clock/advance", `{"duration":"61s"}`)
	a.do(200, "GET", "/v3/signature_requests/"+id+"/audit_trails/download?merge=true", "")
}

func TestTemplateAndDuplicate(t *testing.T) {
	a := start(t)
	made := a.control(200, "/templates", `{"name":"Offer","signers":[{"label":"Client","fields":[{"type":"signature","page":1,"x":70,"y":600}]}],"read_only_text_fields":["company"]}`)
	tid := made.object(t)["id"].(string)
	body := `{"name":"Offer","delivery_mode":"email","template_id":"` + tid + `","template_placeholders":{"signers":[{"label":"LABEL",
"info":{"first_name":"Jeanne","last_name":"Moreau","email":"j@example.org","locale":"fr"},"signature_level":"electronic_signature","signature_authentication_mode":"no_otp"}],
"read_only_text_fields":[{"label":"company","text":"Muster GmbH"}]}}`
	a.v3(400, "POST", "/signature_requests", strings.Replace(body, "LABEL", "Vendor", 1))
	id := a.v3(201, "POST", "/signature_requests", strings.Replace(body, "LABEL", "Client", 1))["id"].(string)
	copied := a.v3(201, "POST", "/signature_requests", `{"signature_request_id":"`+id+`","name":"Second try"}`)
	if copied["name"] != "Second try" || copied["id"] == id {
		t.Errorf("duplicate: %v", copied)
	}
	for _, id := range []string{id, copied["id"].(string)} {
		a.v3(201, "POST", "/signature_requests/"+id+"/activate", "")
		a.control(200, "/requests/"+id+"/sign", "")
		if got := a.status(id); got != done {
			t.Errorf("status %s", got)
		}
	}
	if list := a.v3(200, "GET", "/templates", ""); len(list["data"].([]any)) != 1 {
		t.Errorf("templates: %v", list)
	}
}
