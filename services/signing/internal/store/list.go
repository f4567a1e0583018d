package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Filter narrows a list: a request must meet everything that is set. Zero values narrow nothing.
type Filter struct {
	Reference string
	State     signature.State
	// Provider is the configured account's id.
	Provider string
	// Labels as `key=value`.
	Labels []string
	// CreatedAfter is the first moment that counts, CreatedBefore the first that does not, in microseconds.
	CreatedAfter, CreatedBefore time.Time
	// BeforeTime and BeforeID are the place of the last request of the previous page.
	BeforeTime time.Time
	BeforeID   string
	Limit      int
}

// List returns requests, newest first.
func (s *Store) List(ctx context.Context, f Filter) ([]signature.Request, error) {
	query, args := f.query()
	rows, err := s.db.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	defer rows.Close()
	var list []signature.Request
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, fmt.Errorf("list requests: %w", err)
		}
		r, err := decode(body)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// query says only what the filter asks for: a condition that might be empty would keep the indexes from being used. Each
// index holds one thing to look for and then the list's order, so that the rows of a page come out of it without sorting.
// The first label leads where there is one: labels are the callers' own, and tell more than a state does.
func (f Filter) query() (string, []any) {
	var where []string
	var args []any
	with := func(condition string, values ...any) {
		for _, value := range values {
			args = append(args, value)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		where = append(where, condition)
	}
	from, at, id := "request r", "r.create_time", "r.id"
	if len(f.Labels) > 0 {
		from, at, id = "request_label l JOIN request r ON r.id = l.request", "l.create_time", "l.request"
		with("l.label = ?", f.Labels[0])
		for _, label := range f.Labels[1:] {
			with("EXISTS (SELECT 1 FROM request_label o WHERE o.label = ? AND o.create_time = l.create_time AND o.request = l.request)", label)
		}
	}
	for _, equal := range []struct{ column, value string }{
		{"r.reference", f.Reference}, {"r.state", string(f.State)}, {"r.provider", f.Provider},
	} {
		if equal.value != "" {
			with(equal.column+" = ?", equal.value)
		}
	}
	if !f.CreatedAfter.IsZero() {
		with(at+" >= ?", f.CreatedAfter.UnixMicro())
	}
	if !f.CreatedBefore.IsZero() {
		with(at+" < ?", f.CreatedBefore.UnixMicro())
	}
	if !f.BeforeTime.IsZero() {
		with("("+at+", "+id+") < (?, ?)", f.BeforeTime.UnixMicro(), f.BeforeID)
	}
	query := "SELECT r.body FROM " + from
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	args = append(args, f.Limit)
	return query + fmt.Sprintf(" ORDER BY %s DESC, %s DESC LIMIT $%d", at, id, len(args)), args
}

// writeLabels makes a new request findable by its labels. They never change.
func writeLabels(ctx context.Context, tx *durable.Tx, r signature.Request) error {
	for key, value := range r.Labels {
		_, err := tx.ExecContext(ctx, `INSERT INTO request_label (label, create_time, request) VALUES ($1, $2, $3)`,
			key+"="+value, r.CreateTime.UnixMicro(), r.ID)
		if err != nil {
			return fmt.Errorf("write the labels: %w", err)
		}
	}
	return nil
}
