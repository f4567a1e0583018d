package durable_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/durable"
)

func TestTheSameMessageAtTheSameTimeIsReceivedOnce(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), nil)
	firsts := make(chan bool, 32)
	var group sync.WaitGroup
	for range cap(firsts) {
		group.Go(func() {
			err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
				_, first, err := tx.Receive(ctx, durable.Message{Source: "yousign", Key: "event-1"})
				firsts <- first
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	close(firsts)
	n := 0
	for first := range firsts {
		if first {
			n++
		}
	}
	if n != 1 {
		t.Errorf("received %d times", n)
	}
}

// An empty body comes from gRPC as nil. It is a message like any other.
func TestAMessageAndAnEventMayBeEmpty(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), nil)
	for _, body := range [][]byte{nil, {}} {
		var id string
		err := store.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) (err error) {
			tx.Append("empty", body)
			id, _, err = tx.Receive(ctx, durable.Message{Source: "kommo", Body: body})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if m, err := store.Message(t.Context(), id); err != nil || m.Source != "kommo" || len(m.Body) != 0 {
			t.Errorf("message %v, %v", m, err)
		}
	}
	if events, err := store.Events(t.Context(), 0, "empty", 10); err != nil || len(events) != 2 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

func TestALeaseHasOneHolderWhenManyAsk(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "a.db"), nil)
	inside, turns := 0, 0 // the race detector finds two holders at once
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 10 {
				release, ok, err := store.Lease(t.Context(), "deal", time.Minute)
				if err != nil {
					t.Error(err)
				}
				if !ok {
					continue
				}
				inside++
				if inside != 1 {
					t.Errorf("%d holders", inside)
				}
				turns++
				inside--
				release()
			}
		})
	}
	group.Wait()
	if turns == 0 {
		t.Error("nobody ever held the lease")
	}
}
