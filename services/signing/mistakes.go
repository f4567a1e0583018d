package signing

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/internal/baseurl"
	"github.com/countersign/countersign/services/internal/config"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// unread stands for a secret that is not where the file says, so that the other mistakes of its account are found. Nothing
// starts with it: config.Load has failed.
const unread = "unread"

func readOr(secret config.Secret, instead string) string {
	if secret.Unread() {
		return instead
	}
	return secret.Reveal()
}

// username stands, where it is unread, for one that fits the sandbox setting.
func (p Provider) username() string {
	if p.Sandbox {
		return readOr(p.Username, "api_demo_"+unread)
	}
	return readOr(p.Username, unread)
}

// sameAccount names the one before this that is the same account at its vendor; empty when there is none.
func (c Config) sameAccount(id string) string {
	p := c.Providers[id]
	for _, other := range slices.Sorted(maps.Keys(c.Providers)) {
		if other >= id || !p.APIKey.Set() {
			return ""
		}
		if o := c.Providers[other]; o.account() == p.account() {
			return other
		}
	}
	return ""
}

// checkCallbacks tells what is wrong with the address that the vendors are to call.
func checkCallbacks(callbacks string) error {
	if callbacks == "" {
		return errors.New("signing.callbacks: is needed: the public base URL of the gateway, which the vendor is to call")
	}
	if _, err := baseurl.Parse(callbacks, false); err != nil {
		return fmt.Errorf("signing.callbacks: %w", err)
	}
	return nil
}

func (p Provider) negative() []error {
	var mistakes []error
	for _, setting := range []struct {
		name     string
		negative bool
	}{
		{"lookup_grace", p.LookupGrace < 0}, {"calls_per_minute", p.CallsPerMinute < 0}, {"calls_per_hour", p.CallsPerHour < 0},
		{"checks_per_minute", p.ChecksPerMinute < 0}, {"erase_after", p.EraseAfter < 0},
	} {
		if setting.negative {
			mistakes = append(mistakes, errors.New(setting.name+": must not be negative"))
		}
	}
	return mistakes
}

// foreign tells the settings that only the other vendor's accounts have: nothing would come of them.
func (p Provider) foreign() []error {
	var mistakes []error
	for _, setting := range []struct {
		name, vendor string
		set          bool
	}{
		{"username", skribbleVendor, p.Username.Set() || p.Username.Unread()},
		{"lookup_grace", skribbleVendor, p.LookupGrace != 0},
		{"calls_per_hour", yousignVendor, p.CallsPerHour != 0},
		{"webhook_token", yousignVendor, p.WebhookToken.Set() || p.WebhookToken.Unread()},
		{"webhook_secrets", yousignVendor, len(p.WebhookSecrets) > 0},
		{"webhook_api_key", yousignVendor, p.WebhookAPIKey.Set() || p.WebhookAPIKey.Unread()},
	} {
		known := p.Vendor == skribbleVendor || p.Vendor == yousignVendor
		if setting.set && known && setting.vendor != p.Vendor {
			mistakes = append(mistakes, fmt.Errorf("%s: is a setting of %s accounts alone", setting.name, setting.vendor))
		}
	}
	return mistakes
}

// apiVersion refuses an address without the version that the adapter speaks: every call would be answered 404.
func (p Provider) apiVersion(version string) error {
	base, err := url.Parse(p.baseURL())
	if err == nil && base.Host != "" && !strings.HasSuffix(strings.TrimRight(base.Path, "/"), version) {
		return fmt.Errorf("base_url: must end with the version of the vendor's API, %s", version)
	}
	return nil
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

func (p Provider) webhookMistakes() []error {
	var mistakes []error
	if err := config.CheckPathToken(p.WebhookToken); err != nil {
		mistakes = append(mistakes, fmt.Errorf("webhook_token: %w", err))
	}
	if len(p.WebhookSecrets) == 0 {
		mistakes = append(mistakes, errors.New("webhook_secrets: at least one is needed, else every webhook would be refused"))
	}
	read := slices.DeleteFunc(slices.Clone(p.WebhookSecrets), config.Secret.Unread)
	secrets := Provider{WebhookSecrets: read}.secrets()
	if slices.Contains(secrets, "") {
		mistakes = append(mistakes, errors.New("webhook_secrets: one of them is empty"))
	}
	if len(slices.Compact(slices.Sorted(slices.Values(secrets)))) < len(secrets) {
		mistakes = append(mistakes, errors.New("webhook_secrets: one of them is there twice"))
	}
	return mistakes
}
