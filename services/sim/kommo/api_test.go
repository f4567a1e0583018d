package kommo_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestTokenIsChecked(t *testing.T) {
	a := open(t)
	for _, header := range []string{"", "Bearer ", "Bearer wrong", "Basic kommo-demo-token", "kommo-demo-token"} {
		r := httptest.NewRequest("GET", "/api/v4/account", nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code != 401 || !strings.Contains(w.Body.String(), "Invalid user name or password") {
			t.Errorf("%q: %d %s", header, w.Code, w.Body)
		}
		if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("content type %q", got)
		}
	}
	a.want(200, "GET", "/api/v4/account", "")
	a.want(204, "POST", "/_sim/tokens/revoke", "")
	a.want(401, "GET", "/api/v4/account", "")
}

func TestActingUser(t *testing.T) {
	a := open(t)
	for id, want := range map[string]int{"11087124": 200, "5": 403} {
		r := httptest.NewRequest("GET", "/api/v4/account", nil)
		r.Header.Set("Authorization", "Bearer "+a.token)
		r.Header.Set("X-Context-User-ID", id)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("user %s: status %d, want %d", id, w.Code, want)
		}
	}
}

func TestAccount(t *testing.T) {
	a := open(t)
	got := a.want(200, "GET", "/api/v4/account?with=drive_url,task_types,users_groups,datetime_settings", "")
	got.expect(t, map[string]string{
		"id": "32720107", "subdomain": "acme", "drive_url": base + "/drive", "current_user_id": "11087123",
		"_embedded.task_types.1.id": "2", "_embedded.datetime_settings.timezone": "Europe/Zurich",
	})
	a.want(200, "GET", "/api/v4/account", "").expect(t, map[string]string{
		"drive_url": "<missing>", "_embedded": "<missing>",
	})
}

func TestPipelines(t *testing.T) {
	a := open(t)
	got := a.want(200, "GET", "/api/v4/leads/pipelines", "")
	got.expect(t, map[string]string{
		"_embedded.pipelines.0.id":                               "8572511",
		"_embedded.pipelines.0._embedded.statuses.0.type":        "1",
		"_embedded.pipelines.0._embedded.statuses.2.name":        "Send contract (Skribble)",
		"_embedded.pipelines.0._embedded.statuses.5.id":          "142",
		"_embedded.pipelines.0._embedded.statuses.6.id":          "143",
		"_embedded.pipelines.0._embedded.statuses.6.is_editable": "false",
	})
	a.want(200, "GET", "/api/v4/leads/pipelines/8572511/statuses", "").
		expect(t, map[string]string{"_total_items": "7"})
	a.want(404, "GET", "/api/v4/leads/pipelines/1", "").expect(t, map[string]string{"detail": "Pipeline not found"})
}

func TestUnknownRoutes(t *testing.T) {
	a := open(t)
	a.want(404, "POST", "/api/v4/notes", `[]`).expect(t, map[string]string{
		"detail": "Cannot POST /api/v4/notes", "type": "https://httpstatus.es/404",
	})
	a.want(404, "GET", "/api/v4/leads/", "")
	a.want(404, "GET", "/api/v4/leads/abc", "")
	a.want(405, "DELETE", "/api/v4/leads", "")
}

func TestReadLead(t *testing.T) {
	a := open(t)
	second := a.want(200, "POST", "/_sim/contacts", `{"name":"Second"}`).text("id")
	main := a.want(200, "POST", "/_sim/contacts", `{"name":"Main"}`).text("id")
	id := a.want(200, "POST", "/_sim/leads", `{"contact_ids":[`+main+`,`+second+`]}`).text("id")

	a.want(200, "GET", "/api/v4/leads/"+id+"?with=contacts,source", "").expect(t, map[string]string{
		"status_id": "67548607", "pipeline_id": "8572511", "custom_fields_values": "<nil>", "closed_at": "<nil>",
		"_embedded.contacts.0.id": main, "_embedded.contacts.0.is_main": "true",
		"_embedded.contacts.1.id": second, "_embedded.contacts.1.is_main": "false",
		"_embedded.contacts.0.name": "<missing>",
	})
	a.want(200, "GET", "/api/v4/leads/"+id, "").expect(t, map[string]string{"_embedded.contacts": "<missing>"})
	a.want(200, "GET", "/api/v4/leads/"+id+"/links", "").
		expect(t, map[string]string{"_embedded.links.0.metadata.main_contact": "true"})
	a.want(200, "GET", "/api/v4/contacts/"+main+"?with=leads", "").
		expect(t, map[string]string{"_embedded.leads.0.id": id})
	a.want(204, "GET", "/api/v4/leads/1", "")
	a.want(204, "GET", "/api/v4/contacts/1", "")

	a.want(204, "DELETE", "/_sim/leads/"+id, "")
	a.want(204, "GET", "/api/v4/leads/"+id, "")
	a.want(200, "GET", "/api/v4/leads/"+id+"?with=only_deleted", "").
		expect(t, map[string]string{"is_deleted": "true"})
}

func TestReadContact(t *testing.T) {
	a := open(t)
	_, id := a.deal()
	a.want(200, "GET", "/api/v4/contacts/"+id, "").expect(t, map[string]string{
		"name": "Ana Roth", "first_name": "Ana", "last_name": "Roth",
		"custom_fields_values.0.field_id": "771908", "custom_fields_values.0.field_code": "EMAIL",
		"custom_fields_values.0.values.0.value":     "ana@example.ch",
		"custom_fields_values.0.values.0.enum_code": "WORK",
		"custom_fields_values.0.values.0.enum_id":   "552488",
		"_embedded.leads":                           "<missing>",
	})
}

func TestMoveToWon(t *testing.T) {
	a := open(t)
	id, _ := a.deal()
	a.pass(time.Hour)
	a.want(200, "PATCH", "/api/v4/leads/"+id, `{"status_id":142,"pipeline_id":8572511}`).
		expect(t, map[string]string{"id": id, "updated_at": a.unix(), "_embedded": "<missing>"})
	a.want(200, "GET", "/api/v4/leads/"+id, "").
		expect(t, map[string]string{"status_id": "142", "closed_at": a.unix(), "price": "1200"})
	a.want(200, "PATCH", "/api/v4/leads/"+id, `{"status_id":67548607}`)
	a.want(200, "GET", "/api/v4/leads/"+id, "").expect(t, map[string]string{"closed_at": "<nil>"})
}
