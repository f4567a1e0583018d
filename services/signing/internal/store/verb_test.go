package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// take takes a verb and, when it is the first time, has the effect.
func (r rig) take(v store.Verb, effect error) (first bool, err error) {
	r.t.Helper()
	err = r.db.Update(r.t.Context(), func(ctx context.Context, tx *durable.Tx) (err error) {
		if first, err = r.Take(ctx, tx, v, at(1)); err != nil {
			return err
		}
		return effect
	})
	return first, err
}

// TestAVerbIsTakenOnce and only when its effect was saved; its id stands for nothing else afterwards.
func TestAVerbIsTakenOnce(t *testing.T) {
	r := open(t)
	v := store.Verb{RequestID: "caller-1", Request: "id-1", Kind: "remind", Hash: "c0ffee"}
	if first, err := r.take(v, store.ErrConflict); !first || !errors.Is(err, store.ErrConflict) {
		t.Fatalf("%v, %v", first, err)
	}
	if taken, err := r.Taken(t.Context(), v); taken || err != nil {
		t.Errorf("an effect that was not saved: taken %v, %v", taken, err)
	}
	for i := range 3 {
		if first, err := r.take(v, nil); err != nil || first != (i == 0) {
			t.Errorf("time %d: %v, %v", i, first, err)
		}
	}
	if taken, err := r.Taken(t.Context(), v); !taken || err != nil {
		t.Errorf("taken %v, %v", taken, err)
	}
	for name, other := range map[string]store.Verb{
		"request": {RequestID: "caller-1", Request: "id-2", Kind: "remind", Hash: "c0ffee"},
		"verb":    {RequestID: "caller-1", Request: "id-1", Kind: "cancel", Hash: "c0ffee"},
		"content": {RequestID: "caller-1", Request: "id-1", Kind: "remind", Hash: "decaf"},
	} {
		if _, err := r.Taken(t.Context(), other); !errors.Is(err, store.ErrReused) {
			t.Errorf("another %s is looked up: %v", name, err)
		}
		if first, err := r.take(other, nil); first || !errors.Is(err, store.ErrReused) {
			t.Errorf("another %s is taken: %v, %v", name, first, err)
		}
	}
}
