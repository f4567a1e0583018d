package skribble

import (
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestCreateRefuses(t *testing.T) {
	r := newRig(t)
	d := r.upload(formPDF("buyer"))
	b64 := base64.StdEncoding.EncodeToString
	jpeg := fields{"content": "AAAA", "content_type": "image/jpeg"}
	box := func(page any, width float64) fields {
		return fields{"page": page, "x": 1, "y": 1, "width": width, "height": 9}
	}
	visual := func(v fields) fields {
		g := guest("g@example.com")
		g["visual_signature"] = v
		return fields{"signatures": []fields{g}}
	}
	person := func(extra fields) fields {
		g := guest("g@example.com")["signer_identity_data"].(fields)
		maps.Copy(g, extra)
		return fields{"signatures": []fields{{"signer_identity_data": g}}}
	}
	entry := func(extra fields) fields {
		g := guest("g@example.com")
		maps.Copy(g, extra)
		return fields{"signatures": []fields{g}}
	}
	for name, tc := range map[string]struct {
		change fields
		status int
		kind   string
	}{
		"no title":            {fields{"title": nil}, 400, kindConstraint},
		"blank title":         {fields{"title": " "}, 400, kindConstraint},
		"long title":          {fields{"title": strings.Repeat("x", 1025)}, 400, kindConstraint},
		"title as number":     {fields{"title": 7}, 400, kindMessage},
		"no document":         {fields{"document_id": nil}, 400, kindConstraint},
		"two documents":       {fields{"content": b64(plainPDF())}, 400, kindConstraint},
		"unknown document":    {fields{"document_id": "x"}, 404, kindNotFound},
		"http file":           {fields{"document_id": nil, "file_url": "http://x.example/a.pdf"}, 400, kindConstraint},
		"quality":             {fields{"quality": "EES"}, 400, kindMessage},
		"quality in lower":    {fields{"quality": "qes"}, 400, kindMessage},
		"legislation":         {fields{"legislation": "EU"}, 400, kindMessage},
		"attach":              {fields{"attach_on_success": []string{"ALL"}}, 400, kindMessage},
		"callback":            {fields{"callback_error_url": "/relative"}, 400, kindConstraint},
		"custom":              {fields{"custom": strings.Repeat("x", 10_001)}, 400, kindConstraint},
		"stranger observes":   {fields{"cc_email_addresses": []string{"s@example.com"}}, 400, kindMessage},
		"stranger creates":    {fields{"creator": "s@example.com"}, 400, kindMessage},
		"expires_at":          {fields{"expires_at": "2099-01-01T00:00:00Z"}, 403, kindFeature},
		"nobody":              {fields{"signatures": []fields{{}}}, 400, kindConstraint},
		"account address":     {entry(fields{"account_email": "Hanna <h@example.com>"}), 400, kindConstraint},
		"guest address":       {person(fields{"email_address": "no"}), 400, kindConstraint},
		"mobile":              {person(fields{"mobile_number": "079 123"}), 400, kindConstraint},
		"evidence":            {person(fields{"identification_require_evidence": true}), 403, kindFeature},
		"language":            {person(fields{"language": "es"}), 400, kindMessage},
		"signer language":     {entry(fields{"language": "German"}), 400, kindMessage},
		"sequence zero":       {entry(fields{"sequence": 0}), 400, kindConstraint},
		"page as number":      {visual(fields{"position": box(0, 9)}), 400, kindMessage},
		"page too high":       {visual(fields{"position": box("1", 9)}), 400, kindConstraint},
		"position without w":  {visual(fields{"position": box("0", 0)}), 400, kindConstraint},
		"no such field":       {visual(fields{"form_field": "seller"}), 400, kindConstraint},
		"field and position":  {visual(fields{"form_field": "buyer", "positions": []fields{box("0", 9)}}), 400, kindConstraint},
		"empty visual":        {visual(fields{}), 400, kindConstraint},
		"jpeg image":          {visual(fields{"form_field": "buyer", "image": jpeg}), 400, kindConstraint},
		"SES without address": {fields{"quality": "SES", "signatures": []fields{{"signer_identity_data": fields{"first_name": "A"}}}}, 400, kindConstraint},
	} {
		t.Run(name, func(t *testing.T) {
			in := fields{
				"title": "T", "document_id": d, "quality": "AES", "legislation": "EIDAS",
				"signatures": []fields{guest("g@example.com")},
			}
			for k, v := range tc.change {
				if in[k] = v; v == nil {
					delete(in, k)
				}
			}
			p := r.send("POST", "/v2/signature-requests", in)
			if p.status != tc.status || !strings.HasSuffix(p.object(t)["type"].(string), "/problem/"+tc.kind) {
				t.Errorf("%d %s, want %d %s", p.status, p.body, tc.status, tc.kind)
			}
		})
	}
	r.untouched()
}

// untouched fails when a request was made or a mail was sent.
func (r *rig) untouched() {
	r.t.Helper()
	for _, path := range []string{"/v2/signature-requests", "/_sim/mails"} {
		if n := len(r.ok("GET", path, nil).list(r.t)); n != 0 {
			r.t.Errorf("%s holds %d of refused calls", path, n)
		}
	}
}

func TestDocumentSources(t *testing.T) {
	r := newRig(t, func(c *Config) { c.MaxDocument = 4000 })
	encrypted := strings.Replace(string(plainPDF()), "trailer\n<<", "trailer\n<< /Encrypt 9 0 R", 1)
	header := strings.Replace(string(plainPDF()), "%PDF", "%FDP", 1)
	padded := base64.StdEncoding.EncodeToString([]byte("%PDF-1"))
	for name, tc := range map[string]struct {
		content string
		status  int
	}{
		"good":         {base64.StdEncoding.EncodeToString(plainPDF()), 200},
		"data url":     {"data:application/pdf;base64,AAAA", 400},
		"line breaks":  {"AAAA\nAAAA", 400},
		"unpadded":     {strings.TrimRight(padded, "=") + "A", 400},
		"url alphabet": {"_-_-", 400},
		"no pdf":       {base64.StdEncoding.EncodeToString([]byte("hello")), 406},
		"other header": {base64.StdEncoding.EncodeToString([]byte(header)), 406},
		"cut off":      {base64.StdEncoding.EncodeToString(plainPDF()[:300]), 406},
		"encrypted":    {base64.StdEncoding.EncodeToString([]byte(encrypted)), 406},
		"too large":    {base64.StdEncoding.EncodeToString(textPDF(strings.Repeat("x", 4000), nil)), 413},
	} {
		t.Run(name, func(t *testing.T) {
			in := fields{"title": "T", "content": tc.content, "content_type": "application/pdf"}
			if p := r.send("POST", "/v2/documents", in); p.status != tc.status {
				t.Errorf("documents: %d %s, want %d", p.status, p.body, tc.status)
			}
			if p := r.send("POST", "/v2/signature-requests", in); p.status != tc.status {
				t.Errorf("signature-requests: %d %s, want %d", p.status, p.body, tc.status)
			}
		})
	}
	p := r.send("POST", "/v2/documents", fields{"title": "T"})
	if p.status != 400 || string(p.body) != "Neither 'content' nor 'file_url' provided" {
		t.Errorf("without content: %d %s", p.status, p.body)
	}
	if p := r.send("POST", "/v2/documents", "x", "Content-Type", "text/plain"); p.status != 415 {
		t.Errorf("text body: %d", p.status)
	}
}

func TestDefaults(t *testing.T) {
	r := newRig(t)
	d := r.upload(plainPDF())
	made := r.ok("POST", "/v2/signature-requests", fields{
		"title": "T", "document_id": d, "signers": []fields{{"email": "x@example.com"}}, "meta": fields{"id": 1},
	}).object(t)
	if made["quality"] != "QES" || made["legislation"] != "ZERTES" || statuses(made) != "OPEN: " {
		t.Errorf("made %v", made)
	}
	versionless := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-0[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	if !versionless.MatchString(made["id"].(string)) {
		t.Errorf("id %s", made["id"])
	}
	warnings := string(r.ok("GET", "/_sim/warnings", nil).body)
	for _, want := range []string{"signers", "no signers", "ZERTES"} {
		if !strings.Contains(warnings, want) {
			t.Errorf("no warning about %s in %s", want, warnings)
		}
	}
	r.ok("PATCH", "/_sim/settings", fields{"reject_unknown_fields": true})
	if p := r.send("POST", "/v2/signature-requests", fields{"title": "T", "document_id": d, "meta": 1}); p.status != 400 {
		t.Errorf("unknown field: %d", p.status)
	}
	r.token = r.login(demoUser)
	demo := r.create(fields{"quality": "QES"}, guest("g@example.com"))
	if demo["quality"] != "DEMO" || demo["legislation"] != "EIDAS" {
		t.Errorf("a demo user's request: %v, %v", demo["quality"], demo["legislation"])
	}
}

func TestSignerKinds(t *testing.T) {
	r := newRig(t)
	both := guest("Holder@Example.com")
	both["account_email"] = "Holder@Example.com"
	stranger := guest("S@Example.com")
	stranger["account_email"], stranger["language"] = "S@Example.com", "de"
	made := r.create(nil, both, stranger, fields{"account_email": "new@example.com"}, guest("G@Example.com"))
	list := signers(made)
	for i, guestLink := range []bool{false, true, false, true} {
		link, _ := list[i]["signing_url"].(string)
		account := list[i]["account_email"].(string)
		if want := fmt.Sprintf("%s/view/%s/%s", r.server.URL, made["id"], account); guestLink && link != want {
			t.Errorf("signer %d: link %q, want %q", i, link, want)
		}
		opaque := regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(account)
		if opaque != guestLink || (link != "") != guestLink {
			t.Errorf("signer %d: link %q, account %q", i, link, account)
		}
	}
	email := list[1]["signer_identity_data"].(map[string]any)["email_address"]
	if list[1]["language"] != "German" || email != "s@example.com" {
		t.Errorf("signer 1: %v", list[1])
	}
	if got := mailed(r, "invitation"); got != "holder@example.com s@example.com new@example.com g@example.com" {
		t.Errorf("invited %s", got)
	}
}

// mailed lists who got mail of a kind.
func mailed(r *rig, kind string) string {
	list := []string{}
	for _, m := range r.ok("GET", "/_sim/mails", nil).list(r.t) {
		if m["kind"] == kind {
			list = append(list, m["to"].(string))
		}
	}
	return strings.Join(list, " ")
}

func TestExpiry(t *testing.T) {
	r := newRig(t, settings(Settings{ExpiresAt: true, HideCustom: true}))
	at := r.sim.clock.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
	made := r.create(fields{"expires_at": at, "custom": "secret"}, guest("g@example.com"))
	if made["expires_at"] == nil || made["custom"] != nil {
		t.Errorf("made %v", made)
	}
	r.advance(49 * time.Hour)
	if got := r.reread(made["id"])["status_overall"]; got != "EXPIRED" {
		t.Errorf("status %v", got)
	}
	if calls := r.receiver.taken(); len(calls) != 0 {
		t.Errorf("callbacks %v", calls)
	}
}

func FuzzCreate(f *testing.F) {
	sim, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(sim.Close)
	token := sim.mint(liveUser, sim.clock.Now())
	content := base64.StdEncoding.EncodeToString(plainPDF())
	f.Add(`{"title":"T","content":"` + content + `","signatures":[{"account_email":"a@example.com","sequence":1}]}`)
	f.Add(`{"title":"T","content":"` + content + `","signatures":[{"signer_identity_data":{"last_name":"A"},` +
		`"visual_signature":{"position":{"page":"0","x":1e308,"y":1e308,"width":1,"height":1}}}]}`)
	f.Add(`null`)
	f.Add(`{"title":"T","document_id":null,"expires_at":"never"}`)
	f.Fuzz(func(t *testing.T, body string) {
		status, made := post(sim, token, body)
		if status >= 500 {
			t.Fatalf("status %d for %q", status, body)
		}
		if status == 200 {
			signAll(t, sim, made)
		}
	})
}
