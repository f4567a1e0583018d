package yousign

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
	"github.com/countersign/countersign/services/sim/pki"
)

// The keys the simulator accepts when Config names none.
const (
	DefaultAPIKey      = "yousign-sim-full-access"
	DefaultReadOnlyKey = "yousign-sim-read-only"
)

// Config says how the simulator behaves. The zero value with a BaseURL works.
type Config struct {
	// BaseURL is the public address of the simulator without a slash at its end; signature links start with it.
	BaseURL string
	// Clock is the simulated time. Nil starts one at real speed, closed with the simulator.
	Clock *clock.Clock
	// Authority issues the certificates documents are signed with. Nil makes one in memory.
	Authority *pki.Authority
	// APIKey is the bearer key with full access. Empty means DefaultAPIKey.
	APIKey string
	// ReadOnlyKey may only read; other methods answer 403. Empty means DefaultReadOnlyKey.
	ReadOnlyKey string
	// Sandbox makes this the vendor's sandbox: its webhook subscriptions are those with sandbox true and its
	// limits are 30 calls a minute and 200 an hour instead of production's 60 and 1200.
	Sandbox bool
	// Unlimited turns the rate limiter off; the headers then show production limits that never shrink.
	Unlimited bool
	// Trial makes the account a trial: nil for a paying one.
	Trial *Trial
	// LevelsOff are signature levels the account's plan lacks: signers with them are refused.
	LevelsOff []string
	// AnyEndpoint lets the webhook API accept http and private hosts, which the vendor refuses.
	AnyEndpoint bool
	// NestedWebhooks sends the webhook body with its event_ and subscription_ keys under "metadata", as one
	// source reports, instead of flat.
	NestedWebhooks bool
	// AuditTrailDelay is how long after completion the audit trail is not ready, in simulated time.
	AuditTrailDelay time.Duration
	// Webhook seeds one subscription; nil seeds none.
	Webhook *Webhook
}

// Trial holds the restrictions of an account in its trial period: no subscription by API, no redirect URLs, at
// most five signers, five approvers and five followers, and e-mails only to the organisation's own people.
type Trial struct {
	// Emails are the addresses of the organisation's members; a name after an @ alone, such as "@example.org",
	// admits a whole domain.
	Emails []string
}

func (t *Trial) member(email string) bool {
	return slices.ContainsFunc(t.Emails, func(e string) bool {
		return strings.EqualFold(e, email) || strings.HasPrefix(e, "@") && strings.HasSuffix(strings.ToLower(email), strings.ToLower(e))
	})
}

// Webhook is a subscription that exists from the start, as one made by hand in the vendor's app does.
type Webhook struct {
	// Endpoint is called for every event; http and private hosts are allowed here.
	Endpoint string
	// SecretKey signs the calls; exactly 32 characters.
	SecretKey string
	// Events are the event names; nil means ["*"].
	Events []string
}

func (c *Config) complete() error {
	if u, err := url.Parse(c.BaseURL); err != nil || u.Host == "" {
		return errors.New("yousign simulator: BaseURL must be an absolute URL")
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if c.APIKey == "" {
		c.APIKey = DefaultAPIKey
	}
	if c.ReadOnlyKey == "" {
		c.ReadOnlyKey = DefaultReadOnlyKey
	}
	if c.Webhook != nil && len(c.Webhook.SecretKey) != 32 {
		return errors.New("yousign simulator: the webhook's secret key must have 32 characters")
	}
	if c.Authority == nil {
		a, err := pki.Open("")
		if err != nil {
			return fmt.Errorf("yousign simulator: certificate authority: %w", err)
		}
		c.Authority = a
	}
	return nil
}
