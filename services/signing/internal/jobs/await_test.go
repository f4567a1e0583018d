package jobs_test

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

// await polls until done says so, and fails the test when it never does.
func (r *rig) await(what string, done func() bool) {
	r.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline.C:
			r.t.Fatalf("%s never happened; the log:\n%s", what, r.log)
		}
	}
}

// reaches waits for a state and returns the request.
func (r *rig) reaches(id string, state signature.State) signature.Request {
	r.t.Helper()
	var request signature.Request
	r.await("state "+string(state), func() bool {
		request = r.request(id)
		if request.State.Ended() && request.State != state {
			r.t.Fatalf("the request ended as %s (%s: %s)", request.State, request.StateReason, request.StateDetail)
		}
		return request.State == state
	})
	return request
}

// events are what was told about a request, such as "CREATED SENT".
func (r *rig) events(id string) string {
	r.t.Helper()
	events, err := r.store.Events(r.t.Context(), 0, id, 100)
	if err != nil {
		r.t.Fatal(err)
	}
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, string(e.Type))
	}
	return strings.Join(kinds, " ")
}

// job is a job in the queue, whatever became of it.
type job struct {
	kind, state, args string
	snoozes, errors   int
}

func (r *rig) jobs() []job {
	r.t.Helper()
	rows, err := r.db.Read().QueryContext(r.t.Context(), `SELECT kind, state, json(args), coalesce(json(metadata), '{}'),
		coalesce(json(errors), '[]') FROM river_job ORDER BY id`)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	var list []job
	for rows.Next() {
		var j job
		var metadata, failures string
		if err := rows.Scan(&j.kind, &j.state, &j.args, &metadata, &failures); err != nil {
			r.t.Fatal(err)
		}
		var counted struct{ Snoozes int }
		var errors []any
		if json.Unmarshal([]byte(metadata), &counted) != nil || json.Unmarshal([]byte(failures), &errors) != nil {
			r.t.Fatalf("job metadata %s, errors %s", metadata, failures)
		}
		j.snoozes, j.errors = counted.Snoozes, len(errors)
		list = append(list, j)
	}
	if rows.Err() != nil {
		r.t.Fatal(rows.Err())
	}
	return list
}

// idle waits until no job of the kind is left to be run now; those for later stay.
func (r *rig) idle(kind string) {
	r.t.Helper()
	r.await("the end of "+kind, func() bool {
		for _, j := range r.jobs() {
			if j.kind == kind && (j.state == "available" || j.state == "running") {
				return false
			}
		}
		return true
	})
}

// pause is how long the last job of a kind that is to be run later has to wait.
func (r *rig) pause(kind string) time.Duration {
	r.t.Helper()
	var seconds float64
	err := r.db.Read().QueryRowContext(r.t.Context(), `SELECT (julianday(scheduled_at) - julianday('now')) * 86400 FROM river_job
		WHERE kind = $1 AND state = 'scheduled' ORDER BY id DESC LIMIT 1`, kind).Scan(&seconds)
	if err != nil {
		r.t.Fatal(err)
	}
	return time.Duration(seconds * float64(time.Second))
}

// planned are the arguments of the jobs of a kind that wait for their time.
func (r *rig) planned(kind string) []string {
	var args []string
	for _, j := range r.jobs() {
		if j.kind == kind && j.state == "scheduled" {
			args = append(args, j.args)
		}
	}
	return args
}
