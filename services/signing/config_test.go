package signing_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/countersign/countersign/services/internal/config"
	"github.com/countersign/countersign/services/signing"
)

const (
	apiKey        = "the-key-of-the-account"
	webhookToken  = "a-token-of-22-letters-and-more"
	webhookSecret = "the-secret-of-the-webhooks"
)

// settings are those of two accounts, with nothing wrong.
func settings() signing.Config {
	c := signing.DefaultConfig()
	c.Callbacks = "https://sign.example.com"
	c.Providers = map[string]signing.Provider{
		"ch": {Vendor: "skribble", BaseURL: "https://api.skribble.com/v2", Username: config.NewSecret("api_acme"), APIKey: config.NewSecret(apiKey)},
		"eu": {
			Vendor: "yousign", BaseURL: "https://api.yousign.app/v3", APIKey: config.NewSecret(apiKey),
			WebhookToken: config.NewSecret(webhookToken), WebhookSecrets: []config.Secret{config.NewSecret(webhookSecret)},
		},
	}
	return c
}

// with changes the settings of one account.
func with(id string, change func(*signing.Provider)) func(*signing.Config) {
	return func(c *signing.Config) {
		p := c.Providers[id]
		change(&p)
		c.Providers[id] = p
	}
}

// named gives an account another name.
func named(id string) func(*signing.Config) {
	return func(c *signing.Config) {
		c.Providers[id] = c.Providers["eu"]
		delete(c.Providers, "eu")
	}
}

