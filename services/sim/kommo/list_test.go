package kommo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ids follows a list to its end, page by page.
func (a *account) ids(name, path string) []string {
	a.t.Helper()
	var list []string
	for path != "" {
		w := a.call("GET", path, "")
		if w.Code == 204 {
			return list
		}
		got := a.want(200, "GET", path, "")
		for i := range got.len("_embedded." + name) {
			list = append(list, got.text(fmt.Sprintf("_embedded.%s.%d.id", name, i)))
		}
		next, found := strings.CutPrefix(got.text("_links.next.href"), base)
		if !found {
			return list
		}
		path = next
	}
	return list
}

func TestPages(t *testing.T) {
	a := open(t)
	var want []string
	for range 7 {
		id, _ := a.deal()
		want = append(want, id)
	}
	if diff := cmp.Diff(want, a.ids("leads", "/api/v4/leads?limit=3&filter[pipeline_id][]=8572511")); diff != "" {
		t.Errorf("leads by pages (-want +got):\n%s", diff)
	}
	a.want(204, "GET", "/api/v4/leads?limit=3&page=4", "")
	a.want(204, "GET", "/api/v4/leads?page=9223372036854775807&limit=250", "")
	a.want(422, "GET", "/api/v4/leads?limit=251", "").expect(t, map[string]string{"detail": "Limit 250 per page"})
}

