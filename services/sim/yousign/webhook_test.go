package yousign

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/courier"
)

// The vector was computed with another implementation.
func TestSignatureVector(t *testing.T) {
	body := `{"event_id":"3f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001","event_name":"signature_request.done","event_time":"1760000000","subscription_id":"11111111-2222-4333-8444-555555555555","subscription_description":"kommo-bridge","sandbox":true,"data":{"signature_request":{"id":"0ef334d2-7f36-4643-8a2a-4283b4a3e4a4","status":"done","external_id":"kommo-12345"}}}`
	want := "sha256=601e1851d20e7b30f1233c80402669d204c07e40fa3ad52e6cda7eafe48052aa"
	if got := signBody([]byte(body), testSecret); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestDelivery(t *testing.T) {
	a := start(t)
	a.activated(`,"external_id":"deal-1"`, person{first: "A"})
	e := a.wait("signer.notified")
	h := map[string]string{
		"Content-Type": "application/json", "User-Agent": "Yousign Webhook Bot", "X-Yousign-Retry": "0",
		"X-Yousign-Signature-256": signBody(e.raw, testSecret),
	}
	for name, want := range h {
		if got := e.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if e.header.Get("X-Yousign-Issued-At") == "" {
		t.Error("no X-Yousign-Issued-At")
	}
	if _, isText := e.body["event_time"].(string); !isText || e.body["event_id"] == nil || e.body["sandbox"] != false {
		t.Errorf("head of the body: %v", e.body)
	}
	data := e.body["data"].(node)
	if data["signer"].(node)["info"].(node)["first_name"] != "A" || data["signature_request"].(node)["external_id"] != "deal-1" {
		t.Errorf("data: %v", data)
	}

	a.control(204, "/webhooks/format", `{"format":"metadata"}`)
	a.activated("", person{first: "B"})
	for { // those of the first request are flat
		e := a.wait("signature_request.activated")
		if e.body["metadata"] != nil {
			if e.body["event_id"] != nil || e.body["data"] == nil {
				t.Errorf("nested body: %v", e.body)
			}
			break
		}
	}
}

func (a *account) deliveries() []courier.Delivery {
	a.t.Helper()
	var out []courier.Delivery
	if err := json.Unmarshal(a.do(200, "GET", "/_sim/deliveries", "").raw, &out); err != nil {
		a.t.Fatal(err)
	}
	return out
}

// attempts waits until a delivery of the event has n attempts behind it.
func (a *account) attempts(event string, n int) courier.Delivery {
	a.t.Helper()
	deadline := time.After(10 * time.Second)
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for {
		for _, d := range a.deliveries() {
			if d.Event == event && len(d.Attempts) == n {
				return d
			}
		}
		select {
		case <-poll.C:
		case <-deadline:
			a.t.Fatalf("no %s with %d attempts", event, n)
		}
	}
}

func TestRetryLadder(t *testing.T) {
	a := start(t, func(c *Config) { c.Webhook.Events = []string{"signature_request.activated"} })
	a.answer <- http.StatusInternalServerError
	a.answer <- http.StatusInternalServerError
	a.answer <- http.StatusFound
	a.activated("", person{first: "A"})
	first := a.wait("signature_request.activated")
	a.attempts("signature_request.activated", 1)
	a.control(200, "/clock/advance", `{"duration":"2m"}`)
	second := a.wait("signature_request.activated")
	a.attempts("signature_request.activated", 2)
	a.control(200, "/clock/advance", `{"duration":"5m"}`)
	if d := a.attempts("signature_request.activated", 2); d.State != courier.Pending {
		t.Errorf("state %s a minute before the third attempt", d.State)
	}
	a.control(200, "/clock/advance", `{"duration":"1m"}`)
	third := a.wait("signature_request.activated")
	if d := a.attempts("signature_request.activated", 3); d.State != courier.Delivered {
		t.Errorf("state %s after a redirect, which counts as success", d.State)
	}
	got := []string{first.header.Get("X-Yousign-Retry"), second.header.Get("X-Yousign-Retry"), third.header.Get("X-Yousign-Retry")}
	if d := cmp.Diff([]string{"0", "1", "2"}, got); d != "" {
		t.Errorf("retry header: %s", d)
	}
	if first.body["event_id"] != third.body["event_id"] || string(first.raw) != string(third.raw) {
		t.Error("the retries carry another body")
	}
}

func TestLadderEnds(t *testing.T) {
	p := retryPolicy(start(t).clock, ladder())
	var sum time.Duration
	for attempt := 1; ; attempt++ {
		d, again := p.Retry(attempt, 500, nil)
		if !again {
			if attempt != 9 || sum != 5798*time.Minute {
				t.Errorf("%d attempts over %v, want 9 over 5798 minutes", attempt, sum)
			}
			break
		}
		sum += d
	}
	single := retryPolicy(start(t).clock, nil)
	if _, again := single.Retry(1, 500, nil); again {
		t.Error("an error is retried without auto_retry")
	}
	if _, again := single.Retry(1, 0, nil); !again {
		t.Error("a timeout is not retried without auto_retry")
	}
	if _, again := single.Retry(2, 0, nil); again {
		t.Error("a timeout is retried twice without auto_retry")
	}
}

func TestDeliveryFaults(t *testing.T) {
	a := start(t, func(c *Config) { c.Webhook.Events = []string{"signature_request.activated"} })
	a.control(204, "/deliveries/faults", `{"fault":"duplicate","count":1}`)
	a.activated("", person{first: "A"})
	one, two := a.wait("signature_request.activated"), a.wait("signature_request.activated")
	if one.body["event_id"] != two.body["event_id"] {
		t.Error("the duplicate has another event_id")
	}
	a.control(400, "/deliveries/faults", `{"fault":"burn"}`)
}

func TestSubscriptions(t *testing.T) {
	a := start(t)
	full := `{"endpoint":"https://bridge.example.org/hook","description":"bridge","sandbox":false,"subscribed_events":["signer.done"],
"scopes":["*"],"auto_retry":true,"enabled":true}`
	p := a.v3(400, "POST", "/webhooks", strings.Replace(full, `"scopes":["*"],`, "", 1))
	want := map[string]string{"scopes": "This value should not be blank."}
	if d := cmp.Diff(want, reasons(t, p)); d != "" {
		t.Error(d)
	}
	for name, body := range map[string]string{
		"http":            strings.Replace(full, "https", "http", 1),
		"private":         strings.Replace(full, "bridge.example.org", "10.0.0.1", 1),
		"invented event":  strings.Replace(full, "signer.done", "signature_request.completed", 1),
		"URL description": strings.Replace(full, `"bridge"`, `"https://x.example"`, 1),
		"short secret":    strings.Replace(full, `"enabled"`, `"secret_key":"webhook_secret","enabled"`, 1),
		"sandbox scope":   strings.Replace(full, `"sandbox":false`, `"sandbox":true,"workspaces":["0ef334d2-7f36-4643-8a2a-4283b4a3e4a4"]`, 1),
	} {
		if p := a.v3(400, "POST", "/webhooks", body); len(reasons(t, p)) == 0 {
			t.Errorf("%s: %v", name, p)
		}
	}
	made := a.v3(201, "POST", "/webhooks", full)
	if len(made["secret_key"].(string)) != 32 || made["workspaces"].([]any)[0] != "*" {
		t.Errorf("subscription: %v", made)
	}
	path := "/webhooks/" + made["id"].(string)
	if got := a.v3(200, "PATCH", path, `{"enabled":false}`); got["enabled"] != false || got["endpoint"] != made["endpoint"] {
		t.Errorf("after an update: %v", got)
	}
	var list []node
	if err := json.Unmarshal(a.do(200, "GET", "/v3/webhooks", "").raw, &list); err != nil || len(list) != 2 {
		t.Errorf("list: %v %v", list, err)
	}
	for _, body := range []string{
		`{"subscribed_events":[]}`, `{"scopes":[]}`, `{"description":"https://x.example"}`, `{"secret_key":"short"}`, `{"enabled":"yes"}`,
		`{"endpoint":"http://bridge.example.org/hook"}`, `{"sandbox":true,"workspaces":["0ef334d2-7f36-4643-8a2a-4283b4a3e4a4"]}`,
	} {
		if p := a.v3(400, "PATCH", path, body); len(reasons(t, p)) == 0 {
			t.Errorf("%s: %v", body, p)
		}
	}
	a.v3(204, "DELETE", path, "")
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		a.v3(404, method, path, `{}`)
	}
}

// In its trial an account sees its subscriptions and changes none.
func TestSubscriptionsInTheTrial(t *testing.T) {
	a := start(t, func(c *Config) { c.Trial = &Trial{} })
	var list []node
	if err := json.Unmarshal(a.do(200, "GET", "/v3/webhooks", "").raw, &list); err != nil || len(list) != 1 {
		t.Fatalf("list: %v %v", list, err)
	}
	path := "/webhooks/" + list[0]["id"].(string)
	a.v3(403, "POST", "/webhooks", `{}`)
	a.v3(403, "PATCH", path, `{"enabled":false}`)
	a.v3(403, "DELETE", path, "")
	if got := a.v3(200, "GET", path, ""); got["enabled"] != true {
		t.Errorf("changed all the same: %v", got)
	}
}

func TestSubscriptionsFilter(t *testing.T) {
	for name, test := range map[string]struct {
		sub  subscription
		want bool
	}{
		"all":             {subscription{Enabled: true, Events: star(), Scopes: star(), Workspaces: star()}, true},
		"named":           {subscription{Enabled: true, Events: []string{"signer.done"}, Scopes: []string{"public_api"}, Workspaces: []string{"w"}}, true},
		"disabled":        {subscription{Events: star(), Scopes: star(), Workspaces: star()}, false},
		"sandbox":         {subscription{Enabled: true, Sandbox: true, Events: star(), Scopes: star(), Workspaces: star()}, false},
		"other event":     {subscription{Enabled: true, Events: []string{"signer.notified"}, Scopes: star(), Workspaces: star()}, false},
		"other scope":     {subscription{Enabled: true, Events: star(), Scopes: []string{"app"}, Workspaces: star()}, false},
		"other workspace": {subscription{Enabled: true, Events: star(), Scopes: star(), Workspaces: []string{"v"}}, false},
	} {
		if got := test.sub.wants("signer.done", "public_api", "w", false); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
