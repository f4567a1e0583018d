package kommo_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/kommo"
)

func TestRetryTable(t *testing.T) {
	for _, tc := range []struct {
		status int
		want   []time.Duration
	}{
		{200, []time.Duration{0}},
		{299, []time.Duration{0}},
		{301, []time.Duration{0, 5 * time.Minute, 20 * time.Minute}},
		{404, []time.Duration{0, 5 * time.Minute, 20 * time.Minute}},
		{499, []time.Duration{0, 5 * time.Minute, 20 * time.Minute, 35 * time.Minute, 95 * time.Minute}},
		{500, []time.Duration{0, 5 * time.Minute, 20 * time.Minute, 35 * time.Minute, 95 * time.Minute}},
	} {
		t.Run(fmt.Sprint(tc.status), func(t *testing.T) {
			box := newInbox(t)
			box.answer(tc.status)
			a := open(t, box.subscribed("add_lead"))
			begin := a.clock.Now()
			a.deal()
			a.pass(24 * time.Hour)
			var list struct {
				Deliveries []struct {
					Attempts []struct{ Time time.Time }
				}
			}
			if err := json.Unmarshal(a.call("GET", "/_sim/deliveries", "").Body.Bytes(), &list); err != nil {
				t.Fatal(err)
			}
			var got []time.Duration
			for _, attempt := range list.Deliveries[0].Attempts {
				got = append(got, attempt.Time.Sub(begin))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("attempts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoAnswerCountsAs499(t *testing.T) {
	box := newInbox(t)
	a := open(t, box.subscribed("add_lead"))
	box.Close()
	a.deal()
	a.pass(24 * time.Hour)
	got := a.want(200, "GET", "/_sim/deliveries", "")
	if n := got.len("deliveries.0.attempts"); n != 5 || got.text("deliveries.0.state") != "given_up" {
		t.Errorf("%d attempts, %s", n, got.text("deliveries.0.state"))
	}
}

func TestDisableRule(t *testing.T) {
	box := newInbox(t)
	box.answer(http.StatusTeapot)
	a := open(t, box.subscribed("update_lead"))
	id, _ := a.deal()
	move := func() {
		a.want(200, "PATCH", "/_sim/leads/"+id, `{"price":1}`)
		a.settle()
	}
	disabled := func() string { return a.want(200, "GET", "/api/v4/webhooks", "").text("_embedded.webhooks.0.disabled") }
	for range 100 {
		move()
	}
	if disabled() != "false" {
		t.Fatal("switched off at 100 invalid answers, the rule says more than 100")
	}
	box.answer(http.StatusOK)
	move()
	if disabled() != "false" {
		t.Fatal("switched off although the latest answer was valid")
	}
	box.answer(http.StatusTeapot)
	move()
	if disabled() != "true" {
		t.Fatal("not switched off after 101 invalid answers, the latest invalid")
	}
	box.empty()
	move()
	if calls := box.empty(); len(calls) != 0 {
		t.Errorf("%d webhooks to a disabled destination", len(calls))
	}
	a.want(200, "POST", "/_sim/subscriptions/enable", `{"destination":"`+box.URL+`/hook"}`)
	move()
	if calls := box.empty(); len(calls) != 1 || disabled() != "false" {
		t.Errorf("%d webhooks after enabling", len(calls))
	}
}

func TestInvalidAnswersAge(t *testing.T) {
	box := newInbox(t)
	box.answer(http.StatusTeapot)
	a := open(t, box.subscribed("add_lead"))
	for range 40 { // 3 attempts each: 120 invalid answers, but 40 within any two hours
		a.deal()
		a.settle()
		a.pass(10 * time.Minute)
	}
	a.want(200, "GET", "/_sim/subscriptions", "").expect(t, map[string]string{"subscriptions.0.disabled": "false"})
}

func TestWebhookAPI(t *testing.T) {
	a := open(t)
	a.want(204, "GET", "/api/v4/webhooks", "")
	body := `{"destination":"https://hooks.test/a","settings":["add_lead","status_lead"],"sort":10}`
	a.want(200, "POST", "/api/v4/webhooks", body).expect(t, map[string]string{
		"destination": "https://hooks.test/a", "disabled": "false", "sort": "10", "settings": "[add_lead status_lead]",
	})
	a.want(200, "POST", "/api/v4/webhooks", `{"destination":"https://hooks.test/a","settings":["update_lead"]}`)
	a.want(200, "GET", "/api/v4/webhooks?filter[destination]="+url.QueryEscape("https://hooks.test/a"), "").
		expect(t, map[string]string{"_total_items": "1", "_embedded.webhooks.0.settings": "[update_lead]"})
	a.want(204, "GET", "/api/v4/webhooks?filter[destination]=x", "")
	for bad, path := range map[string]string{
		`{"destination":"hooks","settings":["add_lead"]}`:         "destination",
		`{"destination":"https://h.test","settings":["explode"]}`: "settings",
		`{"destination":"https://h.test","settings":[]}`:          "settings",
		`{"destination":"https://h.test"}`:                        "settings",
		`[` + body + `]`:                                          "",
	} {
		a.want(400, "POST", "/api/v4/webhooks", bad).
			expect(t, map[string]string{"validation-errors.0.errors.0.path": path})
	}
	a.want(204, "DELETE", "/api/v4/webhooks", `{"destination":"https://hooks.test/a"}`)
	a.want(404, "DELETE", "/api/v4/webhooks", `{"destination":"https://hooks.test/a"}`)
}

func TestDeliveryFaultsAndRawHooks(t *testing.T) {
	box := newInbox(t)
	a := open(t, box.subscribed("add_lead"))
	a.want(204, "POST", "/_sim/deliveries/faults", `{"fault":"duplicate","count":1}`)
	a.deal()
	a.settle()
	if calls := box.empty(); len(calls) != 2 || calls[0].raw != calls[1].raw {
		t.Errorf("duplicate made %d calls", len(calls))
	}
	a.want(400, "POST", "/_sim/deliveries/faults", `{"fault":"burn"}`)
	a.want(202, "POST", "/_sim/hooks", `{"content_type":"application/json","body":"{\"a\":1}"}`)
	a.want(202, "POST", "/_sim/hooks", `{"url":"`+box.URL+`/other","body_base64":"/w=="}`)
	a.settle()
	got := map[string]string{}
	for _, h := range box.empty() {
		got[h.raw] = h.header.Get("Content-Type")
	}
	want := map[string]string{`{"a":1}`: "application/json", "\xff": "application/x-www-form-urlencoded"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("raw webhooks (-want +got):\n%s", diff)
	}
}

func TestUninstall(t *testing.T) {
	got := make(chan string, 1)
	box := newInbox(t)
	box.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- r.Method + " " + r.URL.RawQuery
		w.WriteHeader(202)
	})
	a := open(t, func(cfg *kommo.Config) { cfg.ClientID, cfg.ClientSecret = "client", "secret" })
	a.want(200, "POST", "/_sim/uninstall", `{"url":"`+box.URL+`/bye"}`).expect(t, map[string]string{"status": "202"})
	// printf 'client|32720107' | openssl dgst -sha256 -hmac secret
	const want = "GET account_id=32720107&client_uuid=client&signature=fcc98af222fc0c638c476e06c63d3e5d23afb64bb8850c54fa17d878aa441afc"
	if call := <-got; call != want {
		t.Errorf("called %s, want %s", call, want)
	}
}
