package kommo_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/clock"
	"github.com/countersign/countersign/services/sim/kommo"
)

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, func(cfg *kommo.Config) {
			cfg.RateLimit, cfg.BlockAfter = kommo.DefaultRateLimit, 3
		})
		for range 7 {
			a.want(200, "GET", "/api/v4/account", "")
		}
		a.want(429, "GET", "/api/v4/account", "").expect(t, map[string]string{
			"title": "Too Many Requests", "type": "https://httpstatus.es/429", "status": "429", "retry_after": "1",
		})
		a.want(200, "GET", "/_sim/clock", "")
		time.Sleep(time.Second)
		a.want(200, "PUT", "/_sim/knobs", `{"plain_rate_limit":true}`)
		for range 7 {
			a.want(200, "GET", "/api/v4/account", "")
		}
		if w := a.call("GET", "/api/v4/account", ""); w.Code != 429 || json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s, want 429 in plain text", w.Code, w.Body)
		}
		a.call("GET", "/api/v4/account", "") // the third refusal
		time.Sleep(time.Second)
		if w := a.call("GET", "/api/v4/account", ""); w.Code != 403 || strings.TrimSpace(w.Body.String()) != "403 Forbidden" {
			t.Errorf("%d %s, want a block", w.Code, w.Body)
		}
		r := httptest.NewRequest("GET", "/api/v4/account", nil)
		r.RemoteAddr = "198.51.100.9:1000"
		w := httptest.NewRecorder()
		if a.ServeHTTP(w, r); w.Code != 401 {
			t.Errorf("another IP got %d, want 401", w.Code)
		}
		time.Sleep(time.Minute)
		a.want(200, "GET", "/api/v4/account", "")
	})
}

func TestKnobsAndFaults(t *testing.T) {
	a := open(t)
	id, _ := a.deal()
	a.want(200, "PUT", "/_sim/knobs", `{"plan_ended":true}`)
	a.want(402, "GET", "/api/v4/leads/"+id, "")
	a.want(200, "PUT", "/_sim/knobs", `{"plan_ended":false}`)
	a.want(200, "GET", "/_sim/knobs", "").expect(t, map[string]string{"plan_ended": "false", "timeout_above": "0"})

	a.want(204, "POST", "/_sim/faults", `{"name":"rate_limit","path":"/api/v4/leads/*","method":"GET"}`)
	a.want(429, "GET", "/api/v4/leads/"+id, "").expect(t, map[string]string{"retry_after": "300"})
	a.want(200, "GET", "/api/v4/leads/"+id, "")
	a.want(204, "POST", "/_sim/faults", `{"name":"error_after","path":"/api/v4/leads/notes"}`)
	a.want(500, "POST", "/api/v4/leads/notes", `[{"entity_id":`+id+`,"note_type":"common","params":{"text":"x"}}]`).
		expect(t, map[string]string{"title": "ErrInternalServer", "status": "500"})
	a.want(200, "GET", "/_sim/leads/"+id, "").expect(t, map[string]string{"notes.0.params.text": "x"})
	a.want(204, "POST", "/_sim/faults", `{"name":"error_before","count":9}`)
	a.want(204, "DELETE", "/_sim/faults", "")
	a.want(200, "GET", "/api/v4/leads/"+id, "")
	a.want(400, "POST", "/_sim/faults", `{"name":"explode"}`)
}

func TestOAuth(t *testing.T) {
	a := open(t)
	const client = `"client_id":"kommo-demo-client","client_secret":"kommo-demo-secret","redirect_uri":"https://x.test/"`
	token := func(status int, rest string) tree {
		t.Helper()
		return a.want(status, "POST", "/oauth2/access_token", "{"+client+","+rest+"}")
	}
	refresh := func(status int, with tree) tree {
		t.Helper()
		return token(status, `"grant_type":"refresh_token","refresh_token":"`+with.text("refresh_token")+`"`)
	}
	use := func(status int, with tree) {
		t.Helper()
		a.token = with.text("access_token")
		a.want(status, "GET", "/api/v4/account", "")
	}
	code := a.want(200, "POST", "/_sim/oauth/codes", "").text("code")
	grant := `"grant_type":"authorization_code","code":"` + code + `"`
	first := token(200, grant)
	first.expect(t, map[string]string{"token_type": "Bearer", "expires_in": "86400"})
	token(400, grant) // a code works once
	late := a.want(200, "POST", "/_sim/oauth/codes", "").text("code")
	a.pass(21 * time.Minute)
	token(400, `"grant_type":"authorization_code","code":"`+late+`"`)

	use(200, first)
	a.pass(24 * time.Hour)
	use(401, first)
	lost := refresh(200, first)
	second := refresh(200, first) // the answer was lost: the old token still works
	use(200, second)
	refresh(401, first).expect(t, map[string]string{"hint": "Token has been revoked"})
	a.want(204, "POST", "/_sim/tokens/expire", "")
	use(401, second)
	third := refresh(200, second)
	use(200, third)
	a.pass(91 * 24 * time.Hour)
	refresh(401, third)
	_ = lost
	a.want(400, "POST", "/oauth2/access_token", `{"client_id":"x","grant_type":"refresh_token"}`)
	token(400, `"grant_type":"password"`)
	checkJWT(t, first.text("access_token"))
}

func checkJWT(t *testing.T, token string) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("an access token of %d parts", len(parts))
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	if claims["api_domain"] != "acme.kommo.test" || claims["account_id"] != float64(32720107) {
		t.Errorf("claims %v", claims)
	}
}

