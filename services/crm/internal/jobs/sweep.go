package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// Sweeper finds deals whose webhook was lost: it looks through the stages that ask for signatures, and at the deals whose
// request is live, and hands over every one that was not looked at since it changed. Changed is by Kommo's own time, kept
// at the last look.
//
// The first time that a stage is looked through, deals that are there already are only noted: nobody moved them there to
// have a contract sent. What enters it from then on is found, whether its webhook came or not.
type Sweeper struct {
	DB       *durable.Store
	Store    *store.Store
	Accounts map[string]*account.Account
	Every    time.Duration
	Logger   *slog.Logger
}

// Run sweeps at once, and then again and again until ctx ends.
func (s *Sweeper) Run(ctx context.Context) {
	ticker := time.NewTicker(s.Every)
	defer ticker.Stop()
	for {
		for id, a := range s.Accounts {
			if err := s.sweep(ctx, id, a); err != nil && ctx.Err() == nil {
				s.Logger.WarnContext(ctx, "sweep failed, will be tried again", slog.String("account", id), slog.Any("error", err))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Sweeper) sweep(ctx context.Context, id string, a *account.Account) error {
	rules, err := a.Triggers(ctx)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		if err := s.stage(ctx, id, a, rule); err != nil {
			return fmt.Errorf("rule %s: %w", rule.ID, err)
		}
	}
	return s.live(ctx, id, a)
}

// stage looks through the deals in a rule's stage.
func (s *Sweeper) stage(ctx context.Context, id string, a *account.Account, rule pipeline.Rule) error {
	stage := store.Stage{Account: id, PipelineID: rule.Pipeline, Stage: rule.Stage}
	swept, err := s.Store.Swept(ctx, stage)
	if err != nil {
		return err
	}
	filter := kommo.LeadFilter{PipelineID: rule.Pipeline, StatusID: rule.Stage}
	for page, more := 1, true; more; page++ {
		var leads []kommo.Lead
		if leads, more, err = a.Client.Leads(ctx, filter, page); err != nil {
			return err
		}
		for _, lead := range leads {
			if err := s.take(ctx, a, lead, swept || a.IncludeExisting); err != nil {
				return err
			}
		}
	}
	if swept {
		return nil
	}
	return s.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error { return s.Store.MarkSwept(ctx, tx, stage) })
}

// take hands over a deal in a rule's stage when a look at it may come to something new.
func (s *Sweeper) take(ctx context.Context, a *account.Account, lead kommo.Lead, send bool) error {
	known, err := s.Store.Deal(ctx, a.ID, lead.ID)
	switch {
	case errors.Is(err, store.ErrNotFound) && send:
		return s.handOver(ctx, a.ID, lead.ID)
	case errors.Is(err, store.ErrNotFound):
		return s.note(ctx, a.ID, lead)
	case err != nil:
		return err
	case known.Reason == pipeline.Existing:
		return s.takeExisting(ctx, a, lead, known)
	case lead.UpdateTime.After(known.LeadTime), known.Decision == pipeline.Ask:
		return s.handOver(ctx, a.ID, lead.ID)
	}
	attempts, err := s.Store.Attempts(ctx, a.ID, lead.ID)
	if err != nil || len(attempts) == 0 || attempts[len(attempts)-1].State != pipeline.Refused {
		return err
	}
	return s.handOver(ctx, a.ID, lead.ID) // a contact that was corrected changes no deal
}

// takeExisting hands over a deal that was only noted when it has entered its stage again since.
func (s *Sweeper) takeExisting(ctx context.Context, a *account.Account, lead kommo.Lead, known store.Deal) error {
	if !lead.UpdateTime.After(known.LeadTime) {
		return nil
	}
	entry, err := a.Client.StageEntry(ctx, lead.ID, lead.PipelineID, lead.StatusID)
	if err != nil {
		return err
	}
	if entry.After(known.LeadTime) {
		return s.handOver(ctx, a.ID, lead.ID)
	}
	return s.note(ctx, a.ID, lead)
}

func (s *Sweeper) note(ctx context.Context, id string, lead kommo.Lead) error {
	seen := store.Deal{
		Account: id, LeadID: lead.ID, Decision: pipeline.Nothing, Reason: pipeline.Existing, UpdateTime: time.Now(), LeadTime: lead.UpdateTime,
	}
	return s.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error { return s.Store.SeeDeal(ctx, tx, seen) })
}

// live hands over the deals with a live request that were lost or deleted.
func (s *Sweeper) live(ctx context.Context, id string, a *account.Account) error {
	for last := int64(0); ; {
		ids, err := s.Store.LiveDeals(ctx, id, last, kommo.Batch)
		if err != nil || len(ids) == 0 {
			return err
		}
		last = ids[len(ids)-1]
		leads, _, err := a.Client.Leads(ctx, kommo.LeadFilter{IDs: ids}, 1)
		if err != nil {
			return err
		}
		there := make(map[int64]kommo.Lead, len(leads))
		for _, lead := range leads {
			there[lead.ID] = lead
		}
		for _, lead := range ids {
			if err := s.takeLive(ctx, id, lead, there[lead]); err != nil {
				return err
			}
		}
	}
}

// takeLive gets the zero lead for one that is gone.
func (s *Sweeper) takeLive(ctx context.Context, account string, id int64, lead kommo.Lead) error {
	if lead.ID == 0 || lead.Deleted {
		return s.handOver(ctx, account, id)
	}
	known, err := s.Store.Deal(ctx, account, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if lead.StatusID == pipeline.StageLost && lead.UpdateTime.After(known.LeadTime) {
		return s.handOver(ctx, account, id)
	}
	return nil
}

func (s *Sweeper) handOver(ctx context.Context, account string, lead int64) error {
	s.Logger.InfoContext(ctx, "sweep found a deal", slog.String("account", account), slog.Int64("lead", lead))
	return s.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error { return tx.Enqueue(ctx, newDeal(account, lead)) })
}
