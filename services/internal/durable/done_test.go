package durable_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
)

// A result that is written stands: an error after it must not run the job again.
func TestAJobThatIsDoneStaysDone(t *testing.T) {
	ran := make(chan struct{}, 10)
	store := running(t, durable.Options{MaxBackoff: time.Millisecond}, func(ctx context.Context, run *durable.Run, _ count) error {
		err := run.Done(ctx, func(ctx context.Context, tx *durable.Tx) error { return add(ctx, tx, "result") })
		ran <- struct{}{}
		return errors.Join(err, errors.New("after the result"))
	})
	enqueue(t, store, count{}, time.Time{})
	await(t, ran)
	enqueue(t, store, count{Name: "other"}, time.Now())
	await(t, ran)
	var open int
	if err := store.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM river_job WHERE state <> 'completed'`).Scan(&open); err != nil {
		t.Fatal(err)
	}
	if open != 0 || runs(t, store, "result") != 2 {
		t.Errorf("%d jobs open, result written %d times", open, runs(t, store, "result"))
	}
}

func TestManyJobsRunOnceEach(t *testing.T) {
	const jobs = 80
	var mu sync.Mutex
	ran := map[string]int{}
	done := make(chan struct{})
	store := running(t, durable.Options{}, func(ctx context.Context, run *durable.Run, job count) error {
		err := run.Done(ctx, func(ctx context.Context, tx *durable.Tx) error { return add(ctx, tx, job.Name) })
		mu.Lock()
		defer mu.Unlock()
		if ran[job.Name]++; len(ran) == jobs && ran[job.Name] == 1 {
			close(done)
		}
		return err
	})
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := w; i < jobs; i += 4 {
				enqueue(t, store, count{Name: fmt.Sprint(i)}, time.Time{})
			}
		})
	}
	group.Wait()
	await(t, done)
	for i := range jobs {
		if n := runs(t, store, fmt.Sprint(i)); n != 1 {
			t.Errorf("job %d wrote its result %d times", i, n)
		}
	}
}

func TestStoppingWaitsForTheJobThatIsRunning(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	jobs := durable.NewJobs()
	durable.Handle(jobs, durable.Options{}, func(ctx context.Context, run *durable.Run, _ count) error {
		close(entered)
		<-leave
		return run.Done(ctx, func(ctx context.Context, tx *durable.Tx) error { return add(ctx, tx, "result") })
	})
	store := open(t, filepath.Join(t.TempDir(), "a.db"), jobs)
	if err := store.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	enqueue(t, store, count{}, time.Time{})
	await(t, entered)
	stopped := make(chan error, 1)
	go func() { stopped <- store.Stop(context.Background()) }()
	select {
	case err := <-stopped:
		t.Errorf("stopped while the job ran: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(leave)
	if err := await(t, stopped); err != nil || runs(t, store, "result") != 1 {
		t.Errorf("err = %v, result written %d times", err, runs(t, store, "result"))
	}
}

func TestStoppingCancelsAJobThatDoesNotEnd(t *testing.T) {
	entered := make(chan struct{})
	jobs := durable.NewJobs()
	durable.Handle(jobs, durable.Options{}, func(ctx context.Context, _ *durable.Run, _ count) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	})
	store := open(t, filepath.Join(t.TempDir(), "a.db"), jobs)
	if err := store.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	enqueue(t, store, count{}, time.Time{})
	await(t, entered)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := store.Stop(ctx); err != nil {
		t.Error(err)
	}
	if j := settled(t, store, "available", "retryable"); j.state == "" {
		t.Error("the job is lost")
	}
}
