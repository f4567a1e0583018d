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

// Insert has put archive a document's bytes and adds it. When its request id is taken, the document that has it is
// returned instead. put may be called again: bytes that were deleted meanwhile, because another document had them, are
// archived anew, so that a document that is known is one that is there. It fails with ErrBusy.
func (s *Store) Insert(ctx context.Context, d paper.Document, put func(context.Context) error) (paper.Document, error) {
	for {
		archived, err := s.generation(ctx, d.SHA256)
		if err != nil {
			return d, fmt.Errorf("insert the document: %w", err)
		}
		if err := put(ctx); err != nil {
			return d, err
		}
		err = s.db.Update(ctx, func(ctx context.Context, tx *durable.Tx) error { return insert(ctx, tx, d, archived) })
		if err == nil {
			return s.ByRequestID(ctx, d.RequestID)
		}
		if !errors.Is(err, errErased) {
			return d, fmt.Errorf("insert the document: %w", err)
		}
	}
}

func insert(ctx context.Context, tx durable.DBTX, d paper.Document, archived int64) error {
	taken, err := texts(ctx, tx, `SELECT id FROM document WHERE request_id IN ($1, $2)`, d.RequestID, spent(d.RequestID))
	if err != nil || len(taken) > 0 {
		return err
	}
	if err := claim(ctx, tx, d.SHA256, archived); err != nil {
		return err
	}
	family, err := texts(ctx, tx, `SELECT family FROM document WHERE id = $1`, d.Parent)
	if err != nil {
		return err
	}
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode the document: %w", err)
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO document (id, request_id, content_hash, sha256, create_time, body, kind, parent, family)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (request_id) DO NOTHING`,
		d.ID, d.RequestID, d.ContentHash, d.SHA256, d.CreateTime.UnixMicro(), string(body), string(d.Kind), d.Parent,
		append(family, d.ID)[0])
	return err
}

// Document returns the document with this id.
func (s *Store) Document(ctx context.Context, id string) (paper.Document, error) {
	return one[paper.Document](ctx, s, `SELECT body FROM document WHERE id = $1`, id)
}

// ByRequestID returns the document that a caller made with this idempotency id, also when it was deleted.
func (s *Store) ByRequestID(ctx context.Context, requestID string) (paper.Document, error) {
	return one[paper.Document](ctx, s, `SELECT body FROM document WHERE request_id IN ($1, $2)`, requestID, spent(requestID))
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

// InsertProof keeps the first proof of a document that decides anything, and returns the one that is kept. It fails with
// ErrDeleted: a proof names people.
func (s *Store) InsertProof(ctx context.Context, p Proof) (Proof, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return p, fmt.Errorf("encode the proof: %w", err)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		if err := live(ctx, tx, p.Document); err != nil {
			return err
		}
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

func one[T any](ctx context.Context, s *Store, query string, args ...any) (T, error) {
	var out T
	var body string
	err := s.db.Read().QueryRowContext(ctx, query, args...).Scan(&body)
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
