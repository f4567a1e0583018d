package jobs

import (
	"context"
	"errors"
	"slices"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
)

// worthALook returns the leads of a hook that have to be read again, each once. Most hooks are about nothing of ours, or
// are the echo of what we wrote ourselves; reading those would use up the few calls that Kommo allows. A hint is only
// ever left out when reading the deal in the stage it names could change nothing: a forged one hides no true one.
func (w *Worker) worthALook(ctx context.Context, hints Hints) ([]int64, error) {
	var leads []int64
	for _, hint := range hints.Leads {
		idle, err := w.idle(ctx, hints.Account, hint)
		if err != nil {
			return nil, err
		}
		if !idle {
			leads = append(leads, hint.Lead)
		}
	}
	for _, contact := range hints.Contacts {
		deals, err := w.Store.DealsOfContact(ctx, hints.Account, contact)
		if err != nil {
			return nil, err
		}
		for _, d := range deals {
			leads = append(leads, d.LeadID)
		}
	}
	slices.Sort(leads)
	return slices.Compact(leads), nil
}

// idle tells whether nothing is to be done for a lead in the stage that the hint names: the stage triggers no rule and
// nothing is under way, or what it triggers is under way or was signed already.
func (w *Worker) idle(ctx context.Context, account string, hint LeadHint) (bool, error) {
	if hint.Stage == 0 || hint.Pipeline == 0 {
		return false, nil
	}
	a, err := w.account(account)
	if err != nil {
		return false, err
	}
	rules, err := a.Rules(ctx)
	if err != nil {
		return false, err
	}
	attempts, err := w.Store.Attempts(ctx, account, hint.Lead)
	if err != nil {
		return false, err
	}
	rule, triggers := rules.At(hint.Pipeline, hint.Stage)
	busy := false
	for _, attempt := range attempts {
		switch {
		case attempt.State == pipeline.Planned:
			return false, nil
		case attempt.State.Live() && triggers && attempt.Rule != rule.ID:
			return false, nil
		case attempt.State.Live():
			busy = true
		case attempt.State == pipeline.Completed && triggers:
			busy = busy || attempt.Rule == rule.ID && !rule.Repeatable
		}
	}
	if triggers || busy {
		return busy == triggers, nil
	}
	// Leaving the stage ends the asking, so that coming back asks again.
	known, err := w.Store.Deal(ctx, account, hint.Lead)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	return known.Decision != pipeline.Ask, nil
}
