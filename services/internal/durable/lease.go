package durable

import (
	"context"
	"fmt"
	"time"
)

// Lease gives the caller the sole right to work on subject until release is called, or until ttl has passed should the
// process die. ok is false when somebody else holds it.
func (s *Store) Lease(ctx context.Context, subject string, ttl time.Duration) (release func(), ok bool, err error) {
	now := time.Now()
	owner := fmt.Sprintf("%s/%d", s.owner, now.UnixNano())
	err = s.Update(ctx, func(ctx context.Context, tx *Tx) error {
		result, err := tx.ExecContext(ctx,
			`INSERT INTO lease (subject, owner, until) VALUES ($1, $2, $3)
			ON CONFLICT (subject) DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE lease.until < $4`,
			subject, owner, now.Add(ttl).UnixMicro(), now.UnixMicro())
		if err != nil {
			return fmt.Errorf("take the lease: %w", err)
		}
		rows, err := result.RowsAffected()
		ok = rows > 0
		return err
	})
	if err != nil || !ok {
		return nil, false, err
	}
	return func() { s.release(ctx, subject, owner) }, true, nil
}

// release frees the lease even when the caller's context has ended. A failure is harmless: the lease ends by itself.
func (s *Store) release(ctx context.Context, subject, owner string) {
	_ = s.Update(context.WithoutCancel(ctx), func(ctx context.Context, tx *Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM lease WHERE subject = $1 AND owner = $2`, subject, owner)
		return err
	})
}
