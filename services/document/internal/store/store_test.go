package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, folder string) (*store.Store, *durable.Store) {
	t.Helper()
	migrations, err := store.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	db, err := durable.Open(t.Context(), durable.Config{
		Path: filepath.Join(folder, "document.db"), Migrations: migrations,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return store.New(db), db
}

// archived stands for an archive that takes everything.
func archived(context.Context) error { return nil }

func document(id, request string) paper.Document {
	return paper.Document{
		ID: id, RequestID: request, ContentHash: "c" + id, SHA256: "s" + id, Kind: paper.KindRendered, Title: "Offer",
		FileName: "offer.pdf", Size: 7, Pages: 2, Parent: "p", Origin: "template:nda@1.0", Language: "de",
		Fields:     []paper.SignatureField{{Role: "client", FormField: "client", Page: 2, X: 1.5, Y: 2.25, Width: 3, Height: 4}},
		CreateTime: time.Date(2026, 11, 22, 9, 30, 0, 123456000, time.UTC),
	}
}

func TestADocumentIsReadAsItWasWrittenAlsoAfterReopening(t *testing.T) {
	folder := t.TempDir()
	s, db := open(t, folder)
	want := document("1", "r-1")
	if got, err := s.Insert(t.Context(), want, archived); err != nil || !cmp.Equal(want, got) {
		t.Fatalf("inserted: %v, %s", err, cmp.Diff(want, got))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, _ = open(t, folder)
	for name, read := range map[string]func() (paper.Document, error){
		"by id":         func() (paper.Document, error) { return s.Document(t.Context(), "1") },
		"by request id": func() (paper.Document, error) { return s.ByRequestID(t.Context(), "r-1") },
	} {
		if got, err := read(); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%s: %v, %s", name, err, cmp.Diff(want, got))
		}
	}
}

func TestTheFirstDocumentOfARequestIDIsReturned(t *testing.T) {
	s, _ := open(t, t.TempDir())
	ids := make([]string, 8)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			d, err := s.Insert(t.Context(), document(fmt.Sprint(i), "same"), archived)
			if err != nil {
				t.Error(err)
			}
			ids[i] = d.ID
		})
	}
	group.Wait()
	for i, id := range ids {
		if id != ids[0] {
			t.Fatalf("ids %v, want one", ids)
		}
		_, err := s.Document(t.Context(), fmt.Sprint(i))
		if known := err == nil; known != (fmt.Sprint(i) == id) {
			t.Errorf("document %d known: %v", i, known)
		}
	}
}

func TestAnIDIsTakenOnce(t *testing.T) {
	s, _ := open(t, t.TempDir())
	if _, err := s.Insert(t.Context(), document("1", "a"), archived); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Insert(t.Context(), document("1", "b"), archived); err == nil {
		t.Fatal("a second document took the id of the first")
	}
}

func TestTheFirstProofIsKept(t *testing.T) {
	s, _ := open(t, t.TempDir())
	first := store.Proof{
		Document: "1", CreateTime: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC), Report: proof.Report{
			Verdict: proof.Failed, SHA256: "s",
			Findings:   []proof.Finding{{Check: proof.CheckChain, Signature: 1, Outcome: proof.CheckFailed, Reason: "R", Detail: "d"}},
			Signatures: []proof.Signature{{Field: "client", SubjectCN: "s", SerialNumber: "0a"}},
		},
	}
	second := first
	second.Report.Verdict = proof.Proven
	for _, p := range []store.Proof{first, second} {
		if got, err := s.InsertProof(t.Context(), p); err != nil || !cmp.Equal(first, got) {
			t.Fatalf("%v, %s", err, cmp.Diff(first, got))
		}
	}
	if got, err := s.Proof(t.Context(), "1"); err != nil || !cmp.Equal(first, got) {
		t.Errorf("%v, %s", err, cmp.Diff(first, got))
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	s, db := open(t, t.TempDir())
	_, byID := s.Document(t.Context(), "x")
	_, byRequest := s.ByRequestID(t.Context(), "x")
	_, ofProof := s.Proof(t.Context(), "x")
	for _, err := range []error{byID, byRequest, ofProof} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("err = %v", err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Document(t.Context(), "x"); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("a closed database answers %v", err)
	}
}