// TestCheckNamesEveryMistakeWithItsKey and never the value of a secret.
func TestCheckNamesEveryMistakeWithItsKey(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*signing.Config)
		keys  []string
	}{
		"nothing":                 {func(*signing.Config) {}, nil},
		"no providers":            {func(c *signing.Config) { *c = signing.DefaultConfig() }, nil},
		"no settings":             {func(c *signing.Config) { *c = signing.Config{} }, []string{"signing.first_check"}},
		"checks in vain":          {func(c *signing.Config) { c.LongestCheck = time.Minute }, []string{"signing.first_check"}},
		"checks without a pause":  {func(c *signing.Config) { c.FirstCheck = time.Millisecond }, []string{"signing.first_check"}},
		"no callbacks":            {func(c *signing.Config) { c.Callbacks = "" }, []string{"signing.providers.ch: signing.callbacks"}},
		"callbacks nowhere":       {func(c *signing.Config) { c.Callbacks = "sign.example.com" }, []string{"signing.providers.ch: signing.callbacks"}},
		"no vendor":               {with("eu", func(p *signing.Provider) { p.Vendor = "" }), []string{"signing.providers.eu: vendor"}},
		"another vendor":          {with("ch", func(p *signing.Provider) { p.Vendor = "docusign" }), []string{"signing.providers.ch: vendor"}},
		"no user":                 {with("ch", func(p *signing.Provider) { p.Username = config.Secret{} }), []string{"signing.providers.ch: skribble: the user name"}},
		"no key":                  {with("ch", func(p *signing.Provider) { p.APIKey = config.Secret{} }), []string{"signing.providers.ch: skribble: the user name and the API key"}},
		"the vendor's own URL":    {with("eu", func(p *signing.Provider) { p.BaseURL = "" }), nil},
		"the URL of the region":   {with("ch", func(p *signing.Provider) { p.BaseURL, p.Region = "", "CH" }), nil},
		"neither URL nor region":  {with("ch", func(p *signing.Provider) { p.BaseURL = "" }), []string{"signing.providers.ch: region"}},
		"a region nowhere":        {with("ch", func(p *signing.Provider) { p.BaseURL, p.Region = "", "US" }), []string{"signing.providers.ch: region"}},
		"an unknown URL's region": {with("ch", func(p *signing.Provider) { p.BaseURL = "https://proxy.example/v2" }), []string{"signing.providers.ch: region"}},
		"a proxy with a region":   {with("ch", func(p *signing.Provider) { p.BaseURL, p.Region = "https://proxy.example/v2", "CH" }), nil},
		"another region":          {with("ch", func(p *signing.Provider) { p.Region = "EU" }), []string{"signing.providers.ch: region"}},
		"Yousign in Switzerland":  {with("eu", func(p *signing.Provider) { p.Region = "CH" }), []string{"signing.providers.eu: region"}},
		"a preference":            {func(c *signing.Config) { c.Routing = []string{"eu", "ch"} }, nil},
		"a stranger preferred":    {func(c *signing.Config) { c.Routing = []string{"eu", "us"} }, []string{`signing.routing: no provider is named "us"`}},
		"preferred twice":         {func(c *signing.Config) { c.Routing = []string{"eu", "eu"} }, []string{`signing.routing: "eu" is there twice`}},
		"one account twice":       {func(c *signing.Config) { c.Providers["fr"] = c.Providers["eu"] }, []string{"signing.providers.fr: api_key", "signing.providers.fr: webhook_token"}},
		"one user twice":          {func(c *signing.Config) { c.Providers["de"] = c.Providers["ch"] }, []string{"signing.providers.de: api_key"}},
		"two users": {func(c *signing.Config) {
			two := c.Providers["ch"]
			two.Username = config.NewSecret("api_other")
			c.Providers["de"] = two
		}, nil},
		"one token for two": {func(c *signing.Config) {
			two := c.Providers["eu"]
			two.APIKey = config.NewSecret("another")
			c.Providers["fr"] = two
		}, []string{"signing.providers.fr: webhook_token"}},
		"all of one account": {with("ch", func(p *signing.Provider) {
			p.BaseURL, p.APIKey, p.Username = "http://api.skribble.com/v2", config.Secret{}, config.NewSecret("api_demo_acme")
		}), []string{
			"signing.providers.ch: skribble: the user name and the API key", "signing.providers.ch: skribble: a demo user",
			"signing.providers.ch: skribble: the base URL",
		}},
		"secrets in the clear":     {with("eu", func(p *signing.Provider) { p.BaseURL = "http://api.yousign.app/v3" }), []string{"signing.providers.eu"}},
		"a sandbox that is none":   {with("eu", func(p *signing.Provider) { p.Sandbox = true }), []string{"signing.providers.eu"}},
		"a demo user that is real": {with("ch", func(p *signing.Provider) { p.Username = config.NewSecret("api_demo_acme") }), []string{"signing.providers.ch"}},
		"a short token":            {with("eu", func(p *signing.Provider) { p.WebhookToken = config.NewSecret(webhookToken[:21]) }), []string{"signing.providers.eu: webhook_token"}},
		"no webhook secret":        {with("eu", func(p *signing.Provider) { p.WebhookSecrets = nil }), []string{"signing.providers.eu: webhook_secrets"}},
		"an empty webhook secret": {
			with("eu", func(p *signing.Provider) { p.WebhookSecrets = append(p.WebhookSecrets, config.Secret{}) }), []string{"signing.providers.eu: webhook_secrets"},
		},
		"a webhook secret twice": {
			with("eu", func(p *signing.Provider) { p.WebhookSecrets = append(p.WebhookSecrets, p.WebhookSecrets[0]) }), []string{"signing.providers.eu: webhook_secrets"},
		},
		"a name that no caller can use":    {named("EU_1"), []string{`signing.providers: the name "EU_1"`}},
		"a name without an end":            {named(strings.Repeat("e", 64)), []string{"signing.providers: the name"}},
		"a name that begins with a number": {named("1eu"), []string{"signing.providers: the name"}},
		"no name":                          {named(""), []string{"signing.providers: the name"}},
		"a long name":                      {named(strings.Repeat("e", 63)), nil},
		"everything at once": {
			func(c *signing.Config) {
				c.Callbacks, c.FirstCheck, c.LongestCheck = "", 0, -1
				c.Providers["ch"], c.Providers["eu"] = signing.Provider{Vendor: "skribble"}, signing.Provider{Vendor: "yousign"}
			},
			[]string{
				"signing.providers.ch: signing.callbacks", "signing.providers.ch: region", "signing.providers.ch: skribble: the user name",
				"signing.providers.eu: webhook_token", "signing.providers.eu: webhook_secrets", "signing.providers.eu: yousign: the API key",
				"signing.first_check",
			},
		},
	} {
		cfg := settings()
		c.spoil(&cfg)
		told(t, name, cfg, c.keys)
	}
}

