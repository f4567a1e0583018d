package durable_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
)

// quietJobs takes count jobs and does nothing with them.
func quietJobs() *durable.Jobs {
	jobs := durable.NewJobs()
	durable.Handle(jobs, durable.Options{}, func(context.Context, *durable.Run, count) error { return nil })
	return jobs
}

// record writes a row, a job and two events about name, all or nothing.
func record(ctx context.Context, store *durable.Store, name string) error {
	return store.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		tx.Append(name, []byte("first"))
		if err := errors.Join(add(ctx, tx, name), tx.Enqueue(ctx, count{Name: name})); err != nil {
			return err
		}
		tx.Append(name, []byte("second"))
		return nil
	})
}

// follow reads the log from its start, a few at a time, until it has seen total events or ctx ends.
func follow(ctx context.Context, store *durable.Store, total, limit int) (seen []durable.Event, err error) {
	cursor := int64(0)
	for len(seen) < total {
		changed := store.Changed()
		events, err := store.Events(ctx, cursor, "", limit)
		if err != nil {
			return seen, err
		}
		if len(events) > 0 {
			seen, cursor = append(seen, events...), events[len(events)-1].Position
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return seen, fmt.Errorf("after %d of %d events: %w", len(seen), total, ctx.Err())
		}
	}
	return seen, nil
}

// gapless checks that positions count from 1 and that the events of one transaction stand together.
func gapless(t *testing.T, events []durable.Event) {
	t.Helper()
	for i, e := range events {
		if e.Position != int64(i+1) {
			t.Fatalf("event %d has position %d", i+1, e.Position)
		}
		if i%2 == 1 && (e.Subject != events[i-1].Subject || string(e.Payload) != "second" || string(events[i-1].Payload) != "first") {
			t.Fatalf("events %d and %d are %s %q and %s %q", i, i+1, events[i-1].Subject, events[i-1].Payload, e.Subject, e.Payload)
		}
	}
}

func TestFollowersSeeEveryEventOnceAndInOrderWhileManyWrite(t *testing.T) {
	const writers, each = 12, 8
	store := open(t, filepath.Join(t.TempDir(), "a.db"), quietJobs())
	start(t, store)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	seen := make([][]durable.Event, 4)
	var group sync.WaitGroup
	for i := range seen {
		group.Go(func() {
			var err error
			if seen[i], err = follow(ctx, store, 2*writers*each, 1+i*3); err != nil {
				t.Error(err)
			}
		})
	}
	for w := range writers {
		group.Go(func() {
			for n := range each {
				if err := record(ctx, store, fmt.Sprintf("%d-%d", w, n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	for _, events := range seen {
		gapless(t, events)
	}
}

// Callers go away at any moment. Whatever they were told, a row, its job and its events are there together or not at
// all, nothing that was acknowledged is lost, and the store goes on.
func TestACallerThatGoesAwayLeavesAllOrNothing(t *testing.T) {
	const calls = 200
	store := open(t, filepath.Join(t.TempDir(), "a.db"), quietJobs())
	before := time.Now()
	if err := record(t.Context(), store, "patient"); err != nil {
		t.Fatal(err)
	}
	most := 10 * time.Since(before) // four callers wait for each other
	random := rand.New(rand.NewPCG(1, 2))
	patience := make([]time.Duration, calls)
	for i := range patience {
		patience[i] = time.Duration(random.Int64N(int64(most)))
	}
	acknowledged := make([]bool, calls)
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := w; i < calls; i += 4 {
				ctx, cancel := context.WithTimeout(t.Context(), patience[i])
				acknowledged[i] = record(ctx, store, fmt.Sprint(i)) == nil
				cancel()
			}
		})
	}
	group.Wait()
	kept := 1
	for i := range calls {
		name := fmt.Sprint(i)
		events, err := store.Events(t.Context(), 0, name, 10)
		if err != nil {
			t.Fatal(err)
		}
		rows, jobs := runs(t, store, name), queued(t, store, name)
		if rows != jobs || 2*rows != len(events) || acknowledged[i] && rows != 1 {
			t.Errorf("%s: %d rows, %d jobs, %d events, acknowledged %v", name, rows, jobs, len(events), acknowledged[i])
		}
		kept += rows
	}
	all, err := store.Events(t.Context(), 0, "", 2*calls+10)
	if err != nil || len(all) != 2*kept || kept == 1 || kept == calls+1 {
		t.Fatalf("%d events of %d rows, %v", len(all), kept, err)
	}
	gapless(t, all)
}

// queued counts the jobs about name that were ever enqueued.
func queued(t *testing.T, store *durable.Store, name string) int {
	t.Helper()
	var n int
	err := store.Read().QueryRowContext(t.Context(),
		`SELECT COUNT(*) FROM river_job WHERE json_extract(args, '$.name') = $1`, name).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAPanicInAChangeLeavesNothingAndTheStoreGoesOn(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), quietJobs())
	err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
		tx.Append("lost", nil)
		if err := add(ctx, tx, "lost"); err != nil {
			return err
		}
		panic("in the middle")
	})
	if err == nil || !strings.Contains(err.Error(), "in the middle") || !strings.Contains(err.Error(), "concurrent_test.go") {
		t.Errorf("the panic was swallowed, or its place: %v", err)
	}
	if err := record(t.Context(), store, "kept"); err != nil {
		t.Fatal(err)
	}
	events, err := store.Events(t.Context(), 0, "", 10)
	if err != nil || len(events) != 2 || runs(t, store, "lost") != 0 {
		t.Errorf("%d events, %v, %d rows", len(events), err, runs(t, store, "lost"))
	}
	gapless(t, events)
}

// Changes that share a commit must not share their fate: one fails, one panics, one's caller has gone, the rest is there.
func TestChangesThatShareACommitFailAlone(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), nil)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var wait sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		wait.Go(func() {
			ctx := t.Context()
			if i%4 == 3 {
				ctx = gone
			}
			errs[i] = store.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
				if err := add(ctx, tx, fmt.Sprint("row ", i)); err != nil {
					return err
				}
				tx.Append(fmt.Sprint("row ", i), []byte("x"))
				switch i % 4 {
				case 1:
					return errAbort
				case 2:
					panic("on purpose")
				}
				return nil
			})
		})
	}
	wait.Wait()
	written := 0
	for i, err := range errs {
		if good := i%4 == 0; good != (err == nil) || runs(t, store, fmt.Sprint("row ", i)) != map[bool]int{true: 1}[good] {
			t.Errorf("change %d: err = %v, rows = %d", i, err, runs(t, store, fmt.Sprint("row ", i)))
		}
		if err == nil {
			written++
		}
	}
	if events, err := store.Events(t.Context(), 0, "", 100); err != nil || len(events) != written || written != 10 {
		t.Errorf("%d events for %d changes, %v", len(events), written, err)
	}
}
