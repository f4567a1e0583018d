// Package store keeps signature requests and their events. A request is saved with the version it was read with: of two
// writers that read the same version, the second one fails.
package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations returns the schema's files.
func Migrations() (fs.FS, error) { return fs.Sub(files, "migrations") }

// ErrNotFound means that there is no such request.
var ErrNotFound = errors.New("no such signature request")

// ErrConflict means that somebody else saved the request first: read it again.
var ErrConflict = errors.New("the signature request was changed by somebody else")

// Store reads and writes signature requests.
type Store struct{ db *durable.Store }

// New returns a store on db.
func New(db *durable.Store) *Store { return &Store{db: db} }

// Insert adds a request with its events. A request id that is taken leaves everything as it was and returns false.
func (s *Store) Insert(ctx context.Context, tx *durable.Tx, r signature.Request, events []signature.Event) (bool, error) {
	r.Version = 1
	body, err := json.Marshal(r)
	if err != nil {
		return false, fmt.Errorf("encode the request: %w", err)
	}
	result, err := tx.ExecContext(ctx,
		`INSERT INTO request (id, request_id, reference, provider, envelope, callback_hash, state, version,
			create_time, update_time, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (request_id) DO NOTHING`,
		r.ID, r.RequestID, r.Reference, r.Provider, r.Envelope, tokenHash(r.CallbackToken), string(r.State), r.Version,
		r.CreateTime.UnixMicro(), r.UpdateTime.UnixMicro(), string(body))
	if err != nil {
		return false, fmt.Errorf("insert the request: %w", err)
	}
	rows, err := result.RowsAffected()
	if err != nil || rows == 0 {
		return false, err
	}
	if err := writeLabels(ctx, tx, r); err != nil {
		return false, err
	}
	return true, appendEvents(tx, events)
}

// Save writes a changed request with the events of the change. It fails with ErrConflict when the request was saved
// since r was read. The saved request is returned, with its new version.
func (s *Store) Save(ctx context.Context, tx *durable.Tx, r signature.Request, events []signature.Event) (signature.Request, error) {
	read := r.Version
	r.Version++
	body, err := json.Marshal(r)
	if err != nil {
		return r, fmt.Errorf("encode the request: %w", err)
	}
	result, err := tx.ExecContext(ctx,
		`UPDATE request SET provider = $1, envelope = $2, state = $3, version = $4, update_time = $5, body = $6
		WHERE id = $7 AND version = $8`,
		r.Provider, r.Envelope, string(r.State), r.Version, r.UpdateTime.UnixMicro(), string(body), r.ID, read)
	if err != nil {
		return r, fmt.Errorf("save the request: %w", err)
	}
	if rows, err := result.RowsAffected(); err != nil || rows == 0 {
		return r, errors.Join(err, ErrConflict)
	}
	return r, appendEvents(tx, events)
}

// Request returns the request with this id.
func (s *Store) Request(ctx context.Context, id string) (signature.Request, error) {
	return s.one(ctx, `SELECT body FROM request WHERE id = $1`, id)
}

// ByRequestID returns the request that a caller created with this idempotency id.
func (s *Store) ByRequestID(ctx context.Context, requestID string) (signature.Request, error) {
	return s.one(ctx, `SELECT body FROM request WHERE request_id = $1`, requestID)
}

// ByCallbackToken returns the request whose callbacks carry this token. The comparison is of hashes, so its time tells
// nothing about the token.
func (s *Store) ByCallbackToken(ctx context.Context, token string) (signature.Request, error) {
	return s.one(ctx, `SELECT body FROM request WHERE callback_hash = $1`, tokenHash(token))
}

// ByEnvelope returns the request whose envelope at the provider has this id: the newest one, which took it over from the
// others.
func (s *Store) ByEnvelope(ctx context.Context, provider, envelope string) (signature.Request, error) {
	if envelope == "" {
		return signature.Request{}, ErrNotFound
	}
	return s.one(ctx, `SELECT body FROM request WHERE provider = $1 AND envelope = $2
		ORDER BY create_time DESC, id DESC LIMIT 1`, provider, envelope)
}

func (s *Store) one(ctx context.Context, query string, args ...any) (signature.Request, error) {
	var body string
	err := s.db.Read().QueryRowContext(ctx, query, args...).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return signature.Request{}, ErrNotFound
	}
	if err != nil {
		return signature.Request{}, fmt.Errorf("read the request: %w", err)
	}
	return decode(body)
}

func decode(body string) (signature.Request, error) {
	var r signature.Request
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		return signature.Request{}, fmt.Errorf("decode the request: %w", err)
	}
	return r, nil
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Logged is an event with its place in the log.
type Logged struct {
	Position int64
	signature.Event
}

// Events returns up to limit events after a position, in order; request narrows them when it is not empty.
func (s *Store) Events(ctx context.Context, after int64, request string, limit int) ([]Logged, error) {
	raw, err := s.db.Events(ctx, after, request, limit)
	if err != nil {
		return nil, err
	}
	events := make([]Logged, len(raw))
	for i, e := range raw {
		events[i].Position = e.Position
		if err := json.Unmarshal(e.Payload, &events[i].Event); err != nil {
			return nil, fmt.Errorf("decode event %d: %w", e.Position, err)
		}
	}
	return events, nil
}

func appendEvents(tx *durable.Tx, events []signature.Event) error {
	for _, e := range events {
		payload, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode the event: %w", err)
		}
		tx.Append(e.Request, payload)
	}
	return nil
}
