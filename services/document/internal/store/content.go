package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
)

// ContentState is where the bytes under a hash stand. Documents with the same bytes share them.
type ContentState string

// The states of a content.
const (
	// ContentKept is in the archive for a document, or waits there to be deleted.
	ContentKept ContentState = "KEPT"
	// ContentErasing may be deleted from the archive at any moment: nobody may rely on it.
	ContentErasing ContentState = "ERASING"
	// ContentLocked was to be deleted, and a lock of the archive forbids it for now.
	ContentLocked ContentState = "LOCKED"
	// ContentErased is gone.
	ContentErased ContentState = "ERASED"
)

// ErrBusy means that the same bytes are being deleted and that this takes too long to wait for.
var ErrBusy = errors.New("the same bytes are being deleted at the moment")

const (
	// erasingPause is how often an upload looks whether a deletion of the same bytes has ended, mostWait for how long.
	erasingPause = 20 * time.Millisecond
	mostWait     = 15 * time.Second
)

// errErased means that a deletion began after the bytes were archived: they may be gone.
var errErased = errors.New("the bytes were deleted after they were archived")

// generation waits until the bytes under a hash are not being deleted, and returns how many deletions have begun.
func (s *Store) generation(ctx context.Context, hash string) (int64, error) {
	timer := time.NewTimer(mostWait)
	defer timer.Stop()
	for {
		var state ContentState
		var generation int64
		err := s.db.Read().QueryRowContext(ctx, `SELECT state, generation FROM content WHERE sha256 = $1`, hash).
			Scan(&state, &generation)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil
		}
		if err != nil || state != ContentErasing {
			return generation, err
		}
		select {
		case <-time.After(erasingPause):
		case <-timer.C:
			return 0, ErrBusy
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// hold makes sure of a content's row and keeps others from changing it until the transaction ends. It returns what is in
// the row.
func hold(ctx context.Context, tx durable.DBTX, hash string) (state ContentState, generation int64, err error) {
	err = tx.QueryRowContext(ctx,
		`INSERT INTO content (sha256, state, generation) VALUES ($1, 'KEPT', 0)
		ON CONFLICT (sha256) DO UPDATE SET generation = content.generation RETURNING state, generation`, hash).
		Scan(&state, &generation)
	return state, generation, err
}

func move(ctx context.Context, tx durable.DBTX, hash string, state ContentState, generation int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE content SET state = $1, generation = $2 WHERE sha256 = $3`, string(state), generation, hash)
	return err
}

// claim says in a document's transaction that its bytes are needed. It fails with errErased unless they were archived
// after the last deletion.
func claim(ctx context.Context, tx durable.DBTX, hash string, archived int64) error {
	state, generation, err := hold(ctx, tx, hash)
	if err != nil {
		return err
	}
	if state == ContentErasing || generation != archived {
		return errErased
	}
	return move(ctx, tx, hash, ContentKept, generation)
}

// BeginErasing says that the bytes under a hash are about to be deleted. From then on nobody relies on them until
// EndErasing: a new document with the same bytes waits and archives them again. needed is true, and nothing changes, when a
// document that is there has them; gone is true when they were deleted before. After a crash it is called again. One
// caller at a time may be between the two for one hash.
func (s *Store) BeginErasing(ctx context.Context, hash string) (needed, gone bool, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		state, generation, err := hold(ctx, tx, hash)
		if err != nil {
			return err
		}
		var live int
		err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM document WHERE sha256 = $1 AND delete_time = 0`, hash).Scan(&live)
		if needed, gone = live > 0, state == ContentErased; err != nil || needed || gone {
			return err
		}
		return move(ctx, tx, hash, ContentErasing, generation+1)
	})
	if err != nil {
		return false, false, fmt.Errorf("begin to erase: %w", err)
	}
	return needed, gone, nil
}

// EndErasing notes what came of a deletion: ContentErased or ContentLocked.
func EndErasing(ctx context.Context, tx durable.DBTX, hash string, state ContentState) error {
	_, err := tx.ExecContext(ctx, `UPDATE content SET state = $1 WHERE sha256 = $2 AND state = 'ERASING'`, string(state), hash)
	if err != nil {
		return fmt.Errorf("end to erase: %w", err)
	}
	return nil
}

// Awaited tells whether the bytes under a hash are in the archive only until they can be deleted.
func Awaited(ctx context.Context, db durable.DBTX, hash string) (bool, error) {
	var n int
	err := db.QueryRowContext(ctx,
		`SELECT COUNT(*) FROM content WHERE sha256 = $1 AND state <> 'ERASED'
		AND EXISTS (SELECT 1 FROM document WHERE document.sha256 = content.sha256 AND delete_time > 0)`, hash).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read: %w", err)
	}
	return n > 0, nil
}
