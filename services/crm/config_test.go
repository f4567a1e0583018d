package crm_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/countersign/countersign/services/crm"
	"github.com/countersign/countersign/services/internal/config"
)

const (
	accessToken  = "the-access-token-of-acme"
	webhookToken = "the-webhook-token-of-acme"
)

// valid are settings without a mistake.
func valid() crm.Config {
	cfg := crm.DefaultConfig()
	cfg.Accounts = map[string]crm.Account{"acme": {
		BaseURL: "https://acme.kommo.com", Token: config.NewSecret(accessToken), WebhookToken: config.NewSecret(webhookToken),
		Rules: []crm.Rule{{
			ID: "service", Pipeline: "Sales", Stage: "Send contract (Skribble)", Template: "service-agreement",
			Provider: "skribble", Level: "SES", Legislation: "EIDAS", Language: "en",
		}},
	}}
	return cfg
}

// with changes the only account of valid settings.
func with(change func(*crm.Account)) crm.Config {
	cfg := valid()
	a := cfg.Accounts["acme"]
	a.Rules = append([]crm.Rule(nil), a.Rules...)
	change(&a)
	cfg.Accounts["acme"] = a
	return cfg
}

func withRule(change func(*crm.Rule)) crm.Config {
	return with(func(a *crm.Account) { change(&a.Rules[0]) })
}

