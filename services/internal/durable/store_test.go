package durable_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
)

type count struct {
	Name string `json:"name"`
}

func (count) Kind() string { return "count" }

var errAbort = errors.New("abort")

func schema() fstest.MapFS {
	return fstest.MapFS{"0001_tally.sql": {Data: []byte(
		`CREATE TABLE tally (name TEXT NOT NULL PRIMARY KEY, runs BIGINT NOT NULL);`)}}
}

func open(t *testing.T, path string, jobs *durable.Jobs) *durable.Store {
	t.Helper()
	store, err := durable.Open(t.Context(), durable.Config{
		Path: path, Migrations: schema(), Jobs: jobs, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func start(t *testing.T, store *durable.Store) {
	t.Helper()
	if err := store.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := store.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

func runs(t *testing.T, store *durable.Store, name string) int {
	t.Helper()
	var n int
	err := store.Read().QueryRowContext(t.Context(), `SELECT COALESCE(SUM(runs), 0) FROM tally WHERE name = $1`, name).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func add(ctx context.Context, tx *durable.Tx, name string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO tally (name, runs) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET runs = tally.runs + 1`, name)
	return err
}

func TestARowAJobAndAnEventAreThereTogetherOrNotAtAll(t *testing.T) {
	ran := make(chan string, 10)
	jobs := durable.NewJobs()
	durable.Handle(jobs, durable.Options{}, func(ctx context.Context, run *durable.Run, job count) error {
		ran <- job.Name
		return run.Done(ctx, func(ctx context.Context, tx *durable.Tx) error { return add(ctx, tx, "ran "+job.Name) })
	})
	store := open(t, filepath.Join(t.TempDir(), "a.db"), jobs)
	start(t, store)
	write := func(name string, result error) error {
		return store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
			tx.Append(name, []byte(name))
			if err := errors.Join(add(ctx, tx, name), tx.Enqueue(ctx, count{Name: name})); err != nil {
				return err
			}
			return result
		})
	}
	if err := write("lost", errAbort); !errors.Is(err, errAbort) {
		t.Fatalf("err = %v", err)
	}
	if err := write("kept", nil); err != nil {
		t.Fatal(err)
	}
	if got := await(t, ran); got != "kept" {
		t.Fatalf("job ran for %q", got)
	}
	if got := runs(t, store, "lost"); got != 0 {
		t.Errorf("the aborted row is there %d times", got)
	}
	events, err := store.Events(t.Context(), 0, "", 10)
	if err != nil || len(events) != 1 || events[0].Subject != "kept" || events[0].Position != 1 {
		t.Errorf("events = %v, %v", events, err)
	}
	if last, err := store.LastPosition(t.Context()); err != nil || last != 1 {
		t.Errorf("the log ends at %d, %v", last, err)
	}
}

func TestAFailedRunIsRepeatedAndLeavesNoResult(t *testing.T) {
	done := make(chan struct{})
	tries := 0
	jobs := durable.NewJobs()
	durable.Handle(jobs, durable.Options{MaxBackoff: time.Millisecond}, func(ctx context.Context, run *durable.Run, _ count) error {
		tries++
		err := run.Done(ctx, func(ctx context.Context, tx *durable.Tx) error {
			if err := add(ctx, tx, "result"); err != nil || tries == 3 {
				return err
			}
			return errAbort
		})
		if err == nil {
			close(done)
		}
		return err
	})
	store := open(t, filepath.Join(t.TempDir(), "a.db"), jobs)
	start(t, store)
	err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error { return tx.Enqueue(ctx, count{}) })
	if err != nil {
		t.Fatal(err)
	}
	<-done
	if got := runs(t, store, "result"); got != 1 || tries != 3 {
		t.Fatalf("result written %d times in %d tries", got, tries)
	}
}

func TestTheSameKeyIsReceivedOnce(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), nil)
	receive := func(key string) (id string, first bool) {
		err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) (err error) {
			id, first, err = tx.Receive(ctx, durable.Message{Source: "yousign", Key: key, Body: []byte("body")})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return id, first
	}
	id, first := receive("event-1")
	if _, again := receive("event-1"); !first || again {
		t.Fatalf("first = %v, again = %v", first, again)
	}
	if _, first := receive(""); !first {
		t.Fatal("a message without a key was taken for a repetition")
	}
	if m, err := store.Message(t.Context(), id); err != nil || string(m.Body) != "body" {
		t.Fatalf("message = %v, %v", m, err)
	}
	err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error { return tx.Forget(ctx, id) })
	if m, readErr := store.Message(t.Context(), id); err != nil || readErr != nil || len(m.Body) != 0 {
		t.Fatalf("after forgetting: %v, %v, %v", m, err, readErr)
	}
	if _, again := receive("event-1"); again {
		t.Fatal("a forgotten message was taken again")
	}
}

func TestAChangeWakesAFollowerThatReadBeforeIt(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), nil)
	changed := store.Changed()
	if events, err := store.Events(t.Context(), 0, "", 1); err != nil || len(events) != 0 {
		t.Fatalf("events = %v, %v", events, err)
	}
	err := store.Update(t.Context(), func(_ context.Context, tx *durable.Tx) error {
		tx.Append("one", []byte("1"))
		tx.Append("two", []byte("2"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	<-changed
	events, err := store.Events(t.Context(), 1, "two", 10)
	if err != nil || len(events) != 1 || events[0].Position != 2 {
		t.Fatalf("events = %v, %v", events, err)
	}
}

func TestALeaseHasOneHolderUntilItIsReleasedOrRunsOut(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), nil)
	lease := func(ttl time.Duration) (func(), bool) {
		release, ok, err := store.Lease(t.Context(), "deal", ttl)
		if err != nil {
			t.Fatal(err)
		}
		return release, ok
	}
	release, ok := lease(time.Hour)
	if _, second := lease(time.Hour); !ok || second {
		t.Fatalf("held = %v, held twice = %v", ok, second)
	}
	release()
	stale, ok := lease(-time.Second)
	if !ok {
		t.Fatal("a released lease was not free")
	}
	if _, ok := lease(time.Hour); !ok {
		t.Fatal("a lease that ran out was not free")
	}
	stale()
	if _, ok := lease(time.Hour); ok {
		t.Fatal("a holder whose lease ran out released its successor's")
	}
}

func TestASecondProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	open(t, path, nil)
	_, err := durable.Open(t.Context(), durable.Config{Path: path, Migrations: schema(), Logger: slog.Default()})
	if !errors.Is(err, durable.ErrInUse) {
		t.Fatalf("err = %v", err)
	}
}

func TestAReopenedStoreTakesBackRunningJobsAndLeases(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	jobs := func(handler func(context.Context, *durable.Run, count) error) *durable.Jobs {
		j := durable.NewJobs()
		durable.Handle(j, durable.Options{}, handler)
		return j
	}
	store := open(t, path, jobs(nil))
	err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
		if err := tx.Enqueue(ctx, count{Name: "interrupted"}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'running'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := store.Lease(t.Context(), "deal", time.Hour); !ok || err != nil {
		t.Fatalf("lease: %v, %v", ok, err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	ran := make(chan string, 1)
	store = open(t, path, jobs(func(_ context.Context, _ *durable.Run, job count) error {
		ran <- job.Name
		return nil
	}))
	start(t, store)
	if got := await(t, ran); got != "interrupted" {
		t.Fatalf("ran %q", got)
	}
	if _, ok, err := store.Lease(t.Context(), "deal", time.Hour); !ok || err != nil {
		t.Fatalf("the dead process still holds its lease: %v, %v", ok, err)
	}
}
