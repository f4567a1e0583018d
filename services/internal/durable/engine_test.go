package durable_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/internal/durable"
)

// A kill cannot show it, only a power cut: an acknowledged commit is on the disk because the engine was told to wait.
func TestTheEngineWaitsForTheDisk(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), nil)
	err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
		for pragma, want := range map[string]string{
			"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1",
		} {
			var got string
			if err := tx.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
				return err
			}
			if got != want {
				t.Errorf("%s is %s, want %s", pragma, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What was deleted must not be found in the files, whatever a person wrote there.
func TestWhatWasDeletedIsInNoFile(t *testing.T) {
	path, secret := filepath.Join(t.TempDir(), "a.db"), strings.Repeat("Ada Lovelace ", 1000)
	store := open(t, path, nil)
	change := func(query string) {
		t.Helper()
		if err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
			_, err := tx.ExecContext(ctx, query, secret)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	found := func() (n int) {
		t.Helper()
		files, err := filepath.Glob(path + "*")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(content, []byte("Lovelace"))
		}
		return n
	}
	change(`INSERT INTO tally (name, runs) VALUES ($1, 1)`)
	if err := store.Trim(t.Context()); err != nil || found() == 0 {
		t.Fatalf("the test would see nothing: %v", err)
	}
	change(`DELETE FROM tally WHERE name = $1`)
	if err := store.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := found(); n > 0 {
		t.Errorf("it is still there %d times", n)
	}
}

func TestReadingCannotWrite(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), nil)
	if _, err := store.Read().ExecContext(t.Context(), `INSERT INTO tally (name, runs) VALUES ('x', 1)`); err == nil {
		t.Error("a row was written outside a transaction")
	}
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), nil)
	err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
		if err := add(ctx, tx, "open"); err != nil {
			return err
		}
		if n := runs(t, store, "open"); n != 0 {
			t.Errorf("a reader sees %d rows that are not committed", n)
		}
		return nil
	})
	if err != nil || runs(t, store, "open") != 1 {
		t.Errorf("%v, %d rows after the commit", err, runs(t, store, "open"))
	}
}
