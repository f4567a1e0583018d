package signing

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/api"
	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/skribble"
	"github.com/countersign/countersign/services/signing/internal/yousign"
)

// shortestToken is 128 bits in base64.
const shortestToken = 22

// The vendors' own addresses, each with the region its data is kept in.
const (
	skribbleEU     = "https://api.skribble.de/v2"
	skribbleCH     = "https://api.skribble.com/v2"
	yousignLive    = "https://api.yousign.app/v3"
	yousignSandbox = "https://api-sandbox.yousign.app/v3"
)

// accounts builds the adapters; they call nobody yet. The error joins all mistakes of all accounts.
func (c Config) accounts() (*routing.Accounts, []api.YousignHook, error) {
	providers, hooks := map[string]signature.Provider{}, []api.YousignHook{}
	keys := map[[4]string]bool{}
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(c.Providers)) {
		p := c.Providers[id]
		if !regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`).MatchString(id) {
			errs = append(errs, fmt.Errorf("signing.providers: the name %q: must be a lower-case letter, then at most 62 lower-case letters, digits and hyphens", id))
			continue
		}
		built, mistakes := p.build(c.Callbacks)
		// Two names for one account would share its limits and know nothing of each other.
		if key := p.APIKey.Reveal(); key != "" && keys[p.account()] {
			mistakes = append(mistakes, errors.New("api_key: another account has the same one"))
		}
		keys[p.account()] = true
		if p.Vendor == "yousign" {
			token := p.WebhookToken.Reveal()
			if token != "" && slices.ContainsFunc(hooks, func(h api.YousignHook) bool { return h.Token == token }) {
				mistakes = append(mistakes, errors.New("webhook_token: another account has the same one"))
			}
			hooks = append(hooks, api.YousignHook{Provider: id, Token: token, Secrets: p.secrets(), Sandbox: p.Sandbox})
		}
		for _, mistake := range mistakes {
			errs = append(errs, fmt.Errorf("signing.providers.%s: %w", id, mistake))
		}
		providers[id] = built
	}
	for i, id := range c.Routing {
		if _, ok := c.Providers[id]; !ok {
			errs = append(errs, fmt.Errorf("signing.routing: no provider is named %q", id))
		}
		if slices.Contains(c.Routing[:i], id) {
			errs = append(errs, fmt.Errorf("signing.routing: %q is there twice", id))
		}
	}
	if len(errs) > 0 {
		return nil, nil, errors.Join(errs...)
	}
	return routing.New(providers, c.Routing...), hooks, nil
}

// build makes the account's adapter, or tells all that is wrong with the account.
func (p Provider) build(callbacks string) (signature.Provider, []error) {
	var built signature.Provider
	var mistakes []error
	var err error
	if p.ChecksPerMinute < 0 || p.EraseAfter < 0 {
		mistakes = append(mistakes, errors.New("checks_per_minute and erase_after: must not be negative"))
	}
	switch p.Vendor {
	case "skribble":
		if u, err := url.Parse(callbacks); err != nil || u.Host == "" {
			mistakes = append(mistakes, errors.New("signing.callbacks: Skribble needs the public base URL of the gateway"))
		}
		if err := p.skribbleRegion(); err != nil {
			mistakes = append(mistakes, err)
		}
		built, err = skribble.New(p.skribble(callbacks))
	case "yousign":
		mistakes = append(mistakes, p.webhookMistakes()...)
		if p.region() != signature.RegionEU {
			mistakes = append(mistakes, fmt.Errorf("region: Yousign keeps its data in EU, not in %q", p.Region))
		}
		built, err = yousign.New(p.yousign())
	default:
		err = fmt.Errorf("vendor: %q is not known; want skribble or yousign", p.Vendor)
	}
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		return nil, append(mistakes, several.Unwrap()...)
	}
	if err != nil {
		mistakes = append(mistakes, err)
	}
	return built, mistakes
}

// skribbleRegion tells what is wrong with the region of a Skribble account: nothing tells it but its address or the
// setting, and the two may not differ.
func (p Provider) skribbleRegion() error {
	switch known := hostRegion(p.BaseURL); {
	case known != "" && p.Region != "" && p.Region != string(known):
		return fmt.Errorf("region: %q is not where base_url keeps its data, which is %s", p.Region, known)
	case p.region() != signature.RegionEU && p.region() != signature.RegionCH:
		return fmt.Errorf("region: %q is none: want EU or CH, or one of Skribble's own addresses as base_url", p.Region)
	}
	return nil
}

// hostRegion is where one of Skribble's own addresses keeps its data; empty for any other.
func hostRegion(base string) signature.Region {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	switch u.Hostname() {
	case "api.skribble.de":
		return signature.RegionEU
	case "api.skribble.com":
		return signature.RegionCH
	}
	return ""
}

// region is where the account's data is kept, as set or as known of the vendor.
func (p Provider) region() signature.Region {
	switch {
	case p.Region != "":
		return signature.Region(p.Region)
	case p.Vendor == "yousign":
		return signature.RegionEU
	}
	return hostRegion(p.BaseURL)
}

// baseURL is the address of the vendor's API.
func (p Provider) baseURL() string {
	switch {
	case p.BaseURL != "":
		return p.BaseURL
	case p.Vendor == "yousign" && p.Sandbox:
		return yousignSandbox
	case p.Vendor == "yousign":
		return yousignLive
	case p.region() == signature.RegionCH:
		return skribbleCH
	}
	return skribbleEU // without a region the account is a mistake
}

func (p Provider) webhookMistakes() []error {
	var mistakes []error
	secrets := p.secrets()
	if len(p.WebhookToken.Reveal()) < shortestToken {
		mistakes = append(mistakes, fmt.Errorf("webhook_token: must have %d characters or more", shortestToken))
	}
	if len(secrets) == 0 {
		mistakes = append(mistakes, errors.New("webhook_secrets: at least one is needed, else every webhook would be refused"))
	}
	if slices.Contains(secrets, "") {
		mistakes = append(mistakes, errors.New("webhook_secrets: one of them is empty"))
	}
	if len(slices.Compact(slices.Sorted(slices.Values(secrets)))) < len(secrets) {
		mistakes = append(mistakes, errors.New("webhook_secrets: one of them is there twice"))
	}
	return mistakes
}

func (p Provider) skribble(callbacks string) skribble.Config {
	return skribble.Config{
		BaseURL: p.baseURL(), Username: p.Username.Reveal(), APIKey: p.APIKey.Reveal(), CallbackBase: callbacks,
		Region: p.region(), Sandbox: p.Sandbox, LookupGrace: p.LookupGrace, CallsPerMinute: p.CallsPerMinute,
	}
}

// yousign is the adapter's configuration of the account.
func (p Provider) yousign() yousign.Config {
	return yousign.Config{
		BaseURL: p.baseURL(), APIKey: p.APIKey.Reveal(), Sandbox: p.Sandbox,
		CallsPerMinute: p.CallsPerMinute, CallsPerHour: p.CallsPerHour,
	}
}

// account tells accounts at vendors apart.
func (p Provider) account() [4]string {
	return [4]string{p.Vendor, strings.TrimRight(p.baseURL(), "/"), p.Username.Reveal(), strings.TrimSpace(p.APIKey.Reveal())}
}

// secrets are the live secrets of the account's webhooks.
func (p Provider) secrets() []string {
	var secrets []string
	for _, secret := range p.WebhookSecrets {
		secrets = append(secrets, secret.Reveal())
	}
	return secrets
}
