package yousign

import (
	"fmt"
	"io"
	"net/http"
	"testing"
)

// as sends a call with another key.
func (a *account) as(key, method, path string) result {
	a.t.Helper()
	q, err := http.NewRequest(method, a.server.URL+path, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	if key != "" {
		q.Header.Set("Authorization", "Bearer "+key)
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		a.t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return result{r.StatusCode, r.Header, raw}
}

func TestKeysAndPaths(t *testing.T) {
	a := start(t)
	id := a.draft("", plainPDF("Contract"))
	for _, test := range []struct {
		key, method, path string
		want              int
		field             string
	}{
		{"", "GET", "/v3/signature_requests", 401, "detail"},
		{"wrong", "GET", "/v3/signature_requests", 401, "type"},
		{"wrong", "GET", "/v3/nothing", 401, "type"},
		{DefaultReadOnlyKey, "GET", "/v3/signature_requests/" + id, 200, "id"},
		{DefaultReadOnlyKey, "POST", "/v3/signature_requests/" + id + "/activate", 403, "detail"},
		{DefaultAPIKey, "PUT", "/v3/signature_requests", 405, "message"},
		{DefaultAPIKey, "GET", "/v3/event_subscriptions", 404, "type"},
		{DefaultAPIKey, "GET", "/v3/signature_requests/0ef334d2-7f36-4643-8a2a-4283b4a3e4a4", 404, "type"},
	} {
		r := a.as(test.key, test.method, test.path)
		if r.status != test.want || r.object(t)[test.field] == nil {
			t.Errorf("%s %s with key %q: %d %s, want %d with %s", test.method, test.path, test.key, r.status, r.raw, test.want, test.field)
		}
	}
}

func TestRateLimit(t *testing.T) {
	a := start(t, func(c *Config) { c.Unlimited = false; c.Sandbox = true })
	call := func() result { return a.as(DefaultAPIKey, "GET", "/v3/webhooks") }
	r := call()
	if got := r.header.Get("X-RateLimit-Remaining-Minute") + " " + r.header.Get("X-RateLimit-Limit-Hour"); got != "29 200" {
		t.Errorf("headers of the first call: %s", got)
	}
	for range 29 {
		call()
	}
	r = call()
	if r.status != 429 || r.object(t)["message"] == nil || r.header.Get("Retry-After") != r.header.Get("RateLimit-Reset") {
		t.Errorf("call 31: %d %v %s", r.status, r.header, r.raw)
	}
	if other := a.as(DefaultReadOnlyKey, "GET", "/v3/webhooks"); other.status != 200 {
		t.Errorf("another key: %d", other.status)
	}
	a.control(200, "/clock/advance", `{"duration":"1m"}`)
	if r := call(); r.status != 200 {
		t.Errorf("a minute later: %d", r.status)
	}
}

func TestListFiltersAndPages(t *testing.T) {
	a := start(t)
	var ids []string
	for i := range 5 {
		ids = append(ids, a.draft(fmt.Sprintf(`,"external_id":"deal-%d"`, i), plainPDF("Contract"), person{first: "A"}))
	}
	a.v3(201, "POST", "/signature_requests/"+ids[4]+"/activate", "")
	count := func(query string) int {
		t.Helper()
		return len(a.v3(200, "GET", "/signature_requests?"+query, "")["data"].([]any))
	}
	for query, want := range map[string]int{
		"external_id[eq]=deal-2":                 1,
		"external_id%5Beq%5D=deal-2":             1,
		"external_id=deal-2":                     1,
		"external_id[eq]=deal":                   0,
		"status[in]=draft,ongoing":               5,
		"status[eq]=ongoing":                     1,
		"source[in]=app":                         0,
		"q=contract":                             5,
		"created_at[before]=2020-01-01":          0,
		"created_at[after]=2020-01-01":           5,
		"activated_at[after]=2020-01-01&limit=2": 1,
	} {
		if got := count(query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	a.sim.mu.Lock()
	a.sim.requests[0].source = "app"
	a.sim.mu.Unlock()
	if api, app := count(""), count("source[eq]=app"); api != 4 || app != 1 {
		t.Errorf("listed %d without a source and %d of the app, want 4 and 1", api, app)
	}
	for _, query := range []string{"limit=0", "limit=101", "status[like]=x", "external_id[in]=a", "colour=red", "created_at[eq]=x", "after=%25"} {
		a.v3(400, "GET", "/signature_requests?"+query, "")
	}
	seen, after := map[string]bool{}, ""
	for range 3 {
		p := a.v3(200, "GET", "/signature_requests?limit=2"+after, "")
		for _, r := range p["data"].([]any) {
			seen[r.(node)["id"].(string)] = true
		}
		next, more := p["meta"].(node)["next_cursor"].(string)
		if !more {
			break
		}
		after = "&after=" + next
	}
	if len(seen) != 4 {
		t.Errorf("the pages hold %d requests, want 4", len(seen))
	}
}

func TestFaultsAfterTheEffect(t *testing.T) {
	a := start(t)
	for name, fault := range map[string]string{"lost-answer": "drop_after", "error-answer": "error_after"} {
		a.control(204, "/faults", `{"name":"`+fault+`","method":"POST","path":"/v3/signature_requests"}`)
		r, err := a.send("POST", "/v3/signature_requests", "application/json",
			[]byte(`{"name":"x","delivery_mode":"email","external_id":"`+name+`"}`))
		if fault == "drop_after" && err == nil || fault == "error_after" && r.status != 500 {
			t.Errorf("%s: %d %v", fault, r.status, err)
		}
		if got := a.v3(200, "GET", "/signature_requests?external_id[eq]="+name, "")["data"].([]any); len(got) != 1 {
			t.Errorf("%s: %d requests exist, want 1", fault, len(got))
		}
	}
	a.control(204, "/faults", `{"name":"error_before","path":"/v3/signature_requests"}`)
	if p := a.v3(500, "POST", "/signature_requests", `{"name":"x","delivery_mode":"email"}`); p["type"] != "about:blank" {
		t.Errorf("server error: %v", p)
	}
	a.control(204, "/faults", `{"name":"rate_limit","retry_after":"7s"}`)
	if r := a.do(429, "GET", "/v3/webhooks", ""); r.header.Get("Retry-After") != "7" ||
		r.header.Get("RateLimit-Reset") != "7" || r.header.Get("X-RateLimit-Remaining-Hour") == "0" {
		t.Errorf("forced limit: %v", r.header)
	}
	a.control(400, "/faults", `{"name":"earthquake"}`)
}

func TestTrial(t *testing.T) {
	a := start(t, func(c *Config) { c.Trial = &Trial{Emails: []string{"me@example.org"}} })
	id := a.draft("", plainPDF("Contract"), person{first: "Stranger"})
	a.v3(400, "POST", "/signature_requests/"+id+"/activate", "")
	p := a.v3(400, "POST", "/signature_requests/"+id+"/signers",
		person{first: "Me", more: `,"redirect_urls":{"success":"https://x.example"}`}.body("0ef334d2-7f36-4643-8a2a-4283b4a3e4a4", 1))
	if got := reasons(t, p); got["redirect_urls"] != "cannot be defined when the subscription is in trial" {
		t.Errorf("redirect in trial: %v", got)
	}
	a.v3(403, "POST", "/webhooks", `{}`)
	mine := a.draft("", plainPDF("Contract"), person{first: "Me"})
	a.v3(201, "POST", "/signature_requests/"+mine+"/activate", "")
}
