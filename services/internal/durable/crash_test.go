package durable_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/countersign/countersign/services/internal/durable"
)

// crashEnv makes the test binary the process that is killed: it names the database to write to.
const crashEnv = "COUNTERSIGN_TEST_CRASH_DATABASE"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashEnv); path != "" {
		fmt.Println(writeForever(path))
		return
	}
	goleak.VerifyTestMain(m)
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// workers writes one row per job, in the transaction that completes it.
func workers() *durable.Jobs {
	jobs := durable.NewJobs()
	durable.Handle(jobs, durable.Options{}, func(ctx context.Context, run *durable.Run, job count) error {
		return run.Done(ctx, func(ctx context.Context, tx *durable.Tx) error {
			tx.Append("job "+job.Name, []byte("first"))
			tx.Append("job "+job.Name, []byte("second"))
			return add(ctx, tx, "job "+job.Name)
		})
	})
	return jobs
}

// writeForever commits numbered records, prints each number once its commit was acknowledged, and runs their jobs
// beside it, until it is killed.
func writeForever(path string) error {
	ctx := context.Background()
	store, err := durable.Open(ctx, durable.Config{Path: path, Migrations: schema(), Jobs: workers(), Logger: quiet()})
	if err != nil {
		return err
	}
	if err := store.Start(ctx); err != nil {
		return err
	}
	var next int
	if err := store.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM tally WHERE name NOT LIKE 'job %'`).Scan(&next); err != nil {
		return err
	}
	for {
		if err := record(ctx, store, strconv.Itoa(next)); err != nil {
			return err
		}
		fmt.Println(next)
		next++
	}
}

// killAfter runs the writer, kills it some time after it has acknowledged enough, and returns the last number that it
// acknowledged.
func killAfter(t *testing.T, path string, enough int, delay time.Duration) int {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	writer := exec.CommandContext(ctx, binary)
	writer.Env = append(os.Environ(), crashEnv+"="+path)
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	last, lines := -1, 0
	for scanner := bufio.NewScanner(out); scanner.Scan(); lines++ {
		if last, err = strconv.Atoi(scanner.Text()); err != nil {
			t.Fatalf("the writer failed: %s", scanner.Text())
		}
		if lines == enough {
			time.AfterFunc(delay, func() { _ = writer.Process.Kill() })
		}
	}
	var killed *exec.ExitError
	if err := writer.Wait(); !errors.As(err, &killed) || killed.Exited() || lines < enough {
		t.Fatalf("the writer was not killed, or hung after %d lines: %v", lines, err)
	}
	return last
}

// check opens what a killed writer left. Everything that was acknowledged is there, numbers and positions have no gaps,
// and each record has its job; it returns how many records there are.
func check(t *testing.T, path string, acknowledged int) int {
	t.Helper()
	store, err := durable.Open(t.Context(), durable.Config{Path: path, Migrations: schema(), Jobs: workers(), Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	number := func(query string) (n int) {
		if err := store.Read().QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	records := number(`SELECT COUNT(*) FROM tally WHERE name NOT LIKE 'job %'`)
	done := number(`SELECT COUNT(*) FROM tally WHERE name LIKE 'job %'`)
	if highest := number(`SELECT COALESCE(MAX(CAST(name AS INTEGER)), -1) FROM tally WHERE name NOT LIKE 'job %'`); highest != records-1 {
		t.Errorf("%d records up to number %d", records, highest)
	}
	if acknowledged >= records {
		t.Errorf("number %d was acknowledged, and only %d records are there", acknowledged, records)
	}
	if jobs := number(`SELECT COUNT(*) FROM river_job`); jobs != records {
		t.Errorf("%d jobs of %d records", jobs, records)
	}
	if completed := number(`SELECT COUNT(*) FROM river_job WHERE state = 'completed'`); completed != done {
		t.Errorf("%d jobs are complete and %d results written", completed, done)
	}
	if twice := number(`SELECT COUNT(*) FROM tally WHERE runs <> 1`); twice != 0 {
		t.Errorf("%d results were written more than once", twice)
	}
	events, err := store.Events(t.Context(), 0, "", 2*(records+done)+10)
	if err != nil || len(events) != 2*(records+done) {
		t.Errorf("%d events of %d records and %d results, %v", len(events), records, done, err)
	}
	gapless(t, events)
	return records
}

func TestAKilledProcessLosesNothingItAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "crash.db")
	random := rand.New(rand.NewPCG(2026, 11))
	records := 0
	for kill := range 10 {
		last := killAfter(t, path, 5+random.IntN(30), time.Duration(random.IntN(5000))*time.Microsecond)
		now := check(t, path, last)
		if t.Failed() {
			t.Fatalf("after kill %d", kill+1)
		}
		if now <= records {
			t.Fatalf("kill %d: %d records, %d before", kill+1, now, records)
		}
		records = now
	}
	// What the killed processes left undone is done by the next one.
	store := open(t, path, workers())
	start(t, store)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	events, err := follow(ctx, store, 4*records, 100)
	if err != nil {
		t.Fatal(err)
	}
	gapless(t, events)
}
