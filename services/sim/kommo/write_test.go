package kommo_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/kommo"
)

func TestRefusedWrites(t *testing.T) {
	second := func(cfg *kommo.Config) {
		cfg.Seed = kommo.DefaultSeed()
		cfg.Seed.Pipelines = append(cfg.Seed.Pipelines, kommo.Pipeline{
			ID: 77, Name: "Renewals", Stages: []kommo.Stage{{ID: 771, Name: "Due"}},
		})
	}
	a := open(t, second)
	id, _ := a.deal()
	long := strings.Repeat("ä", 257)
	for name, tc := range map[string]struct{ body, code, path string }{
		"array":           {`[{"price":1}]`, "InvalidType", ""},
		"text for number": {`{"status_id":"142"}`, "InvalidType", "status_id"},
		"unknown stage":   {`{"status_id":1}`, "NotSupportedChoice", "status_id"},
		"other pipeline":  {`{"status_id":771}`, "NotSupportedChoice", "status_id"},
		"no pipeline":     {`{"pipeline_id":1,"status_id":142}`, "NotSupportedChoice", "pipeline_id"},
		"unknown user":    {`{"responsible_user_id":1}`, "NotSupportedChoice", "responsible_user_id"},
		"unknown field": {
			`{"price":1,"custom_fields_values":[{"field_id":1246483,"values":[{"value":"x"}]},{"field_id":9,"values":[]}]}`,
			"NotSupportedChoice", "custom_fields_values.1.field_id",
		},
		"long text": {
			`{"custom_fields_values":[{"field_code":"SIGN_REQUEST_ID","values":[{"value":"` + long + `"}]}]}`,
			"TooLong", "custom_fields_values.0.values.0.value",
		},
		"unknown option": {
			`{"custom_fields_values":[{"field_id":1246489,"values":[{"value":"Lease"}]}]}`,
			"NotSupportedChoice", "custom_fields_values.0.values.0.value",
		},
		"bad date": {
			`{"custom_fields_values":[{"field_id":1246491,"values":[{"value":"tomorrow"}]}]}`,
			"InvalidType", "custom_fields_values.0.values.0.value",
		},
		"bare value": {
			`{"custom_fields_values":[{"field_id":1246483,"values":["x"]}]}`,
			"InvalidType", "custom_fields_values.0.values.0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := a.call("GET", "/_sim/leads/"+id, "").Body.String()
			got := a.want(400, "PATCH", "/api/v4/leads/"+id, tc.body)
			got.expect(t, map[string]string{
				"detail": "Request validation failed", "validation-errors.0.request_id": "0",
				"validation-errors.0.errors.0.code": tc.code, "validation-errors.0.errors.0.path": tc.path,
			})
			if diff := cmp.Diff(before, a.call("GET", "/_sim/leads/"+id, "").Body.String()); diff != "" {
				t.Errorf("a refused write changed the lead (-before +after):\n%s", diff)
			}
		})
	}
	for _, body := range []string{"", "{}", "[]", " null "} {
		a.want(400, "PATCH", "/api/v4/leads/"+id, body).
			expect(t, map[string]string{"detail": "Request data can not be empty"})
	}
	a.want(400, "PATCH", "/api/v4/leads/"+id, `{"price":`)
	a.want(404, "PATCH", "/api/v4/leads/1", `{"price":1}`)
	a.want(200, "PATCH", "/api/v4/leads/"+id, `{"status_id":771,"pipeline_id":77}`)
}

func TestFieldShapes(t *testing.T) {
	a := open(t)
	a.want(201, "POST", "/api/v4/leads/custom_fields", `[{"name":"Paid","type":"checkbox","code":"PAID"},
		{"name":"Extras","type":"multiselect","code":"EXTRAS","enums":[{"value":"A"},{"value":"B","code":"BEE"}]},
		{"name":"Link","type":"url","code":"LINK"}]`)
	id, _ := a.deal()
	long, full := "https://"+strings.Repeat("x", 300), strings.Repeat("ä", 256)
	for _, tc := range []struct{ field, written, read string }{
		{`"field_code":"SIGN_REQUEST_ID"`, `[{"value":"sr_1"}]`, "[map[value:sr_1]]"},
		{`"field_code":"SIGN_REQUEST_ID"`, `[{"value":"` + full + `"}]`, "[map[value:" + full + "]]"},
		{`"field_id":1246489`, `[{"enum_id":908105}]`, "[map[enum_code:<nil> enum_id:908105 value:NDA]]"},
		{`"field_id":1246489`, `[{"value":"Employment"}]`, "[map[enum_code:<nil> enum_id:908107 value:Employment]]"},
		{`"field_id":1246491`, `[{"value":1725915600}]`, "[map[value:1725915600]]"},
		{`"field_id":1246491`, `[{"value":"2024-09-09T21:00:00Z"}]`, "[map[value:1725915600]]"},
		{`"field_id":1246493`, `[{"value":12.5}]`, "[map[value:12.5]]"},
		{`"field_id":1246493`, `[{"value":"12"}]`, "[map[value:12]]"},
		{`"field_code":"PAID"`, `[{"value":true}]`, "[map[value:true]]"},
		{`"field_code":"LINK"`, `[{"value":"` + long + `"}]`, "[map[value:" + long + "]]"},
		{`"field_code":"EXTRAS"`, `[{"value":"A"},{"enum_code":"BEE"}]`, "2 values"},
	} {
		a.want(200, "PATCH", "/api/v4/leads/"+id, `{"custom_fields_values":[{`+tc.field+`,"values":`+tc.written+`}]}`)
		got := a.want(200, "GET", "/api/v4/leads/"+id, "")
		read := got.text("custom_fields_values.0.values")
		if tc.read == "2 values" {
			read = fmt.Sprintf("%d values", got.len("custom_fields_values.0.values"))
		}
		if read != tc.read {
			t.Errorf("%s %s reads as %s, want %s", tc.field, tc.written, read, tc.read)
		}
		a.want(200, "PATCH", "/api/v4/leads/"+id, `{"custom_fields_values":[{`+tc.field+`,"values":null}]}`)
		a.want(200, "GET", "/api/v4/leads/"+id, "").expect(t, map[string]string{"custom_fields_values": "<nil>"})
	}
}

