package api_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/grpc/codes"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	"github.com/countersign/countersign/services/crm/internal/api"
	"github.com/countersign/countersign/services/crm/internal/jobs"
	"github.com/countersign/countersign/services/internal/fault"
)

const form = "application/x-www-form-urlencoded"

func (c *counter) call(account, token, contentType, body string) error {
	_, err := c.webhooks.ReceiveKommoWebhook(c.Context(), &crmv1.ReceiveKommoWebhookRequest{
		Account: account, Token: token, Body: &httpbody.HttpBody{ContentType: contentType, Data: []byte(body)},
	})
	return err
}

// kept are the bodies in the inbox, which all have a job.
func (c *counter) kept() []string {
	c.Helper()
	rows, err := c.db.Read().QueryContext(c.Context(), `SELECT body FROM inbox ORDER BY receive_time, id`)
	c.must(err)
	defer rows.Close()
	var bodies []string
	for rows.Next() {
		var body []byte
		c.must(rows.Scan(&body))
		bodies = append(bodies, string(body))
	}
	c.must(rows.Err())
	var queued int
	c.must(c.db.Read().QueryRowContext(c.Context(), `SELECT COUNT(*) FROM river_job WHERE kind = 'crm_hook'`).Scan(&queued))
	if queued != len(bodies) {
		c.Errorf("%d messages and %d jobs", len(bodies), queued)
	}
	return bodies
}

const moved = "leads[status][0][id]=7&leads[status][0][status_id]=70&leads[status][0][pipeline_id]=700&account[id]=32720107"

func TestTheDoorOpensForItsOwnTokenOnly(t *testing.T) {
	c := open(t)
	for _, tc := range []struct{ name, account, token string }{
		{"a wrong token", "acme", token + "x"},
		{"a part of the token", "acme", token[:len(token)-1]},
		{"an account that is not configured", "nobody", token},
		{"an account without a token", "unset", token},
		{"an account without a token, asked for with a blank", "unset", " "},
	} {
		err := c.call(tc.account, tc.token, form, moved)
		c.refused(err, codes.NotFound, "WEBHOOK_UNAUTHENTICATED")
	}
	// No token at all does not even pass the contract.
	c.refused(c.call("unset", "", form, moved), codes.InvalidArgument, "INVALID_REQUEST")
	if kept := c.kept(); len(kept) != 0 {
		t.Errorf("kept %q", kept)
	}
	c.must(c.call("acme", token, form, moved))
	if kept := c.kept(); len(kept) != 1 {
		t.Errorf("kept %q", kept)
	}
	if strings.Contains(c.log.String(), token) {
		t.Error("the log holds the token")
	}
}

// The contract wants a token; should it ever not, one that is not configured still opens nothing.
func TestADoorWithoutATokenNeverOpens(t *testing.T) {
	c := open(t)
	bare := &api.Webhooks{DB: c.db, Doors: map[string]api.Door{"unset": {}}, Logger: slog.New(slog.DiscardHandler)}
	for _, account := range []string{"unset", "nobody", ""} {
		_, err := bare.ReceiveKommoWebhook(t.Context(), &crmv1.ReceiveKommoWebhookRequest{
			Account: account, Body: &httpbody.HttpBody{ContentType: form, Data: []byte(moved)},
		})
		if fault.Reason(err) != "WEBHOOK_UNAUTHENTICATED" {
			t.Errorf("%q: %v", account, err)
		}
	}
	if kept := c.kept(); len(kept) != 0 {
		t.Errorf("kept %q", kept)
	}
}

