package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
)

// Reader is a database opened only to be read, beside the process that writes it if there is one.
type Reader struct{ db *sql.DB }

// OpenReadOnly opens a database file that exists. It takes no lock, applies no migration and changes nothing. The folder
// must be writable nevertheless: SQLite shares its index of the write-ahead log with the writer through a file there.
func OpenReadOnly(ctx context.Context, path string) (*Reader, error) {
	query := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(10000)", "query_only(1)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+query.Encode())
	if err != nil {
		return nil, err
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s to read: %w", filepath.Base(path), err), db.Close())
	}
	return &Reader{db}, nil
}

// Read runs queries. It cannot write.
func (r *Reader) Read() DBTX { return r.db }

// Close closes the database.
func (r *Reader) Close() error { return r.db.Close() }
