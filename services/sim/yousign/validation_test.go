package yousign

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reasons returns name: reason of every entry of invalid_params.
func reasons(t *testing.T, p node) map[string]string {
	t.Helper()
	out := map[string]string{}
	list, _ := p["invalid_params"].([]any)
	for _, x := range list {
		out[x.(node)["name"].(string)] = x.(node)["reason"].(string)
	}
	if p["type"] != "parameters_not_valid" || p["title"] != nil || p["status"] != nil {
		t.Errorf("shape of a validation error: %v", p)
	}
	return out
}

func TestCreationIsValidated(t *testing.T) {
	a := start(t)
	for name, test := range map[string]struct{ body, param string }{
		"no name":           {`{"delivery_mode":"email"}`, "name"},
		"markup in name":    {`{"name":"<b>x</b>","delivery_mode":"email"}`, "name"},
		"long name":         {`{"name":"` + strings.Repeat("x", 129) + `","delivery_mode":"email"}`, "name"},
		"wrong mode":        {`{"name":"x","delivery_mode":"mail"}`, "delivery_mode"},
		"null expiration":   {`{"name":"x","delivery_mode":"email","expiration_date":null}`, "expiration_date"},
		"past expiration":   {`{"name":"x","delivery_mode":"email","expiration_date":"2020-01-01"}`, "expiration_date"},
		"late expiration":   {`{"name":"x","delivery_mode":"email","expiration_date":"2099-01-01"}`, "expiration_date"},
		"colon in external": {`{"name":"x","delivery_mode":"email","external_id":"a:b"}`, "external_id"},
		"unknown key":       {`{"name":"x","delivery_mode":"email","variables":{}}`, "variables"},
		"half reminder":     {`{"name":"x","delivery_mode":"email","reminder_settings":{"interval_in_days":2}}`, "reminder_settings.max_occurrences"},
		"odd reminder":      {`{"name":"x","delivery_mode":"email","reminder_settings":{"interval_in_days":3,"max_occurrences":1}}`, "reminder_settings.interval_in_days"},
		"wrong zone":        {`{"name":"x","delivery_mode":"email","timezone":"Mars/Base"}`, "timezone"},
		"wrong trail":       {`{"name":"x","delivery_mode":"email","audit_trail_locale":"nl"}`, "audit_trail_locale"},
		"string bool":       {`{"name":"x","delivery_mode":"email","ordered_signers":"true"}`, "ordered_signers"},
		"signers alone":     {`{"name":"x","delivery_mode":"email","signers":[` + person{first: "A"}.body("0ef334d2-7f36-4643-8a2a-4283b4a3e4a4", 1) + `]}`, "signers"},
		"template not uuid": {`{"name":"x","delivery_mode":"email","template_id":"tmpl_x"}`, "template_id"},
	} {
		t.Run(name, func(t *testing.T) {
			p := a.v3(400, "POST", "/signature_requests", test.body)
			if got := reasons(t, p); got[test.param] == "" {
				t.Errorf("reasons %v, want one for %s", got, test.param)
			}
		})
	}
	a.v3(400, "POST", "/signature_requests", `{"name":`)
	r, err := a.send("POST", "/v3/signature_requests", "text/plain", []byte("x"))
	if err != nil || r.status != http.StatusUnsupportedMediaType {
		t.Errorf("plain text: %d, %v", r.status, err)
	}
}

