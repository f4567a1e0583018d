package durable_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/countersign/countersign/services/internal/durable"
)

type flood struct{}

func (flood) Kind() string { return "flood" }

// A flood of one kind runs a few at a time and does not hold up the others.
func TestAKindWithItsOwnWorkersRunsThatManyAtOnce(t *testing.T) {
	started, release, other := make(chan struct{}, 10), make(chan struct{}), make(chan struct{})
	jobs := durable.NewJobs()
	durable.Handle(jobs, durable.Options{Workers: 2}, func(ctx context.Context, _ *durable.Run, _ flood) error {
		started <- struct{}{}
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	durable.Handle(jobs, durable.Options{}, func(context.Context, *durable.Run, count) error {
		close(other)
		return nil
	})
	store := open(t, filepath.Join(t.TempDir(), "a.db"), jobs)
	start(t, store)
	err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
		var errs []error
		for range 5 {
			errs = append(errs, tx.Enqueue(ctx, flood{}))
		}
		return errors.Join(append(errs, tx.Enqueue(ctx, count{}))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	<-started
	<-started
	<-other
	if len(started) != 0 {
		t.Fatalf("%d more than two run at once", len(started))
	}
	close(release)
	for range 3 {
		<-started
	}
}
