package kommo

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/google/go-cmp/cmp"
)

const leadAnswer = `{"id":824971,"name":"Roth AG","price":550.5,"responsible_user_id":9496334,"status_id":56415001,"pipeline_id":6691762,
 "updated_at":1681647077,"closed_at":null,"is_deleted":false,"account_id":31001782,
 "custom_fields_values":[
  {"field_id":77,"field_name":"IBAN","field_code":null,"field_type":"text","values":[{"value":"CH93"}]},
  {"field_id":78,"field_name":"Start","field_code":"START","field_type":"date","values":[{"value":1798671600}]},
  {"field_id":79,"field_name":"Kinds","field_code":"KINDS","field_type":"multiselect","values":[{"value":"A","enum_id":1},{"value":"B","enum_id":2}]}],
 "_embedded":{"tags":[],"companies":[{"id":1558243}],"contacts":[{"id":1558247,"is_main":false},{"id":1558245,"is_main":true}]}}`

const contactAnswer = `{"id":1558245,"name":"Ana Roth","first_name":"Ana","last_name":"Roth","is_deleted":false,"custom_fields_values":[
 {"field_id":1,"field_code":"PHONE","field_type":"multitext","values":[{"value":"+41 44 000","enum_code":"WORK"},{"value":"+41 79 000","enum_code":"MOB"}]},
 {"field_id":2,"field_code":"EMAIL","field_type":"multitext","values":[{"value":"p@x.example","enum_code":"PRIV"},{"value":"w@x.example","enum":"WORK"}]},
 {"field_id":3,"field_code":"LANGUAGE","field_type":"select","values":[{"value":"Deutsch","enum_id":17}]}]}`

