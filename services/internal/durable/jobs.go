package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"
)

// Job is work to be done after a commit. Its fields are its arguments, kept as JSON: ids only, never personal data.
type Job interface {
	// Kind names the job; at least two characters, never reused for another meaning.
	Kind() string
}

// Jobs are the kinds of work a context can do, each with its handler.
type Jobs struct {
	workers  *river.Workers
	store    *Store
	queues   map[string]river.QueueConfig
	failures failures
}

// NewJobs returns an empty set.
func NewJobs() *Jobs {
	return &Jobs{workers: river.NewWorkers(), queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 20}}}
}

// Options say how a kind of job runs.
type Options struct {
	// Timeout bounds one run. 0 means 30 seconds.
	Timeout time.Duration
	// Longest wait between two tries. 0 means a minute.
	MaxBackoff time.Duration
	// Workers bounds how many of this kind run at once, in a queue of their own: short work that comes in floods must not
	// keep the one writer from everybody else. 0 shares the queue of all the others.
	Workers int
}

// Handle registers the handler of one kind. A handler that returns nil is done; Later asks for another run; any other
// error is tried again with growing pauses, without end: what cannot succeed must be turned into a state by the handler.
func Handle[J Job](jobs *Jobs, opts Options, handler func(ctx context.Context, run *Run, job J) error) {
	if opts.Timeout == 0 {
		opts.Timeout = 30 * time.Second
	}
	if opts.MaxBackoff == 0 {
		opts.MaxBackoff = time.Minute
	}
	if opts.Workers > 0 {
		var kind J
		jobs.queues[kind.Kind()] = river.QueueConfig{MaxWorkers: opts.Workers}
	}
	river.AddWorker(jobs.workers, &worker[J]{jobs: jobs, opts: opts, handler: handler})
}

// queue is where jobs of a kind wait.
func (j *Jobs) queue(kind string) string {
	if _, own := j.queues[kind]; own {
		return kind
	}
	return river.QueueDefault
}

// Run is one run of a job.
type Run struct {
	store    *Store
	complete func(ctx context.Context, tx *Tx) error
}

// Done writes a job's result and completes the job in one transaction, so that a crash repeats neither or both.
func (r *Run) Done(ctx context.Context, result func(ctx context.Context, tx *Tx) error) error {
	return r.store.Update(ctx, func(ctx context.Context, tx *Tx) error {
		if err := result(ctx, tx); err != nil {
			return err
		}
		return r.complete(ctx, tx)
	})
}

// Later asks for the job to run again after a while; it does not count as a failure.
func Later(after time.Duration) error { return river.JobSnooze(after) }

// counted is how many failures of a job are counted. River keeps each one in the job's row and gives up at some number;
// a failure beyond only postpones the job, so that a long outage neither swells the row nor ends the job.
const counted = 20

type worker[J Job] struct {
	river.WorkerDefaults[J]
	jobs    *Jobs
	opts    Options
	handler func(ctx context.Context, run *Run, job J) error
}

func (w *worker[J]) Work(ctx context.Context, job *river.Job[J]) error {
	run := &Run{store: w.jobs.store, complete: func(ctx context.Context, tx *Tx) error {
		_, err := river.JobCompleteTx[*riversqlite.Driver](ctx, tx.tx, job)
		return err
	}}
	err := w.handler(ctx, run, job.Args)
	if err == nil || job.Attempt <= counted || errors.Is(err, &rivertype.JobSnoozeError{}) {
		return err
	}
	w.jobs.failures.HandleError(ctx, job.JobRow, err)
	return river.JobSnooze(time.Until(w.NextRetry(job)))
}

func (w *worker[J]) Timeout(*river.Job[J]) time.Duration { return w.opts.Timeout }

// NextRetry doubles the pause from a quarter of a second up to the longest, with jitter so that a recovered vendor is
// not met by everybody at once.
func (w *worker[J]) NextRetry(job *river.Job[J]) time.Time {
	pause := w.opts.MaxBackoff
	if job.Attempt < 12 {
		pause = min(pause, 250*time.Millisecond<<max(job.Attempt-1, 0))
	}
	return time.Now().Add(pause/2 + rand.N(pause/2+1))
}

// client configures River. The values are measured: its defaults cap a queue at 100 jobs a second, wait up to a second
// for work, and leave the jobs of a killed process stuck for an hour.
func (j *Jobs) client(s *Store, logger *slog.Logger) (*river.Client[*sql.Tx], error) {
	j.store, j.failures = s, failures{logger}
	client, err := river.NewClient(riversqlite.New(s.writer), &river.Config{
		Queues:                      j.queues,
		Workers:                     j.workers,
		FetchCooldown:               10 * time.Millisecond,
		FetchPollInterval:           100 * time.Millisecond,
		JobTimeout:                  30 * time.Second,
		RescueStuckJobsAfter:        5 * time.Minute,
		MaxAttempts:                 1<<15 - 1, // only a job that panics gets there
		CompletedJobRetentionPeriod: 24 * time.Hour,
		CancelledJobRetentionPeriod: 24 * time.Hour,
		DiscardedJobRetentionPeriod: 30 * 24 * time.Hour,
		ErrorHandler:                j.failures,
		Logger:                      slog.New(quiet{logger.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	return client, nil
}

// failures logs each failed run once, with the job's kind and number alone.
type failures struct{ logger *slog.Logger }

func (f failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	if !errors.Is(err, context.Canceled) {
		f.logger.WarnContext(ctx, "job failed, will be tried again",
			slog.String("kind", job.Kind), slog.Int64("job", job.ID), slog.Int("attempt", job.Attempt), slog.Any("error", err))
	}
	return nil
}

func (f failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	f.logger.ErrorContext(ctx, "job panicked, will be tried again",
		slog.String("kind", job.Kind), slog.Int64("job", job.ID), slog.Any("panic", value), slog.String("trace", trace))
	return nil
}

// quiet drops what River says below a warning: it is about River.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}
