package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/internal/durable"
)

// Attempt is one signature request for a deal.
type Attempt struct {
	// Reference is the plan's key: the same for every repetition of the same decision.
	Reference string
	Account   string
	LeadID    int64
	pipeline.Attempt
	// SignatureRequest is the resource name; empty until signing accepted it.
	SignatureRequest string
	// StartTime is when the attempt was decided.
	StartTime time.Time
	// Withdrawn means that we asked signing to withdraw the request, or were about to.
	Withdrawn bool
	Started
}

// Started is what an attempt was started with. It never changes: asking signing again must be asking for the same.
type Started struct {
	Plan    pipeline.Plan
	Subject pipeline.Subject
	// Values are those of the plan that the template has a slot for.
	Values map[string]string
	// DealTime is when the deal had changed last, by the CRM's clock.
	DealTime time.Time
}

// InsertAttempt adds an attempt; one that is there already stays as it is.
func (s *Store) InsertAttempt(ctx context.Context, tx *durable.Tx, a Attempt) error {
	body, err := json.Marshal(a.Started)
	if err != nil {
		return fmt.Errorf("encode the attempt: %w", err)
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO attempt (reference, account, lead_id, rule, number, state, signature_request, end_time, body, start_time)
		VALUES ($1, $2, $3, $4, $5, $6, '', 0, $7, $8) ON CONFLICT DO NOTHING`,
		a.Reference, a.Account, a.LeadID, a.Rule, a.Number, string(a.State), string(body), micros(a.StartTime))
	if err != nil {
		return fmt.Errorf("insert the attempt: %w", err)
	}
	return nil
}

// Move is how far an attempt has come.
type Move struct {
	Reference string
	State     pipeline.State
	// Request is the signature request's name; empty leaves it as it is.
	Request string
	// Time is when it happened.
	Time time.Time
}

// MoveAttempt writes how far an attempt has come; it never moves one back from its end.
func (s *Store) MoveAttempt(ctx context.Context, tx *durable.Tx, m Move) error {
	var end int64
	if !m.State.Live() {
		end = m.Time.UnixMicro()
	}
	_, err := tx.ExecContext(ctx,
		`UPDATE attempt SET state = $1, end_time = $2, signature_request = CASE WHEN $3 = '' THEN signature_request ELSE $3 END
		WHERE reference = $4 AND end_time = 0`, string(m.State), end, m.Request, m.Reference)
	if err != nil {
		return fmt.Errorf("move the attempt: %w", err)
	}
	return nil
}

// WithdrawAttempt notes that we ask for an attempt to be withdrawn.
func (s *Store) WithdrawAttempt(ctx context.Context, tx *durable.Tx, reference string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE attempt SET withdrawn = 1 WHERE reference = $1`, reference); err != nil {
		return fmt.Errorf("note the withdrawal: %w", err)
	}
	return nil
}

const attemptColumns = `SELECT reference, account, lead_id, rule, number, state, signature_request, end_time, body, start_time, withdrawn
	FROM attempt `

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

// Attempts returns the attempts of a deal, the one started first before the others.
func (s *Store) Attempts(ctx context.Context, account string, leadID int64) ([]Attempt, error) {
	return s.attempts(ctx, attemptColumns+`WHERE account = $1 AND lead_id = $2 ORDER BY start_time, number, rule`, account, leadID)
}

// LiveDeals returns up to limit deals of an account that have a live attempt, in the order of their ids, after one.
func (s *Store) LiveDeals(ctx context.Context, account string, after int64, limit int) ([]int64, error) {
	rows, err := s.db.Read().QueryContext(ctx,
		`SELECT DISTINCT lead_id FROM attempt WHERE account = $1 AND end_time = 0 AND lead_id > $2 ORDER BY lead_id LIMIT $3`,
		account, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the live deals: %w", err)
	}
	defer rows.Close()
	var deals []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read the live deals: %w", err)
		}
		deals = append(deals, id)
	}
	return deals, rows.Err()
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
	var end, start, withdrawn int64
	var raw string
	err := rows.Scan(&a.Reference, &a.Account, &a.LeadID, &a.Rule, &a.Number, &a.State, &a.SignatureRequest, &end, &raw,
		&start, &withdrawn)
	if err != nil {
		return a, err
	}
	a.EndTime, a.StartTime, a.Withdrawn = moment(end), moment(start), withdrawn != 0
	if err := json.Unmarshal([]byte(raw), &a.Started); err != nil {
		return a, err
	}
	a.Attempt.DealTime, a.Fingerprint, a.Template = a.Started.DealTime, a.Plan.Fingerprint, a.Plan.Template
	a.Unsent = a.State == pipeline.Canceled && a.SignatureRequest == ""
	return a, nil
}

// micros is a time as it is stored; 0 stands for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros)
}
