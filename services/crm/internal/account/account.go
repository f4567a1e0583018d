// Package account is a configured Kommo account: its client, and what its configuration names, found by asking Kommo
// once and kept for a while. Asking happens when it is needed, so that a start does not depend on Kommo; when it fails,
// what was found last still holds. A rule whose pipeline or stage Kommo does not have is left out, and no other one is.
package account

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
)

// keep is how long pipelines, fields and the account's own facts are taken for unchanged.
const keep = 10 * time.Minute

// again is how long to wait after a failure, while facts are there, before Kommo is asked again.
const again = time.Minute

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

type facts struct {
	// until is when to ask again; zero before the first answer.
	until  time.Time
	info   kommo.Account
	rules  pipeline.Rules
	fields map[pipeline.CardField]kommo.Field
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

func (a *Account) known(ctx context.Context) (facts, error) {
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return facts{}, fmt.Errorf("wait for the account: %w", ctx.Err())
	}
	if time.Now().Before(a.facts.until) {
		return a.facts, nil
	}
	f, err := a.ask(ctx)
	switch {
	case err == nil:
		a.facts = f
	case a.facts.until.IsZero():
		return facts{}, err
	case ctx.Err() == nil:
		a.facts.until = time.Now().Add(again)
		a.Logger.ErrorContext(ctx, "the account's settings cannot be read, those of before still hold",
			slog.String("account", a.ID), slog.Any("error", err))
	}
	return a.facts, nil
}

func (a *Account) ask(ctx context.Context) (facts, error) {
	f := facts{until: time.Now().Add(keep)}
	var err error
	if f.info, err = a.Client.Account(ctx); err != nil {
		return facts{}, fmt.Errorf("read the account: %w", err)
	}
	pipelines, err := a.Client.Pipelines(ctx)
	if err != nil {
		return facts{}, fmt.Errorf("read the pipelines: %w", err)
	}
	fields, err := a.Client.LeadFields(ctx)
	if err != nil {
		return facts{}, fmt.Errorf("read the custom fields: %w", err)
	}
	f.fields = a.match(fields)
	f.rules = a.usable(ctx, pipelines)
	return f, nil
}

// usable returns the rules that fit the account, and tells of the others.
func (a *Account) usable(ctx context.Context, pipelines []kommo.Pipeline) pipeline.Rules {
	var usable pipeline.Rules
	var taken []pipeline.Rule
	for _, r := range a.Config.Rules {
		resolved, err := resolve(r, pipelines)
		if err == nil {
			var more pipeline.Rules
			if more, err = pipeline.NewRules(append(slices.Clone(taken), resolved)...); err == nil {
				usable, taken = more, append(taken, resolved)
			}
		}
		if err != nil {
			a.Logger.ErrorContext(ctx, "a rule is switched off", slog.String("account", a.ID), slog.String("rule", r.ID), slog.Any("error", err))
		}
	}
	return usable
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

func (a *Account) match(fields []kommo.Field) map[pipeline.CardField]kommo.Field {
	found := map[pipeline.CardField]kommo.Field{}
	for ours, wanted := range a.Fields {
		for _, f := range fields {
			if wanted != "" && is(f.ID, wanted, f.Name, f.Code) {
				found[ours] = f
				break
			}
		}
	}
	return found
}

// is tells whether wanted is the id or one of the names, as people write them.
func is(id int64, wanted string, names ...string) bool {
	return strconv.FormatInt(id, 10) == wanted ||
		slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, wanted) })
}

// resolve finds the ids behind the names.
func resolve(r Rule, pipelines []kommo.Pipeline) (pipeline.Rule, error) {
	p, ok := findPipeline(pipelines, r.Pipeline)
	if !ok {
		return pipeline.Rule{}, fmt.Errorf("the account has no pipeline %q", r.Pipeline)
	}
	out := r.Rule
	out.Pipeline = p.ID
	if out.Stage, ok = findStage(p, r.Stage); !ok {
		return pipeline.Rule{}, fmt.Errorf("pipeline %q has no stage %q", r.Pipeline, r.Stage)
	}
	if r.StageAfterCompletion != "" {
		if out.StageAfterCompletion, ok = findStage(p, r.StageAfterCompletion); !ok {
			return pipeline.Rule{}, fmt.Errorf("pipeline %q has no stage %q", r.Pipeline, r.StageAfterCompletion)
		}
	}
	return out, nil
}

func findPipeline(pipelines []kommo.Pipeline, wanted string) (kommo.Pipeline, bool) {
	for _, p := range pipelines {
		if is(p.ID, wanted, p.Name) {
			return p, true
		}
	}
	return kommo.Pipeline{}, false
}

func findStage(p kommo.Pipeline, wanted string) (int64, bool) {
	for _, s := range p.Stages {
		if is(s.ID, wanted, s.Name) {
			return s.ID, true
		}
	}
	return 0, false
}
