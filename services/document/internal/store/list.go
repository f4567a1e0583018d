package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// Filter narrows a list. A zero field narrows nothing.
type Filter struct {
	Kind   paper.Kind
	Parent string
	SHA256 string
	// Deleted lists those that were deleted too.
	Deleted bool
	// BeforeTime and BeforeID are those of the last document of the page before.
	BeforeTime time.Time
	BeforeID   string
	// Limit is the most documents to return.
	Limit int
}

// List returns documents, newest first.
func (s *Store) List(ctx context.Context, f Filter) ([]paper.Document, error) {
	conditions, args := []string{"1 = 1"}, []any{}
	where := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		conditions = append(conditions, condition)
	}
	if f.Kind != "" {
		where("kind = ?", string(f.Kind))
	}
	if f.Parent != "" {
		where("parent = ?", f.Parent)
	}
	if f.SHA256 != "" {
		where("sha256 = ?", f.SHA256)
	}
	if !f.Deleted {
		where("delete_time = 0")
	}
	if !f.BeforeTime.IsZero() {
		at := f.BeforeTime.UnixMicro()
		where("(create_time < ? OR create_time = ? AND id < ?)", at, at, f.BeforeID)
	}
	args = append(args, f.Limit)
	bodies, err := texts(ctx, s.db.Read(), fmt.Sprintf(`SELECT body FROM document WHERE %s ORDER BY create_time DESC, id DESC LIMIT $%d`,
		strings.Join(conditions, " AND "), len(args)), args...)
	if err != nil {
		return nil, err
	}
	list := make([]paper.Document, len(bodies))
	for i, body := range bodies {
		if err := json.Unmarshal([]byte(body), &list[i]); err != nil {
			return nil, fmt.Errorf("decode: %w", err)
		}
	}
	return list, nil
}
