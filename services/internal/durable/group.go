package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
)

// mostGrouped bounds how many changes share a commit.
const mostGrouped = 64

// change is one caller's Update, waiting for the writer.
type change struct {
	ctx  context.Context
	run  func(ctx context.Context, tx *Tx) error
	err  error
	done chan struct{}
}

// Update runs change in a transaction. Nothing slow belongs in it: no vendor call, no rendering. The context that change
// gets must be used for its SQL. It is not cancelled while change runs: an interrupted statement would undo the changes of
// others. Changes that wait at the same moment share one commit, and with it one flush of the disk; each of them still
// succeeds or fails by itself.
func (s *Store) Update(ctx context.Context, run func(ctx context.Context, tx *Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, updateTimeout)
	defer cancel()
	c := &change{ctx: ctx, run: run, done: make(chan struct{})}
	select {
	case s.changes <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return errClosed
	}
	<-c.done // never earlier: run may use what its caller owns
	return c.err
}

var errClosed = errors.New("the database is closed")

// write commits changes until the store is closed.
func (s *Store) write() {
	defer close(s.written)
	for {
		select {
		case first := <-s.changes:
			s.commit(s.gather(first))
		case <-s.closed:
			return
		}
	}
}

// gather takes what else is waiting, and waits for nobody.
func (s *Store) gather(first *change) []*change {
	group := []*change{first}
	for len(group) < mostGrouped {
		select {
		case next := <-s.changes:
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}

func (s *Store) commit(group []*change) {
	events, err := s.together(group)
	for _, c := range group {
		if err != nil {
			c.err = err
		}
		close(c.done)
	}
	if err == nil && events {
		s.changed.wake()
	}
}

// together runs the changes in one transaction and tells whether any of them appended events. The error is everybody's.
func (s *Store) together(group []*change) (events bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), updateTimeout)
	defer cancel()
	sqlTx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return false, fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = sqlTx.Rollback() }() // a no-op after the commit
	for _, c := range group {
		appended, err := s.apart(sqlTx, c)
		if err != nil {
			return false, err
		}
		events = events || appended
	}
	if err := sqlTx.Commit(); err != nil {
		return false, fmt.Errorf("commit: %w", err)
	}
	return events, nil
}

// apart runs one change between savepoints, so that its failure undoes nothing but itself. The error is everybody's, the
// change's own is in the change.
func (s *Store) apart(sqlTx *sql.Tx, c *change) (events bool, err error) {
	if c.ctx.Err() != nil { // nobody waits for it any more
		c.err = context.Cause(c.ctx)
		return false, nil
	}
	ctx := context.WithoutCancel(c.ctx)
	if _, err := sqlTx.ExecContext(ctx, `SAVEPOINT apart`); err != nil {
		return false, fmt.Errorf("savepoint: %w", err)
	}
	tx := &Tx{DBTX: sqlTx, tx: sqlTx, store: s}
	c.guarded(ctx, tx)
	if c.err != nil {
		if _, err := sqlTx.ExecContext(ctx, `ROLLBACK TO apart`); err != nil {
			return false, fmt.Errorf("roll back to the savepoint: %w", err)
		}
		tx.events = nil
	}
	if _, err := sqlTx.ExecContext(ctx, `RELEASE apart`); err != nil {
		return false, fmt.Errorf("release the savepoint: %w", err)
	}
	return len(tx.events) > 0, nil
}

// guarded runs the change. A panic fails the change alone: the writer serves everybody.
func (c *change) guarded(ctx context.Context, tx *Tx) {
	defer func() {
		if r := recover(); r != nil {
			c.err = fmt.Errorf("the change panicked: %v\n%s", r, debug.Stack())
		}
	}()
	if c.err = c.run(ctx, tx); c.err == nil {
		c.err = tx.writeEvents(ctx)
	}
}
