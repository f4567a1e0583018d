package store

import (
	"context"
	"fmt"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/internal/durable"
)

// Stage names a stage of an account's pipeline.
type Stage struct {
	Account           string
	PipelineID, Stage int64
}

// Swept tells whether a stage was looked through before.
func (s *Store) Swept(ctx context.Context, stage Stage) (bool, error) {
	var n int
	err := s.db.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM swept WHERE account = $1 AND pipeline_id = $2 AND stage_id = $3`,
		stage.Account, stage.PipelineID, stage.Stage).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read the sweeps: %w", err)
	}
	return n > 0, nil
}

// MarkSwept notes that a stage was looked through.
func (s *Store) MarkSwept(ctx context.Context, tx *durable.Tx, stage Stage) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO swept (account, pipeline_id, stage_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		stage.Account, stage.PipelineID, stage.Stage)
	if err != nil {
		return fmt.Errorf("mark the sweep: %w", err)
	}
	return nil
}

// SeeDeal writes a deal that was never looked at, or that it has changed since; one that was looked at stays as it is.
func (s *Store) SeeDeal(ctx context.Context, tx *durable.Tx, d Deal) error {
	return s.insertDeal(ctx, tx, d, `ON CONFLICT (account, lead_id) DO UPDATE SET lead_time = excluded.lead_time
		WHERE deal.reason = '`+string(pipeline.Existing)+`'`)
}
