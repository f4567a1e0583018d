package yousign

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// signers returns what is shown of every signer, by first name.
func (a *account) signers(id, key string) map[string]any {
	a.t.Helper()
	var all []node
	if err := json.Unmarshal(a.do(200, "GET", "/v3/signature_requests/"+id+"/signers", "").raw, &all); err != nil {
		a.t.Fatal(err)
	}
	out := map[string]any{}
	for _, x := range all {
		out[x["info"].(node)["first_name"].(string)] = x[key]
	}
	return out
}

func (a *account) mails() []Mail {
	a.t.Helper()
	var mails []Mail
	if err := json.Unmarshal(a.do(200, "GET", "/_sim/mails", "").raw, &mails); err != nil {
		a.t.Fatal(err)
	}
	return mails
}

// seated adds signers to a draft of custom order, each with what says where it stands.
func (a *account) seated(id string, people ...[2]string) map[string]string {
	a.t.Helper()
	document := a.upload("/v3/signature_requests/"+id+"/documents", plainPDF("Contract"))
	ids := map[string]string{}
	for i, p := range people {
		key, of, _ := strings.Cut(p[1], " ")
		more := ""
		if key != "" {
			more = fmt.Sprintf(`,%q:%q`, key, ids[of])
		}
		made := a.v3(201, "POST", "/signature_requests/"+id+"/signers", person{first: p[0], more: more}.body(document, 100+70*i))
		ids[p[0]] = made["id"].(string)
	}
	return ids
}

func TestStagesAreAskedOneAfterAnother(t *testing.T) {
	a := start(t)
	id := a.v3(201, "POST", "/signature_requests", `{"name":"x","delivery_mode":"email","custom_recipient_order":true}`)["id"].(string)
	ids := a.seated(id, [2]string{"A"}, [2]string{"D", "insert_after_id A"}, [2]string{"B", "group_with_id A"}, [2]string{"C", "insert_after_id B"})
	if diff := cmp.Diff(map[string]any{"A": 0.0, "B": 0.0, "C": 1.0, "D": 2.0}, a.signers(id, "recipient_stage_index")); diff != "" {
		t.Fatalf("stages (-want +got):\n%s", diff)
	}
	a.v3(201, "POST", "/signature_requests/"+id+"/activate", "")
	for _, step := range []struct {
		sign, asked string
	}{{"", "A B"}, {"B", "A"}, {"A", "C"}, {"C", "D"}} {
		if step.sign != "" {
			a.control(200, "/requests/"+id+"/sign", fmt.Sprintf(`{"signer":%q}`, ids[step.sign]))
		}
		var asked []string
		for name, status := range a.signers(id, "status") {
			if status == notified {
				asked = append(asked, name)
			}
		}
		slices.Sort(asked)
		if got := strings.Join(asked, " "); got != step.asked {
			t.Errorf("after %q signed %q are asked, want %q", step.sign, got, step.asked)
		}
	}
}

func TestSeatsAreValidated(t *testing.T) {
	a := start(t)
	for _, c := range []struct{ settings, seat, param string }{
		{"", "group_with_id", "group_with_id"},
		{"", "insert_after_id", "insert_after_id"},
		{`,"ordered_signers":true`, "group_with_id", "group_with_id"},
		{`,"ordered_signers":true`, "insert_after_id", ""},
		{`,"custom_recipient_order":true`, "group_with_id", ""},
		{`,"custom_recipient_order":true`, `insert_after_id":"ID","group_with_id`, "group_with_id"},
		{`,"custom_recipient_order":true`, `group_with_id":"0ef334d2-7f36-4643-8a2a-4283b4a3e4a4","x`, "group_with_id"},
	} {
		id := a.v3(201, "POST", "/signature_requests", `{"name":"x","delivery_mode":"email"`+c.settings+`}`)["id"].(string)
		ids := a.seated(id, [2]string{"A"})
		body := fmt.Sprintf(`{"info":{"first_name":"B","last_name":"C","email":"b@example.org","locale":"fr"},
"signature_level":"electronic_signature","signature_authentication_mode":"no_otp","%s":%q}`, strings.ReplaceAll(c.seat, "ID", ids["A"]), ids["A"])
		if c.param == "" {
			a.v3(201, "POST", "/signature_requests/"+id+"/signers", body)
			continue
		}
		if got := reasons(t, a.v3(400, "POST", "/signature_requests/"+id+"/signers", body)); got[c.param] == "" {
			t.Errorf("%s %s: %v", c.settings, c.seat, got)
		}
	}
}

func TestQualifiedSignersAreAskedOneByOne(t *testing.T) {
	a := start(t)
	for settings, want := range map[string]int{"": 400, `,"ordered_signers":true`: 201, `,"custom_recipient_order":true`: 201} {
		id := a.draft(settings, plainPDF("Contract"), person{first: "A", level: qualified}, person{first: "B", level: qualified})
		a.v3(want, "POST", "/signature_requests/"+id+"/activate", "")
	}
}

