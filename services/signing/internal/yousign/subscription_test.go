package yousign_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/countersign/countersign/services/signing/internal/yousign"
	sim "github.com/countersign/countersign/services/sim/yousign"
)

const (
	hookEndpoint = "https://sign.example.com/webhooks/yousign/a-token-of-32-characters-or-more"
	hookSecret   = "0123456789abcdef0123456789abcdef"
)

func wanted() yousign.Subscription {
	return yousign.WantedSubscription("eu", hookEndpoint, hookSecret, false)
}

func TestPlanSubscription(t *testing.T) {
	ours := wanted()
	ours.ID = "ours"
	changed := func(change func(*yousign.Subscription)) yousign.Subscription {
		have := ours
		change(&have)
		return have
	}
	for name, c := range map[string]struct {
		all  []yousign.Subscription
		want yousign.SubscriptionPlan
	}{
		"nothing there": {nil, yousign.SubscriptionPlan{}},
		"in step":       {[]yousign.Subscription{{ID: "a", Endpoint: "https://else.example"}, ours}, yousign.SubscriptionPlan{ID: "ours"}},
		"the same in another order": {
			[]yousign.Subscription{changed(func(s *yousign.Subscription) {
				s.Events = append([]string{"signer.notified"}, s.Events...)
			})},
			yousign.SubscriptionPlan{ID: "ours"},
		},
		"made by hand": {
			[]yousign.Subscription{{ID: "hand", Endpoint: hookEndpoint, SecretKey: "other", Events: []string{"*"}, Scopes: []string{"app"}}},
			yousign.SubscriptionPlan{ID: "hand", Differs: []string{
				"description", "subscribed_events", "scopes", "workspaces", "auto_retry", "enabled", "secret_key",
			}},
		},
		"switched off": {
			[]yousign.Subscription{changed(func(s *yousign.Subscription) { s.Enabled = false })},
			yousign.SubscriptionPlan{ID: "ours", Differs: []string{"enabled"}},
		},
		"of the other environment": {
			[]yousign.Subscription{changed(func(s *yousign.Subscription) { s.Sandbox = true })},
			yousign.SubscriptionPlan{ID: "ours", Differs: []string{"sandbox"}},
		},
		"another token": {
			[]yousign.Subscription{changed(func(s *yousign.Subscription) { s.Endpoint = hookEndpoint + "-old" })},
			yousign.SubscriptionPlan{ID: "ours", Differs: []string{"endpoint"}, TokenChanged: true},
		},
		"another installation of the same name": {
			[]yousign.Subscription{changed(func(s *yousign.Subscription) { s.Endpoint = "https://staging.example.com/webhooks/yousign/t" })},
			yousign.SubscriptionPlan{Namesakes: 1},
		},
		"an endpoint that is none": {[]yousign.Subscription{changed(func(s *yousign.Subscription) { s.Endpoint = "" })}, yousign.SubscriptionPlan{Namesakes: 1}},
		"twice":                    {[]yousign.Subscription{ours, ours}, yousign.SubscriptionPlan{ID: "ours", Twins: 1}},
		"another account's":        {[]yousign.Subscription{yousign.WantedSubscription("test", hookEndpoint+"-test", hookSecret, true)}, yousign.SubscriptionPlan{}},
	} {
		got := yousign.PlanSubscription(wanted(), c.all)
		if diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(yousign.SubscriptionPlan{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestSubscribeBringsTheVendorInStep from nothing, from a disabled one and from one with another token, and then has
// nothing more to do.
func TestSubscribeBringsTheVendorInStep(t *testing.T) {
	v := newVendor(t, func(c *sim.Config) {
		c.Webhook = &sim.Webhook{Endpoint: "https://else.example/hook", SecretKey: strings.Repeat("e", 32)}
	})
	p := newProvider(t, v.config(http.DefaultClient))
	inStep := func(want yousign.Subscription, differs ...string) {
		t.Helper()
		all, err := p.Subscriptions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		plan := yousign.PlanSubscription(want, all)
		if diff := cmp.Diff(differs, plan.Differs, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		if err := p.Subscribe(t.Context(), plan, want); err != nil {
			t.Fatal(err)
		}
		after, err := p.Subscriptions(t.Context())
		if again := yousign.PlanSubscription(want, after); err != nil || again.ID == "" || len(again.Differs) > 0 || len(after) != 2 {
			t.Errorf("afterwards %d subscriptions, %+v, %v", len(after), again, err)
		}
		if after[0].Endpoint != "https://else.example/hook" {
			t.Error("somebody else's subscription was touched")
		}
	}
	want := wanted()
	inStep(want)
	spoilt := want
	spoilt.Enabled, spoilt.Events = false, []string{"*"}
	inStep(spoilt, "subscribed_events", "enabled")
	inStep(want, "subscribed_events", "enabled")
	want.Endpoint += "-new"
	want.SecretKey = strings.Repeat("n", 32)
	inStep(want, "endpoint", "secret_key")
}

func TestAKeyThatMayNotSubscribeIsTold(t *testing.T) {
	trial := newVendor(t, func(c *sim.Config) { c.Trial = &sim.Trial{} })
	readOnly := newVendor(t, nil).config(http.DefaultClient)
	readOnly.APIKey = sim.DefaultReadOnlyKey
	for name, config := range map[string]yousign.Config{"trial": trial.config(http.DefaultClient), "read only": readOnly} {
		err := newProvider(t, config).Subscribe(t.Context(), yousign.SubscriptionPlan{}, wanted())
		if !errors.Is(err, yousign.ErrSubscriptionsForbidden) || !strings.Contains(err.Error(), ": 403 ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused := wanted()
	refused.SecretKey = "too-short-and-nobodys-business"
	err := newProvider(t, newVendor(t, nil).config(http.DefaultClient)).Subscribe(t.Context(), yousign.SubscriptionPlan{}, refused)
	if err == nil || !strings.Contains(err.Error(), "secret_key") || strings.Contains(err.Error(), refused.SecretKey) {
		t.Errorf("a refused value: %v", err)
	}
}

func TestSubscriptionsAreManagedInProduction(t *testing.T) {
	sandbox := yousign.Config{BaseURL: "https://api-sandbox.yousign.app/v3", APIKey: "s", Sandbox: true, CallsPerMinute: 5}
	got := yousign.ForSubscriptions(sandbox, "p")
	if got.BaseURL != "https://api.yousign.app/v3" || got.APIKey != "p" || got.Sandbox {
		t.Errorf("with a key of production: %+v", got)
	}
	if _, err := yousign.New(got); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(sandbox, yousign.ForSubscriptions(sandbox, "")); diff != "" {
		t.Errorf("without one: %s", diff)
	}
	proxy := yousign.Config{BaseURL: "https://proxy.example/v3", APIKey: "s", Sandbox: true}
	if got := yousign.ForSubscriptions(proxy, "p"); got.BaseURL != proxy.BaseURL || got.APIKey != "p" || !got.Sandbox {
		t.Errorf("behind a proxy: %+v", got)
	}
}
