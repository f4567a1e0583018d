package signing

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/countersign/countersign/services/internal/config"
	"github.com/countersign/countersign/services/signing/internal/api"
	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/skribble"
	"github.com/countersign/countersign/services/signing/internal/yousign"
)

// Config of the signing role.
type Config struct {
	// Listen is the gRPC address, on the loopback; empty means that only roles in the same process can call.
	Listen string `yaml:"listen"`
	// Address where other processes reach this role, host:port; needed where it does not run in the same process.
	Address string `yaml:"address"`
	// Callbacks is the public base URL that vendors call, such as https://sign.example.com; the gateway answers there.
	Callbacks string `yaml:"callbacks"`
	// FirstCheck is the pause after which a request that nothing was heard of is looked at; later pauses double.
	FirstCheck time.Duration `yaml:"first_check"`
	// LongestCheck is the longest such pause.
	LongestCheck time.Duration `yaml:"longest_check"`
	// Providers are the accounts at signing vendors, by a name of your choice: a lower-case letter, then at most 62 lower-case
	// letters, digits and hyphens.
	Providers map[string]Provider `yaml:"providers"`
}

// Provider is an account at a signing vendor.
type Provider struct {
	// Vendor is skribble or yousign.
	Vendor string `yaml:"vendor"`
	// BaseURL of the vendor's API, with its version. Skribble: https://api.skribble.de/v2 (EU) or
	// https://api.skribble.com/v2 (Switzerland and others). Yousign: https://api.yousign.app/v3.
	BaseURL string `yaml:"base_url"`
	// Sandbox must be true for an account whose signatures have no legal value, and for no other.
	Sandbox bool `yaml:"sandbox"`
	// Username of the API user. Skribble only.
	Username config.Secret `yaml:"username"`
	// APIKey of the account.
	APIKey config.Secret `yaml:"api_key"`
	// WebhookToken is the secret last segment of the webhook's path, at least 22 characters. Yousign only.
	WebhookToken config.Secret `yaml:"webhook_token"`
	// WebhookSecrets sign the webhooks, none of them empty or there twice; any of them is accepted. The first is the one that
	// `countersign webhooks apply` gives to the vendor, who takes exactly 32 characters. To replace one without a refused
	// event: put the new one before it and restart, apply, and take the old one away after four days, in which the vendor
	// may repeat what it signed before. Yousign only.
	WebhookSecrets []config.Secret `yaml:"webhook_secrets"`
	// WebhookAPIKey manages the webhook subscriptions, where api_key may not: Yousign keeps those of a sandbox account in
	// production, and only a key of production reaches them. Used by `countersign webhooks` alone. Yousign only.
	WebhookAPIKey config.Secret `yaml:"webhook_api_key"`
	// LookupGrace is how long a request whose sending had an unknown outcome may take to become findable before it is
	// sent again. Skribble only; 0 means 15 seconds.
	LookupGrace time.Duration `yaml:"lookup_grace"`
	// CallsPerMinute the account may make; 0 means the vendor's published limit, or a careful one where it publishes none.
	CallsPerMinute int `yaml:"calls_per_minute"`
	// CallsPerHour the account may make; 0 means the vendor's published limit. Yousign only.
	CallsPerHour int `yaml:"calls_per_hour"`
}

// DefaultConfig returns the settings that need no file.
func DefaultConfig() Config {
	return Config{FirstCheck: 15 * time.Minute, LongestCheck: time.Hour}
}

// shortestToken is 128 bits in base64.
const shortestToken = 22

// Check tells what is wrong with the settings, all at once.
func (c Config) Check() error {
	_, _, err := c.accounts()
	if c.FirstCheck < time.Second || c.LongestCheck < c.FirstCheck {
		err = errors.Join(err, errors.New("signing.first_check: must be a second or more, and longest_check not shorter"))
	}
	return err
}

// accounts builds the adapters; they call nobody yet.
func (c Config) accounts() (*routing.Accounts, []api.YousignHook, error) {
	providers := map[string]signature.Provider{}
	var hooks []api.YousignHook
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(c.Providers)) {
		p := c.Providers[id]
		if !regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`).MatchString(id) {
			errs = append(errs, fmt.Errorf("signing.providers: the name %q: must be a lower-case letter, then at most 62 lower-case letters, digits and hyphens", id))
			continue
		}
		built, err := p.build(c.Callbacks)
		if err != nil {
			errs = append(errs, fmt.Errorf("signing.providers.%s: %w", id, err))
			continue
		}
		providers[id] = built
		if p.Vendor == "yousign" {
			if slices.ContainsFunc(hooks, func(h api.YousignHook) bool { return h.Token == p.WebhookToken.Reveal() }) {
				errs = append(errs, fmt.Errorf("signing.providers.%s: webhook_token: another account has the same one", id))
			}
			hooks = append(hooks, api.YousignHook{
				Provider: id, Token: p.WebhookToken.Reveal(), Secrets: p.secrets(), Sandbox: p.Sandbox,
			})
		}
	}
	return routing.New(providers), hooks, errors.Join(errs...)
}

func (p Provider) build(callbacks string) (signature.Provider, error) {
	switch p.Vendor {
	case "skribble":
		if u, err := url.Parse(callbacks); err != nil || u.Host == "" {
			return nil, errors.New("signing.callbacks: Skribble needs the public base URL of the gateway")
		}
		return skribble.New(skribble.Config{
			BaseURL: p.BaseURL, Username: p.Username.Reveal(), APIKey: p.APIKey.Reveal(), CallbackBase: callbacks,
			Sandbox: p.Sandbox, LookupGrace: p.LookupGrace, CallsPerMinute: p.CallsPerMinute,
		})
	case "yousign":
		if len(p.WebhookToken.Reveal()) < shortestToken {
			return nil, fmt.Errorf("webhook_token: must have %d characters or more", shortestToken)
		}
		if len(p.WebhookSecrets) == 0 {
			return nil, errors.New("webhook_secrets: at least one is needed, else every webhook would be refused")
		}
		if slices.ContainsFunc(p.WebhookSecrets, func(s config.Secret) bool { return s.Reveal() == "" }) {
			return nil, errors.New("webhook_secrets: one of them is empty")
		}
		if len(slices.Compact(slices.Sorted(slices.Values(p.secrets())))) < len(p.WebhookSecrets) {
			return nil, errors.New("webhook_secrets: one of them is there twice")
		}
		return yousign.New(p.yousign())
	}
	return nil, fmt.Errorf("vendor: %q is not known; want skribble or yousign", p.Vendor)
}

// yousign is the adapter's configuration of the account.
func (p Provider) yousign() yousign.Config {
	return yousign.Config{
		BaseURL: p.BaseURL, APIKey: p.APIKey.Reveal(), Sandbox: p.Sandbox,
		CallsPerMinute: p.CallsPerMinute, CallsPerHour: p.CallsPerHour,
	}
}

// secrets are the live secrets of the account's webhooks.
func (p Provider) secrets() []string {
	var secrets []string
	for _, secret := range p.WebhookSecrets {
		secrets = append(secrets, secret.Reveal())
	}
	return secrets
}
