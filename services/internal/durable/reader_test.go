package durable_test

import (
	"path/filepath"
	"testing"

	"github.com/countersign/countersign/services/internal/durable"
)

func TestAReaderSeesWhatTheWriterCommitsAndWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x%y #1.db")
	if _, err := durable.OpenReadOnly(t.Context(), path); err == nil {
		t.Fatal("a file that is not there was opened")
	}
	writer, err := durable.Open(t.Context(), durable.Config{Path: path, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			writer.Close()
		}
	}()
	reader, err := durable.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	count := func() (n int) {
		t.Helper()
		if err := reader.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM lease`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 0 {
		t.Fatalf("%d leases", n)
	}
	if _, _, err := writer.Lease(t.Context(), "a", 1e9); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 1 {
		t.Errorf("%d leases after one was committed", n)
	}
	if _, err := reader.Read().ExecContext(t.Context(), `DELETE FROM lease`); err == nil {
		t.Error("the reader wrote")
	}
	closed = true
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	alone, err := durable.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	var n int
	if err := alone.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM lease`).Scan(&n); err != nil || n != 1 {
		t.Errorf("without a writer: %d leases, %v", n, err)
	}
}
