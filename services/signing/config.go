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
	// WebhookSecrets sign the webhooks: two while one is being replaced, none of them empty. Yousign only.
	WebhookSecrets []config.Secret `yaml:"webhook_secrets"`
	// LookupGrace is how long a request whose sending had an unknown outcome may take to become findable before it is
	// sent again. Skribble only; 0 means 15 seconds.
	LookupGrace time.Duration `yaml:"lookup_grace"`
	// CallsPerMinute the account may make; 0 means the vendor's published limit, or a careful one where it publishes none.
	CallsPerMinute int `yaml:"calls_per_minute"`
	// CallsPerHour the account may make; 0 means the vendor's published limit. Yousign only.
	CallsPerHour int `yaml:"calls_per_hour"`
	// ChecksPerMinute are the requests of the account that are looked at unasked in a minute; more wait for their turn. What a
	// callback told of is looked at beyond that. 0 means a quarter of the calls that the account may make in the long run.
	ChecksPerMinute int `yaml:"checks_per_minute"`
	// EraseAfter is how long after its end a request is kept at the vendor before it is erased there for good, such as 720h. What
	// was signed is erased only when it is archived with its audit trail. 0 keeps everything.
	EraseAfter time.Duration `yaml:"erase_after"`
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
			hook := api.YousignHook{Provider: id, Token: p.WebhookToken.Reveal(), Sandbox: p.Sandbox}
			for _, secret := range p.WebhookSecrets {
				hook.Secrets = append(hook.Secrets, secret.Reveal())
			}
			hooks = append(hooks, hook)
		}
	}
	return routing.New(providers), hooks, errors.Join(errs...)
}

func (p Provider) build(callbacks string) (signature.Provider, error) {
	if p.ChecksPerMinute < 0 || p.EraseAfter < 0 {
		return nil, errors.New("checks_per_minute and erase_after: must not be negative")
	}
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
		return yousign.New(yousign.Config{
			BaseURL: p.BaseURL, APIKey: p.APIKey.Reveal(), Sandbox: p.Sandbox,
			CallsPerMinute: p.CallsPerMinute, CallsPerHour: p.CallsPerHour,
		})
	}
	return nil, fmt.Errorf("vendor: %q is not known; want skribble or yousign", p.Vendor)
}
