// Package store keeps what this context knows of deals: decisions, attempts, the effects ledger, and the events of
// signing that were not handled yet.
package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/internal/durable"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations returns the schema's files.
func Migrations() (fs.FS, error) { return fs.Sub(files, "migrations") }

// ErrNotFound means that this was never heard of.
var ErrNotFound = errors.New("not known")

// Store reads and writes deals.
type Store struct{ db *durable.Store }

// New returns a store on db.
func New(db *durable.Store) *Store { return &Store{db: db} }

// Deal is what was decided about a deal when it was looked at last.
type Deal struct {
	Account   string
	LeadID    int64
	ContactID int64
	Decision  pipeline.Outcome
	Reason    pipeline.Reason
	Rule      string
	Missing   []string
	// Ask numbers the times that data was missing, from 1.
	Ask int
	// LeadTime is when the deal had changed last when it was read, by the CRM's clock.
	LeadTime time.Time
	// UpdateTime is when the look began: it has seen whatever happened before.
	UpdateTime time.Time
}

// SaveDeal writes what was decided.
func (s *Store) SaveDeal(ctx context.Context, tx *durable.Tx, d Deal) error {
	return s.insertDeal(ctx, tx, d, `ON CONFLICT (account, lead_id) DO UPDATE SET contact_id = excluded.contact_id,
		decision = excluded.decision, rule = excluded.rule, missing = excluded.missing, update_time = excluded.update_time,
		reason = excluded.reason, lead_time = excluded.lead_time, ask = excluded.ask`)
}

func (s *Store) insertDeal(ctx context.Context, tx *durable.Tx, d Deal, known string) error {
	_, err := tx.ExecContext(ctx,
		`INSERT INTO deal (account, lead_id, contact_id, decision, rule, missing, update_time, reason, lead_time, ask)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) `+known,
		d.Account, d.LeadID, d.ContactID, string(d.Decision), d.Rule, strings.Join(d.Missing, " "), d.UpdateTime.UnixMicro(),
		string(d.Reason), micros(d.LeadTime), d.Ask)
	if err != nil {
		return fmt.Errorf("save the deal: %w", err)
	}
	return nil
}

const dealColumns = `SELECT account, lead_id, contact_id, decision, rule, missing, update_time, reason, lead_time, ask
	FROM deal `

// Deal returns one deal.
func (s *Store) Deal(ctx context.Context, account string, leadID int64) (Deal, error) {
	deals, err := s.deals(ctx, dealColumns+`WHERE account = $1 AND lead_id = $2`, account, leadID)
	if err != nil {
		return Deal{}, err
	}
	if len(deals) == 0 {
		return Deal{}, ErrNotFound
	}
	return deals[0], nil
}

// Deals returns the deals of an account, the one looked at last first, from before a place in that order on.
func (s *Store) Deals(ctx context.Context, account string, before time.Time, beforeID int64, limit int) ([]Deal, error) {
	return s.deals(ctx, dealColumns+`WHERE account = $1 AND (update_time < $2 OR (update_time = $2 AND lead_id < $3))
		ORDER BY update_time DESC, lead_id DESC LIMIT $4`, account, before.UnixMicro(), beforeID, limit)
}

// DealsOfContact returns the deals whose main contact this is.
func (s *Store) DealsOfContact(ctx context.Context, account string, contactID int64) ([]Deal, error) {
	return s.deals(ctx, dealColumns+`WHERE account = $1 AND contact_id = $2`, account, contactID)
}

func (s *Store) deals(ctx context.Context, query string, args ...any) ([]Deal, error) {
	rows, err := s.db.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read deals: %w", err)
	}
	defer rows.Close()
	var deals []Deal
	for rows.Next() {
		var d Deal
		var missing string
		var updated, changed int64
		err := rows.Scan(&d.Account, &d.LeadID, &d.ContactID, &d.Decision, &d.Rule, &missing, &updated, &d.Reason, &changed, &d.Ask)
		if err != nil {
			return nil, fmt.Errorf("read deals: %w", err)
		}
		d.Missing, d.UpdateTime, d.LeadTime = strings.Fields(missing), time.UnixMicro(updated), moment(changed)
		deals = append(deals, d)
	}
	return deals, rows.Err()
}