// TestCheckRefusesWhatWouldGoUnnoticed: addresses nobody reaches, and settings that nothing would come of.
func TestCheckRefusesWhatWouldGoUnnoticed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*signing.Config)
		keys  []string
	}{
		"callbacks in the clear": {func(c *signing.Config) { c.Callbacks = "http://sign.example.com" }, []string{"signing.providers.ch: signing.callbacks: must be https"}},
		"callbacks with a user":  {func(c *signing.Config) { c.Callbacks = "https://a@sign.example.com" }, []string{"signing.providers.ch: signing.callbacks: must hold no user"}},
		"callbacks with a query": {func(c *signing.Config) { c.Callbacks = "https://sign.example.com?a" }, []string{"signing.providers.ch: signing.callbacks: must hold no query"}},
		"callbacks here":         {func(c *signing.Config) { c.Callbacks = "http://127.0.0.1:8080" }, nil},
		"callbacks with a path":  {func(c *signing.Config) { c.Callbacks = "https://example.com/sign/" }, nil},
		"no version":             {with("eu", func(p *signing.Provider) { p.BaseURL = "https://api.yousign.app" }), []string{"signing.providers.eu: base_url: must end with the version of the vendor's API, /v3"}},
		"another version":        {with("ch", func(p *signing.Provider) { p.BaseURL = "https://api.skribble.com/v1" }), []string{"signing.providers.ch: base_url"}},
		"one key for two":        {func(c *signing.Config) { c.Providers["us"] = c.Providers["ch"] }, []string{"signing.providers.us: api_key: is that of ch"}},
		"a token of words":       {with("eu", func(p *signing.Provider) { p.WebhookToken = config.NewSecret("twenty-two or more/words") }), []string{"signing.providers.eu: webhook_token"}},
		"all below nothing": {
			with("ch", func(p *signing.Provider) {
				p.LookupGrace, p.CallsPerMinute, p.ChecksPerMinute, p.EraseAfter = -1, -1, -1, -1
			}),
			[]string{
				"signing.providers.ch: lookup_grace: must not", "signing.providers.ch: calls_per_minute: must not",
				"signing.providers.ch: checks_per_minute: must not", "signing.providers.ch: erase_after: must not",
			},
		},
		"calls below nothing": {with("eu", func(p *signing.Provider) { p.CallsPerHour = -1 }), []string{"signing.providers.eu: calls_per_hour: must not"}},
		"Yousign's settings at Skribble": {
			with("ch", func(p *signing.Provider) {
				p.CallsPerHour, p.WebhookToken, p.WebhookAPIKey = 1, config.NewSecret(webhookToken), config.NewSecret(apiKey)
				p.WebhookSecrets = []config.Secret{config.NewSecret(webhookSecret)}
			}),
			[]string{
				"signing.providers.ch: calls_per_hour: is a setting of yousign", "signing.providers.ch: webhook_token: is a setting of yousign",
				"signing.providers.ch: webhook_secrets: is a setting of yousign", "signing.providers.ch: webhook_api_key: is a setting of yousign",
			},
		},
		"Skribble's settings at Yousign": {
			with("eu", func(p *signing.Provider) { p.Username, p.LookupGrace = config.NewSecret("api_acme"), time.Second }),
			[]string{"signing.providers.eu: username: is a setting of skribble", "signing.providers.eu: lookup_grace: is a setting of skribble"},
		},
	} {
		cfg := settings()
		c.spoil(&cfg)
		told(t, name, cfg, c.keys)
	}
}

