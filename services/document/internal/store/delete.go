package store

import (
	"context"
	"crypto/sha512"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/internal/durable"
)

// ErrDeleted means that the document was deleted.
var ErrDeleted = errors.New("the document was deleted")

// Delete forgets everything about a document that could name a person, its proof's part included, and returns what stays.
// also runs before that in the same transaction, and its error stops it. A document that was deleted before is returned
// as it is. The bytes are the caller's business: nothing here touches the archive.
func (s *Store) Delete(ctx context.Context, id string, at time.Time, also func(context.Context, *durable.Tx, paper.Document) error) (paper.Document, error) {
	var left paper.Document
	err := s.db.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		d, err := locked(ctx, tx, id)
		if left = d; err != nil || !d.DeleteTime.IsZero() {
			return err
		}
		if err := also(ctx, tx, d); err != nil {
			return err
		}
		left = d.Scrubbed(at)
		left.RequestID = spent(d.RequestID)
		if err := save(ctx, tx, left); err != nil {
			return err
		}
		return scrubProof(ctx, tx, id)
	})
	if err != nil {
		return paper.Document{}, fmt.Errorf("delete the document: %w", err)
	}
	return left, nil
}

// spent is what stays of a deleted document's request id: enough to know it again, and not what a caller wrote into it. It
// is longer than the 128 characters of a request id, so that nobody can take it first.
func spent(requestID string) string {
	sum := sha512.Sum512([]byte(requestID))
	return "deleted:" + hex.EncodeToString(sum[:])
}

// locked reads a document that the transaction is about to change.
func locked(ctx context.Context, tx durable.DBTX, id string) (paper.Document, error) {
	var d paper.Document
	var body string
	err := tx.QueryRowContext(ctx, `UPDATE document SET delete_time = delete_time WHERE id = $1 RETURNING body`, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return d, ErrNotFound
	}
	if err != nil {
		return d, err
	}
	return d, json.Unmarshal([]byte(body), &d)
}

// live fails with ErrDeleted when a document was deleted.
func live(ctx context.Context, tx durable.DBTX, id string) error {
	d, err := locked(ctx, tx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err == nil && !d.DeleteTime.IsZero() {
		err = ErrDeleted
	}
	return err
}

func save(ctx context.Context, tx durable.DBTX, d paper.Document) error {
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode the document: %w", err)
	}
	_, err = tx.ExecContext(ctx,
		`UPDATE document SET request_id = $1, content_hash = $2, legal_hold = $3, delete_time = $4, body = $5 WHERE id = $6`,
		d.RequestID, d.ContentHash, flag(d.LegalHold), micros(d.DeleteTime), string(body), d.ID)
	return err
}

func flag(set bool) int64 {
	if set {
		return 1
	}
	return 0
}

// micros is a time in a column; 0 is none.
func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// SetLegalHold sets or lifts the legal hold of a document. It fails with ErrDeleted.
func (s *Store) SetLegalHold(ctx context.Context, id string, held bool) (paper.Document, error) {
	var out paper.Document
	err := s.db.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		d, err := locked(ctx, tx, id)
		if err == nil && !d.DeleteTime.IsZero() {
			err = ErrDeleted
		}
		if err != nil {
			return err
		}
		out, out.LegalHold = d, held
		return save(ctx, tx, out)
	})
	if err != nil {
		return paper.Document{}, fmt.Errorf("set the legal hold: %w", err)
	}
	return out, nil
}

func scrubProof(ctx context.Context, tx durable.DBTX, id string) error {
	var p Proof
	var body string
	err := tx.QueryRowContext(ctx, `SELECT body FROM proof WHERE document = $1`, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		return fmt.Errorf("decode the proof: %w", err)
	}
	left, err := json.Marshal(scrubbed(p))
	if err != nil {
		return fmt.Errorf("encode the proof: %w", err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE proof SET body = $1 WHERE document = $2`, string(left), id)
	return err
}

// scrubbed is what stays of a proof: it names what is kept, so that whatever is added to a proof goes unless somebody
// decides otherwise.
func scrubbed(p Proof) Proof {
	left := Proof{Document: p.Document, CreateTime: p.CreateTime, Report: proof.Report{
		Verdict: p.Report.Verdict, Level: p.Report.Level, Findings: p.Report.Findings, SHA256: p.Report.SHA256,
	}}
	for _, s := range p.Report.Signatures {
		left.Report.Signatures = append(left.Report.Signatures, proof.Signature{
			Timestamp: s.Timestamp, SigningTime: s.SigningTime, TimestampTime: s.TimestampTime, Level: s.Level,
			QualifiedClaim: s.QualifiedClaim, SealClaim: s.SealClaim, QualifiedDeviceClaim: s.QualifiedDeviceClaim,
		})
	}
	return left
}
