package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
)

// LinkKeys returns the keys that download links are signed with, the newest first, at most two. They are in the database so
// that links survive a restart and every process knows them.
func (s *Store) LinkKeys(ctx context.Context) ([][]byte, error) {
	secrets, err := texts(ctx, s.db.Read(), `SELECT secret FROM link_key ORDER BY id DESC LIMIT 2`)
	if err != nil {
		return nil, err
	}
	var keys [][]byte
	for _, secret := range secrets {
		key, err := hex.DecodeString(secret)
		if err != nil {
			return nil, fmt.Errorf("decode a key of links: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// AddLinkKey adds a key unless there is one that was added after a time, and forgets all but the two newest.
func (s *Store) AddLinkKey(ctx context.Context, key []byte, now, unlessAfter time.Time) error {
	err := s.db.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		var newest, made int64
		err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(id), 0), COALESCE(MAX(create_time), 0) FROM link_key`).Scan(&newest, &made)
		if err != nil || newest > 0 && made > unlessAfter.UnixMicro() {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO link_key (id, secret, create_time) VALUES ($1, $2, $3)`,
			newest+1, hex.EncodeToString(key), now.UnixMicro())
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM link_key WHERE id < $1`, newest)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("add a key of links: %w", err)
	}
	return nil
}
