package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/internal/durable"
)

// completed is how many rows of a former version are completed in one transaction.
const completed = 500

// Complete gives the rows that a former version wrote what lists and deletions look for. It must end before the store is
// used.
func (s *Store) Complete(ctx context.Context) error {
	for {
		n := 0
		err := s.db.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
			bodies, err := texts(ctx, tx, `SELECT body FROM document WHERE kind = '' ORDER BY create_time, id LIMIT $1`, completed)
			if n = len(bodies); err != nil {
				return err
			}
			for _, body := range bodies {
				if err := complete(ctx, tx, body); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("complete the documents of a former version: %w", err)
		}
		if n < completed {
			return nil
		}
	}
}

func complete(ctx context.Context, tx durable.DBTX, body string) error {
	var d paper.Document
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	kind := d.Kind
	if kind == "" {
		kind = paper.KindUploaded // never written; a row that is left out would be asked for without end
	}
	root := d
	for range mostAncestors {
		bodies, err := texts(ctx, tx, `SELECT body FROM document WHERE id = $1`, root.Parent)
		if err != nil {
			return err
		}
		if len(bodies) == 0 {
			break
		}
		root = paper.Document{}
		if err := json.Unmarshal([]byte(bodies[0]), &root); err != nil {
			return fmt.Errorf("decode: %w", err)
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE document SET kind = $1, parent = $2, family = $3 WHERE id = $4`,
		string(kind), d.Parent, root.ID, d.ID)
	return err
}

// mostAncestors bounds a chain of documents that were made from one another: sent, signed, evidence and a few more.
const mostAncestors = 64
