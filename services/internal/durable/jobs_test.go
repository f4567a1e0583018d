package durable_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
)

// enqueue commits one job.
func enqueue(t *testing.T, store *durable.Store, job durable.Job, at time.Time) {
	t.Helper()
	err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error { return tx.EnqueueAt(ctx, job, at) })
	if err != nil {
		t.Fatal(err)
	}
}

// running is a started store whose only job is handled by handler.
func running(t *testing.T, opts durable.Options, handler func(context.Context, *durable.Run, count) error) *durable.Store {
	t.Helper()
	jobs := durable.NewJobs()
	durable.Handle(jobs, opts, handler)
	store := open(t, filepath.Join(t.TempDir(), "a.db"), jobs)
	start(t, store)
	return store
}

// await receives from a channel that a job sends to.
func await[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came in 20 s")
	}
	return v
}

// job is what the engine keeps of the only job.
type job struct {
	state    string
	attempts int
	errors   int
	wait     time.Duration
}

// settled waits until the only job has run and its outcome is written.
func settled(t *testing.T, store *durable.Store, states ...string) job {
	t.Helper()
	var last job
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		var at time.Time
		err := store.Read().QueryRowContext(t.Context(),
			`SELECT state, attempt, COALESCE(json_array_length(errors), 0), scheduled_at FROM river_job`).
			Scan(&last.state, &last.attempts, &last.errors, &at)
		if err != nil {
			t.Fatal(err)
		}
		last.wait = time.Until(at)
		for _, s := range states {
			if last.state == s {
				return last
			}
		}
	}
	t.Fatalf("the job is %s", last.state)
	return last
}

func TestAPanickingJobIsTriedAgain(t *testing.T) {
	done := make(chan struct{})
	tries := 0
	store := running(t, durable.Options{MaxBackoff: time.Millisecond}, func(context.Context, *durable.Run, count) error {
		tries++
		if tries < 3 {
			panic("in a job")
		}
		close(done)
		return nil
	})
	enqueue(t, store, count{}, time.Time{})
	await(t, done)
	if j := settled(t, store, "completed"); j.attempts != 3 || j.errors != 2 {
		t.Errorf("%+v", j)
	}
}

// again makes the only job run once more, as if it had run before attempts times.
func again(t *testing.T, store *durable.Store, attempts int) {
	t.Helper()
	err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE river_job SET attempt = $1, state = 'available', scheduled_at = '2020-01-01 00:00:00'`,
			attempts)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFailedJobWaitsLongerAndNeverLongerThanItsLimit(t *testing.T) {
	store := running(t, durable.Options{MaxBackoff: 40 * time.Minute}, func(context.Context, *durable.Run, count) error {
		return errors.New("vendor is down")
	})
	enqueue(t, store, count{}, time.Now().Add(time.Hour)) // so that it stands still until it is told how often it ran
	for _, c := range []struct {
		attempt int
		most    time.Duration
	}{{8, 32 * time.Second}, {9, 64 * time.Second}, {10, 128 * time.Second}, {15, 40 * time.Minute}, {5000, 40 * time.Minute}} {
		again(t, store, c.attempt-1)
		if j := settled(t, store, "retryable", "scheduled"); j.wait > c.most || j.wait < c.most/2-5*time.Second {
			t.Errorf("after %d tries the job waits %v, want between half of and %v: %+v", c.attempt, j.wait, c.most, j)
		}
	}
}

func TestALongOutageNeitherEndsAJobNorSwellsItsRow(t *testing.T) {
	store := running(t, durable.Options{MaxBackoff: time.Hour}, func(context.Context, *durable.Run, count) error {
		return errors.New("vendor is down")
	})
	enqueue(t, store, count{}, time.Now().Add(time.Hour))
	again(t, store, 1<<15-2)
	before := settled(t, store, "retryable", "scheduled", "discarded")
	again(t, store, before.attempts)
	if j := settled(t, store, "retryable", "scheduled", "discarded"); j.state == "discarded" || j.attempts != before.attempts || j.errors != 0 {
		t.Errorf("%+v, before %+v", j, before)
	}
}

func TestLaterRunsTheJobAgainAndIsNoFailure(t *testing.T) {
	const times = 5
	done := make(chan struct{})
	ran := 0
	store := running(t, durable.Options{}, func(context.Context, *durable.Run, count) error {
		if ran++; ran <= times {
			return durable.Later(time.Millisecond)
		}
		close(done)
		return nil
	})
	enqueue(t, store, count{}, time.Time{})
	await(t, done)
	if j := settled(t, store, "completed"); j.attempts != 1 || j.errors != 0 || ran != times+1 {
		t.Errorf("%+v after %d runs", j, ran)
	}
}

func TestLaterWaitsAsLongAsItSays(t *testing.T) {
	store := running(t, durable.Options{}, func(context.Context, *durable.Run, count) error { return durable.Later(time.Hour) })
	enqueue(t, store, count{}, time.Time{})
	if j := settled(t, store, "scheduled"); j.wait < 59*time.Minute || j.wait > time.Hour || j.errors != 0 {
		t.Errorf("%+v", j)
	}
}

func TestAJobOfTomorrowWaitsAndOneOfYesterdayIsReadyAtOnce(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), quietJobs())
	for at, want := range map[time.Time]string{
		{}: "available", time.Now(): "available", time.Now().Add(-24 * time.Hour): "available",
		time.Now().Add(24 * time.Hour): "scheduled",
	} {
		name := fmt.Sprint(at.UnixNano())
		enqueue(t, store, count{Name: name}, at)
		var state string
		err := store.Read().QueryRowContext(t.Context(),
			`SELECT state FROM river_job WHERE json_extract(args, '$.name') = $1`, name).Scan(&state)
		if err != nil || state != want {
			t.Errorf("due in %v: %s, want %s, %v", time.Until(at), state, want, err)
		}
	}
}

func TestAJobThatTakesTooLongIsCutShortAndTriedAgain(t *testing.T) {
	done := make(chan struct{})
	tries := 0
	opts := durable.Options{Timeout: 30 * time.Millisecond, MaxBackoff: time.Millisecond}
	store := running(t, opts, func(ctx context.Context, _ *durable.Run, _ count) error {
		if tries++; tries == 1 {
			<-ctx.Done()
			return ctx.Err()
		}
		close(done)
		return nil
	})
	enqueue(t, store, count{}, time.Time{})
	await(t, done)
	if j := settled(t, store, "completed"); j.attempts != 2 {
		t.Errorf("%+v", j)
	}
}
