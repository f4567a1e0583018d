package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/api"
	"github.com/countersign/countersign/services/document/internal/archive"
	"github.com/countersign/countersign/services/document/internal/inspect"
	"github.com/countersign/countersign/services/document/internal/jobs"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/render"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/document/templates"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/rpc"
	"github.com/countersign/countersign/services/sim/pki"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is the API behind a real server's pipe, with the real renderer, archive, store and verifier.
type house struct {
	documentv1.DocumentServiceClient
	downloads documentv1.DocumentDownloadServiceClient
	service   *api.Service
	pki       *pki.Authority
	db        *durable.Store
	folder    string // of the archive
	stop      func() // ends the server after the calls that are under way
	log       record
	ahead     atomic.Int64 // nanoseconds that the service's clock is ahead of the machine's
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{folder: filepath.Join(t.TempDir(), "archive"), pki: must(pki.Open(""))(t)}
	log := &h.log
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	files := must(archive.Open(t.Context(), archive.Config{URL: "file://" + h.folder}))(t)
	queue, worker := durable.NewJobs(), &jobs.Worker{}
	jobs.Register(queue, worker)
	h.db = must(durable.Open(t.Context(), durable.Config{
		Path: filepath.Join(t.TempDir(), "document.db"), Migrations: must(store.Migrations())(t), Jobs: queue, Logger: logger,
	}))(t)
	*worker = jobs.Worker{DB: h.db, Store: store.New(h.db), Archive: files, Logger: logger}
	anchors := must(proof.NewAnchors(append([]byte("Proves: QES-EIDAS SEAL TIMESTAMP\n"), h.pki.RootPEM()...)))(t)
	h.service = &api.Service{
		Store: store.New(h.db), Archive: files, Renderer: must(render.New())(t), Templates: builtIn(t),
		Verifier: proof.New(anchors, proof.Options{}), Inspector: inspect.New(),
		Logger: logger,
		Now:    func() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) },
	}
	h.serve(t, logger)
	t.Cleanup(func() {
		h.stop()
		if err := h.db.Close(); err != nil {
			t.Error(err)
		}
		if err := files.Close(); err != nil {
			t.Error(err)
		}
		log.check(t)
	})
	return h
}

func (h *house) serve(t *testing.T, logger *slog.Logger) {
	t.Helper()
	server := must(rpc.NewServer(rpc.ServerConfig{Domain: api.Domain, Logger: logger}, func(r grpc.ServiceRegistrar) {
		documentv1.RegisterDocumentServiceServer(r, h.service)
		documentv1.RegisterDocumentDownloadServiceServer(r, &api.Downloads{Documents: h.service})
	}))(t)
	conn := must(server.Pipe())(t)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	h.DocumentServiceClient, h.downloads = documentv1.NewDocumentServiceClient(conn), documentv1.NewDocumentDownloadServiceClient(conn)
	h.stop = sync.OnceFunc(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

func builtIn(t *testing.T) map[string]render.Source {
	t.Helper()
	sources := map[string]render.Source{}
	for _, id := range []string{"nda", "services-agreement"} {
		sources[id] = must(render.Load(must(fs.Sub(templates.FS(), id))(t)))(t)
	}
	return sources
}

// renderRequest is a request for the German non-disclosure agreement that succeeds.
func renderRequest(id string) *documentv1.RenderDocumentRequest {
	return &documentv1.RenderDocumentRequest{
		Template: "templates/nda", Language: "de", RequestId: id, Values: map[string]string{
			"deal.name": "Projekt", "deal.reference": "R-1", "contact.name": "Ada Muster",
			"contact.email": "ada@example.com", "document.date": "2026-12-01",
		},
	}
}

func (h *house) render(t *testing.T, id string) *documentv1.Document {
	t.Helper()
	return must(h.RenderDocument(t.Context(), renderRequest(id)))(t).GetDocument()
}

// header is that of an upload that succeeds, whatever follows the first bytes of a PDF.
func header(id string) *documentv1.CreateDocumentRequest_Header {
	return &documentv1.CreateDocumentRequest_Header{
		Kind: documentv1.Document_KIND_SIGNED, Title: "Offer", FileName: "offer.pdf", RequestId: id,
	}
}

func headerPart(h *documentv1.CreateDocumentRequest_Header) *documentv1.CreateDocumentRequest {
	return &documentv1.CreateDocumentRequest{Part: &documentv1.CreateDocumentRequest_Header_{Header: h}}
}

func chunkPart(content []byte) *documentv1.CreateDocumentRequest {
	return &documentv1.CreateDocumentRequest{Part: &documentv1.CreateDocumentRequest_Chunk{Chunk: content}}
}

// send sends the parts and returns the answer; the server may refuse before it has seen them all.
func (h *house) send(t *testing.T, parts ...*documentv1.CreateDocumentRequest) (*documentv1.Document, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream := must(h.CreateDocument(ctx))(t)
	for _, part := range parts {
		if stream.Send(part) != nil {
			break // the answer says why
		}
	}
	answer, err := stream.CloseAndRecv()
	return answer.GetDocument(), err
}

func (h *house) upload(t *testing.T, head *documentv1.CreateDocumentRequest_Header, content []byte) *documentv1.Document {
	t.Helper()
	parts := []*documentv1.CreateDocumentRequest{headerPart(head)}
	for len(content) > 0 {
		n := min(len(content), 1<<20)
		parts, content = append(parts, chunkPart(content[:n])), content[n:]
	}
	return must(h.send(t, parts...))(t)
}

// download returns the chunks of a document as they came.
func (h *house) download(t *testing.T, name string) (first *documentv1.Document, chunks [][]byte, err error) {
	t.Helper()
	return h.downloadRange(t, &documentv1.StreamDocumentRequest{Name: name})
}

func (h *house) downloadRange(t *testing.T, in *documentv1.StreamDocumentRequest) (first *documentv1.Document, chunks [][]byte, err error) {
	t.Helper()
	stream := must(h.StreamDocument(t.Context(), in))(t)
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return first, chunks, nil
		}
		if err != nil {
			return first, chunks, err
		}
		if (part.GetDocument() != nil) != (len(chunks) == 0) {
			t.Errorf("chunk %d carries the document: %v", len(chunks), part.GetDocument() != nil)
		}
		if part.GetDocument() != nil {
			first = part.GetDocument()
		}
		chunks = append(chunks, part.GetChunk())
	}
}

func (h *house) content(t *testing.T, name string) []byte {
	t.Helper()
	_, chunks, err := h.download(t, name)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Join(chunks, nil)
}

// documents counts the rows, files the archived contents.
func (h *house) documents(t *testing.T) int {
	t.Helper()
	var n int
	if err := h.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM document`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (h *house) files(t *testing.T) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(h.folder, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// damage changes one byte of an archived file and keeps its size.
func (h *house) damage(t *testing.T, hash string) {
	t.Helper()
	path := filepath.Join(h.folder, "sha256", hash[:2], hash)
	content := must(os.ReadFile(path))(t)
	content[0] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
