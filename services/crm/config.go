package crm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/internal/config"
)

// Config of the crm role.
type Config struct {
	// Listen is the gRPC address, on the loopback; empty means that only roles in the same process can call.
	Listen string `yaml:"listen"`
	// Address where other processes reach this role, host:port; needed where it does not run in the same process.
	Address string `yaml:"address"`
	// Sweep is how often the stages that ask for signatures are looked through for deals whose webhook was lost.
	Sweep time.Duration `yaml:"sweep"`
	// CallsPerSecond to Kommo, by all accounts together: Kommo counts by source address, and blocks it above 7.
	CallsPerSecond float64 `yaml:"calls_per_second"`
	// LookupGrace is how long a write that Kommo did not answer may still take effect: only then is it looked for, and
	// written again where it is not there.
	LookupGrace time.Duration `yaml:"lookup_grace"`
	// Accounts are the Kommo accounts, by a name of your choice: lower-case letters, digits and dashes.
	Accounts map[string]Account `yaml:"accounts"`
}

// Account is one Kommo account.
type Account struct {
	// BaseURL such as https://acme.kommo.com.
	BaseURL string `yaml:"base_url"`
	// AccountID is Kommo's id of the account; webhooks of another one are ignored. 0 checks nothing.
	AccountID int64 `yaml:"account_id"`
	// Token is the long-lived access token of a private integration.
	Token config.Secret `yaml:"token"`
	// WebhookToken is the secret last segment of the webhook's path: 22 characters or more, all of them letters, digits or
	// one of - . _ ~.
	WebhookToken config.Secret `yaml:"webhook_token"`
	// IncludeExisting also sends contracts for deals that were in a stage before the stage was first looked through.
	IncludeExisting bool `yaml:"include_existing"`
	// DriveHosts are suffixes of hosts that files may be sent to; empty means Kommo's own.
	DriveHosts []string `yaml:"drive_hosts"`
	// LanguageField is the code or id of the contact's field that holds a language; may be empty.
	LanguageField string `yaml:"language_field"`
	// RequestField is the deal's field for the signature request's id, by name, code or id.
	RequestField string `yaml:"request_field"`
	// StatusField is the deal's field for the signature's status, by name, code or id.
	StatusField string `yaml:"status_field"`
	// Rules say which stage asks for which signature.
	Rules []Rule `yaml:"rules"`
}

// DefaultConfig returns the settings that need no file.
func DefaultConfig() Config {
	return Config{Sweep: 10 * time.Minute, CallsPerSecond: kommo.DefaultRatePerSecond, LookupGrace: 10 * time.Second}
}

// Check tells what is wrong with the settings, all at once. Names of pipelines and stages are checked when Kommo is
// first asked.
func (c Config) Check() error {
	_, err := c.accounts(nil)
	if c.Sweep < time.Second {
		err = errors.Join(err, errors.New("crm.sweep: must be a second or more"))
	}
	if c.CallsPerSecond <= 0 {
		err = errors.Join(err, errors.New("crm.calls_per_second: must be more than 0"))
	}
	if c.LookupGrace < 0 || c.LookupGrace > time.Minute {
		err = errors.Join(err, errors.New("crm.lookup_grace: must be between 0 and a minute"))
	}
	return err
}

func (c Config) accounts(logger *slog.Logger) (map[string]*account.Account, error) {
	accounts, limiter := map[string]*account.Account{}, rate.NewLimiter(rate.Limit(c.CallsPerSecond), 1)
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(c.Accounts)) {
		built, err := c.Accounts[id].build(id, limiter, logger)
		if err != nil {
			errs = append(errs, fmt.Errorf("crm.accounts.%s: %w", id, err))
			continue
		}
		accounts[id] = built
	}
	return accounts, errors.Join(errs...)
}

func (a Account) build(id string, limiter kommo.Limiter, logger *slog.Logger) (*account.Account, error) {
	if strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || id == "" || len(id) > 63 {
		return nil, errors.New("the name must be lower-case letters, digits and dashes")
	}
	if !a.Token.Set() && !a.Token.Unread() {
		return nil, errors.New("token: is required")
	}
	if err := config.CheckPathToken(a.WebhookToken); err != nil {
		return nil, fmt.Errorf("webhook_token: %w", err)
	}
	token := a.Token.Reveal()
	client, err := kommo.New(kommo.Config{
		BaseURL: a.BaseURL, Limiter: limiter, DriveHosts: a.DriveHosts,
		Token: func(context.Context) (string, error) { return token, nil },
	})
	if err != nil {
		return nil, err
	}
	fields := map[pipeline.CardField]string{
		pipeline.CardRequestID: a.RequestField, pipeline.CardStatus: a.StatusField,
	}
	rules := make([]account.Rule, len(a.Rules))
	for i, r := range a.Rules {
		if rules[i], err = r.rule(); err != nil {
			return nil, fmt.Errorf("rules[%d]: %w", i, err)
		}
		if slices.ContainsFunc(rules[:i], func(o account.Rule) bool { return o.ID == r.ID }) {
			return nil, fmt.Errorf("rules[%d]: the id is used by another rule", i)
		}
	}
	return account.New(account.Config{
		ID: id, Client: client, Rules: rules, LanguageField: a.LanguageField, Fields: fields,
		IncludeExisting: a.IncludeExisting, Logger: logger,
	}), nil
}
