// Package durable is the one place that knows the storage engine. It gives a context a transaction that holds its rows,
// its jobs and its events together, an inbox, an event log that followers read with a cursor, and leases. SQL is the
// caller's, in the subset that SQLite and PostgreSQL share; database/sql offers none of the rest.
//
// The engine is SQLite with one writer connection and River for jobs. A 2xx that follows a commit means that the commit
// is on disk (synchronous=FULL). One process per file: the second one fails to open it.
package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
	"github.com/riverqueue/river"
	_ "modernc.org/sqlite" // the database driver registers itself
)

// updateTimeout bounds a transaction: there is one writer, and everybody waits for it.
const updateTimeout = 10 * time.Second

// DBTX runs SQL, inside a transaction or not.
type DBTX interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Config says what to open.
type Config struct {
	// Path of the database file; its folder is made when missing.
	Path string
	// Migrations are the context's own .sql files, applied once each in the order of their names.
	Migrations fs.FS
	// Jobs that may be enqueued; nil when the context has none.
	Jobs   *Jobs
	Logger *slog.Logger
}

// Store is an open database.
type Store struct {
	writer  *sql.DB
	reader  *sql.DB
	lock    *flock.Flock
	jobs    *Jobs
	client  *river.Client[*sql.Tx]
	owner   string
	changed broadcast

	changes chan *change
	close   sync.Once
	closed  chan struct{} // closed by Close
	written chan struct{} // closed by the writer when it has ended
}

// ErrInUse means that another process has the database open.
var ErrInUse = errors.New("another process has this database open")

// Open takes the file's lock, opens it, brings its schema up to date and takes back the jobs and leases that a killed
// process held. Jobs run only after Start.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	lock, err := acquire(cfg.Path)
	if err != nil {
		return nil, err
	}
	s := &Store{
		lock: lock, owner: uuid.NewString(),
		changes: make(chan *change), closed: make(chan struct{}), written: make(chan struct{}),
	}
	go s.write()
	if err := s.open(ctx, cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", filepath.Base(cfg.Path), err), s.Close())
	}
	return s, nil
}

func acquire(path string) (*flock.Flock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock := flock.New(path + ".lock")
	got, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", filepath.Base(path), err)
	}
	if !got {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), ErrInUse)
	}
	return lock, nil
}

func (s *Store) open(ctx context.Context, cfg Config) error {
	var err error
	if s.writer, err = sql.Open("sqlite", dsn(cfg.Path, false)); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if s.reader, err = sql.Open("sqlite", dsn(cfg.Path, true)); err != nil {
		return err
	}
	s.reader.SetMaxOpenConns(4)
	if err := migrate(ctx, s.writer, cfg.Migrations); err != nil {
		return err
	}
	if err := s.takeBack(ctx); err != nil {
		return err
	}
	if cfg.Jobs == nil {
		cfg.Jobs = NewJobs()
	}
	s.jobs = cfg.Jobs
	s.client, err = cfg.Jobs.client(s, cfg.Logger)
	return err
}

// dsn sets busy_timeout first: the pragmas after it may already have to wait for the file.
func dsn(path string, readOnly bool) string {
	pragmas := []string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"secure_delete(1)", // what is deleted is overwritten: a free page may have held a name
		"temp_store(MEMORY)", "cache_size(-16000)", "journal_size_limit(67108864)",
	}
	if readOnly {
		pragmas = append(pragmas, "query_only(1)")
	}
	query := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
}

// takeBack makes the jobs that a killed process was running available again, and its leases free. The file's lock makes
// that safe: nobody else can be running them.
func (s *Store) takeBack(ctx context.Context) error {
	for _, statement := range []string{
		`UPDATE river_job SET state = 'available' WHERE state = 'running'`,
		`DELETE FROM river_leader`,
		`DELETE FROM lease`,
	} {
		if _, err := s.writer.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("take back what a killed process held: %w", err)
		}
	}
	return nil
}

// Read runs queries outside a transaction. It cannot write.
func (s *Store) Read() DBTX { return s.reader }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.reader.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
}

// Trim empties the write-ahead log into the database: what was deleted is then overwritten in both. It waits for readers,
// ten seconds at most, and does less when they do not end.
func (s *Store) Trim(ctx context.Context) error {
	if _, err := s.writer.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return fmt.Errorf("empty the log: %w", err)
	}
	return nil
}

// Start runs jobs until Stop.
func (s *Store) Start(ctx context.Context) error {
	if err := s.client.Start(ctx); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	return nil
}

// Stop lets running jobs finish, for as long as ctx allows, then cancels them.
func (s *Store) Stop(ctx context.Context) error {
	if err := s.client.Stop(ctx); err == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.client.StopAndCancel(hard); err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

// Close closes the database and frees its lock. Jobs must have been stopped.
func (s *Store) Close() error {
	s.close.Do(func() { close(s.closed) })
	<-s.written
	var errs []error
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(append(errs, s.lock.Unlock())...)
}
