package store

import (
	"context"
	"fmt"

	"github.com/countersign/countersign/services/internal/durable"
)

// Contents returns the hashes of up to limit contents that documents refer to, in their order, from the one after a hash.
// Documents that were deleted do not count.
func Contents(ctx context.Context, db durable.DBTX, after string, limit int) ([]string, error) {
	return texts(ctx, db, `SELECT DISTINCT sha256 FROM document WHERE sha256 > $1 AND delete_time = 0 ORDER BY sha256 LIMIT $2`, after, limit)
}

// DocumentsOf returns the ids of up to limit documents that are there and refer to a content, in their order.
func DocumentsOf(ctx context.Context, db durable.DBTX, hash string, limit int) ([]string, error) {
	return texts(ctx, db, `SELECT id FROM document WHERE sha256 = $1 AND delete_time = 0 ORDER BY id LIMIT $2`, hash, limit)
}

func texts(ctx context.Context, db durable.DBTX, query string, args ...any) ([]string, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
		out = append(out, text)
	}
	return out, rows.Err()
}
