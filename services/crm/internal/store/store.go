// Package store keeps what this context knows of deals: decisions, attempts, the effects ledger, and the events of
// signing that were not handled yet.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
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
	Rule      string
	Missing   []string
	// UpdateTime is when the look began: it has seen whatever happened before.
	UpdateTime time.Time
}

// SaveDeal writes what was decided.
func (s *Store) SaveDeal(ctx context.Context, tx *durable.Tx, d Deal) error {
	_, err := tx.ExecContext(ctx,
		`INSERT INTO deal (account, lead_id, contact_id, decision, rule, missing, update_time)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (account, lead_id) DO UPDATE SET contact_id = excluded.contact_id, decision = excluded.decision,
			rule = excluded.rule, missing = excluded.missing, update_time = excluded.update_time`,
		d.Account, d.LeadID, d.ContactID, string(d.Decision), d.Rule, strings.Join(d.Missing, " "), d.UpdateTime.UnixMicro())
	if err != nil {
		return fmt.Errorf("save the deal: %w", err)
	}
	return nil
}

const dealColumns = `SELECT account, lead_id, contact_id, decision, rule, missing, update_time FROM deal `

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
		var updated int64
		if err := rows.Scan(&d.Account, &d.LeadID, &d.ContactID, &d.Decision, &d.Rule, &missing, &updated); err != nil {
			return nil, fmt.Errorf("read deals: %w", err)
		}
		d.Missing, d.UpdateTime = strings.Fields(missing), time.UnixMicro(updated)
		deals = append(deals, d)
	}
	return deals, rows.Err()
}

// Attempt is one signature request for a deal.
type Attempt struct {
	// Reference is the plan's key: the same for every repetition of the same decision.
	Reference string
	Account   string
	LeadID    int64
	pipeline.Attempt
	// SignatureRequest is the resource name; empty until signing accepted it.
	SignatureRequest string
	Started
}

// Started is what an attempt was started with. It never changes: asking signing again must be asking for the same.
type Started struct {
	Plan    pipeline.Plan
	Subject pipeline.Subject
	// Values are those of the plan that the template has a slot for.
	Values map[string]string
}

// InsertAttempt adds an attempt; one that is there already stays as it is.
func (s *Store) InsertAttempt(ctx context.Context, tx *durable.Tx, a Attempt) error {
	body, err := json.Marshal(a.Started)
	if err != nil {
		return fmt.Errorf("encode the attempt: %w", err)
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO attempt (reference, account, lead_id, rule, number, state, signature_request, end_time, body)
		VALUES ($1, $2, $3, $4, $5, $6, '', 0, $7) ON CONFLICT DO NOTHING`,
		a.Reference, a.Account, a.LeadID, a.Rule, a.Number, string(a.State), string(body))
	if err != nil {
		return fmt.Errorf("insert the attempt: %w", err)
	}
	return nil
}

// MoveAttempt writes how far an attempt has come; it never moves one back from its end.
func (s *Store) MoveAttempt(ctx context.Context, tx *durable.Tx, reference string, state pipeline.State, request string, at time.Time) error {
	var end int64
	if !state.Live() {
		end = at.UnixMicro()
	}
	_, err := tx.ExecContext(ctx,
		`UPDATE attempt SET state = $1, end_time = $2, signature_request = CASE WHEN $3 = '' THEN signature_request ELSE $3 END
		WHERE reference = $4 AND end_time = 0`, string(state), end, request, reference)
	if err != nil {
		return fmt.Errorf("move the attempt: %w", err)
	}
	return nil
}

const attemptColumns = `SELECT reference, account, lead_id, rule, number, state, signature_request, end_time, body FROM attempt `

// Attempt returns one attempt.
func (s *Store) Attempt(ctx context.Context, reference string) (Attempt, error) {
	attempts, err := s.attempts(ctx, attemptColumns+`WHERE reference = $1`, reference)
	if err != nil {
		return Attempt{}, err
	}
	if len(attempts) == 0 {
		return Attempt{}, ErrNotFound
	}
	return attempts[0], nil
}

// Attempts returns the attempts of a deal, oldest first.
func (s *Store) Attempts(ctx context.Context, account string, leadID int64) ([]Attempt, error) {
	return s.attempts(ctx, attemptColumns+`WHERE account = $1 AND lead_id = $2 ORDER BY rule, number`, account, leadID)
}

func (s *Store) attempts(ctx context.Context, query string, args ...any) ([]Attempt, error) {
	rows, err := s.db.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	defer rows.Close()
	var attempts []Attempt
	for rows.Next() {
		a, err := scanAttempt(rows)
		if err != nil {
			return nil, fmt.Errorf("read attempts: %w", err)
		}
		attempts = append(attempts, a)
	}
	return attempts, rows.Err()
}

func scanAttempt(rows *sql.Rows) (Attempt, error) {
	var a Attempt
	var end int64
	var raw string
	err := rows.Scan(&a.Reference, &a.Account, &a.LeadID, &a.Rule, &a.Number, &a.State, &a.SignatureRequest, &end, &raw)
	if err != nil {
		return a, err
	}
	if end != 0 {
		a.EndTime = time.UnixMicro(end)
	}
	if err := json.Unmarshal([]byte(raw), &a.Started); err != nil {
		return a, err
	}
	a.Fingerprint = a.Plan.Fingerprint
	return a, nil
}
