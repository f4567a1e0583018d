package document_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/internal/rpc"
)

// work serves the context and does its jobs until stop is called.
func work(t *testing.T, cfg document.Config, data string) (conn *grpc.ClientConn, stop func()) {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	service, err := document.New(t.Context(), cfg, data, logger)
	if err != nil {
		t.Fatal(err)
	}
	server, err := rpc.NewServer(rpc.ServerConfig{Domain: document.Domain, Logger: logger}, service.Register)
	if err != nil {
		t.Fatal(err)
	}
	if conn, err = server.Pipe(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served, worked := make(chan error, 1), make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	go func() { worked <- service.Run(ctx) }()
	return conn, func() {
		errs := []error{conn.Close()}
		cancel()
		for _, err := range append(errs, <-served, <-worked, service.Close()) {
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func follow(t *testing.T, conn *grpc.ClientConn, path string) (size int, err error) {
	t.Helper()
	token, _ := strings.CutPrefix(path, "/downloads/")
	stream, err := documentv1.NewDocumentDownloadServiceClient(conn).DownloadDocument(t.Context(),
		&documentv1.DownloadDocumentRequest{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return size, nil
		}
		if err != nil {
			return size, err
		}
		size += len(part.GetChunk())
	}
}

func TestLinksOutliveARestartAndDeletedBytesGo(t *testing.T) {
	data := t.TempDir()
	conn, stop := work(t, document.Config{}, data)
	client := documentv1.NewDocumentServiceClient(conn)
	d := upload(t, client, "a", 1)
	link, err := client.CreateDownloadLink(t.Context(), &documentv1.CreateDownloadLinkRequest{Name: d.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	conn, stop = work(t, document.Config{}, data)
	client = documentv1.NewDocumentServiceClient(conn)
	if n, err := follow(t, conn, link.GetPath()); err != nil || int64(n) != d.GetSizeBytes() {
		t.Errorf("after a restart: %d bytes, %v", n, err)
	}
	if _, err := client.DeleteDocument(t.Context(), &documentv1.DeleteDocumentRequest{Name: d.GetName()}); err != nil {
		t.Fatal(err)
	}
	if _, err := follow(t, conn, link.GetPath()); fault.Reason(err) != "DOCUMENT_DELETED" {
		t.Errorf("deleted: %v", err)
	}
	path := filepath.Join(data, "archive", "sha256", d.GetSha256()[:2], d.GetSha256())
	for deadline := time.Now().Add(time.Minute); ; <-time.After(5 * time.Millisecond) {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the bytes stay")
		}
	}
	stop()
	if lines, tally := scrub(t, data); len(lines) > 0 || tally.Objects != 1 {
		t.Errorf("scrub: %v, %d objects", lines, tally.Objects) // the empty one
	}
}

func TestBytesThatWaitToBeDeletedAreNotUnknown(t *testing.T) {
	data := t.TempDir()
	client, stop := run(t, document.Config{}, data) // without jobs
	d := upload(t, client, "a", 1)
	if _, err := client.DeleteDocument(t.Context(), &documentv1.DeleteDocumentRequest{Name: d.GetName()}); err != nil {
		t.Fatal(err)
	}
	if lines, _ := scrub(t, data); len(lines) > 0 {
		t.Errorf("while they wait: %v", lines)
	}
	stop()
	path := filepath.Join(data, "archive", "sha256", d.GetSha256()[:2], d.GetSha256())
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if lines, _ := scrub(t, data); len(lines) > 0 {
		t.Errorf("when they have gone: %v", lines)
	}
}

func TestRetentionIsRead(t *testing.T) {
	conn, stop := work(t, document.Config{Retention: document.Retention{
		Uploaded: document.Period{KeepDays: 4019, DeleteAfterDays: 4019},
	}}, t.TempDir())
	defer stop()
	client := documentv1.NewDocumentServiceClient(conn)
	d := upload(t, client, "a", 1)
	if kept := d.GetRetainUntil().AsTime().Sub(d.GetCreateTime().AsTime()); kept != 4019*24*time.Hour {
		t.Errorf("kept for %v", kept)
	}
	_, err := client.DeleteDocument(t.Context(), &documentv1.DeleteDocumentRequest{Name: d.GetName()})
	if fault.Reason(err) != "DOCUMENT_RETAINED" {
		t.Errorf("deleted: %v", err)
	}
	refused(t, document.Config{Retention: document.Retention{AuditTrail: document.Period{KeepDays: 2, DeleteAfterDays: 1}}},
		"document.retention.audit_trail.delete_after_days: must not be less")
	refused(t, document.Config{Retention: document.Retention{Rendered: document.Period{KeepDays: -1}}}, "document.retention.rendered.keep_days: must be 0 to 36500")
	refused(t, document.Config{Retention: document.Retention{Uploaded: document.Period{DeleteAfterDays: 399}}},
		"document.retention.uploaded.delete_after_days", "400")
	refused(t, document.Config{Retention: document.Retention{
		Signed: document.Period{DeleteAfterDays: 36501}, Evidence: document.Period{KeepDays: 36501},
	}}, "document.retention.signed", "document.retention.evidence")
}

// The database of a former version has none of the columns that lists and deletions look for.
func TestADatabaseOfAFormerVersionIsTakenOver(t *testing.T) {
	data := t.TempDir()
	client, stop := run(t, document.Config{}, data)
	d := upload(t, client, "a", 1)
	stop()
	db, err := sql.Open("sqlite", filepath.Join(data, "document.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`DROP INDEX document_created`, `DROP INDEX document_kind`, `DROP INDEX document_parent`, `DROP INDEX document_family`,
		`ALTER TABLE document DROP COLUMN kind`, `ALTER TABLE document DROP COLUMN parent`, `ALTER TABLE document DROP COLUMN family`,
		`ALTER TABLE document DROP COLUMN legal_hold`, `ALTER TABLE document DROP COLUMN delete_time`,
		`DROP TABLE content`, `DROP TABLE link_key`, `DELETE FROM migration WHERE name = '0002_lifecycle.sql'`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	conn, stop := work(t, document.Config{}, data)
	defer stop()
	client = documentv1.NewDocumentServiceClient(conn)
	list, err := client.ListDocuments(t.Context(), &documentv1.ListDocumentsRequest{Kind: documentv1.Document_KIND_UPLOADED})
	if err != nil || len(list.GetDocuments()) != 1 || list.GetDocuments()[0].GetName() != d.GetName() {
		t.Errorf("list %v, %v", list.GetDocuments(), err)
	}
	if _, err := client.DeleteDocument(t.Context(), &documentv1.DeleteDocumentRequest{Name: d.GetName()}); err != nil {
		t.Error(err)
	}
}