func TestUntouchedFieldsStay(t *testing.T) {
	a := open(t)
	id := a.want(200, "POST", "/_sim/leads", `{"fields":{"Annual fee":900,"SIGN_REQUEST_ID":"old"}}`).text("id")
	a.want(200, "PATCH", "/api/v4/leads/"+id,
		`{"custom_fields_values":[{"field_code":"SIGN_REQUEST_ID","values":[{"value":"new"}]}]}`)
	a.want(200, "GET", "/api/v4/leads/"+id, "").expect(t, map[string]string{
		"custom_fields_values.0.values.0.value": "new", "custom_fields_values.1.values.0.value": "900",
	})
}

func TestCustomFields(t *testing.T) {
	a := open(t)
	a.want(201, "POST", "/api/v4/leads/custom_fields", `[{"name":"Signature status","type":"select","code":"SIGN_STATUS",
		"is_api_only":true,"enums":[{"value":"Sent","sort":1},{"value":"Signed","sort":2}]}]`).expect(t, map[string]string{
		"_embedded.custom_fields.0.code": "SIGN_STATUS", "_embedded.custom_fields.0.is_api_only": "true",
		"_embedded.custom_fields.0.enums.1.value": "Signed", "_embedded.custom_fields.0.request_id": "0",
	})
	got := a.want(200, "GET", "/api/v4/leads/custom_fields?limit=250&filter[type][0]=select", "")
	if n := got.len("_embedded.custom_fields"); n != 2 {
		t.Errorf("%d select fields, want 2", n)
	}
	a.want(200, "GET", "/api/v4/contacts/custom_fields/771908", "").expect(t, map[string]string{"code": "EMAIL"})
	for body, path := range map[string]string{
		`[{"type":"text"}]`: "name", `[{"name":"x","type":"blob"}]`: "type",
		`[{"name":"x","type":"text","code":"SIGN_STATUS"}]`: "code",
	} {
		a.want(400, "POST", "/api/v4/leads/custom_fields", body).
			expect(t, map[string]string{"validation-errors.0.errors.0.path": path})
	}
	a.want(400, "POST", "/api/v4/leads/custom_fields", `{"name":"x","type":"text"}`)
}

func TestBatches(t *testing.T) {
	a := open(t)
	one, _ := a.deal()
	two, _ := a.deal()
	a.want(200, "PATCH", "/api/v4/leads", `[{"id":`+one+`,"price":7},{"id":`+two+`,"price":8,"request_id":"mine"}]`).
		expect(t, map[string]string{
			"_embedded.leads.0.id": one, "_embedded.leads.0.request_id": "0",
			"_embedded.leads.1.id": two, "_embedded.leads.1.request_id": "mine",
		})
	a.want(200, "GET", "/api/v4/leads/"+two, "").expect(t, map[string]string{"price": "8"})
	a.want(400, "PATCH", "/api/v4/leads", `[{"id":`+one+`,"price":9},{"id":1,"price":9},{"price":9}]`).
		expect(t, map[string]string{
			"validation-errors.0.request_id": "1", "validation-errors.0.errors.0.path": "id",
			"validation-errors.1.request_id": "2", "validation-errors.1.errors.0.code": "FieldMissing",
		})
	a.want(200, "GET", "/api/v4/leads/"+one, "").expect(t, map[string]string{"price": "7"})
	a.want(400, "PATCH", "/api/v4/leads", `{"id":`+one+`}`)

	items := strings.Repeat(`{"id":`+one+`},`, 251)
	a.want(422, "PATCH", "/api/v4/leads", "["+strings.TrimSuffix(items, ",")+"]")
	a.want(200, "PUT", "/_sim/knobs", `{"timeout_above":1}`)
	a.want(504, "PATCH", "/api/v4/leads", `[{"id":`+one+`},{"id":`+two+`}]`)
}

func TestCreateLeadByAPI(t *testing.T) {
	a := open(t)
	_, contact := a.deal()
	got := a.want(200, "POST", "/api/v4/leads", `[{"name":"New","status_id":67548611,"pipeline_id":8572511,
		"_embedded":{"tags":[{"name":"vip"}],"contacts":[{"id":`+contact+`,"is_main":true}]}}]`)
	id := got.text("_embedded.leads.0.id")
	a.want(200, "GET", "/api/v4/leads/"+id+"?with=contacts", "").expect(t, map[string]string{
		"status_id": "67548611", "_embedded.contacts.0.id": contact, "_embedded.tags.0.name": "vip",
	})
}
