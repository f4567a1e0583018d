package kommo_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/kommo"
)

func TestMoveHooks(t *testing.T) {
	box := newInbox(t)
	a := open(t, box.subscribed("status_lead", "update_lead", "add_lead"))
	id := a.want(200, "POST", "/_sim/leads",
		`{"name":"Office chairs & desks","price":1200,"fields":{"SIGN_REQUEST_ID":"sr_1","Contract type":"Employment","Start date":1725915600}}`).text("id")
	created := a.unix()
	a.settle()
	if calls := box.empty(); len(calls) != 1 || !strings.Contains(calls[0].lines()[3], "leads[add][0][id]="+id) {
		t.Fatalf("a new lead made %v", calls)
	}
	a.pass(time.Minute)
	a.want(200, "POST", "/_sim/leads/"+id+"/move", `{"stage":"Send contract (Skribble)","user_id":11087124}`)
	a.settle()
	calls := box.empty()
	if len(calls) != 2 {
		t.Fatalf("a move made %d webhooks, want status and update", len(calls))
	}
	if strings.Contains(calls[0].raw, "leads%5Bupdate%5D") {
		calls[0], calls[1] = calls[1], calls[0] // nothing is promised about their order
	}
	want := func(action string) []string {
		p := "leads[" + action + "][0]"
		return []string{
			"account[subdomain]=acme", "account[id]=32720107", "account[_links][self]=" + base,
			p + "[id]=" + id, p + "[name]=Office chairs & desks", p + "[status_id]=67548611",
			p + "[old_status_id]=67548607", p + "[price]=1200", p + "[responsible_user_id]=11087123",
			p + "[last_modified]=" + a.unix(), p + "[modified_user_id]=11087124", p + "[created_user_id]=11087123",
			p + "[date_create]=" + created, p + "[pipeline_id]=8572511", p + "[account_id]=32720107",
			p + "[custom_fields][0][id]=1246483", p + "[custom_fields][0][name]=Signature request",
			p + "[custom_fields][0][values][0][value]=sr_1", p + "[custom_fields][0][code]=SIGN_REQUEST_ID",
			p + "[custom_fields][1][id]=1246489", p + "[custom_fields][1][name]=Contract type",
			p + "[custom_fields][1][values][0][value]=Employment", p + "[custom_fields][1][values][0][enum]=908107",
			p + "[custom_fields][2][id]=1246491", p + "[custom_fields][2][name]=Start date",
			p + "[custom_fields][2][values][0]=1725915600",
			p + "[created_at]=" + created, p + "[updated_at]=" + a.unix(),
		}
	}
	for i, action := range []string{"status", "update"} {
		if diff := cmp.Diff(want(action), calls[i].lines()); diff != "" {
			t.Errorf("%s webhook (-want +got):\n%s", action, diff)
		}
	}
	checkWire(t, calls[0])
}

// checkWire looks at what decoding hides: headers and the escaping of the keys.
func checkWire(t *testing.T, h hook) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "amoCRM-Webhooks/3.0",
		"Accept-Encoding": "gzip",
	} {
		if got := h.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if len(h.header.Get("X-Amocrm-Requestid")) != 36 {
		t.Errorf("x-amocrm-requestid is %q, want a uuid", h.header.Get("X-Amocrm-Requestid"))
	}
	if strings.ContainsAny(h.raw, "[]") || !strings.Contains(h.raw, "leads%5Bstatus%5D%5B0%5D%5Bid%5D=") {
		t.Errorf("keys are not percent-encoded: %s", h.raw)
	}
}

func TestAPIWritesFireHooks(t *testing.T) {
	box := newInbox(t)
	a := open(t, box.subscribed("status_lead", "update_lead", "responsible_lead", "note_lead", "add_task"))
	id, _ := a.deal()
	for _, step := range []struct {
		method, path, body string
		want               []string
	}{
		{"PATCH", "/api/v4/leads/" + id, `{"status_id":142,"pipeline_id":8572511}`, []string{"leads[status]", "leads[update]"}},
		{"PATCH", "/api/v4/leads/" + id, `{"price":3}`, []string{"leads[update]"}},
		{"PATCH", "/api/v4/leads/" + id, `{"responsible_user_id":11087124}`, []string{"leads[responsible]", "leads[update]"}},
		{"POST", "/api/v4/leads/notes", `[{"entity_id":` + id + `,"note_type":"common","params":{"text":"x"}}]`, []string{"leads[note]"}},
		{"POST", "/api/v4/tasks", `[{"text":"x","complete_till":1,"entity_id":` + id + `,"entity_type":"leads"}]`, []string{"task[add]"}},
	} {
		a.want(200, step.method, step.path, step.body)
		a.settle()
		calls := box.empty()
		all := ""
		for _, h := range calls {
			all += strings.Join(h.lines(), "\n") + "\n"
		}
		for _, prefix := range step.want {
			if !strings.Contains(all, "\n"+prefix+"[0]") {
				t.Errorf("%s %s: no %s", step.path, step.body, prefix)
			}
		}
		if moved := strings.Contains(step.body, "status_id"); strings.Contains(all, "[old_status_id]") != moved {
			t.Errorf("%s: old_status_id is there: %v, moved: %v", step.body, !moved, moved)
		}
		if len(calls) != len(step.want) {
			t.Errorf("%s %s: %d webhooks, want %d", step.path, step.body, len(calls), len(step.want))
		}
	}
}

