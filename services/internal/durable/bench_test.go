package durable_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/countersign/countersign/services/internal/durable"
)

// A webhook's transaction: a row, a job, a message of the inbox and an event. Compare with BenchmarkRawInsert, the same
// database without this package, in one run: both wait for the disk.
func BenchmarkUpdate(b *testing.B) {
	store, err := durable.Open(b.Context(), durable.Config{
		Path: filepath.Join(b.TempDir(), "a.db"), Migrations: schema(), Jobs: quietJobs(), Logger: quiet(),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	body := make([]byte, 2000)
	n := 0
	for b.Loop() {
		n++
		name := fmt.Sprint(n)
		err := store.Update(b.Context(), func(ctx context.Context, tx *durable.Tx) error {
			tx.Append(name, []byte("event"))
			_, _, err := tx.Receive(ctx, durable.Message{Source: "yousign", Key: name, Body: body})
			return errors.Join(err, add(ctx, tx, name), tx.Enqueue(ctx, count{Name: name}))
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRawInsert(b *testing.B) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "a.db")+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(b.Context(), `CREATE TABLE raw (id INTEGER PRIMARY KEY, body BLOB)`); err != nil {
		b.Fatal(err)
	}
	body := make([]byte, 2000)
	for b.Loop() {
		if _, err := db.ExecContext(b.Context(), `INSERT INTO raw (body) VALUES ($1)`, body); err != nil {
			b.Fatal(err)
		}
	}
}
