// Package account is a configured Kommo account: its client, and what its configuration names, found by asking Kommo
// once and kept for a while. Asking happens when it is needed, so that a start does not depend on Kommo.
package account

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
)

// keep is how long pipelines, fields and the account's own facts are taken for unchanged.
const keep = 10 * time.Minute

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
}

// Account is one Kommo account.
type Account struct {
	Config
	mu    sync.Mutex
	facts facts
}

type facts struct {
	at     time.Time
	info   kommo.Account
	rules  pipeline.Rules
	fields map[pipeline.CardField]int64
}

// New returns an account and calls nobody.
func New(cfg Config) *Account { return &Account{Config: cfg} }

// Deal reads a deal as it is now. A lead that is gone is a deal marked as deleted.
func (a *Account) Deal(ctx context.Context, leadID int64) (pipeline.Deal, error) {
	f, err := a.known(ctx)
	if err != nil {
		return pipeline.Deal{}, err
	}
	return a.Client.Deal(ctx, f.info, leadID, a.LanguageField)
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
	id, ok := f.fields[field]
	return id, ok, err
}

// DriveURL returns the address of the account's file host.
func (a *Account) DriveURL(ctx context.Context) (string, error) {
	f, err := a.known(ctx)
	return f.info.DriveURL, err
}

func (a *Account) known(ctx context.Context) (facts, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Since(a.facts.at) < keep {
		return a.facts, nil
	}
	f := facts{at: time.Now()}
	var err error
	if f.info, err = a.Client.Account(ctx); err != nil {
		return facts{}, fmt.Errorf("read the account: %w", err)
	}
	pipelines, err := a.Client.Pipelines(ctx)
	if err != nil {
		return facts{}, fmt.Errorf("read the pipelines: %w", err)
	}
	if f.rules, err = resolve(a.Config.Rules, pipelines); err != nil {
		return facts{}, err
	}
	fields, err := a.Client.LeadFields(ctx)
	if err != nil {
		return facts{}, fmt.Errorf("read the custom fields: %w", err)
	}
	f.fields = a.match(fields)
	a.facts = f
	return f, nil
}

func (a *Account) match(fields []kommo.Field) map[pipeline.CardField]int64 {
	ids := map[pipeline.CardField]int64{}
	for ours, wanted := range a.Fields {
		for _, f := range fields {
			if strings.EqualFold(f.Code, wanted) || strings.EqualFold(f.Name, wanted) || strconv.FormatInt(f.ID, 10) == wanted {
				ids[ours] = f.ID
				break
			}
		}
	}
	return ids
}

// resolve finds the ids behind the names. What Kommo does not have is an error that names the rule and the name.
func resolve(rules []Rule, pipelines []kommo.Pipeline) (pipeline.Rules, error) {
	var resolved []pipeline.Rule
	for _, r := range rules {
		p, ok := findPipeline(pipelines, r.Pipeline)
		if !ok {
			return pipeline.Rules{}, fmt.Errorf("rule %s: the account has no pipeline %q", r.ID, r.Pipeline)
		}
		out := r.Rule
		out.Pipeline = p.ID
		if out.Stage, ok = findStage(p, r.Stage); !ok {
			return pipeline.Rules{}, fmt.Errorf("rule %s: pipeline %q has no stage %q", r.ID, r.Pipeline, r.Stage)
		}
		if r.StageAfterCompletion != "" {
			if out.StageAfterCompletion, ok = findStage(p, r.StageAfterCompletion); !ok {
				return pipeline.Rules{}, fmt.Errorf("rule %s: pipeline %q has no stage %q", r.ID, r.Pipeline, r.StageAfterCompletion)
			}
		}
		resolved = append(resolved, out)
	}
	return pipeline.NewRules(resolved...)
}

func findPipeline(pipelines []kommo.Pipeline, wanted string) (kommo.Pipeline, bool) {
	for _, p := range pipelines {
		if strings.EqualFold(p.Name, wanted) || strconv.FormatInt(p.ID, 10) == wanted {
			return p, true
		}
	}
	return kommo.Pipeline{}, false
}

func findStage(p kommo.Pipeline, wanted string) (int64, bool) {
	for _, s := range p.Stages {
		if strings.EqualFold(s.Name, wanted) || strconv.FormatInt(s.ID, 10) == wanted {
			return s.ID, true
		}
	}
	return 0, false
}
