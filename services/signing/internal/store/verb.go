package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
)

// ErrReused means that a caller's id stands for another verb, another request or other content already.
var ErrReused = errors.New("the request id was used with other content")

// Verb is a call that a caller may repeat: what it does to a request is done once for each RequestID.
type Verb struct {
	// RequestID is the caller's idempotency id.
	RequestID string
	// Request is the id of the request that the verb is about.
	Request string
	// Kind of verb, such as "cancel".
	Kind string
	// Hash of all that was asked for.
	Hash string
}

// Taken tells whether the verb was taken before. It fails with ErrReused when its id stands for something else.
func (s *Store) Taken(ctx context.Context, v Verb) (bool, error) { return taken(ctx, s.db.Read(), v) }

// Take notes the verb in the transaction of its effect. false means that it was taken before: there must be no effect
// now. It fails with ErrReused when its id stands for something else.
func (s *Store) Take(ctx context.Context, tx *durable.Tx, v Verb, now time.Time) (bool, error) {
	result, err := tx.ExecContext(ctx,
		`INSERT INTO verb (request_id, request, kind, hash, create_time) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (request_id) DO NOTHING`, v.RequestID, v.Request, v.Kind, v.Hash, now.UnixMicro())
	if err != nil {
		return false, fmt.Errorf("note the verb: %w", err)
	}
	if rows, err := result.RowsAffected(); err != nil || rows == 1 {
		return err == nil, err
	}
	_, err = taken(ctx, tx, v)
	return false, err
}

func taken(ctx context.Context, db durable.DBTX, v Verb) (bool, error) {
	first := Verb{RequestID: v.RequestID}
	err := db.QueryRowContext(ctx, `SELECT request, kind, hash FROM verb WHERE request_id = $1`, v.RequestID).
		Scan(&first.Request, &first.Kind, &first.Hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look the verb up: %w", err)
	case first != v:
		return false, ErrReused
	}
	return true, nil
}
