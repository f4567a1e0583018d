package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/internal/durable"
)

// Due returns the ids of up to limit documents, the oldest first, whose whole family was archived by the time given for
// each of its kinds and is under no legal hold. A document of a kind without a time keeps its family.
func (s *Store) Due(ctx context.Context, cutoffs map[paper.Kind]time.Time, limit int) ([]string, error) {
	if len(cutoffs) == 0 {
		return nil, nil
	}
	var args []any
	old := func(table string) string {
		var parts []string
		for _, kind := range slices.Sorted(maps.Keys(cutoffs)) {
			args = append(args, string(kind), cutoffs[kind].UnixMicro())
			parts = append(parts, fmt.Sprintf("%s.kind = $%d AND %s.create_time <= $%d", table, len(args)-1, table, len(args)))
		}
		return "(" + strings.Join(parts, " OR ") + ")"
	}
	query := `SELECT d.id FROM document d WHERE d.delete_time = 0 AND d.legal_hold = 0 AND ` + old("d") +
		` AND NOT EXISTS (SELECT 1 FROM document m WHERE m.family = d.family AND m.delete_time = 0
			AND (m.legal_hold <> 0 OR NOT ` + old("m") + `))`
	args = append(args, limit)
	return texts(ctx, s.db.Read(), fmt.Sprintf("%s ORDER BY d.create_time, d.id LIMIT $%d", query, len(args)), args...)
}

// FamilyOf reads what decides whether a document's family is deleted by itself.
func FamilyOf(ctx context.Context, db durable.DBTX, id string) (paper.Family, error) {
	family := paper.Family{Newest: map[paper.Kind]time.Time{}}
	rows, err := db.QueryContext(ctx,
		`SELECT kind, MAX(create_time), MAX(legal_hold) FROM document
		WHERE family = (SELECT family FROM document WHERE id = $1) AND delete_time = 0 GROUP BY kind`, id)
	if err != nil {
		return family, fmt.Errorf("read the family: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind paper.Kind
		var newest, held int64
		if err := rows.Scan(&kind, &newest, &held); err != nil {
			return family, fmt.Errorf("read the family: %w", err)
		}
		family.Newest[kind] = time.UnixMicro(newest)
		family.LegalHold = family.LegalHold || held != 0
	}
	return family, rows.Err()
}
