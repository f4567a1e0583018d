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

// The vendors, as the configuration names them.
const (
	skribbleVendor = "skribble"
	yousignVendor  = "yousign"
)

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
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(c.Providers)) {
		p := c.Providers[id]
		if !regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`).MatchString(id) {
			errs = append(errs, fmt.Errorf("signing.providers: the name %q: must be a lower-case letter, then at most 62 lower-case letters, digits and hyphens", id))
			continue
		}
		built, mistakes := p.build(c.Callbacks)
		if other := c.sameAccount(id); other != "" {
			mistakes = append(mistakes, fmt.Errorf("api_key: is that of %s: each would use up the calls of the other", other))
		}
		if p.Vendor == yousignVendor {
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
	var err error
	mistakes := append(p.negative(), p.foreign()...)
	switch p.Vendor {
	case skribbleVendor:
		mistakes = append(mistakes, checkCallbacks(callbacks), p.skribbleRegion(), p.apiVersion("/v2"))
		built, err = skribble.New(p.skribble(callbacks))
	case yousignVendor:
		mistakes = append(mistakes, p.webhookMistakes()...)
		if p.region() != signature.RegionEU {
			mistakes = append(mistakes, fmt.Errorf("region: Yousign keeps its data in EU, not in %q", p.Region))
		}
		mistakes = append(mistakes, p.apiVersion("/v3"))
		built, err = yousign.New(p.yousign())
	default:
		err = fmt.Errorf("vendor: %q is not known; want skribble or yousign", p.Vendor)
	}
	mistakes = slices.DeleteFunc(mistakes, func(err error) bool { return err == nil })
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		return nil, append(mistakes, several.Unwrap()...)
	}
	if err != nil {
		mistakes = append(mistakes, err)
	}
	return built, mistakes
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
	case p.Vendor == yousignVendor:
		return signature.RegionEU
	}
	return hostRegion(p.BaseURL)
}

// baseURL is the address of the vendor's API.
func (p Provider) baseURL() string {
	switch {
	case p.BaseURL != "":
		return p.BaseURL
	case p.Vendor == yousignVendor && p.Sandbox:
		return yousignSandbox
	case p.Vendor == yousignVendor:
		return yousignLive
	case p.region() == signature.RegionCH:
		return skribbleCH
	}
	return skribbleEU // without a region the account is a mistake
}

func (p Provider) skribble(callbacks string) skribble.Config {
	return skribble.Config{
		BaseURL: p.baseURL(), Username: p.username(), APIKey: readOr(p.APIKey, unread), CallbackBase: callbacks,
		Region: p.region(), Sandbox: p.Sandbox, LookupGrace: p.LookupGrace, CallsPerMinute: p.CallsPerMinute,
	}
}

// yousign is the adapter's configuration of the account.
func (p Provider) yousign() yousign.Config {
	return yousign.Config{
		BaseURL: p.baseURL(), APIKey: readOr(p.APIKey, unread), Sandbox: p.Sandbox,
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