func TestOnlyFormsAndJSONAreRead(t *testing.T) {
	c := open(t)
	asJSON := `{"leads":{"status":[{"id":7,"status_id":70,"pipeline_id":700}]},"account":{"id":32720107}}`
	for contentType, body := range map[string]string{
		form: moved, form + "; charset=UTF-8": moved, "application/json": asJSON, "APPLICATION/JSON; charset=utf-8": asJSON,
	} {
		if err := c.call("acme", token, contentType, body); err != nil {
			t.Errorf("%s: %v", contentType, err)
		}
	}
	want := jobs.Hints{Account: "acme", Leads: []jobs.LeadHint{{Lead: 7, Pipeline: 700, Stage: 70}}}
	for _, body := range c.kept() {
		var got jobs.Hints
		c.must(json.Unmarshal([]byte(body), &got))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	before := len(c.kept())
	for _, contentType := range []string{"", "text/plain", "multipart/form-data; boundary=x", "application/xml", "application/jsonx", ";", "application/json;;"} {
		c.refused(c.call("acme", token, contentType, asJSON), codes.InvalidArgument, "WEBHOOK_UNSUPPORTED_TYPE")
	}
	_, err := c.webhooks.ReceiveKommoWebhook(t.Context(), &crmv1.ReceiveKommoWebhookRequest{Account: "acme", Token: token})
	c.refused(err, codes.InvalidArgument, "WEBHOOK_UNSUPPORTED_TYPE")
	if after := len(c.kept()); before != 4 || after != before {
		t.Errorf("kept %d, then %d", before, after)
	}
}

func TestABrokenBodyIsMalformed(t *testing.T) {
	c := open(t)
	for _, tc := range [][2]string{
		{"application/json", `{"leads":`}, {"application/json", `[]`}, {"application/json", ``}, {"application/json", `{} {}`},
		{"application/json", strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)},
		{form, "leads[status][0][id]=%zz"}, {form, "%zz=1"},
	} {
		c.refused(c.call("acme", token, tc[0], tc[1]), codes.InvalidArgument, "WEBHOOK_MALFORMED")
	}
	if kept := c.kept(); len(kept) != 0 {
		t.Errorf("kept %q", kept)
	}
}

func TestAHookThatSaysNothingOfOursIsTakenAndNotKept(t *testing.T) {
	c := open(t)
	for name, body := range map[string]string{
		"nothing":                 "",
		"an unknown group":        "task[add][0][id]=5&account[id]=32720107",
		"another account":         strings.Replace(moved, "32720107", "1", 1),
		"a lead without an id":    "leads[status][0][status_id]=70",
		"a company":               "contacts[update][0][id]=5&contacts[update][0][type]=company&account[id]=32720107",
		"an id that is no number": "leads[status][0][id]=seven&leads[status][1][id]=-7",
	} {
		if err := c.call("acme", token, form, body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if kept := c.kept(); len(kept) != 0 {
		t.Errorf("kept %q", kept)
	}
	// Where no account id is configured, or the hook says none, the token is enough.
	c.must(c.call("open", token, form, strings.Replace(moved, "32720107", "1", 1)))
	c.must(c.call("acme", token, form, "leads[add][0][id]=7"))
	if kept := c.kept(); len(kept) != 2 {
		t.Errorf("kept %q", kept)
	}
}

// Hooks carry names, addresses and prices. Of all that, ids are kept.
func TestOnlyIDsAreKept(t *testing.T) {
	c := open(t)
	body := moved + "&leads[status][0][name]=Roth+AG&leads[status][0][price]=1200&leads[delete][0][id]=8&leads[delete][0][status_id]=70" +
		"&leads[delete][0][pipeline_id]=700&contacts[update][0][id]=9&contacts[update][0][name]=Ana+Roth" +
		"&contacts[update][0][custom_fields][0][values][0][value]=ana%40roth.example&contacts[update][0][type]=contact" +
		"&contacts[update][0][linked_leads_id][10][ID]=10"
	c.must(c.call("acme", token, form, body))
	kept := c.kept()
	if len(kept) != 1 {
		t.Fatalf("kept %q", kept)
	}
	var got jobs.Hints
	c.must(json.Unmarshal([]byte(kept[0]), &got))
	want := jobs.Hints{
		Account: "acme", Contacts: []int64{9},
		Leads: []jobs.LeadHint{{Lead: 8, Pipeline: 700}, {Lead: 7, Pipeline: 700, Stage: 70}, {Lead: 10}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var args string
	c.must(c.db.Read().QueryRowContext(t.Context(), `SELECT json(args) FROM river_job`).Scan(&args))
	for _, secret := range []string{"Roth", "Ana", "ana", "example", "1200"} {
		for where, text := range map[string]string{"inbox": kept[0], "job": args, "log": c.log.String()} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s holds %q: %s", where, secret, text)
			}
		}
	}
}

func TestEveryDeliveryIsKept(t *testing.T) {
	c := open(t)
	for range 3 {
		c.must(c.call("acme", token, form, moved))
	}
	if kept := c.kept(); len(kept) != 3 {
		t.Errorf("kept %q", kept)
	}
}

func TestALongHookIsKeptWhole(t *testing.T) {
	c := open(t)
	var body strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&body, "leads[status][%d][id]=%d&leads[status][%d][status_id]=70&leads[status][%d][pipeline_id]=700&", i, i+1, i, i)
	}
	c.must(c.call("acme", token, form, body.String()))
	var got jobs.Hints
	c.must(json.Unmarshal([]byte(c.kept()[0]), &got))
	if len(got.Leads) != 1000 || got.Leads[999].Lead != 1000 {
		t.Errorf("%d leads", len(got.Leads))
	}
}
