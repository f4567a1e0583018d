package kommo

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
)

// DefaultRateLimit is Kommo's published limit, in requests per second and client IP.
const DefaultRateLimit = 7

// Config describes one simulated account. Only BaseURL and Clock are required.
type Config struct {
	// BaseURL is where the simulator is reached, like https://acme.kommo.com; links are built from it.
	BaseURL string
	// DriveURL is the base of the file storage, which the real Kommo has on a host of its own. The simulator serves it
	// under this URL's path. Default: BaseURL + "/drive".
	DriveURL string
	// Clock gives the times of all records and paces the retries of webhooks.
	Clock *clock.Clock
	// Token is the long-lived access token of a private integration. Default: "kommo-demo-token".
	Token string
	// ClientID and ClientSecret name the integration for OAuth. Default: "kommo-demo-client", "kommo-demo-secret".
	ClientID, ClientSecret string
	// RateLimit is how many requests one client IP may make within a real second; 0 is no limit. Kommo's own figure is
	// DefaultRateLimit.
	RateLimit int
	// BlockAfter is how many refusals for the rate within a real minute get an IP blocked (403 for BlockFor); 0 is
	// never. Kommo blocks but gives no figure.
	BlockAfter int
	// BlockFor is the real time of a block. Default: one minute.
	BlockFor time.Duration
	// HookTimeout is how long a webhook waits for its answer, in real time. Default: 2 s, as Kommo.
	HookTimeout time.Duration
	// Knobs start like this and can be turned later.
	Knobs Knobs
	// Seed is the world at the start. Default: DefaultSeed().
	Seed Seed
}

// Knobs are moods of the vendor that last until they are turned back.
type Knobs struct {
	// PlanEnded answers 402 to every call of the API.
	PlanEnded bool `json:"plan_ended"`
	// PlainRateLimit answers 429 with a text instead of JSON.
	PlainRateLimit bool `json:"plain_rate_limit"`
	// TimeoutAbove answers 504 to a write of more items than this; 0 is never.
	TimeoutAbove int `json:"timeout_above"`
	// FieldFilter honours filter[custom_fields_values], which accounts without that option silently ignore.
	FieldFilter bool `json:"field_filter"`
}

func (c Config) withDefaults() (Config, error) {
	if c.Clock == nil {
		return c, errors.New("kommo simulator: no clock")
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	c.DriveURL = strings.TrimRight(cmp.Or(c.DriveURL, c.BaseURL+"/drive"), "/")
	for _, base := range []string{c.BaseURL, c.DriveURL} {
		if !isHTTP(base) {
			return c, fmt.Errorf("kommo simulator: %q is not an http URL", base)
		}
	}
	c.Token = cmp.Or(c.Token, "kommo-demo-token")
	c.ClientID = cmp.Or(c.ClientID, "kommo-demo-client")
	c.ClientSecret = cmp.Or(c.ClientSecret, "kommo-demo-secret")
	c.BlockFor = cmp.Or(c.BlockFor, time.Minute)
	c.HookTimeout = cmp.Or(c.HookTimeout, 2*time.Second)
	if c.Seed.Account.ID == 0 {
		given := c.Seed
		c.Seed = DefaultSeed()
		c.Seed.Subscriptions, c.Seed.StageHooks = given.Subscriptions, given.StageHooks
	}
	return c, c.Seed.check()
}

// isHTTP reports whether the text is an absolute http or https URL.
func isHTTP(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}