func TestLeadFilters(t *testing.T) {
	a := open(t)
	old, _ := a.deal()
	a.pass(time.Hour)
	from := a.unix()
	young := a.want(200, "POST", "/_sim/leads", `{"name":"Desks","stage":"Send contract (Yousign)","fields":{"SIGN_REQUEST_ID":"sr_42"}}`).text("id")
	a.pass(time.Hour)
	third := a.want(200, "POST", "/_sim/leads", `{"name":"Lamps","price":5,"responsible_user_id":11087124}`).text("id")
	for query, want := range map[string][]string{
		"filter[id][]=" + old + "&filter[id][]=" + third:                                   {old, third},
		"filter[id][0]=" + young:                                                           {young},
		"filter[id]=" + young:                                                              {young},
		"filter[updated_at][from]=" + from:                                                 {young, third},
		"filter[updated_at][from]=" + from + "&filter[updated_at][to]=" + from:             {young},
		"filter[statuses][0][pipeline_id]=8572511&filter[statuses][0][status_id]=67548615": {young},
		"filter[statuses][0][pipeline_id]=1&filter[statuses][0][status_id]=67548615":       nil,
		"filter[responsible_user_id]=11087124":                                             {third},
		"filter[price]=5":                                                                  {third},
		"filter[name]=Desks":                                                               {young},
		"query=SR_42":                                                                      {young},
		"query=chairs":                                                                     {old},
		"order[updated_at]=desc":                                                           {third, young, old},
		"filter[custom_fields_values][1246483][]=nothing":                                  {old, young, third},
	} {
		if diff := cmp.Diff(want, a.ids("leads", "/api/v4/leads?"+query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	a.want(200, "PUT", "/_sim/knobs", `{"field_filter":true}`)
	got := a.ids("leads", "/api/v4/leads?filter[custom_fields_values][1246483][]=sr_42")
	if diff := cmp.Diff([]string{young}, got); diff != "" {
		t.Errorf("by field where the account has the filter (-want +got):\n%s", diff)
	}
}

func TestContactList(t *testing.T) {
	a := open(t)
	_, one := a.deal()
	_, two := a.deal()
	company := a.want(200, "POST", "/_sim/companies", `{"name":"Roth AG"}`).text("id")
	for path, want := range map[string][]string{
		"/api/v4/contacts": {one, two}, "/api/v4/contacts?filter[id][]=" + two: {two},
		"/api/v4/contacts?query=nobody": nil, "/api/v4/companies": {company},
	} {
		name := strings.Split(path[len("/api/v4/"):], "?")[0]
		if diff := cmp.Diff(want, a.ids(name, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	a.want(204, "GET", "/api/v4/contacts/"+company, "")
	a.want(200, "PATCH", "/api/v4/contacts/"+one, `{"first_name":"Anna","last_name":"Roth"}`)
	a.want(200, "GET", "/api/v4/contacts/"+one, "").expect(t, map[string]string{"name": "Anna Roth"})
	got := a.want(200, "POST", "/api/v4/contacts", `[{"name":"By API"}]`)
	if a.want(200, "GET", "/api/v4/contacts/"+got.text("_embedded.contacts.0.id"), "").text("name") != "By API" {
		t.Error("a contact made by the API is not there")
	}
}

func TestEvents(t *testing.T) {
	a := open(t)
	a.want(204, "GET", "/api/v4/events", "")
	id, _ := a.deal()
	a.pass(time.Minute)
	from := a.unix()
	a.want(200, "POST", "/_sim/leads/"+id+"/move", `{"stage":"Send contract (Skribble)","user_id":11087124}`)
	path := "/api/v4/events?filter[type]=lead_status_changed&filter[entity]=lead&limit=100"
	a.want(200, "GET", path+"&filter[created_at][from]="+from, "").expect(t, map[string]string{
		"_embedded.events.0.entity_id": id, "_embedded.events.0.created_by": "11087124",
		"_embedded.events.0.value_before.0.lead_status.id": "67548607",
		"_embedded.events.0.value_after.0.lead_status.id":  "67548611",
		"_embedded.events.1":                               "<missing>",
	})
	after := "&filter[value_after][leads_statuses][0][pipeline_id]=8572511&filter[value_after][leads_statuses][0][status_id]="
	a.want(200, "GET", path+after+"67548611", "")
	a.want(204, "GET", path+after+"142", "")
	a.pass(time.Second)
	a.want(204, "GET", path+"&filter[created_at][from]="+a.unix(), "")
	a.want(422, "GET", "/api/v4/events?limit=101", "")
	a.want(400, "GET", "/api/v4/events?filter[entity_id]=1,2,3,4,5,6,7,8,9,10,11", "")
}

func TestNotes(t *testing.T) {
	a := open(t)
	id, _ := a.deal()
	a.want(204, "GET", "/api/v4/leads/"+id+"/notes", "")
	got := a.want(200, "POST", "/api/v4/leads/notes", `[
		{"entity_id":`+id+`,"note_type":"common","params":{"text":"one"},"is_need_to_trigger_digital_pipeline":false},
		{"entity_id":`+id+`,"note_type":"extended_service_message","params":{"service":"Countersign","text":"two"},"request_id":"x"}]`)
	got.expect(t, map[string]string{"_embedded.notes.0.entity_id": id, "_embedded.notes.1.request_id": "x"})
	a.want(200, "GET", "/api/v4/leads/"+id+"/notes", "").expect(t, map[string]string{
		"_embedded.notes.0.params.text": "one", "_embedded.notes.1.params.service": "Countersign",
		"_embedded.notes.0.created_by": "11087123",
	})
	note := got.text("_embedded.notes.0.id")
	a.want(204, "POST", "/api/v4/leads/notes/"+note+"/pin", "")
	a.want(200, "PATCH", "/api/v4/leads/notes/"+note, `{"params":{"text":"edited"}}`)
	a.want(200, "GET", "/api/v4/leads/notes/"+note, "").
		expect(t, map[string]string{"params.text": "edited", "is_pinned": "true"})
	a.want(204, "GET", "/api/v4/leads/"+id+"/notes?filter[note_type][]=attachment", "")
	a.want(404, "GET", "/api/v4/leads/1/notes", "")
	a.want(405, "POST", "/api/v4/leads/"+id+"/notes", `[{}]`)
	for body, path := range map[string]string{
		`{"note_type":"common","params":{"text":"x"}}`:                                                                    "entity_id",
		`{"entity_id":1,"note_type":"common","params":{"text":"x"}}`:                                                      "entity_id",
		`{"entity_id":` + id + `,"note_type":"poem","params":{"text":"x"}}`:                                               "note_type",
		`{"entity_id":` + id + `,"note_type":"common","params":{}}`:                                                       "params.text",
		`{"entity_id":` + id + `,"note_type":"common","params":{"text":5}}`:                                               "params.text",
		`{"entity_id":` + id + `,"note_type":"extended_service_message","params":{"text":"x"}}`:                           "params.service",
		`{"entity_id":` + id + `,"note_type":"attachment","params":{"file_uuid":"u","version_uuid":"v","file_name":"n"}}`: "params.file_uuid",
	} {
		a.want(400, "POST", "/api/v4/leads/notes", "["+body+"]").
			expect(t, map[string]string{"validation-errors.0.errors.0.path": path})
	}
}

func TestTasks(t *testing.T) {
	a := open(t)
	id, _ := a.deal()
	got := a.want(200, "POST", "/api/v4/tasks", `[{"text":"Call","complete_till":1790000000,"task_type_id":1,
		"entity_id":`+id+`,"entity_type":"leads","responsible_user_id":11087124,"request_id":"9"}]`)
	task := got.text("_embedded.tasks.0.id")
	open := "/api/v4/tasks?filter[entity_type]=leads&filter[entity_id][]=" + id + "&filter[is_completed]=0"
	a.want(200, "GET", open, "").expect(t, map[string]string{
		"_embedded.tasks.0.id": task, "_embedded.tasks.0.result": "[]", "_embedded.tasks.0.responsible_user_id": "11087124",
	})
	a.want(200, "GET", "/api/v4/leads/"+id, "").expect(t, map[string]string{"closest_task_at": "1790000000"})
	a.want(200, "PATCH", "/api/v4/tasks/"+task, `{"is_completed":true,"result":{"text":"done"}}`)
	a.want(204, "GET", open, "")
	a.want(200, "GET", "/api/v4/tasks/"+task, "").
		expect(t, map[string]string{"is_completed": "true", "result.text": "done", "text": "Call"})
	a.want(200, "PATCH", "/api/v4/tasks", `[{"id":`+task+`,"is_completed":false}]`)
	a.want(200, "GET", open, "")
	a.want(400, "PATCH", "/api/v4/tasks", `[{"id":1,"is_completed":false}]`)
	a.want(404, "PATCH", "/api/v4/tasks/1", `{"is_completed":false}`)
	for body, path := range map[string]string{
		`{"text":"x"}`: "complete_till", `{"complete_till":1}`: "text", `{"text":"","complete_till":1}`: "text",
		`{"text":"x","complete_till":1,"entity_id":` + id + `}`:                      "entity_type",
		`{"text":"x","complete_till":1,"entity_id":` + id + `,"entity_type":"lead"}`: "entity_type",
		`{"text":"x","complete_till":1,"entity_id":1,"entity_type":"leads"}`:         "entity_id",
		`{"text":"x","complete_till":1,"task_type_id":99}`:                           "task_type_id",
		`{"text":"x","complete_till":"tomorrow"}`:                                    "complete_till",
	} {
		a.want(400, "POST", "/api/v4/tasks", "["+body+"]").
			expect(t, map[string]string{"validation-errors.0.errors.0.path": path})
	}
}