func TestDeal(t *testing.T) {
	v := newVendor(t)
	v.on("GET /api/v4/leads/824971", 200, leadAnswer)
	v.on("GET /api/v4/contacts/1558245", 200, contactAnswer)
	v.on("GET /api/v4/companies/1558243", 200, `{"id":1558243,"name":"Roth Holding"}`)
	got, err := newClient(t, v.URL).Deal(t.Context(), Account{ID: 31001782, Currency: "CHF"}, 824971, "language")
	want := pipeline.Deal{
		Account: "31001782", LeadID: 824971, Name: "Roth AG", Price: "550.5", Currency: "CHF", PipelineID: 6691762, StageID: 56415001,
		ResponsibleUserID: 9496334, UpdateTime: time.Unix(1681647077, 0).UTC(), Company: "Roth Holding",
		Fields: map[string]string{"77": "CH93", "iban": "CH93", "78": "2026-12-31", "start": "2026-12-31", "79": "A, B", "kinds": "A, B"},
		Contact: &pipeline.Contact{
			ID: 1558245, Name: "Ana Roth", FirstName: "Ana", LastName: "Roth", Email: "w@x.example", Phone: "+41 79 000", Language: "de",
		},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if v.calls[0].Query != "with=contacts" || v.calls[0].Auth != "Bearer s3cret" {
		t.Errorf("asked %+v", v.calls[0])
	}
}

func TestDealThatIsGoneOrBare(t *testing.T) {
	v := newVendor(t)
	c := newClient(t, v.URL)
	got, err := c.Deal(t.Context(), Account{ID: 3}, 5, "")
	if diff := cmp.Diff(pipeline.Deal{Account: "3", LeadID: 5, Deleted: true}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	v.on("GET /api/v4/leads/5", 200, `{"id":5,"price":null,"custom_fields_values":null,"_embedded":{"contacts":[{"id":9,"is_main":false}],"companies":[{"id":8}]}}`)
	got, err = c.Deal(t.Context(), Account{ID: 3}, 5, "")
	if err != nil || got.Deleted || got.Contact != nil || got.Price != "" || got.Company != "" {
		t.Errorf("%+v %v", got, err)
	}
	v.on("GET /api/v4/contacts/9", 500, ``)
	if _, err := c.Deal(t.Context(), Account{ID: 3}, 5, ""); KindOf(err) != Unavailable {
		t.Errorf("a contact that cannot be read now gave %v", err)
	}
}

func TestMainContact(t *testing.T) {
	for name, c := range map[string]struct {
		contacts []LinkedContact
		want     int64
	}{
		"marked":         {[]LinkedContact{{1, false}, {2, true}}, 2},
		"single":         {[]LinkedContact{{1, false}}, 1},
		"none":           {nil, 0},
		"two, no marked": {[]LinkedContact{{1, false}, {2, false}}, 0},
	} {
		if got, ok := (Lead{Contacts: c.contacts}).MainContact(); got != c.want || ok != (c.want != 0) {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestLanguage(t *testing.T) {
	for in, want := range map[string]string{"de-CH": "de", "FR": "fr", " Italiano ": "it", "en_US": "en", "Klingon": "", "": ""} {
		if got := language(in); got != want {
			t.Errorf("%q gave %q", in, got)
		}
	}
}

func TestFieldKeys(t *testing.T) {
	field := func(id int64, code, name, text string) FieldValue {
		return FieldValue{FieldID: id, Code: code, Name: name, Values: []Value{{Text: text}}}
	}
	got := newDeal(Account{}, Lead{Fields: []FieldValue{
		field(1, "", "Start  date (UTC)", "a"), field(2, "", "Fee", "b"), field(3, "FEE", "", "c"), field(4, "", "Срок", "d"), field(5, "", "1", "e"),
	}}).Fields
	want := map[string]string{"1": "a", "2": "b", "3": "c", "4": "d", "5": "e", "start_date_utc": "a", "fee": "c"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUpdateLead(t *testing.T) {
	v := newVendor(t)
	c := newClient(t, v.URL)
	update := LeadUpdate{ID: 5, StatusID: 142, PipelineID: 7, Fields: []FieldUpdate{{FieldID: 77, Text: "Sent"}}}
	if err := c.UpdateLead(t.Context(), update); err != nil {
		t.Fatal(err)
	}
	same(t, `{"status_id":142,"pipeline_id":7,"custom_fields_values":[{"field_id":77,"values":[{"value":"Sent"}]}]}`, v.last().Body)
	if err := c.UpdateLeads(t.Context(), []LeadUpdate{{ID: 5, StatusID: 142, PipelineID: 7}}); err != nil {
		t.Fatal(err)
	}
	same(t, `[{"id":5,"status_id":142,"pipeline_id":7}]`, v.last().Body)
}

func TestNotesAndTasks(t *testing.T) {
	v := newVendor(t)
	c := newClient(t, v.URL)
	v.on("POST /api/v4/leads/notes", 200, `{"_embedded":{"notes":[{"id":12,"entity_id":6,"request_id":"1"},{"id":11,"entity_id":5,"request_id":"0"}]}}`)
	ids, err := c.AddNotes(t.Context(), []NewNote{{5, "one"}, {6, "two"}})
	if diff := cmp.Diff([]int64{11, 12}, ids); err != nil || diff != "" {
		t.Error(err, diff)
	}
	same(t, `[{"entity_id":5,"note_type":"extended_service_message","request_id":"0","is_need_to_trigger_digital_pipeline":false,"params":{"service":"Countersign","text":"one"}},
	 {"entity_id":6,"note_type":"extended_service_message","request_id":"1","is_need_to_trigger_digital_pipeline":false,"params":{"service":"Countersign","text":"two"}}]`, v.last().Body)

	v.on("POST /api/v4/tasks", 200, `{"_embedded":{"tasks":[{"id":21,"request_id":"0"}]}}`)
	ids, err = c.AddTasks(t.Context(), []NewTask{{LeadID: 5, Text: "call", Due: time.Unix(1790000000, 0), ResponsibleUserID: 9}})
	if diff := cmp.Diff([]int64{21}, ids); err != nil || diff != "" {
		t.Error(err, diff)
	}
	same(t, `[{"text":"call","complete_till":1790000000,"task_type_id":1,"entity_id":5,"entity_type":"leads","responsible_user_id":9,"request_id":"0"}]`, v.last().Body)
}

func TestAnswersThatDoNotFitABatch(t *testing.T) {
	for _, body := range []string{
		``, `{}`, `{"_embedded":{"notes":[]}}`, `{"_embedded":{"notes":[{"id":1},{"id":2}]}}`, `{"_embedded":{"notes":[{"id":0}]}}`,
		`{"_embedded":{"notes":[{"id":1,"request_id":"7"}]}}`, `{"_embedded":[]}`,
	} {
		v := newVendor(t)
		v.on("POST /api/v4/leads/notes", 200, body)
		_, err := newClient(t, v.URL).AddNotes(t.Context(), []NewNote{{5, "one"}})
		var e *Error
		if !errors.As(err, &e) || e.Kind != Unavailable || !e.Uncertain {
			t.Errorf("%q gave %+v", body, err)
		}
	}
}

func TestFind(t *testing.T) {
	v := newVendor(t)
	c := newClient(t, v.URL)
	v.answers["GET /api/v4/leads/5/notes"] = func(w http.ResponseWriter, r *http.Request) {
		body := `{"_links":{"next":{"href":"https://evil.example/"}},"_embedded":{"notes":[{"id":1,"note_type":"common","params":{"text":"[CS-AAAAAA] was quoted"}},{"id":2,"note_type":"x","params":[]}]}}`
		if r.URL.Query().Get("page") == "2" {
			body = `{"_embedded":{"notes":[{"id":3,"note_type":"attachment","params":{"file_uuid":"u-1","file_name":"a.pdf"}},{"id":4,"note_type":"extended_service_message","params":{"text":"done [CS-AAAAAA]\n"}}]}}`
		}
		_, _ = w.Write([]byte(body))
	}
	for mark, want := range map[string]int64{"[CS-AAAAAA]": 4, "u-1": 3, "[CS-BBBBBB]": 0, "": 0} {
		if id, ok, err := c.FindNote(t.Context(), 5, mark); err != nil || id != want || ok != (want != 0) {
			t.Errorf("%q: %d %v", mark, id, err)
		}
	}
	v.on("GET /api/v4/tasks", 200, `{"_embedded":{"tasks":[{"id":1,"entity_id":6,"text":"x [CS-A]"},{"id":2,"entity_id":5,"text":"x [CS-A]","is_completed":true}]}}`)
	if id, ok, err := c.FindTask(t.Context(), 5, "[CS-A]"); err != nil || id != 2 || !ok {
		t.Errorf("task %d %v", id, err)
	}
	if tasks, err := c.Tasks(t.Context(), 5); err != nil || len(tasks) != 1 || !tasks[0].Completed {
		t.Errorf("tasks %+v %v", tasks, err)
	}
}

func TestFindGivesUpOnEndlessPages(t *testing.T) {
	v := newVendor(t)
	v.on("GET /api/v4/leads/5/notes", 200, `{"_links":{"next":{"href":"x"}},"_embedded":{"notes":[{"id":1}]}}`)
	if _, _, err := newClient(t, v.URL).FindNote(t.Context(), 5, "x"); KindOf(err) != Unavailable || len(v.calls) != maxPages {
		t.Errorf("%v after %d calls", err, len(v.calls))
	}
}

func TestListings(t *testing.T) {
	v := newVendor(t)
	c := newClient(t, v.URL)
	if leads, more, err := c.Leads(t.Context(), LeadFilter{PipelineID: 7, StatusID: 70, IDs: []int64{1, 2}, UpdatedSince: time.Unix(99, 5)}, 1); err != nil || more || len(leads) != 0 {
		t.Errorf("an empty list gave %v", err)
	}
	if want := "filter%5Bid%5D%5B%5D=1&filter%5Bid%5D%5B%5D=2&filter%5Bstatuses%5D%5B0%5D%5Bpipeline_id%5D=7&filter%5Bstatuses%5D%5B0%5D%5Bstatus_id%5D=70&filter%5Bupdated_at%5D%5Bfrom%5D=99&limit=250&order%5Bupdated_at%5D=asc&page=1&with=contacts"; v.last().Query != want {
		t.Errorf("asked %s", v.last().Query)
	}
	v.on("GET /api/v4/leads/pipelines", 200, `{"_embedded":{"pipelines":[{"id":7,"name":"Sales","_embedded":{"statuses":[{"id":1,"name":"In","type":1},{"id":142,"name":"Won"}]}}]}}`)
	pipelines, err := c.Pipelines(t.Context())
	if diff := cmp.Diff([]Pipeline{{ID: 7, Name: "Sales", Stages: []Stage{{1, "In", true}, {142, "Won", false}}}}, pipelines); err != nil || diff != "" {
		t.Error(err, diff)
	}
	v.on("GET /api/v4/events", 200, `{"_embedded":{"events":[
	 {"id":"a","type":"lead_status_changed","entity_id":5,"created_by":0,"created_at":100,"value_after":[{"lead_status":{"id":70,"pipeline_id":7}}],"value_before":[{"lead_status":{"id":71,"pipeline_id":7}}]},
	 {"id":"b","type":"lead_status_changed","entity_id":5,"created_at":300,"value_after":[{"lead_status":{"id":71,"pipeline_id":7}}],"value_before":[]},
	 {"id":"c","type":"lead_status_changed","entity_id":5,"created_at":200,"value_after":[{"lead_status":{"id":70,"pipeline_id":7}}],"value_before":[]},
	 {"id":"d","type":"lead_added","entity_id":5,"created_at":400,"value_after":[{"lead_status":{"id":70,"pipeline_id":7}}],"value_before":[]}]}}`)
	entry, err := c.StageEntry(t.Context(), 5, 7, 70)
	if err != nil || entry.Unix() != 200 {
		t.Errorf("entered at %v, %v", entry.Unix(), err)
	}
	if changes, _, err := c.StageChanges(t.Context(), time.Unix(50, 0), 1); err != nil || len(changes) != 3 || changes[0].FromStatus != 71 {
		t.Errorf("%+v %v", changes, err)
	}
}

func TestLeadFields(t *testing.T) {
	v := newVendor(t)
	c := newClient(t, v.URL)
	v.on("GET /api/v4/leads/custom_fields", 200, `{"_embedded":{"custom_fields":[{"id":1,"name":"Status","code":null,"type":"select","enums":[{"id":5,"value":"Sent","sort":1}]}]}}`)
	fields, err := c.LeadFields(t.Context())
	if diff := cmp.Diff([]Field{{ID: 1, Name: "Status", Type: "select", Options: []string{"Sent"}}}, fields); err != nil || diff != "" {
		t.Error(err, diff)
	}
	v.on("POST /api/v4/leads/custom_fields", 201, `{"_embedded":{"custom_fields":[{"id":9,"request_id":"0"}]}}`)
	ids, err := c.AddLeadFields(t.Context(), []NewField{{Name: "Status", Code: "SIGN_STATUS", Type: "select", Options: []string{"Sent"}, APIOnly: true}})
	if diff := cmp.Diff([]int64{9}, ids); err != nil || diff != "" {
		t.Error(err, diff)
	}
	same(t, `[{"name":"Status","code":"SIGN_STATUS","type":"select","is_api_only":true,"enums":[{"value":"Sent","sort":1}]}]`, v.last().Body)
}

func TestEnsureWebhook(t *testing.T) {
	const to = "https://us.example/hooks/s3cret-path"
	list := func(disabled, settings string) string {
		return `{"_embedded":{"webhooks":[{"id":1,"destination":"` + to + `","disabled":` + disabled + `,"settings":` + settings + `}]}}`
	}
	for name, c := range map[string]struct {
		listed string
		want   []string
	}{
		"missing":     {"", []string{"GET", "POST"}},
		"as it is":    {list("false", `["status_lead","add_lead"]`), []string{"GET"}},
		"disabled":    {list("true", `["status_lead","add_lead"]`), []string{"GET", "DELETE", "POST"}},
		"other":       {list("false", `["add_lead"]`), []string{"GET", "DELETE", "POST"}},
		"unfiltered":  {`{"_embedded":{"webhooks":[{"id":2,"destination":"https://other.example","settings":["add_lead","status_lead"]}]}}`, []string{"GET", "POST"}},
		"list broken": {`{"_embedded":{"webhooks":5}}`, []string{"GET"}},
	} {
		v := newVendor(t)
		if c.listed != "" {
			v.on("GET /api/v4/webhooks", 200, c.listed)
		}
		changed, err := newClient(t, v.URL).EnsureWebhook(t.Context(), to, []string{"add_lead", "status_lead"})
		var got []string
		for _, call := range v.calls {
			got = append(got, call.Route[:len(call.Route)-len(" /api/v4/webhooks")])
		}
		if diff := cmp.Diff(c.want, got); diff != "" || changed != (len(got) > 1) || (err != nil) != (name == "list broken") {
			t.Errorf("%s: %s changed %v, %v", name, diff, changed, err)
		}
	}
}

func TestAnAttachmentNoteIsKnownInBothForms(t *testing.T) {
	for _, params := range []string{
		`{"file_uuid":"u-1","version_uuid":"v-1","file_name":"a CS-1.pdf"}`,
		`{"original_name":"a CS-1.pdf","attachment":"u-1","is_drive_attachment":true}`,
	} {
		if n := (noteJSON{Type: "attachment", Params: json.RawMessage(params)}).note(); n.FileUUID != "u-1" || n.FileName != "a CS-1.pdf" {
			t.Errorf("%s became %+v", params, n)
		}
	}
}
