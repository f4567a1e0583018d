package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/document/internal/link"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// Delete deletes one document that a caller names, and has its bytes deleted by a job of the same transaction. It fails
// with a paper.RetainedError.
func Delete(ctx context.Context, documents *store.Store, retention paper.Retention, id string, now time.Time) (paper.Document, error) {
	return documents.Delete(ctx, id, now, func(ctx context.Context, tx *durable.Tx, d paper.Document) error {
		if err := retention.Deletable(d, now); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Erase{Document: d.ID})
	})
}

const (
	// sweepPause is the time between two looks at what is due: periods are counted in days.
	sweepPause = time.Hour
	// sweepBatch is how many documents are looked for at once.
	sweepBatch = 100
	// keyAge is when the key of links is replaced. The one before stays valid until the next replacement, so this must
	// be more than the longest life of a link, 30 days.
	keyAge = 45 * 24 * time.Hour
)

// errNotDue means that a document's family changed since it was found to be due.
var errNotDue = errors.New("not due any more")

// Sweeper deletes documents by themselves when their retention says so, and replaces the key of download links in time.
// What is due is read from the documents each time: nothing is lost when it is stopped, and two of them do no harm.
type Sweeper struct {
	Store     *store.Store
	Retention paper.Retention
	// Now is the clock.
	Now    func() time.Time
	Logger *slog.Logger
}

// Run sweeps at once, and then again and again until ctx ends.
func (s *Sweeper) Run(ctx context.Context) {
	ticker := time.NewTicker(sweepPause)
	defer ticker.Stop()
	for {
		n, err := s.Sweep(ctx)
		if err != nil && ctx.Err() == nil {
			s.Logger.WarnContext(ctx, "sweep failed, will be tried again", slog.Any("error", err))
		}
		if n > 0 {
			s.Logger.InfoContext(ctx, "documents were deleted at the end of their retention", slog.Int("count", n))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Sweep deletes what is due now and returns how many documents that were. Each is deleted in a transaction of its own, so
// that nobody else has to wait, and one that cannot be deleted keeps no other.
func (s *Sweeper) Sweep(ctx context.Context) (deleted int, err error) {
	now := s.Now()
	if err := RenewLinkKey(ctx, s.Store, now); err != nil {
		return 0, err
	}
	for {
		n, found, err := s.batch(ctx, now)
		deleted += n
		if err != nil || found < sweepBatch || n == 0 {
			return deleted, err
		}
	}
}

// batch deletes up to sweepBatch of the documents that are due, and tells how many it found.
func (s *Sweeper) batch(ctx context.Context, now time.Time) (deleted, found int, err error) {
	ids, err := s.Store.Due(ctx, s.Retention.Cutoffs(now), sweepBatch)
	var errs []error
	for _, id := range ids {
		switch err := s.delete(ctx, id, now); {
		case err == nil:
			deleted++
		case !errors.Is(err, errNotDue):
			errs = append(errs, fmt.Errorf("document %s: %w", id, err))
		}
	}
	return deleted, len(ids), errors.Join(append(errs, err)...)
}

func (s *Sweeper) delete(ctx context.Context, id string, now time.Time) error {
	_, err := s.Store.Delete(ctx, id, now, func(ctx context.Context, tx *durable.Tx, d paper.Document) error {
		family, err := store.FamilyOf(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		if !s.Retention.Due(family, now) {
			return errNotDue
		}
		return tx.Enqueue(ctx, Erase{Document: d.ID})
	})
	return err
}

// RenewLinkKey makes sure that there is a key for download links that is not too old.
func RenewLinkKey(ctx context.Context, documents *store.Store, now time.Time) error {
	key := make([]byte, link.KeySize)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the process instead
	return documents.AddLinkKey(ctx, key, now, now.Add(-keyAge))
}
