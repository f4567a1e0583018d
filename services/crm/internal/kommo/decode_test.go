package kommo

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const formType = "application/x-www-form-urlencoded"

// form encodes lines of key=value as Kommo does.
func form(lines string) []byte {
	var pairs []string
	for line := range strings.Lines(lines) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		pairs = append(pairs, url.QueryEscape(key)+"="+url.QueryEscape(value))
	}
	return []byte(strings.Join(pairs, "&"))
}

const statusHook = `account[subdomain]=acme
account[id]=32720107
account[_links][self]=https://acme.kommo.com
leads[status][0][id]=15318175
leads[status][0][name]=
leads[status][0][status_id]=67548619
leads[status][0][old_status_id]=67548607
leads[status][0][price]=1000
leads[status][0][last_modified]=1726572750
leads[status][0][pipeline_id]=8572511
leads[status][0][old_pipeline_id]=8572510
leads[status][0][tags][0][id]=80147
leads[status][0][custom_fields][0][id]=1246483
leads[status][0][custom_fields][0][values][0][value]=Text
leads[status][0][custom_fields][2][values][0]=1725915600
leads[status][0][custom_fields][3][values][value]=2
leads[status][0][updated_at]=1726572758`

func TestDecodeStatusHook(t *testing.T) {
	got, err := Decode(formType+"; charset=utf-8", form(statusHook))
	want := Hook{AccountID: 32720107, Subdomain: "acme", Leads: []LeadHint{{
		ID: 15318175, Event: "status", StatusID: 67548619, OldStatusID: 67548607, PipelineID: 8572511, OldPipelineID: 8572510,
		UpdateTime: time.Unix(1726572758, 0).UTC(),
	}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestDecodeOtherShapes(t *testing.T) {
	lead := func(id int64, event string) LeadHint { return LeadHint{ID: id, Event: event} }
	for name, c := range map[string]struct {
		contentType string
		body        []byte
		want        Hook
	}{
		"indices in any order and sparse": {formType, form("leads[add][10][id]=3\nleads[add][2][id]=2\nleads[add][0][id]=1"),
			Hook{Leads: []LeadHint{lead(1, "add"), lead(2, "add"), lead(3, "add")}}},
		"one edit, two groups": {formType, form("leads[update][0][id]=7\nleads[status][0][id]=7"),
			Hook{Leads: []LeadHint{lead(7, "status"), lead(7, "update")}}},
		"empty indices append": {formType, form("leads[add][][id]=1\nleads[add][][id]=2"),
			Hook{Leads: []LeadHint{lead(1, "add"), lead(2, "add")}}},
		"digital pipeline": {formType, form("leads[status][0][id]=5\nleads[status][0][pipeline_id]=7\nleads[status][0][old_pipeline_id]=7\nleads[status][0][status_id]=70\nleads[status][0][old_status_id]=71"),
			Hook{Leads: []LeadHint{{ID: 5, Event: "status", PipelineID: 7, OldPipelineID: 7, StatusID: 70, OldStatusID: 71}}}},
		"contact and company": {formType, form("contacts[update][0][id]=17\ncontacts[update][0][type]=contact\ncontacts[update][1][id]=18\ncontacts[update][1][type]=company\ncontacts[update][0][linked_leads_id][99][ID]=99\ncontacts[update][1][type]=person"),
			Hook{Contacts: []ContactHint{{ID: 17, Event: "update", Type: "contact", LeadIDs: []int64{99}}, {ID: 18, Event: "update", Type: "company"}}}},
		"scalar and parent on one path": {formType, form("leads[note][0][note][type]=3\nleads[note][0][note][type][message_uuid]=x\nleads[note][0][note]=y\nleads[note][0][note][element_id]=44"),
			Hook{Leads: []LeadHint{lead(44, "note")}}},
		"unknown groups": {formType, form("task[add][0][id]=1\nunsorted[delete][0][action]=accept\ntask[add][1][id]=2\nAna Roth=1"),
			Hook{Unknown: []string{"task", "unsorted"}}},
		"senseless values": {formType, form("leads[add][0][id]=-4\nleads[add][1][id]=99999999999999999999\nleads[add][x][id]=4\nleads[add]=4\nleads=1\nleads[add][2][id]=5\nleads[add][2][id][x]=9\nleads[add][2][status_id]=none\nleads[Ana Roth][0][id]=6\nleads[add][3][id]x=7\nleads[add[4][id]=8\n=\naccount=3"),
			Hook{Leads: []LeadHint{lead(5, "add")}}},
		"empty": {formType, nil, Hook{}},
		"json of the same tree": {"application/json", []byte(`{"account":{"id":"3","subdomain":"acme","_links":{"self":"x"}},"leads":{"status":[{"id":"5","status_id":70,"tags":[{"id":1}],"custom_fields":null},{"id":6}],"add":{"10":{"id":8},"2":{"id":7}}}}`),
			Hook{AccountID: 3, Subdomain: "acme", Leads: []LeadHint{lead(7, "add"), lead(8, "add"), {ID: 5, Event: "status", StatusID: 70}, lead(6, "status")}}},
		"widget action": {formType, []byte(` {"event":{"type":14,"type_code":"lead_status_changed","data":{"id":123,"element_type":2,"status_id":1,"pipeline_id":2},"time":1491300016},"action":{"settings":{"widget":{"settings":{"template_id":"nda","level":"AES"}}}},"subdomain":"acme","account_id":1}`),
			Hook{AccountID: 1, Subdomain: "acme", Settings: map[string]string{"template_id": "nda", "level": "AES"},
				Leads: []LeadHint{{ID: 123, Event: "lead_status_changed", StatusID: 1, PipelineID: 2, UpdateTime: time.Unix(1491300016, 0).UTC()}}}},
		"widget action as a form": {formType, form("event[type_code]=lead_added\nevent[data][element_type]=2\nevent[data][id]=9\nsubdomain=acme"),
			Hook{Subdomain: "acme", Leads: []LeadHint{lead(9, "lead_added")}}},
		"widget action about a contact": {"application/json", []byte(`{"event":{"data":{"id":123,"element_type":1},"type_code":"x"}}`), Hook{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(c.contentType, c.body)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

func TestDecodeManyKeys(t *testing.T) {
	var b strings.Builder
	for i := range 12_000 {
		fmt.Fprintf(&b, "leads%%5Badd%%5D%%5B0%%5D%%5Bcustom_fields%%5D%%5B%d%%5D%%5Bid%%5D=1&", i)
	}
	b.WriteString("leads[add][0][id]=5")
	got, err := Decode(formType, []byte(b.String()))
	if diff := cmp.Diff([]LeadHint{{ID: 5, Event: "add"}}, got.Leads); err != nil || diff != "" || got.Truncated {
		t.Error(err, diff)
	}
}

func TestDecodeTooManyItems(t *testing.T) {
	var b strings.Builder
	for i := range maxItems + 5 {
		fmt.Fprintf(&b, "leads[add][%d][id]=%d&", i, i+1)
	}
	got, err := Decode(formType, []byte(b.String()))
	if err != nil || len(got.Leads) != maxItems || !got.Truncated {
		t.Errorf("%d leads, truncated %v, %v", len(got.Leads), got.Truncated, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		contentType, body string
		tooLarge          bool
	}{
		"percent in a key":   {formType, "leads%5=1", false},
		"percent in a value": {formType, "leads[add][0][name]=%zz", false},
		"cut JSON":           {"application/json", `{"leads":{"add":[{"id":5}`, false},
		"two JSON values":    {"application/json", `{}{}`, false},
		"JSON list":          {"application/hal+json", `[1]`, false},
		"JSON scalar":        {"application/json", `5`, false},
		"JSON type, form":    {"application/json", `leads[add][0][id]=1`, false},
		"empty JSON":         {"application/json", "", false},
		"deep JSON":          {"application/json", `{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}", false},
		"too large":          {formType, strings.Repeat("a", MaxHookBytes+1), true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode(c.contentType, []byte(c.body))
			var fault *HookError
			if !errors.As(err, &fault) || fault.TooLarge != c.tooLarge {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(formType, form(statusHook))
	f.Add(formType, []byte("leads[note][0][note][type]=3&leads[][][id]=&contacts[update][1][linked_leads_id][1][ID]=1&&=&[=&a[%5D]["))
	f.Add("application/json", []byte(`{"leads":{"status":[{"id":"5"}],"add":{"0":{"id":7}}},"event":{"data":{"id":1}}}`))
	f.Add("", []byte(`{"a":[[],{}],"b":null,"c":{"d":[1,true,"x"]}}`))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		hook, err := Decode(contentType, body)
		var fault *HookError
		if err != nil && !errors.As(err, &fault) {
			t.Errorf("an untyped error: %v", err)
		}
		for _, lead := range hook.Leads {
			if lead.ID <= 0 || lead.Event != "" && !isWord(lead.Event) {
				t.Errorf("lead %+v", lead)
			}
		}
		for _, contact := range hook.Contacts {
			if contact.ID <= 0 || !isWord(contact.Event) {
				t.Errorf("contact %+v", contact)
			}
		}
		if len(hook.Leads)+len(hook.Contacts) > maxItems+1 || len(hook.Unknown) > maxUnknown {
			t.Error("over the bounds")
		}
	})
}

// Both encodings of one tree give one hook.
func FuzzEncodingsAgree(f *testing.F) {
	f.Add(int64(5), int64(70), int64(7), "status", "a&b=%")
	f.Fuzz(func(t *testing.T, id, status, pipeline int64, event, name string) {
		if !isWord(event) {
			return
		}
		asForm := fmt.Sprintf("leads[%s][0][id]=%d&leads[%s][0][status_id]=%d&leads[%s][0][pipeline_id]=%d&leads[%s][0][name]=%s",
			event, id, event, status, event, pipeline, event, url.QueryEscape(name))
		asJSON := fmt.Sprintf(`{"leads":{%q:[{"id":"%d","status_id":%d,"pipeline_id":%d,"name":"x"}]}}`, event, id, status, pipeline)
		one, err1 := Decode(formType, []byte(asForm))
		two, err2 := Decode("application/json", []byte(asJSON))
		if diff := cmp.Diff(one, two); diff != "" || err1 != nil || err2 != nil {
			t.Error(err1, err2, diff)
		}
	})
}
