package durable

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var own embed.FS

// migrate applies this package's files, then the context's, then River's. Each file is one transaction and runs once.
func migrate(ctx context.Context, db *sql.DB, migrations fs.FS) error {
	_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration (name TEXT NOT NULL PRIMARY KEY)`)
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	base, err := fs.Sub(own, "migrations")
	if err != nil {
		return err
	}
	if err := apply(ctx, db, "durable/", base); err != nil {
		return err
	}
	if migrations != nil {
		if err := apply(ctx, db, "", migrations); err != nil {
			return err
		}
	}
	migrator, err := rivermigrate.New(riversqlite.New(db), nil)
	if err != nil {
		return fmt.Errorf("prepare job migrations: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("apply job migrations: %w", err)
	}
	return nil
}

func apply(ctx context.Context, db *sql.DB, prefix string, files fs.FS) error {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := applyOne(ctx, db, prefix+name, files, name); err != nil {
			return fmt.Errorf("migration %s%s: %w", prefix, name, err)
		}
	}
	return nil
}

func applyOne(ctx context.Context, db *sql.DB, id string, files fs.FS, name string) error {
	var done string
	err := db.QueryRowContext(ctx, `SELECT name FROM migration WHERE name = $1`, id).Scan(&done)
	if err == nil {
		return nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	script, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // a no-op after the commit
	if _, err := tx.ExecContext(ctx, string(script)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO migration (name) VALUES ($1)`, id); err != nil {
		return err
	}
	return tx.Commit()
}
