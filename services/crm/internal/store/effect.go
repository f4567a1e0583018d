package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/internal/durable"
)

// EffectState is how far an effect has come.
type EffectState string

// The effect states. Attempted is saved before the CRM is written to: from then on the effect may be there already, and
// it is looked for before it is written again.
const (
	Planned   EffectState = "planned"
	Attempted EffectState = "attempted"
	Done      EffectState = "done"
	Failed    EffectState = "failed"
	// Superseded is not written: a later effect sets the same field.
	Superseded EffectState = "superseded"
)

// Effect is an entry of the ledger: one thing that must be on a deal's card exactly once.
type Effect struct {
	Account string
	LeadID  int64
	pipeline.Effect
	State EffectState
	// Problem says why a failed one is not there, without personal data.
	Problem string
	// Reference of the attempt it belongs to; empty when it belongs to none.
	Reference string
	// RemoteID is what the CRM's side of a multi-step effect is called, once there is one.
	RemoteID string
}

// Entries are effects to add to a deal's ledger.
type Entries struct {
	Account string
	LeadID  int64
	// Reference of the attempt they belong to; empty when they belong to none.
	Reference string
	Effects   []pipeline.Effect
}

// Plan adds effects at the end of a deal's ledger, in order. One whose key is there already stays as it is.
func (s *Store) Plan(ctx context.Context, tx *durable.Tx, p Entries) error {
	for _, e := range p.Effects {
		body, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode the effect: %w", err)
		}
		_, err = tx.ExecContext(ctx,
			`INSERT INTO effect (account, lead_id, effect_key, place, state, problem, reference, remote_id, body)
			SELECT $1, $2, $3, COALESCE(MAX(place), 0) + 1, $4, '', $5, '', $6 FROM effect WHERE account = $1 AND lead_id = $2
			ON CONFLICT (account, lead_id, effect_key) DO NOTHING`,
			p.Account, p.LeadID, e.Key, string(Planned), p.Reference, string(body))
		if err != nil {
			return fmt.Errorf("plan the effect: %w", err)
		}
	}
	return nil
}

// MarkEffect writes how far an effect has come.
func (s *Store) MarkEffect(ctx context.Context, tx *durable.Tx, e Effect) error {
	_, err := tx.ExecContext(ctx,
		`UPDATE effect SET state = $1, problem = $2, remote_id = $3 WHERE account = $4 AND lead_id = $5 AND effect_key = $6`,
		string(e.State), e.Problem, e.RemoteID, e.Account, e.LeadID, e.Key)
	if err != nil {
		return fmt.Errorf("mark the effect: %w", err)
	}
	return nil
}

// Effects returns the ledger of a deal, in order.
func (s *Store) Effects(ctx context.Context, account string, leadID int64) ([]Effect, error) {
	rows, err := s.db.Read().QueryContext(ctx,
		`SELECT state, problem, reference, remote_id, body FROM effect WHERE account = $1 AND lead_id = $2 ORDER BY place`,
		account, leadID)
	if err != nil {
		return nil, fmt.Errorf("read effects: %w", err)
	}
	defer rows.Close()
	var effects []Effect
	for rows.Next() {
		e := Effect{Account: account, LeadID: leadID}
		var body string
		if err := rows.Scan(&e.State, &e.Problem, &e.Reference, &e.RemoteID, &body); err != nil {
			return nil, fmt.Errorf("read effects: %w", err)
		}
		if err := json.Unmarshal([]byte(body), &e.Effect); err != nil {
			return nil, fmt.Errorf("decode effect: %w", err)
		}
		effects = append(effects, e)
	}
	return effects, rows.Err()
}
