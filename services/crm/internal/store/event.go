package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
)

// SigningEvent is an event of signing's log that was not handled yet.
type SigningEvent struct {
	Position  int64
	Account   string
	LeadID    int64
	Reference string
	EventBody
}

// EventBody is what the event says, in the contract's words without prefixes.
type EventBody struct {
	Request     string
	Type        string
	State       string
	SignerRole  string
	StateReason string
	Time        time.Time
}

// Cursor returns the position of the last event that was taken.
func (s *Store) Cursor(ctx context.Context) (int64, error) {
	var position int64
	err := s.db.Read().QueryRowContext(ctx, `SELECT position FROM event_cursor WHERE id = 1`).Scan(&position)
	if err != nil {
		return 0, fmt.Errorf("read the cursor: %w", err)
	}
	return position, nil
}

// MoveCursor notes that every event up to a position was taken.
func (s *Store) MoveCursor(ctx context.Context, tx *durable.Tx, position int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE event_cursor SET position = $1 WHERE id = 1 AND position < $1`, position)
	if err != nil {
		return fmt.Errorf("move the cursor: %w", err)
	}
	return nil
}

// TakeEvent keeps an event until it is handled; one that was kept before stays as it is.
func (s *Store) TakeEvent(ctx context.Context, tx *durable.Tx, e SigningEvent) error {
	body, err := json.Marshal(e.EventBody)
	if err != nil {
		return fmt.Errorf("encode the event: %w", err)
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO signing_event (position, account, lead_id, reference, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (position) DO NOTHING`, e.Position, e.Account, e.LeadID, e.Reference, string(body))
	if err != nil {
		return fmt.Errorf("keep the event: %w", err)
	}
	return nil
}

// Events returns the events of a deal that were not handled yet, in order.
func (s *Store) Events(ctx context.Context, account string, leadID int64) ([]SigningEvent, error) {
	rows, err := s.db.Read().QueryContext(ctx,
		`SELECT position, reference, body FROM signing_event WHERE account = $1 AND lead_id = $2 ORDER BY position`,
		account, leadID)
	if err != nil {
		return nil, fmt.Errorf("read signing events: %w", err)
	}
	defer rows.Close()
	var events []SigningEvent
	for rows.Next() {
		e := SigningEvent{Account: account, LeadID: leadID}
		var body string
		if err := rows.Scan(&e.Position, &e.Reference, &body); err != nil {
			return nil, fmt.Errorf("read signing events: %w", err)
		}
		if err := json.Unmarshal([]byte(body), &e.EventBody); err != nil {
			return nil, fmt.Errorf("decode signing event: %w", err)
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

// DropEvent forgets an event that was handled.
func (s *Store) DropEvent(ctx context.Context, tx *durable.Tx, position int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM signing_event WHERE position = $1`, position); err != nil {
		return fmt.Errorf("drop the event: %w", err)
	}
	return nil
}
