// Package jobs deletes: the bytes of documents that were deleted, and documents whose time has come. Every step is safe to
// repeat, so a crash between two lines costs a repetition.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/countersign/countersign/services/document/internal/archive"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

const (
	// eraseTime bounds one deletion from the archive, leaseTime outlasts it: never do two go on for the same bytes.
	eraseTime  = 2 * time.Minute
	leaseTime  = 5 * time.Minute
	leasePause = 250 * time.Millisecond
	// lockPause is when bytes that the archive keeps locked are tried again.
	lockPause = 24 * time.Hour
)

// Erase deletes the bytes of a document that was deleted, unless another document has the same.
type Erase struct {
	Document string `json:"document"`
}

// Kind names the job.
func (Erase) Kind() string { return "document_erase" }

// Archive deletes the content under a hash. It fails with archive.ErrLocked while the archive keeps it.
type Archive interface {
	Delete(ctx context.Context, hash string) error
}

// Worker does the jobs.
type Worker struct {
	DB      *durable.Store
	Store   *store.Store
	Archive Archive
	Logger  *slog.Logger
}

// Register adds the jobs. worker is filled in before they run: its database needs the jobs to be opened.
func Register(jobs *durable.Jobs, worker *Worker) {
	durable.Handle(jobs, durable.Options{Timeout: eraseTime}, func(ctx context.Context, run *durable.Run, job Erase) error {
		if err := worker.erase(ctx, run, job.Document); err != nil {
			return fmt.Errorf("document %s: %w", job.Document, err) // whoever reads the log looks for it
		}
		return nil
	})
}

// erase marks the bytes before it deletes them: whoever archives the same bytes meanwhile waits and archives them again.
// When it is killed in between they stay marked, and the job is run again.
func (w *Worker) erase(ctx context.Context, run *durable.Run, id string) error {
	d, err := w.Store.Document(ctx, id)
	if err != nil {
		return err
	}
	release, ok, err := w.DB.Lease(ctx, "content/"+d.SHA256, leaseTime)
	if err != nil {
		return err
	}
	if !ok {
		return durable.Later(leasePause)
	}
	defer release()
	needed, gone, err := w.Store.BeginErasing(ctx, d.SHA256)
	if err != nil || needed || gone {
		return err // who needs them has them deleted one day
	}
	err = w.Archive.Delete(ctx, d.SHA256)
	if errors.Is(err, archive.ErrLocked) {
		return w.locked(ctx, d)
	}
	if err != nil {
		return err
	}
	if err := w.DB.Trim(ctx); err != nil {
		return err
	}
	return run.Done(ctx, func(ctx context.Context, tx *durable.Tx) error {
		return store.EndErasing(ctx, tx, d.SHA256, store.ContentErased)
	})
}

func (w *Worker) locked(ctx context.Context, d paper.Document) error {
	err := w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		return store.EndErasing(ctx, tx, d.SHA256, store.ContentLocked)
	})
	if err != nil {
		return err
	}
	w.Logger.InfoContext(ctx, "the archive keeps the bytes of a deleted document locked, will be tried again",
		slog.String("document", d.ID), slog.Duration("in", lockPause))
	return durable.Later(lockPause)
}
