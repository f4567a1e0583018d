package durable

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Event is one entry of the log.
type Event struct {
	// Position from 1, without gaps.
	Position int64
	Subject  string
	Payload  []byte
	// Time of the commit that appended it.
	Time time.Time
}

// Events returns up to limit events after a position, in order; subject narrows them when it is not empty.
func (s *Store) Events(ctx context.Context, after int64, subject string, limit int) ([]Event, error) {
	query, args := `SELECT position, subject, payload, create_time FROM event_log
		WHERE position > $1 ORDER BY position LIMIT $2`, []any{after, limit}
	if subject != "" {
		query, args = `SELECT position, subject, payload, create_time FROM event_log
		WHERE position > $1 AND subject = $3 ORDER BY position LIMIT $2`, []any{after, limit, subject}
	}
	rows, err := s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	defer rows.Close()
	var events []Event
	for rows.Next() {
		var e Event
		var at int64
		if err := rows.Scan(&e.Position, &e.Subject, &e.Payload, &at); err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		e.Time = time.UnixMicro(at)
		events = append(events, e)
	}
	return events, rows.Err()
}

// LastPosition returns the position of the newest event; 0 when there is none.
func (s *Store) LastPosition(ctx context.Context) (int64, error) {
	var last int64
	if err := s.reader.QueryRowContext(ctx, `SELECT position FROM event_head WHERE id = 1`).Scan(&last); err != nil {
		return 0, fmt.Errorf("read the end of the event log: %w", err)
	}
	return last, nil
}

// Changed returns a channel that is closed at the next commit that appends an event in this process. Take it before
// reading: then no event falls between.
func (s *Store) Changed() <-chan struct{} { return s.changed.next() }

// broadcast wakes everybody who waits.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{}
}

func (b *broadcast) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
