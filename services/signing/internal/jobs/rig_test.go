package jobs_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"google.golang.org/grpc"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/rpc"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is the worker on a real database and a real connection, between a vendor and an archive in memory.
type rig struct {
	t       *testing.T
	path    string
	vendor  *vendor
	archive *archive
	db      *durable.Store
	store   *store.Store
	worker  *jobs.Worker
	log     *lines
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{
		t: t, path: filepath.Join(t.TempDir(), "signing.db"), vendor: newVendor(), archive: newArchive(), log: &lines{},
	}
	r.worker = &jobs.Worker{
		Documents:  r.connect(),
		Accounts:   routing.New(map[string]signature.Provider{"eu": r.vendor}),
		FirstCheck: 10 * time.Minute, LongestCheck: 15 * time.Minute, Logger: r.log.logger(),
	}
	r.db, r.store = r.open(r.path, r.worker)
	return r
}

// connect serves the archive and returns its client.
func (r *rig) connect() documentv1.DocumentServiceClient {
	r.t.Helper()
	server, err := rpc.NewServer(rpc.ServerConfig{Domain: "countersign.document.v1", Logger: (&lines{}).logger()},
		func(s grpc.ServiceRegistrar) { documentv1.RegisterDocumentServiceServer(s, r.archive) })
	if err != nil {
		r.t.Fatal(err)
	}
	conn, err := server.Pipe()
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.t.Context()))
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	r.t.Cleanup(func() {
		_ = conn.Close()
		cancel()
		if err := <-served; err != nil {
			r.t.Error(err)
		}
	})
	return documentv1.NewDocumentServiceClient(conn)
}

// open opens a database for a worker. Nothing runs before start.
func (r *rig) open(path string, worker *jobs.Worker) (*durable.Store, *store.Store) {
	r.t.Helper()
	migrations, err := store.Migrations()
	if err != nil {
		r.t.Fatal(err)
	}
	queue := durable.NewJobs()
	jobs.Register(queue, worker)
	db, err := durable.Open(r.t.Context(), durable.Config{Path: path, Migrations: migrations, Jobs: queue, Logger: r.log.logger()})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		r.discreet(db)
		if err := db.Close(); err != nil {
			r.t.Error(err)
		}
	})
	worker.DB, worker.Store = db, store.New(db)
	return db, worker.Store
}

// discreet checks that nothing about a person is in the log, in an event, or in a job with its errors.
func (r *rig) discreet(db *durable.Store) {
	r.t.Helper()
	for _, planted := range []string{"ada@example.org", "Lovelace", "+41791234567", "ada%40example"} {
		if log := r.log.String(); strings.Contains(log, planted) {
			r.t.Errorf("%q is in the log:\n%s", planted, log)
		}
		var found int
		err := db.Read().QueryRowContext(context.Background(), `SELECT
			(SELECT count(*) FROM river_job WHERE instr(CAST(args AS TEXT) || coalesce(CAST(errors AS TEXT), '') || CAST(metadata AS TEXT), $1) > 0) +
			(SELECT count(*) FROM event_log WHERE instr(CAST(payload AS TEXT), $1) > 0)`, planted).Scan(&found)
		if err != nil || found > 0 {
			r.t.Errorf("%q is in %d jobs and events, %v", planted, found, err)
		}
	}
}

// start runs jobs until the test ends.
func (r *rig) start() *rig {
	r.t.Helper()
	if err := r.db.Start(context.WithoutCancel(r.t.Context())); err != nil {
		r.t.Fatal(err)
	}
	db := r.db
	r.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := db.Stop(ctx); err != nil {
			r.t.Error(err)
		}
	})
	return r
}

// accept saves a request as the API does, after a test has changed it, and returns its id.
func (r *rig) accept(change func(*signature.Request)) string {
	r.t.Helper()
	request := signature.Request{
		ID: uuid.NewString(), RequestID: uuid.NewString(), Reference: "deal-7", Title: "Contract", Provider: "eu",
		Level: signature.AES, Legislation: signature.EIDAS, Language: "de", RequiredVerdict: signature.Proven,
		ExpireTime: time.Now().Add(24 * time.Hour), CallbackToken: uuid.NewString(),
		Source: signature.Source{Template: "templates/nda", Language: "de", Values: map[string]string{"name": "Ada"}},
		Signers: []signature.Signer{
			{Role: "client", FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.org", Phone: "+41791234567"},
		},
	}
	if change != nil {
		change(&request)
	}
	request, events := signature.Created(request, time.Now())
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		if _, err := r.store.Insert(ctx, tx, request, events); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.Advance{Request: request.ID})
	})
	return request.ID
}

// hint has a request looked at, as a callback does.
func (r *rig) hint(id string) {
	r.t.Helper()
	r.update(func(ctx context.Context, tx *durable.Tx) error { return tx.Enqueue(ctx, jobs.Advance{Request: id}) })
}

// withdraw asks for a request to be withdrawn, as the API does.
func (r *rig) withdraw(id string) {
	r.t.Helper()
	request := r.request(id)
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		asked := signature.AskWithdrawal(request, signature.WithdrawnByCaller, "the deal was lost", time.Now())
		if _, err := r.store.Save(ctx, tx, asked, nil); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.Advance{Request: id})
	})
}

func (r *rig) update(change func(ctx context.Context, tx *durable.Tx) error) {
	r.t.Helper()
	if err := r.db.Update(context.WithoutCancel(r.t.Context()), change); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) request(id string) signature.Request {
	r.t.Helper()
	request, err := r.store.Request(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return request
}

// lines is a log that a test reads.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
