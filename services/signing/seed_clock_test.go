package signing_test

import (
	"context"
	"strings"
	"time"
)

// pass lets time pass at once.
func (s *seed) pass(d time.Duration) {
	if d > 2*time.Second {
		s.sleep()
	}
	time.Sleep(d)
}

// task is a job that waits.
type task struct {
	id   int64
	kind string
	due  time.Time
}

// tasks are the jobs that wait, oldest first.
func (s *seed) tasks() []task {
	s.t.Helper()
	rows, err := s.db.QueryContext(context.Background(), `SELECT id, kind, scheduled_at FROM river_job
		WHERE state IN ('scheduled', 'retryable', 'available') ORDER BY id`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	var list []task
	for rows.Next() {
		var t task
		if err := rows.Scan(&t.id, &t.kind, &t.due); err != nil {
			s.t.Fatal(err)
		}
		if retry, ok := s.retries[t.id]; ok {
			t.due = retry
		}
		t.due = t.due.Truncate(time.Second).Add(time.Second) // within a second nobody knows when a job ran
		list = append(list, t)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return list
}

// due are the tasks whose time has come, and when the next one's comes.
func (s *seed) due() (now []task, next time.Time) {
	for _, t := range s.tasks() {
		switch {
		case !t.due.After(time.Now().Add(2 * time.Second)):
			now = append(now, t)
		case next.IsZero() || t.due.Before(next):
			next = t.due
		}
	}
	return now, next
}

// do runs one job to its end, or to its next try.
func (s *seed) do(t task) {
	s.t.Helper()
	s.tell("job %d %s", t.id, strings.TrimPrefix(t.kind, "signing_"))
	s.tally.jobs++
	s.exec(`UPDATE river_job SET queue = 'default', state = 'available', scheduled_at = '1999-01-01 00:00:00' WHERE id = ?`, t.id)
	s.rouse()
	start, failures := time.Now(), s.failures(t)
	for {
		time.Sleep(50 * time.Millisecond)
		var state, queue string
		row := s.db.QueryRowContext(context.Background(), `SELECT state, queue FROM river_job WHERE id = ?`, t.id)
		if err := row.Scan(&state, &queue); err != nil {
			s.t.Fatal(err)
		}
		if queue == "held" && state != "running" {
			break
		}
	}
	delete(s.retries, t.id)
	if n := s.failures(t); n > failures { // the pause without its jitter
		s.retries[t.id] = time.Now().Add(min(250*time.Millisecond<<min(n, 10), time.Minute))
	}
	if s.dead {
		s.restart()
	}
	tick := 250 * time.Millisecond // how long it took differs from run to run, by less than that
	if time.Since(start) > time.Second {
		tick = 4 * time.Second
	}
	time.Sleep(time.Until(time.Now().Truncate(tick).Add(tick)))
}

// failures are how often a job failed.
func (s *seed) failures(t task) (n int) {
	row := s.db.QueryRowContext(context.Background(), `SELECT coalesce(json_array_length(errors), 0) FROM river_job WHERE id = ?`, t.id)
	if err := row.Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}
