// Package store keeps what is known of documents, and their proofs. The bytes are the archive's.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/internal/durable"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations returns the schema's files.
func Migrations() (fs.FS, error) { return fs.Sub(files, "migrations") }

// ErrNotFound means that there is no such document or proof.
var ErrNotFound = errors.New("not found")

// Store reads and writes documents.
type Store struct{ db *durable.Store }

// New returns a store on db.
func New(db *durable.Store) *Store { return &Store{db: db} }

// Insert adds a document. When its request id is taken, the document that has it is returned instead.
func (s *Store) Insert(ctx context.Context, d paper.Document) (paper.Document, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return d, fmt.Errorf("encode the document: %w", err)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO document (id, request_id, content_hash, sha256, create_time, body) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (request_id) DO NOTHING`,
			d.ID, d.RequestID, d.ContentHash, d.SHA256, d.CreateTime.UnixMicro(), string(body))
		return err
	})
	if err != nil {
		return d, fmt.Errorf("insert the document: %w", err)
	}
	return s.ByRequestID(ctx, d.RequestID)
}

// Document returns the document with this id.
func (s *Store) Document(ctx context.Context, id string) (paper.Document, error) {
	return one[paper.Document](ctx, s, `SELECT body FROM document WHERE id = $1`, id)
}

// ByRequestID returns the document that a caller made with this idempotency id.
func (s *Store) ByRequestID(ctx context.Context, requestID string) (paper.Document, error) {
	return one[paper.Document](ctx, s, `SELECT body FROM document WHERE request_id = $1`, requestID)
}

// Proof is a report that was kept.
type Proof struct {
	// Document is the id of the signed document.
	Document string
	// Expected is the fingerprint of what it was proven against.
	Expected string
	// Sent and AuditTrail are the ids of the documents that it was proven with; there may be no audit trail.
	Sent, AuditTrail string
	// Level, Legislation and Signers are what was expected. Signers are personal data.
	Level, Legislation string
	Signers            []proof.Signer
	Report             proof.Report
	CreateTime         time.Time
}

// InsertProof keeps the first proof of a document that decides anything, and returns the one that is kept.
func (s *Store) InsertProof(ctx context.Context, p Proof) (Proof, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return p, fmt.Errorf("encode the proof: %w", err)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO proof (document, verdict, body) VALUES ($1, $2, $3)
			ON CONFLICT (document) DO UPDATE SET verdict = excluded.verdict, body = excluded.body WHERE proof.verdict = $4`,
			p.Document, string(p.Report.Verdict), string(body), string(proof.Indeterminate))
		return err
	})
	if err != nil {
		return p, fmt.Errorf("insert the proof: %w", err)
	}
	return s.Proof(ctx, p.Document)
}

// Proof returns the kept proof of a document.
func (s *Store) Proof(ctx context.Context, document string) (Proof, error) {
	return one[Proof](ctx, s, `SELECT body FROM proof WHERE document = $1`, document)
}

func one[T any](ctx context.Context, s *Store, query, id string) (T, error) {
	var out T
	var body string
	err := s.db.Read().QueryRowContext(ctx, query, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return out, ErrNotFound
	}
	if err != nil {
		return out, fmt.Errorf("read: %w", err)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		return out, fmt.Errorf("decode: %w", err)
	}
	return out, nil
}