func TestFollowers(t *testing.T) {
	for name, c := range map[string]struct {
		trial *Trial
		room  int
	}{"paying": {nil, 100}, "trial": {&Trial{}, 5}} {
		a := start(t, func(config *Config) { config.Trial = c.trial })
		path := "/v3/signature_requests/" + a.draft("", plainPDF("Contract")) + "/followers"
		a.do(400, "POST", path, `{"email":"f@example.org","locale":"fr"}`)
		a.do(400, "POST", path, `[{"email":"f@example.org"}]`)
		list := strings.Repeat(`,{"email":"f@example.org","locale":"fr"}`, c.room)[1:]
		a.do(201, "POST", path, "["+list+"]")
		a.do(400, "POST", path, `[{"email":"g@example.org","locale":"fr"}]`)
		if got := a.v3(200, "GET", strings.TrimPrefix(path, "/v3"), "")["data"].([]any); len(got) != c.room {
			t.Errorf("%s: %d followers", name, len(got))
		}
	}
}

func TestMailsSayWhatWasAskedFor(t *testing.T) {
	a := start(t)
	text := `,"email_notification":{"custom_text":{"request_subject":"Your contract","request_body":"Ask a@example.org."}}`
	id := a.activated(text, person{first: "A"},
		person{first: "B", more: `,"custom_text":{"request_subject":"Votre contrat"}`}, person{first: "C", more: `,"delivery_mode":"none"`})
	got := map[string]string{}
	for _, m := range a.mails() {
		got[m.To] = m.Subject + "|" + m.Body
	}
	want := map[string]string{"a@example.org": "Your contract|Ask a@example.org.", "b@example.org": "Votre contrat|Ask a@example.org."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, signer := range a.signers(id, "id") {
		a.do(201, "POST", "/v3/signature_requests/"+id+"/signers/"+signer.(string)+"/send_reminder", "")
		if name == "C" && len(a.mails()) != 2+a.mailKinds()[MailReminder] {
			t.Error("who gets no mail got one")
		}
	}
	if got := a.mailKinds()[MailReminder]; got != 2 {
		t.Errorf("%d reminders", got)
	}
	a.v3(400, "POST", "/signature_requests", `{"name":"x","delivery_mode":"email","email_notification":{"custom_text":{"request_body":"<b>now</b>"}}}`)
}

func TestTemplatesArePagedAndMayBeDrafts(t *testing.T) {
	a := start(t)
	for range 11 {
		a.control(200, "/templates", `{"name":"Offer","signers":[]}`)
	}
	first := a.v3(200, "GET", "/templates", "")
	next, _ := first["meta"].(node)["next_cursor"].(string)
	second := a.v3(200, "GET", "/templates?after="+next, "")
	if len(first["data"].([]any)) != 10 || len(second["data"].([]any)) != 1 || second["meta"].(node)["next_cursor"] != nil {
		t.Errorf("pages: %v, %v", first, second)
	}
	a.v3(400, "GET", "/templates?limit=11", "")
	unfinished := a.control(200, "/templates", `{"name":"Offer","draft":true,"signers":[]}`).object(t)["id"].(string)
	body := `{"name":"x","delivery_mode":"email","template_id":"` + unfinished + `"}`
	if got := reasons(t, a.v3(400, "POST", "/signature_requests", body)); got["template_id"] == "" {
		t.Errorf("a draft of a template is used: %v", got)
	}
}

// Every creating call can be carried out and its answer lost.
func TestEveryCreatingCallCanLoseItsAnswer(t *testing.T) {
	for _, fault := range []string{"error_after", "drop_after"} {
		a := start(t)
		lost := func(path, media string, body []byte) {
			a.control(204, "/faults", fmt.Sprintf(`{"name":%q,"method":"POST","path":%q}`, fault, path))
			if r, err := a.send("POST", path, media, body); err == nil && r.status != 500 {
				t.Errorf("%s %s: %d", fault, path, r.status)
			}
		}
		lost("/v3/signature_requests", "application/json", []byte(`{"name":"x","delivery_mode":"email","external_id":"lost"}`))
		list := a.v3(200, "GET", "/signature_requests?external_id[eq]=lost", "")["data"].([]any)
		if len(list) != 1 {
			t.Fatalf("%s: %v", fault, list)
		}
		id := list[0].(node)["id"].(string)
		path := "/v3/signature_requests/" + id
		media, upload := multipartBody(t, plainPDF("Contract"), "nature", "signable_document")
		lost(path+"/documents", media, upload)
		document := a.v3(200, "GET", path[3:], "")["documents"].([]any)[0].(node)["id"].(string)
		lost(path+"/followers", "application/json", []byte(`[{"email":"f@example.org","locale":"fr"}]`))
		lost(path+"/signers", "application/json", []byte(person{first: "A"}.body(document, 500)))
		lost(path+"/activate", "", nil)
		a.control(200, "/requests/"+id+"/expire", "")
		lost(path+"/reactivate", "application/json", []byte(`{"expiration_date":"`+a.clock.Now().AddDate(0, 1, 0).Format("2006-01-02")+`"}`))
		if got := a.status(id); got != ongoing || len(a.mails()) == 0 {
			t.Errorf("%s: %s", fault, got)
		}
	}
}
