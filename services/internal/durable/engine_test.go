package durable_test

import (
	"context"
	"path/filepath"
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
