package crm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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
	// WebhookToken is the secret last segment of the webhook's path, at least 22 characters.
	WebhookToken config.Secret `yaml:"webhook_token"`
	// CallsPerSecond to Kommo; 0 means 5, which stays below Kommo's 7.
	CallsPerSecond float64 `yaml:"calls_per_second"`
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

// Rule says which signature a stage of a pipeline asks for.
type Rule struct {
	// ID of the rule, 1 to 64 characters of a-z, 0-9, _ and -. Changing it makes a new rule.
	ID string `yaml:"id"`
	// Pipeline by name or id.
	Pipeline string `yaml:"pipeline"`
	// Stage that triggers the rule, by name or id.
	Stage string `yaml:"stage"`
	// Template of the document.
	Template string `yaml:"template"`
	// Title of the request; {deal.name} and other values may stand in it.
	Title string `yaml:"title"`
	// Required names values that must be there, such as deal.price; the template's own are required anyway.
	Required []string `yaml:"required"`
	// Provider is a name under signing.providers.
	Provider string `yaml:"provider"`
	// Level is SES (or EES), AES or QES.
	Level string `yaml:"level"`
	// Legislation is EIDAS or ZERTES.
	Legislation string `yaml:"legislation"`
	// Authentication is none, otp_email or otp_sms; empty means what the level demands.
	Authentication string `yaml:"authentication"`
	// Language of the document, and of signers whose own is unknown.
	Language string `yaml:"language"`
	// CardLanguage is that of notes and tasks; empty means Language.
	CardLanguage string `yaml:"card_language"`
	// Role of the main contact in the template.
	Role string `yaml:"role"`
	// Expiry is how long a request stays open; 0 means 14 days.
	Expiry time.Duration `yaml:"expiry"`
	// StageAfterCompletion by name or id; empty means Won.
	StageAfterCompletion string `yaml:"stage_after_completion"`
	// Proof is proven or attested; empty means proven for QES and attested for the other levels.
	Proof string `yaml:"proof"`
	// NoteOpened also writes a note when a signer opens the document.
	NoteOpened bool `yaml:"note_opened"`
}

// DefaultConfig returns the settings that need no file.
func DefaultConfig() Config { return Config{Sweep: 10 * time.Minute} }

// shortestToken is 128 bits in base64.
const shortestToken = 22

// Check tells what is wrong with the settings, all at once. Names of pipelines and stages are checked when Kommo is
// first asked.
func (c Config) Check() error {
	_, err := c.accounts()
	if c.Sweep < time.Second {
		err = errors.Join(err, errors.New("crm.sweep: must be a second or more"))
	}
	return err
}

func (c Config) accounts() (map[string]*account.Account, error) {
	accounts := map[string]*account.Account{}
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(c.Accounts)) {
		built, err := c.Accounts[id].build(id)
		if err != nil {
			errs = append(errs, fmt.Errorf("crm.accounts.%s: %w", id, err))
			continue
		}
		accounts[id] = built
	}
	return accounts, errors.Join(errs...)
}

func (a Account) build(id string) (*account.Account, error) {
	if strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || id == "" || len(id) > 63 {
		return nil, errors.New("the name must be lower-case letters, digits and dashes")
	}
	if !a.Token.Set() {
		return nil, errors.New("token: is required")
	}
	if len(a.WebhookToken.Reveal()) < shortestToken {
		return nil, fmt.Errorf("webhook_token: must have %d characters or more", shortestToken)
	}
	token := a.Token.Reveal()
	client, err := kommo.New(kommo.Config{
		BaseURL: a.BaseURL, RatePerSecond: a.CallsPerSecond, DriveHosts: a.DriveHosts,
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
	}
	return account.New(account.Config{
		ID: id, Client: client, Rules: rules, LanguageField: a.LanguageField, Fields: fields,
	}), nil
}

// rule checks everything but the names that only Kommo knows: the stages' ids here are placeholders.
func (r Rule) rule() (account.Rule, error) {
	if r.Pipeline == "" || r.Stage == "" {
		return account.Rule{}, errors.New("pipeline and stage are required")
	}
	if r.Provider == "" {
		return account.Rule{}, errors.New("provider: is required")
	}
	level := pipeline.Level(strings.ToUpper(r.Level))
	if level == "EES" {
		level = pipeline.SES
	}
	out := account.Rule{
		Rule: pipeline.Rule{
			ID: r.ID, Template: r.Template, TitlePattern: r.Title, Required: r.Required, Provider: r.Provider, Level: level,
			Legislation: pipeline.Legislation(strings.ToUpper(r.Legislation)), Language: r.Language,
			Authentication: pipeline.Authentication(r.Authentication), CardLanguage: r.CardLanguage, Role: r.Role,
			Expiry: r.Expiry, Proof: pipeline.ProofPolicy(r.Proof), NoteOpened: r.NoteOpened,
		},
		Pipeline: r.Pipeline, Stage: r.Stage, StageAfterCompletion: r.StageAfterCompletion,
	}
	trial := out.Rule
	trial.Pipeline, trial.Stage = 1, 1
	_, err := pipeline.NewRules(trial)
	return out, err
}
