package account

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
)

// keep is how long pipelines, fields and the account's own facts are taken for unchanged.
const keep = 10 * time.Minute

// again is how long to wait after a failure, while facts are there, before Kommo is asked again.
const again = time.Minute

type facts struct {
	// until is when to ask again; zero before the first answer.
	until  time.Time
	info   kommo.Account
	rules  pipeline.Rules
	fields map[pipeline.CardField]kommo.Field
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
