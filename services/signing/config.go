package signing

import (
	"errors"
	"time"

	"github.com/countersign/countersign/services/internal/config"
)

// Config of the signing role.
type Config struct {
	// Listen is the gRPC address, on the loopback; empty means that only roles in the same process can call.
	Listen string `yaml:"listen"`
	// Address where other processes reach this role, host:port; needed where it does not run in the same process.
	Address string `yaml:"address"`
	// Callbacks is the public base URL that vendors call, such as https://sign.example.com; the gateway answers there. It is
	// https, or http on a loopback host, and may have a path.
	Callbacks string `yaml:"callbacks"`
	// FirstCheck is the pause after which a request that nothing was heard of is looked at; later pauses double.
	FirstCheck time.Duration `yaml:"first_check"`
	// LongestCheck is the longest such pause.
	LongestCheck time.Duration `yaml:"longest_check"`
	// Providers are the accounts at signing vendors, by a name of your choice: a lower-case letter, then at most 62 lower-case
	// letters, digits and hyphens.
	Providers map[string]Provider `yaml:"providers"`
	// Routing names providers in the order in which requests that name none prefer them; the others follow by name.
	Routing []string `yaml:"routing"`
}

// Provider is an account at a signing vendor.
type Provider struct {
	// Vendor is skribble or yousign.
	Vendor string `yaml:"vendor"`
	// Region the account's data is kept in: EU or CH. It may be left out where base_url is one of the vendor's own, and for
	// Yousign, which keeps everything in the EU.
	Region string `yaml:"region"`
	// BaseURL of the vendor's API, with its version. Empty means the vendor's own: https://api.skribble.de/v2 (EU) or
	// https://api.skribble.com/v2 (CH), by the region; https://api.yousign.app/v3 or, with sandbox,
	// https://api-sandbox.yousign.app/v3.
	BaseURL string `yaml:"base_url"`
	// Sandbox must be true for an account whose signatures have no legal value, and for no other.
	Sandbox bool `yaml:"sandbox"`
	// Username of the API user. Skribble only.
	Username config.Secret `yaml:"username"`
	// APIKey of the account; no account is there under two names.
	APIKey config.Secret `yaml:"api_key"`
	// WebhookToken is the secret last segment of the webhook's path: 22 characters or more, all of them letters, digits or
	// one of - . _ ~. Yousign only.
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
	// sent again. Skribble only; a minute at most, and 0 means 15 seconds.
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

// Check tells what is wrong with the settings, all at once.
func (c Config) Check() error {
	_, _, err := c.accounts()
	if c.FirstCheck < time.Second || c.LongestCheck < c.FirstCheck {
		err = errors.Join(err, errors.New("signing.first_check: must be a second or more, and longest_check not shorter"))
	}
	return err
}
