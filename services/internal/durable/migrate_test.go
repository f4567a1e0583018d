package durable_test

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/countersign/countersign/services/internal/durable"
)

func files(nameAndScript ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i+1 < len(nameAndScript); i += 2 {
		fsys[nameAndScript[i]] = &fstest.MapFile{Data: []byte(nameAndScript[i+1])}
	}
	return fsys
}

// migrated opens a database with these migrations.
func migrated(t *testing.T, path string, migrations fstest.MapFS) (*durable.Store, error) {
	t.Helper()
	store, err := durable.Open(t.Context(), durable.Config{
		Path: path, Migrations: migrations, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err == nil {
		t.Cleanup(func() { _ = store.Close() })
	}
	return store, err
}

// letters reads what the test's migrations wrote, in order.
func letters(t *testing.T, store *durable.Store) string {
	t.Helper()
	rows, err := store.Read().QueryContext(t.Context(), `SELECT letter FROM trace ORDER BY rowid`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all strings.Builder
	for rows.Next() {
		var letter string
		if err := rows.Scan(&letter); err != nil {
			t.Fatal(err)
		}
		all.WriteString(letter)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestMigrationsRunOnceEachInTheOrderOfTheirNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	first := files(
		"0010_c.sql", `INSERT INTO trace VALUES ('c');`,
		"0001_a.sql", `CREATE TABLE trace (letter TEXT); INSERT INTO trace VALUES ('a');`,
		"0002_b.sql", `INSERT INTO trace VALUES ('b');`,
		"notes.txt", `not SQL`,
	)
	store, err := migrated(t, path, first)
	if err != nil {
		t.Fatal(err)
	}
	if got := letters(t, store); got != "abc" {
		t.Fatalf("ran %q", got)
	}
	for range 2 {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		first["0011_d.sql"] = &fstest.MapFile{Data: []byte(`INSERT INTO trace VALUES ('d');`)}
		if store, err = migrated(t, path, first); err != nil {
			t.Fatal(err)
		}
		if got := letters(t, store); got != "abcd" {
			t.Errorf("after reopening: %q", got)
		}
	}
}

func TestABrokenMigrationLeavesNothingAndIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	good := []string{"0001_a.sql", `CREATE TABLE trace (letter TEXT); INSERT INTO trace VALUES ('a');`}
	for _, broken := range []string{
		`INSERT INTO trace VALUES ('b'); CREATE TABLE half (x TEXT); INSERT INTO missing VALUES (1);`,
		`INSERT INTO trace VALUES ('b'); nonsense;`,
	} {
		_, err := migrated(t, path, files(append(good, "0002_b.sql", broken)...))
		if err == nil || !strings.Contains(err.Error(), "0002_b.sql") {
			t.Fatalf("err = %v", err)
		}
	}
	// The lock is free again, the good part stands, and the repaired file runs.
	store, err := migrated(t, path, files(append(good, "0002_b.sql",
		`CREATE TABLE half (x TEXT); INSERT INTO trace VALUES ('b');`, "0003_c.sql", `INSERT INTO trace VALUES ('c');`)...))
	if err != nil {
		t.Fatal(err)
	}
	if got := letters(t, store); got != "abc" {
		t.Errorf("ran %q", got)
	}
}

func TestAFileThatIsNoDatabaseIsRefusedAndNotTouched(t *testing.T) {
	for name, path := range map[string]string{"text": "a.db", "folder missing": "b/c/a.db"} {
		folder := t.TempDir()
		full := filepath.Join(folder, path)
		if name == "text" {
			write(t, full, strings.Repeat("this is not a database\n", 100))
		}
		_, err := migrated(t, full, nil)
		if refused := err != nil; refused != (name == "text") {
			t.Errorf("%s: %v", name, err)
		}
		if name == "text" && read(t, full) != strings.Repeat("this is not a database\n", 100) {
			t.Error("the file was changed")
		}
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