func TestSignersAreValidated(t *testing.T) {
	a := start(t, func(c *Config) { c.LevelsOff = []string{qualified} })
	id := a.draft("", plainPDF("Contract"))
	base := person{first: "Jeanne"}.body("DOC", 500)
	docs, err := a.send("GET", "/v3/signature_requests/"+id+"/documents", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	doc := strings.Split(string(docs.raw), `"id":"`)[1][:36]
	swap := func(pairs ...string) string {
		return strings.NewReplacer(append(pairs, "DOC", doc)...).Replace(base)
	}
	for name, test := range map[string]struct{ body, param string }{
		"title in name":      {swap("Jeanne", "Dr. Jeanne"), "info.first_name"},
		"curly apostrophe":   {swap("Moreau", "d’Arc"), "info.last_name"},
		"leading space":      {swap("Moreau", " Moreau"), "info.last_name"},
		"empty name":         {swap("Moreau", ""), "info.last_name"},
		"wrong mail":         {swap("jeanne@example.org", "jeanne"), "info.email"},
		"local phone":        {swap("+33612345678", "0612345678"), "info.phone_number"},
		"wrong locale":       {swap(`"fr"`, `"pt"`), "info.locale"},
		"unknown level":      {swap(simple, "ses"), "signature_level"},
		"advanced by mail":   {swap(simple, advanced), "signature_authentication_mode"},
		"sms without phone":  {swap("no_otp", "otp_sms", `"+33612345678"`, "null"), "info.phone_number"},
		"sms to China":       {swap("no_otp", "otp_sms", "+33612345678", "+8613812345678"), "info.phone_number"},
		"declined link":      {swap(`"fields"`, `"redirect_urls":{"declined":"https://x.example"},"fields"`), "redirect_urls.declined"},
		"narrow field":       {swap(`"width":180`, `"width":84`), "fields[0].width"},
		"fraction":           {swap(`"x":70`, `"x":70.5`), "fields[0].x"},
		"unknown page":       {swap(`"page":1`, `"page":2`), "page"},
		"foreign document":   {swap("DOC", "0ef334d2-7f36-4643-8a2a-4283b4a3e4a4"), "fields[0].document_id"},
		"unknown field type": {swap(`"type":"signature"`, `"type":"stamp"`), "fields[0].type"},
	} {
		t.Run(name, func(t *testing.T) {
			p := a.v3(400, "POST", "/signature_requests/"+id+"/signers", test.body)
			if got := reasons(t, p); got[test.param] == "" {
				t.Errorf("reasons %v, want one for %s", got, test.param)
			}
		})
	}
	p := a.v3(400, "POST", "/signature_requests/"+id+"/signers", swap(simple, qualified, `"no_otp"`, "null"))
	if p["type"] != "configuration.not_enabled" {
		t.Errorf("level outside the plan: %v", p)
	}
	a.v3(201, "POST", "/signature_requests/"+id+"/signers", swap("Jeanne", "Anne-Sophie", "Moreau", "Müller (O'Hara)"))
	mixed := a.v3(400, "POST", "/signature_requests/"+id+"/signers", swap(simple, advanced, "no_otp", "otp_sms"))
	if got := reasons(t, mixed); got["signature_level"] == "" {
		t.Errorf("a second level: %v", got)
	}
}

func TestUploadsAreValidated(t *testing.T) {
	a := start(t)
	id := a.draft("", plainPDF("Contract"))
	path := "/v3/signature_requests/" + id + "/documents"
	post := func(file []byte, parts ...string) (int, node) {
		media, body := multipartBody(t, file, parts...)
		r, err := a.send("POST", path, media, body)
		if err != nil {
			t.Fatal(err)
		}
		return r.status, r.object(t)
	}
	status, p := post(plainPDF("x"), "nature", "signable")
	want := map[string]string{"nature": `Value must be in ["attachment", "signable_document"].`}
	if d := cmp.Diff(want, reasons(t, p)); status != 400 || d != "" {
		t.Errorf("wrong nature: %d %s", status, d)
	}
	for name, test := range map[string]struct {
		file  []byte
		parts []string
		kind  string
	}{
		"no file":         {nil, []string{"nature", signable}, "parameters_not_valid"},
		"base64":          {[]byte("JVBERi0xLjcK"), []string{"nature", signable}, "parameters_not_valid"},
		"signable image":  {[]byte("\x89PNG\r\n\x1a\n"), []string{"nature", signable}, "parameters_not_valid"},
		"slash in name":   {plainPDF("x"), []string{"nature", signable, "name", "a/b.pdf"}, "parameters_not_valid"},
		"broken":          {[]byte("%PDF-1.7 nothing here"), []string{"nature", signable}, "document.analyze_error"},
		"locked":          {append(plainPDF("x"), "trailer<</Encrypt 9 0 R>>"...), []string{"nature", signable}, "document.locked"},
		"file as a field": {nil, []string{"nature", signable, "file", "%PDF-1.7"}, "parameters_not_valid"},
	} {
		if status, p := post(test.file, test.parts...); status != 400 || p["type"] != test.kind {
			t.Errorf("%s: %d %v, want 400 %s", name, status, p, test.kind)
		}
	}
	if status, p := post([]byte("\x89PNG\r\n\x1a\n"), "nature", attachment, "name", "2026"); status != 201 || p["filename"] != "2026" {
		t.Errorf("attached image: %d %v", status, p)
	}
	if r, err := a.send("POST", path, "application/json", []byte(`{"nature":"signable_document"}`)); err != nil || r.status != 415 {
		t.Errorf("JSON upload: %d %v", r.status, err)
	}
}

func TestActivationNeeds(t *testing.T) {
	a := start(t)
	for name, id := range map[string]string{
		"a signer":        a.draft("", plainPDF("Contract")),
		"ordered signers": a.draft("", plainPDF("Contract"), person{first: "A", level: qualified}),
	} {
		if p := a.v3(400, "POST", "/signature_requests/"+id+"/activate", ""); p["type"] != "signature_request.cannot_be_activated" {
			t.Errorf("without %s: %v", name, p)
		}
		if got := a.status(id); got != draft {
			t.Errorf("without %s the status became %s", name, got)
		}
	}
	id := a.draft("", plainPDF("Contract"), person{first: "A"})
	a.upload("/v3/signature_requests/"+id+"/documents", plainPDF("No field on this one"))
	a.v3(400, "POST", "/signature_requests/"+id+"/activate", "")
}

func TestNullAndAbsentInUpdates(t *testing.T) {
	a := start(t)
	id := a.draft(`,"external_id":"one","signers_allowed_to_decline":true`, plainPDF("Contract"), person{first: "A"})
	path := "/signature_requests/" + id
	a.v3(400, "PATCH", path, `{"external_id":"two","audit_trail_locale":"xx"}`)
	if got := a.v3(200, "GET", path, ""); got["external_id"] != "one" {
		t.Errorf("a refused update changed external_id to %v", got["external_id"])
	}
	got := a.v3(200, "PATCH", path, `{"external_id":null}`)
	if got["external_id"] != nil || got["signers_allowed_to_decline"] != true {
		t.Errorf("after an update: %v", got)
	}
	a.v3(201, "POST", path+"/activate", "")
	a.v3(400, "PATCH", path, `{"name":"New name"}`)
	day := a.clock.Now().AddDate(0, 3, 0).Format("2006-01-02")
	if got := a.v3(200, "PATCH", path, `{"expiration_date":"`+day+`"}`); !strings.HasPrefix(got["expiration_date"].(string), day) {
		t.Errorf("due date %v, want %s", got["expiration_date"], day)
	}
}

// An update that is refused for the request's status must not leave traces in it.
func TestRefusedUpdateLeavesNothing(t *testing.T) {
	a := start(t)
	path := "/signature_requests/" + a.activated(`,"external_id":"one"`, person{first: "A"})
	a.v3(400, "PATCH", path, `{"external_id":"two"}`)
	got := a.v3(200, "GET", path, "")
	if got["external_id"] != "one" {
		t.Errorf("external_id became %v", got["external_id"])
	}
	signer := path + "/signers/" + got["signers"].([]any)[0].(node)["id"].(string)
	a.v3(400, "PATCH", signer, `{"info":{"phone_number":"+4915112345678"},"signature_level":"qualified_electronic_signature"}`)
	if info := a.v3(200, "GET", signer, "")["info"].(node); info["phone_number"] != "+33612345678" {
		t.Errorf("phone_number became %v", info["phone_number"])
	}
}
