package durable

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// Tx is a transaction over rows, jobs, events and the inbox: all of it is there after Update returned nil, and none of
// it otherwise.
type Tx struct {
	DBTX
	tx     *sql.Tx
	store  *Store
	events []event
}

type event struct {
	subject string
	payload []byte
}

// Enqueue adds a job that runs once the transaction is committed.
func (t *Tx) Enqueue(ctx context.Context, job Job) error {
	return t.EnqueueAt(ctx, job, time.Time{})
}

// EnqueueAt adds a job that runs at a time or up to five seconds later, and at once when the time is past.
func (t *Tx) EnqueueAt(ctx context.Context, job Job, at time.Time) error {
	opts := &river.InsertOpts{Queue: t.store.jobs.queue(job.Kind())}
	if at.After(time.Now()) {
		opts.ScheduledAt = at // River looks for these every five seconds, so what is due must not be one
	}
	if _, err := t.store.client.InsertTx(ctx, t.tx, job, opts); err != nil {
		return fmt.Errorf("enqueue %s: %w", job.Kind(), err)
	}
	return nil
}

// Append adds an event about subject to the log. Positions are given out as the last statements of the transaction, so
// that they are committed in order and a follower never overtakes one.
func (t *Tx) Append(subject string, payload []byte) {
	t.events = append(t.events, event{subject: subject, payload: present(payload)})
}

func (t *Tx) writeEvents(ctx context.Context) error {
	now := time.Now().UnixMicro()
	for _, e := range t.events {
		var position int64
		err := t.QueryRowContext(ctx,
			`UPDATE event_head SET position = position + 1 WHERE id = 1 RETURNING position`).Scan(&position)
		if err != nil {
			return fmt.Errorf("next event position: %w", err)
		}
		_, err = t.ExecContext(ctx,
			`INSERT INTO event_log (position, subject, payload, create_time) VALUES ($1, $2, $3, $4)`,
			position, e.subject, e.payload, now)
		if err != nil {
			return fmt.Errorf("append event: %w", err)
		}
	}
	return nil
}

// Message is something that came in from outside, kept until it was handled.
type Message struct {
	// Source names the sender, such as "yousign".
	Source string
	// Key makes repeated deliveries one; empty when the sender gives none and each delivery counts.
	Key         string
	ContentType string
	Body        []byte
}

// Receive keeps a message. first is false, and id empty, when its key was received before.
func (t *Tx) Receive(ctx context.Context, m Message) (id string, first bool, err error) {
	id = uuid.NewString()
	key := m.Key
	if key == "" {
		key = id
	}
	sum := sha256.Sum256([]byte(key))
	result, err := t.ExecContext(ctx,
		`INSERT INTO inbox (id, source, dedupe_key, content_type, body, receive_time) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (source, dedupe_key) DO NOTHING`,
		id, m.Source, hex.EncodeToString(sum[:]), m.ContentType, present(m.Body), time.Now().UnixMicro())
	if err != nil {
		return "", false, fmt.Errorf("keep the message: %w", err)
	}
	rows, err := result.RowsAffected()
	if err != nil || rows == 0 {
		return "", false, err
	}
	return id, true, nil
}

// present makes no bytes an empty value: a nil slice would be written as NULL, and gRPC decodes an empty body to nil.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Message returns a message that was received.
func (s *Store) Message(ctx context.Context, id string) (Message, error) {
	var m Message
	err := s.reader.QueryRowContext(ctx, `SELECT source, content_type, body FROM inbox WHERE id = $1`, id).
		Scan(&m.Source, &m.ContentType, &m.Body)
	if err != nil {
		return Message{}, fmt.Errorf("read the message: %w", err)
	}
	return m, nil
}

// Forget drops the content of a message that was handled; its key stays, so that it is not taken again.
func (t *Tx) Forget(ctx context.Context, id string) error {
	if _, err := t.ExecContext(ctx, `UPDATE inbox SET body = $1 WHERE id = $2`, []byte{}, id); err != nil {
		return fmt.Errorf("forget the message: %w", err)
	}
	return nil
}