func TestClockControl(t *testing.T) {
	a := open(t)
	before := a.clock.Now()
	a.want(200, "POST", "/_sim/clock/advance", `{"duration":"36h"}`)
	if got := a.clock.Now().Sub(before); got != 36*time.Hour {
		t.Errorf("advanced by %v", got)
	}
	for _, bad := range []string{`{"duration":"-1h"}`, `{"duration":"soon"}`, `{`} {
		a.want(400, "POST", "/_sim/clock/advance", bad)
	}
}

func TestConfigRefusals(t *testing.T) {
	clk := clock.New(0)
	defer clk.Close()
	bad := kommo.Subscription{Destination: "nowhere", Settings: []string{"add_lead"}}
	for name, cfg := range map[string]kommo.Config{
		"no clock":     {BaseURL: base},
		"no base":      {Clock: clk},
		"no http":      {Clock: clk, BaseURL: "ftp://x"},
		"bad drive":    {Clock: clk, BaseURL: base, DriveURL: "drive"},
		"subscription": {Clock: clk, BaseURL: base, Seed: kommo.Seed{Subscriptions: []kommo.Subscription{bad}}},
		"empty seed":   {Clock: clk, BaseURL: base, Seed: kommo.Seed{Account: kommo.Account{ID: 1}}},
	} {
		if _, err := kommo.New(cfg); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestControlRefusals(t *testing.T) {
	a := open(t)
	for _, call := range [][3]string{
		{"POST", "/_sim/leads", `{"stage":"Nowhere"}`}, {"POST", "/_sim/leads", `{"fields":{"Nothing":1}}`},
		{"POST", "/_sim/leads", `{"contact_ids":[1]}`}, {"POST", "/_sim/leads", `{"contact_ids":"x"}`},
		{"POST", "/_sim/contacts", `{"email":5}`}, {"POST", "/_sim/contacts", `[]`},
	} {
		a.want(400, call[0], call[1], call[2])
	}
	for _, call := range [][3]string{
		{"POST", "/_sim/leads/1/move", `{"status_id":142}`}, {"POST", "/_sim/leads/move", `{"ids":[1],"status_id":142}`},
		{"PATCH", "/_sim/contacts/1", `{"name":"x"}`}, {"DELETE", "/_sim/leads/1", ""}, {"GET", "/_sim/leads/1", ""},
		{"POST", "/_sim/subscriptions/enable", `{"destination":"x"}`}, {"GET", "/_sim/nothing", ""},
	} {
		a.want(404, call[0], call[1], call[2])
	}
}

func TestManyAtOnce(t *testing.T) {
	box := newInbox(t)
	a := open(t, box.subscribed("status_lead"))
	const clients, rounds = 8, 20
	var ids []string
	for range clients {
		id, _ := a.deal()
		ids = append(ids, id)
	}
	var wait sync.WaitGroup
	for _, id := range ids {
		wait.Go(func() {
			for n := range rounds {
				stage := []int{kommo.StageSigned, kommo.StageNew}[n%2]
				a.call("PATCH", "/api/v4/leads/"+id, fmt.Sprintf(`{"status_id":%d}`, stage))
				a.call("GET", "/api/v4/leads?with=contacts", "")
				a.call("GET", "/_sim/deliveries", "")
			}
		})
	}
	wait.Wait()
	a.settle()
	if diff := cmp.Diff(clients*rounds, len(box.empty())); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
}

func FuzzAPI(f *testing.F) {
	for _, seed := range [][3]string{
		{"PATCH", "/api/v4/leads/9000002", `{"status_id":142,"custom_fields_values":[{"field_id":1246489,"values":[{"enum_id":1}]}]}`},
		{"PATCH", "/api/v4/leads", `[{"id":9000002,"_embedded":{"tags":[{"name":"x"}]}},null,5]`},
		{"POST", "/api/v4/leads/notes", `[{"entity_id":9000002,"note_type":"common","params":null}]`},
		{"POST", "/api/v4/tasks", `[{"text":null,"complete_till":1e99,"result":[]}]`},
		{"POST", "/drive/v1.0/sessions", `{"file_name":"x","file_size":3}`},
		{"POST", "/api/v4/webhooks", `{"destination":"http://127.0.0.1:1","settings":["add_lead"]}`},
		{"GET", "/api/v4/leads?filter[statuses][0][pipeline_id]&page=-1&limit=-5&order[id]=desc", ""},
		{"GET", "/api/v4/events?filter[value_after][leads_statuses][a][status_id]=1", ""},
		{"POST", "/_sim/leads", `{"stage":"New","fields":{"Start date":[1,null,"2"]},"contact_ids":[9000001]}`},
		{"POST", "/_sim/leads/move", `{"ids":[9000002,9000002],"status_id":143}`},
		{"PUT", "/_sim/knobs", `{"timeout_above":-1}`},
	} {
		f.Add(seed[0], seed[1], []byte(seed[2]))
	}
	f.Fuzz(func(t *testing.T, method, path string, body []byte) {
		a := open(t)
		lead, _ := a.deal()
		r := httptest.NewRequest("GET", "/", strings.NewReader(string(body)))
		target, err := r.URL.Parse(path)
		if err != nil || strings.Contains(path, "/_sim/uninstall") || strings.Contains(path, "/_sim/hooks") {
			return
		}
		r.Method, r.URL = method, target
		r.Header.Set("Authorization", "Bearer "+a.token)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code == 500 {
			t.Errorf("%s %s %s: 500", method, path, body)
		}
		if strings.Contains(w.Header().Get("Content-Type"), "json") && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s: not JSON: %s", method, path, w.Body)
		}
		if !strings.HasPrefix(target.Path, "/_sim/") {
			a.want(200, "GET", "/_sim/leads/"+lead, "")
		}
	})
}