// told checks that the settings have these mistakes and no others.
func told(t *testing.T, name string, cfg signing.Config, keys []string) {
	t.Helper()
	var mistakes []string
	if err := cfg.Check(); err != nil {
		mistakes = strings.Split(err.Error(), "\n")
	}
	if len(mistakes) != len(keys) {
		t.Errorf("%s: %d mistakes, want %d:\n%s", name, len(mistakes), len(keys), strings.Join(mistakes, "\n"))
		return
	}
	for i, key := range keys {
		if !strings.HasPrefix(mistakes[i], key) || !strings.Contains(mistakes[i], ": ") {
			t.Errorf("%s: %q does not begin with %s", name, mistakes[i], key)
		}
	}
	for _, secret := range []string{apiKey, webhookToken[:21], webhookSecret} {
		if strings.Contains(strings.Join(mistakes, "\n"), secret) {
			t.Errorf("%s: a secret is told: %v", name, mistakes)
		}
	}
}

// TestSecretsAreNeverPrinted in whatever way the settings are.
func TestSecretsAreNeverPrinted(t *testing.T) {
	cfg := settings()
	asJSON, jsonErr := json.Marshal(cfg)
	asYAML, yamlErr := yaml.Marshal(cfg)
	if jsonErr != nil || yamlErr != nil {
		t.Fatal(jsonErr, yamlErr)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("settings", slog.Any("settings", cfg))
	slog.New(slog.NewJSONHandler(&log, nil)).Info("settings", slog.Any("settings", cfg))
	for how, text := range map[string]string{
		"%v": fmt.Sprintf("%v", cfg), "%+v": fmt.Sprintf("%+v", cfg), "%#v": fmt.Sprintf("%#v", cfg), "Sprint": fmt.Sprint(cfg.Providers),
		"JSON": string(asJSON), "YAML": string(asYAML), "log": log.String(),
	} {
		if !strings.Contains(text, "redacted") {
			t.Errorf("%s: nothing is redacted in %s", how, text)
		}
		for _, secret := range []string{apiKey, webhookToken, webhookSecret} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: a secret is in %s", how, text)
			}
		}
	}
}

// TestAnUnreadSecretIsToldOnce by the loader alone, and hides no other mistake of its account.
func TestAnUnreadSecretIsToldOnce(t *testing.T) {
	const file = `
signing:
  callbacks: https://sign.example.com
  providers:
    ch: {vendor: skribble, sandbox: true, region: US, username: {env: NOT_SET_1}, api_key: {env: NOT_SET_2}}
    eu: {vendor: yousign, region: CH, api_key: {env: NOT_SET_3}, webhook_token: {env: NOT_SET_4}, webhook_secrets: [{env: NOT_SET_5}, {env: NOT_SET_6}]}
`
	root := struct {
		Signing signing.Config `yaml:"signing"`
	}{signing.DefaultConfig()}
	err := config.Load(&root, "c.yaml", []byte(file), "COUNTERSIGN", func(string) (string, bool) { return "", false })
	var unread *config.UnreadError
	if !errors.As(err, &unread) || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("want a line for each of six secrets: %v", err)
	}
	told(t, "unread", root.Signing, []string{"signing.providers.ch: region", "signing.providers.eu: region"})
}

// TestTheSettingsComeFromAFileAndTheEnvironment under the names that the errors use.
func TestTheSettingsComeFromAFileAndTheEnvironment(t *testing.T) {
	root := struct {
		Signing signing.Config `yaml:"signing"`
	}{signing.DefaultConfig()}
	file := `
signing:
  callbacks: https://sign.example.com
  longest_check: 2h
  routing: [eu]
  providers:
    eu:
      vendor: yousign
      region: EU
      api_key: ` + apiKey + `
      webhook_token: ` + webhookToken + `
      webhook_secrets: [` + webhookSecret + `]
`
	environment := func(name string) (string, bool) { return "20m", name == "COUNTERSIGN_SIGNING_FIRST_CHECK" }
	if err := config.Load(&root, "c.yaml", []byte(file), "COUNTERSIGN", environment); err != nil {
		t.Fatal(err)
	}
	got := root.Signing
	if err := got.Check(); err != nil || got.FirstCheck != 20*time.Minute || got.LongestCheck != 2*time.Hour ||
		got.Providers["eu"].APIKey.Reveal() != apiKey || !slices.Equal(got.Routing, []string{"eu"}) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := config.Load(&root, "c.yaml", []byte("signing:\n  provider: eu\n"), "COUNTERSIGN", environment); err == nil {
		t.Error("an unknown key was taken")
	}
}

func discard() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
