package jobs_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/countersign/countersign/services/document/internal/archive"
	"github.com/countersign/countersign/services/document/internal/jobs"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// hooked is a real archive with something around each deletion.
type hooked struct {
	*archive.Archive
	mu   sync.Mutex
	hook func(remove func() error) error
	put  chan struct{} // told of contents that were put, as far as somebody listens
}

func (h *hooked) Put(ctx context.Context, content []byte, mediaType string) (string, error) {
	hash, err := h.Archive.Put(ctx, content, mediaType)
	select {
	case h.put <- struct{}{}:
	default:
	}
	return hash, err
}

func (h *hooked) Delete(ctx context.Context, hash string) error {
	h.mu.Lock()
	hook := h.hook
	h.mu.Unlock()
	remove := func() error { return h.Archive.Delete(ctx, hash) }
	if hook == nil {
		return remove()
	}
	return hook(remove)
}

func (h *hooked) around(hook func(remove func() error) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hook = hook
}

// rig is the jobs over a real database and archive. What it keeps outlives a restart.
type rig struct {
	t       *testing.T
	folder  string
	archive *hooked
	db      *durable.Store
	store   *store.Store
	log     *lockedBuffer
}

type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, folder: t.TempDir(), log: &lockedBuffer{}}
	files, err := archive.Open(t.Context(), archive.Config{URL: "file://" + filepath.Join(r.folder, "archive")})
	r.must(err)
	r.archive = &hooked{Archive: files, put: make(chan struct{}, 1)}
	r.open()
	t.Cleanup(func() { r.must(errors.Join(r.db.Close(), files.Close())) })
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) open() {
	r.t.Helper()
	migrations, err := store.Migrations()
	r.must(err)
	logger := slog.New(slog.NewTextHandler(io.MultiWriter(r.log), nil))
	queue, worker := durable.NewJobs(), &jobs.Worker{}
	jobs.Register(queue, worker)
	r.db, err = durable.Open(r.t.Context(), durable.Config{
		Path: filepath.Join(r.folder, "document.db"), Migrations: migrations, Jobs: queue, Logger: logger,
	})
	r.must(err)
	r.store = store.New(r.db)
	*worker = jobs.Worker{DB: r.db, Store: r.store, Archive: r.archive, Logger: logger}
}

// start runs jobs until stop is called, which ends those that are under way.
func (r *rig) start() (stop func()) {
	r.t.Helper()
	r.must(r.db.Start(context.WithoutCancel(r.t.Context())))
	stop = sync.OnceFunc(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		r.must(r.db.Stop(ctx))
	})
	r.t.Cleanup(stop)
	return stop
}

// add archives a content for a new document.
func (r *rig) add(d paper.Document, content string) paper.Document {
	r.t.Helper()
	d, err := r.insert(d, content)
	r.must(err)
	return d
}

func (r *rig) insert(d paper.Document, content string) (paper.Document, error) {
	sum := sha256.Sum256([]byte(content))
	d.SHA256, d.RequestID = hex.EncodeToString(sum[:]), "r-"+d.ID
	if d.CreateTime.IsZero() {
		d.CreateTime = time.Now()
	}
	return r.store.Insert(context.Background(), d, func(ctx context.Context) error {
		_, err := r.archive.Put(ctx, []byte(content), "application/pdf")
		return err
	})
}

func (r *rig) remove(id string) {
	r.t.Helper()
	_, err := jobs.Delete(r.t.Context(), r.store, nil, id, time.Now())
	r.must(err)
}

// holds tells whether the archive has a document's bytes, undamaged.
func (r *rig) holds(d paper.Document) bool {
	r.t.Helper()
	_, err := r.archive.Verify(r.t.Context(), d.SHA256)
	if err != nil && !errors.Is(err, archive.ErrMissing) {
		r.t.Fatal(err)
	}
	return err == nil
}

func (r *rig) await(what string, done func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(patience); !done(); {
		if time.Now().After(deadline) {
			r.t.Fatalf("%s never happens", what)
		}
	}
}

// idle tells whether no job is waiting or running.
func (r *rig) idle() bool {
	r.t.Helper()
	var n int
	r.must(r.db.Read().QueryRowContext(r.t.Context(), `SELECT COUNT(*) FROM river_job WHERE state <> 'completed'`).Scan(&n))
	return n == 0
}
