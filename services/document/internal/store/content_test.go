package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// twin is a document with the bytes of document 1.
func twin(t *testing.T, s *store.Store, id string, put func(context.Context) error) error {
	t.Helper()
	d := document(id, "r-"+id)
	d.SHA256 = "s1"
	_, err := s.Insert(t.Context(), d, put)
	return err
}

func erase(t *testing.T, s *store.Store) (needed, gone bool) {
	t.Helper()
	needed, gone, err := s.BeginErasing(t.Context(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	return needed, gone
}

func erased(t *testing.T, db *durable.Store, state store.ContentState) {
	t.Helper()
	err := db.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error { return store.EndErasing(ctx, tx, "s1", state) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestBytesAreErasedOnceAndOnlyWhenNobodyNeedsThem(t *testing.T) {
	s, db := open(t, t.TempDir())
	for _, id := range []string{"1", "2"} {
		if err := twin(t, s, id, archived); err != nil {
			t.Fatal(err)
		}
	}
	remove(t, s, "1")
	if needed, gone := erase(t, s); !needed || gone {
		t.Errorf("with a twin: needed %v, gone %v", needed, gone)
	}
	remove(t, s, "2")
	for range 2 { // the second time after a crash
		if needed, gone := erase(t, s); needed || gone {
			t.Errorf("without: needed %v, gone %v", needed, gone)
		}
	}
	awaited := func(want bool) {
		t.Helper()
		if got, err := store.Awaited(t.Context(), db.Read(), "s1"); err != nil || got != want {
			t.Errorf("awaited %v, %v", got, err)
		}
	}
	awaited(true)
	erased(t, db, store.ContentLocked)
	awaited(true)
	if needed, gone := erase(t, s); needed || gone {
		t.Errorf("after a lock: needed %v, gone %v", needed, gone)
	}
	erased(t, db, store.ContentErased)
	awaited(false)
	if needed, gone := erase(t, s); needed || !gone {
		t.Errorf("after all: needed %v, gone %v", needed, gone)
	}
}

// The worst moment: the bytes were archived, and before the document is known they are deleted for another one.
func TestBytesThatAreErasedUnderAnUploadAreArchivedAgain(t *testing.T) {
	for _, end := range []store.ContentState{store.ContentErased, store.ContentLocked} {
		s, db := open(t, t.TempDir())
		if err := twin(t, s, "1", archived); err != nil {
			t.Fatal(err)
		}
		remove(t, s, "1")
		puts, there := 0, true
		err := twin(t, s, "2", func(context.Context) error {
			if puts++; puts == 1 {
				erase(t, s)
				there = false
				erased(t, db, end)
				return nil
			}
			there = true
			return nil
		})
		if err != nil || puts != 2 || !there {
			t.Errorf("%s: archived %d times, there: %v, %v", end, puts, there, err)
		}
		if needed, _ := erase(t, s); !needed {
			t.Errorf("%s: the new document's bytes count for nothing", end)
		}
	}
}

func TestAnUploadWaitsForTheEndOfADeletion(t *testing.T) {
	s, db := open(t, t.TempDir())
	if err := twin(t, s, "1", archived); err != nil {
		t.Fatal(err)
	}
	remove(t, s, "1")
	puts := make(chan bool, 9)
	began, done := make(chan struct{}), make(chan error, 1)
	err := twin(t, s, "2", func(ctx context.Context) error {
		if len(puts) == 0 {
			erase(t, s) // and the job is at it until this test says that it is not
			go func() {
				close(began)
				done <- twin(t, s, "3", func(context.Context) error { puts <- true; return nil })
			}()
			<-began
		}
		puts <- true
		if len(puts) > 1 {
			t.Error("archived while the bytes were being deleted")
		}
		return context.Canceled // of this upload
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		t.Fatalf("the upload did not wait: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	erased(t, db, store.ContentErased)
	if err := <-done; err != nil || len(puts) != 2 {
		t.Errorf("%d puts, %v", len(puts), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	remove(t, s, "3")
	erase(t, s)
	cancel()
	if _, err := s.Insert(ctx, document("1", "other"), archived); !errors.Is(err, context.Canceled) {
		t.Errorf("who has gone still waits: %v", err)
	}
}

func TestOnlyADeletionThatBeganEnds(t *testing.T) {
	s, db := open(t, t.TempDir())
	if err := twin(t, s, "1", archived); err != nil {
		t.Fatal(err)
	}
	erased(t, db, store.ContentErased)
	remove(t, s, "1")
	if needed, gone := erase(t, s); needed || gone {
		t.Errorf("needed %v, gone %v", needed, gone)
	}
}

func TestKeysOfLinksAreTheTwoNewest(t *testing.T) {
	s, _ := open(t, t.TempDir())
	add := func(key byte, now, unlessAfter time.Time) string {
		t.Helper()
		if err := s.AddLinkKey(t.Context(), []byte{key}, now, unlessAfter); err != nil {
			t.Fatal(err)
		}
		keys, err := s.LinkKeys(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, k := range keys {
			text += string(k)
		}
		return text
	}
	for _, c := range []struct {
		key              byte
		now, unlessAfter time.Time
		want             string
	}{
		{'a', at(1), at(20), "a"}, {'b', at(2), at(1).Add(-1000), "a"}, {'b', at(2), at(1), "ba"},
		{'c', at(3), at(1), "ba"}, {'c', at(4), at(4), "cb"}, {'d', at(5), at(5), "dc"},
	} {
		if got := add(c.key, c.now, c.unlessAfter); got != c.want {
			t.Errorf("key %c: %s, want %s", c.key, got, c.want)
		}
	}
}
