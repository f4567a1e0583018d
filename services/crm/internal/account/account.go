// Package account is a configured Kommo account: its client, and what its configuration names, found by asking Kommo
// once and kept for a while. Asking happens when it is needed, so that a start does not depend on Kommo; when it fails,
// what was found last still holds. A rule whose pipeline or stage Kommo does not have is left out, and no other one is.
package account

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
)

// Rule is a rule whose pipeline and stages are named or numbered, as people write them.
type Rule struct {
	pipeline.Rule
	Pipeline, Stage, StageAfterCompletion string
}

// Config of an account.
type Config struct {
	// ID as configured.
	ID     string
	Client *kommo.Client
	Rules  []Rule
	// LanguageField is the code or id of the contact's field that holds a language; may be empty.
	LanguageField string
	// Fields gives the name, code or id of each of our fields on the card.
	Fields map[pipeline.CardField]string
	// IncludeExisting has deals go out that were in their stage before it was looked through for the first time.
	IncludeExisting bool
	// Logger is told of what an administrator has to mend.
	Logger *slog.Logger
}

// Account is one Kommo account. It is safe for concurrent use.
type Account struct {
	Config
	// turn is held by whoever reads or asks for the facts; unlike a mutex, it can be waited for no longer than a context.
	turn  chan struct{}
	facts facts

	mu sync.Mutex
	// closed is until when Kommo refuses us altogether; zero when it took the last call.
	closed time.Time
}

// New returns an account and calls nobody.
func New(cfg Config) *Account {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Account{Config: cfg, turn: make(chan struct{}, 1)}
}

// Deal reads a deal as it is now, without our own fields: what we write there is no correction by a person. A lead that
// is gone is a deal marked as deleted.
func (a *Account) Deal(ctx context.Context, leadID int64) (pipeline.Deal, error) {
	f, err := a.known(ctx)
	if err != nil {
		return pipeline.Deal{}, err
	}
	deal, err := a.Client.Deal(ctx, f.info, leadID, a.LanguageField)
	for _, field := range f.fields {
		for _, key := range []string{strconv.FormatInt(field.ID, 10), strings.ToLower(field.Code), nameKey(field.Name)} {
			delete(deal.Fields, key)
		}
	}
	return deal, err
}

// nameKey is the key that a field's name has in pipeline.Deal.Fields.
func nameKey(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "_")
}

// Rules returns the account's rules with their stages' ids.
func (a *Account) Rules(ctx context.Context) (pipeline.Rules, error) {
	f, err := a.known(ctx)
	return f.rules, err
}

// Triggers returns the pipeline and stage of each rule.
func (a *Account) Triggers(ctx context.Context) ([]pipeline.Rule, error) {
	f, err := a.known(ctx)
	if err != nil {
		return nil, err
	}
	var triggers []pipeline.Rule
	for _, r := range a.Config.Rules {
		if resolved, ok := f.rules.Rule(r.ID); ok {
			triggers = append(triggers, resolved)
		}
	}
	return triggers, nil
}

// FieldID returns the id of one of our fields; false when the account has no such field.
func (a *Account) FieldID(ctx context.Context, field pipeline.CardField) (int64, bool, error) {
	f, err := a.known(ctx)
	found, ok := f.fields[field]
	return found.ID, ok, err
}

// DriveURL returns the address of the account's file host.
func (a *Account) DriveURL(ctx context.Context) (string, error) {
	f, err := a.known(ctx)
	return f.info.DriveURL, err
}

// Close notes that Kommo refuses the account's calls until a person mends that, and tells whether this is news.
func (a *Account) Close(pause time.Duration) (news bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	news = a.closed.IsZero()
	a.closed = time.Now().Add(pause)
	return news
}

// Reopen notes that Kommo takes the account's calls.
func (a *Account) Reopen() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = time.Time{}
}

// Closed returns how long the account's calls need not be tried.
func (a *Account) Closed() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return max(0, time.Until(a.closed))
}
