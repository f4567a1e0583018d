package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// Sweeper finds deals whose webhook was lost: it looks through the stages that ask for signatures and hands over every
// deal that was not looked at since it changed.
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
	return nil
}

func (s *Sweeper) stage(ctx context.Context, id string, a *account.Account, rule pipeline.Rule) error {
	filter := kommo.LeadFilter{PipelineID: rule.Pipeline, StatusID: rule.Stage}
	for page := 1; ; page++ {
		leads, more, err := a.Client.Leads(ctx, filter, page)
		if err != nil {
			return err
		}
		for _, lead := range leads {
			if err := s.handOver(ctx, id, lead); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}

func (s *Sweeper) handOver(ctx context.Context, id string, lead kommo.Lead) error {
	known, err := s.Store.Deal(ctx, id, lead.ID)
	if err == nil && known.UpdateTime.After(lead.UpdateTime.Add(time.Second)) {
		return nil // looked at since; Kommo's times are whole seconds
	}
	s.Logger.InfoContext(ctx, "sweep found a deal", slog.String("account", id), slog.Int64("lead", lead.ID))
	return s.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		return tx.Enqueue(ctx, newDeal(id, lead.ID))
	})
}