func TestSettingsWithoutAMistakePass(t *testing.T) {
	for name, cfg := range map[string]crm.Config{
		"none at all":                  crm.DefaultConfig(),
		"one account":                  valid(),
		"EES is SES":                   withRule(func(r *crm.Rule) { r.Level = "EES" }),
		"lower case":                   withRule(func(r *crm.Rule) { r.Level, r.Legislation = "ees", "eidas" }),
		"numbers":                      withRule(func(r *crm.Rule) { r.Pipeline, r.Stage, r.StageAfterCompletion = "1", "2", "142" }),
		"plain http on the loopback":   with(func(a *crm.Account) { a.BaseURL = "http://127.0.0.1:8080" }),
		"a webhook token just so long": with(func(a *crm.Account) { a.WebhookToken = config.NewSecret(strings.Repeat("x", 22)) }),
		"everything of a rule": withRule(func(r *crm.Rule) {
			r.Authentication, r.CardLanguage, r.Role, r.Proof, r.Expiry = "otp_sms", "de", "client", "proven", 72*time.Hour
			r.Repeatable, r.KeepWhenLost = true, true
			r.Countersigners = []crm.Countersigner{{
				Role: "seller", FirstName: "Jo", LastName: "Fry", Email: "jo@f.example", Phone: "+41 79 123 45 67", Language: "fr", Order: 2,
			}}
		}),
	} {
		if err := cfg.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMistakeIsNamed(t *testing.T) {
	renamed := func(name string) crm.Config {
		cfg := valid()
		cfg.Accounts = map[string]crm.Account{name: cfg.Accounts["acme"]}
		return cfg
	}
	short := valid()
	short.Sweep = time.Second - 1
	idle, patient := valid(), valid()
	idle.CallsPerSecond, patient.LookupGrace = 0, time.Hour
	for _, tc := range []struct {
		name  string
		cfg   crm.Config
		parts []string
	}{
		{"sweep", short, []string{"crm.sweep"}},
		{"upper case in a name", renamed("Acme"), []string{"crm.accounts.Acme", "name"}},
		{"no name", renamed(""), []string{"crm.accounts.", "name"}},
		{"a long name", renamed(strings.Repeat("a", 64)), []string{"crm.accounts.", "name"}},
		{"no token", with(func(a *crm.Account) { a.Token = config.Secret{} }), []string{"crm.accounts.acme", "token: is required"}},
		{"no webhook token", with(func(a *crm.Account) { a.WebhookToken = config.Secret{} }), []string{"crm.accounts.acme", "webhook_token"}},
		{"a short webhook token", with(func(a *crm.Account) { a.WebhookToken = config.NewSecret(strings.Repeat("x", 21)) }), []string{"crm.accounts.acme", "webhook_token", "22"}},
		{"no address", with(func(a *crm.Account) { a.BaseURL = "" }), []string{"crm.accounts.acme", "base URL"}},
		{"plain http", with(func(a *crm.Account) { a.BaseURL = "http://acme.kommo.com" }), []string{"crm.accounts.acme", "base URL"}},
		{"no rate", idle, []string{"crm.calls_per_second"}},
		{"a long grace", patient, []string{"crm.lookup_grace"}},
		{"two rules of one id", with(func(a *crm.Account) { a.Rules = append(a.Rules, a.Rules[0]) }), []string{"rules[1]", "id"}},
		{"a long expiry", withRule(func(r *crm.Rule) { r.Expiry = 365 * 24 * time.Hour }), []string{"rules[0]", "Expiry"}},
		{"a provider of no name", withRule(func(r *crm.Rule) { r.Provider = "Skribble" }), []string{"rules[0]", "Provider"}},
		{"a countersigner without a name", withRule(func(r *crm.Rule) { r.Countersigners = []crm.Countersigner{{Role: "seller"}} }), []string{"rules[0]", "Countersigners"}},
		{"no pipeline", withRule(func(r *crm.Rule) { r.Pipeline = "" }), []string{"crm.accounts.acme", "rules[0]", "pipeline"}},
		{"no stage", withRule(func(r *crm.Rule) { r.Stage = "" }), []string{"crm.accounts.acme", "rules[0]", "stage"}},
		{"no rule id", withRule(func(r *crm.Rule) { r.ID = "" }), []string{"rules[0]", "ID"}},
		{"no template", withRule(func(r *crm.Rule) { r.Template = "" }), []string{"rules[0]", `"service"`, "Template"}},
		{"no level", withRule(func(r *crm.Rule) { r.Level = "" }), []string{"rules[0]", `"service"`, "Level"}},
		{"an unknown level", withRule(func(r *crm.Rule) { r.Level = "XES" }), []string{"rules[0]", "Level"}},
		{"an unknown legislation", withRule(func(r *crm.Rule) { r.Legislation = "UETA" }), []string{"rules[0]", "Legislation"}},
		{"an unknown authentication", withRule(func(r *crm.Rule) { r.Authentication = "fax" }), []string{"rules[0]", "Authentication"}},
		{"an unknown proof", withRule(func(r *crm.Rule) { r.Proof = "none" }), []string{"rules[0]", "Proof"}},
		{"a language that is none", withRule(func(r *crm.Rule) { r.Language = "english" }), []string{"rules[0]", "Language"}},
		{"a short expiry", withRule(func(r *crm.Rule) { r.Expiry = time.Minute }), []string{"rules[0]", "Expiry"}},
		{"a second rule", with(func(a *crm.Account) { a.Rules = append(a.Rules, crm.Rule{ID: "x"}) }), []string{"rules[1]"}},
	} {
		err := tc.cfg.Check()
		for _, part := range tc.parts {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q is not in: %v", tc.name, part, err)
			}
		}
	}
}

func TestMistakesOfSeveralAccountsAreToldAtOnce(t *testing.T) {
	cfg := with(func(a *crm.Account) { a.Token = config.Secret{} })
	other := valid().Accounts["acme"]
	other.BaseURL = "ftp://x"
	cfg.Accounts["other"], cfg.Sweep = other, 0
	err := cfg.Check()
	for _, part := range []string{"crm.accounts.acme", "crm.accounts.other", "crm.sweep"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
}

func TestSecretsNeverPrint(t *testing.T) {
	cfg := valid()
	asJSON, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	wrong := with(func(a *crm.Account) {
		a.BaseURL, a.WebhookToken = "https://user:"+accessToken+"@x", config.NewSecret("short-secret")
	})
	account := wrong.Accounts["acme"]
	account.WebhookToken = config.NewSecret(webhookToken)
	badAddress := crm.Config{Sweep: time.Minute, Accounts: map[string]crm.Account{"acme": account}}
	for name, text := range map[string]string{
		"%v": fmt.Sprintf("%v", cfg), "%+v": fmt.Sprintf("%+v", cfg), "%#v": fmt.Sprintf("%#v", cfg),
		"JSON": string(asJSON), "YAML": string(asYAML), "an error": fmt.Sprint(wrong.Check()), "an address": fmt.Sprint(badAddress.Check()),
	} {
		for _, secret := range []string{accessToken, webhookToken, "short-secret"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s prints %q: %s", name, secret, text)
			}
		}
	}
}