func TestContactHooks(t *testing.T) {
	box := newInbox(t)
	a := open(t, box.subscribed("update_contact", "update_company", "delete_contact"))
	_, id := a.deal()
	a.want(200, "PATCH", "/_sim/contacts/"+id, `{"email":"new@example.ch","fields":{"Language":"Deutsch"}}`)
	a.settle()
	p := "contacts[update][0]"
	want := []string{
		"account[subdomain]=acme", "account[id]=32720107", "account[_links][self]=" + base,
		p + "[id]=" + id, p + "[name]=Ana Roth", p + "[responsible_user_id]=11087123",
		p + "[date_create]=" + a.unix(), p + "[last_modified]=" + a.unix(), p + "[created_user_id]=11087123",
		p + "[modified_user_id]=11087123", p + "[account_id]=32720107",
		p + "[custom_fields][0][id]=771908", p + "[custom_fields][0][name]=Email",
		p + "[custom_fields][0][values][0][value]=new@example.ch", p + "[custom_fields][0][values][0][enum]=552488",
		p + "[custom_fields][0][code]=EMAIL",
		p + "[custom_fields][1][id]=791730", p + "[custom_fields][1][name]=Language",
		p + "[custom_fields][1][values][value]=Deutsch", p + "[custom_fields][1][values][enum]=566642",
		p + "[created_at]=" + a.unix(), p + "[updated_at]=" + a.unix(), p + "[type]=contact",
	}
	if diff := cmp.Diff(want, box.empty()[0].lines()); diff != "" {
		t.Errorf("contact webhook (-want +got):\n%s", diff)
	}
	company := a.want(200, "POST", "/_sim/companies", `{"name":"Roth AG"}`).text("id")
	a.want(200, "PATCH", "/_sim/companies/"+company, `{"name":"Roth & Co"}`)
	a.want(204, "DELETE", "/_sim/contacts/"+id, "")
	a.settle()
	var all []string
	for _, h := range box.empty() {
		all = append(all, h.lines()...)
	}
	for _, line := range []string{p + "[name]=Roth & Co", p + "[type]=company", "contacts[delete][0][type]=contact"} {
		if !slices.Contains(all, line) {
			t.Errorf("no %q in %q", line, all)
		}
	}
}

func TestDeleteHook(t *testing.T) {
	box := newInbox(t)
	a := open(t, box.subscribed("delete_lead"))
	id, _ := a.deal()
	a.want(204, "DELETE", "/_sim/leads/"+id, "")
	a.settle()
	want := []string{
		"leads[delete][0][id]=" + id, "leads[delete][0][status_id]=67548607", "leads[delete][0][pipeline_id]=8572511",
	}
	if diff := cmp.Diff(want, box.empty()[0].lines()[3:]); diff != "" {
		t.Errorf("delete webhook (-want +got):\n%s", diff)
	}
}

func TestBulkMoveSharesHooks(t *testing.T) {
	box := newInbox(t)
	a := open(t, box.subscribed("status_lead"))
	var ids []string
	for range 60 {
		id, _ := a.deal()
		ids = append(ids, id)
	}
	a.want(204, "POST", "/_sim/leads/move", `{"ids":[`+strings.Join(ids, ",")+`],"status_id":142}`)
	a.settle()
	calls := box.empty()
	if len(calls) != 2 {
		t.Fatalf("%d webhooks for 60 leads, want 2", len(calls))
	}
	all := calls[0].raw + calls[1].raw
	for _, id := range ids {
		if !strings.Contains(all, "%5Bid%5D="+id+"&") {
			t.Errorf("lead %s is in no webhook", id)
		}
	}
	if !strings.Contains(all, url.QueryEscape("leads[status][49][id]")) {
		t.Error("no index 49")
	}
}

func TestStageHook(t *testing.T) {
	box := newInbox(t)
	a := open(t, func(cfg *kommo.Config) {
		cfg.Seed.StageHooks = []kommo.StageHook{
			{Pipeline: kommo.DefaultPipelineID, Stage: kommo.StageSendSkribble, Destination: box.URL + "/stage"},
		}
	})
	id, _ := a.deal()
	for _, stage := range []int{kommo.StageSendYousign, kommo.StageSendSkribble, kommo.StageSendSkribble} {
		a.want(200, "PATCH", "/api/v4/leads/"+id, fmt.Sprintf(`{"status_id":%d}`, stage))
	}
	a.settle()
	calls := box.empty()
	if len(calls) != 1 {
		t.Fatalf("%d webhooks for entering the stage once", len(calls))
	}
	p := "leads[status][0]"
	want := []string{
		p + "[id]=" + id, p + "[pipeline_id]=8572511", p + "[old_pipeline_id]=8572511",
		p + "[status_id]=67548611", p + "[old_status_id]=67548615",
	}
	if diff := cmp.Diff(want, calls[0].lines()); diff != "" {
		t.Errorf("stage webhook (-want +got):\n%s", diff)
	}
}
