package store_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a store on a real database.
type rig struct {
	t  testing.TB
	db *durable.Store
	*store.Store
}

func open(t testing.TB) rig {
	t.Helper()
	migrations, err := store.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	db, err := durable.Open(t.Context(), durable.Config{
		Path: filepath.Join(t.TempDir(), "signing.db"), Migrations: migrations,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return rig{t: t, db: db, Store: store.New(db)}
}

// insert adds a request and tells whether it was new.
func (r rig) insert(request signature.Request, events ...signature.Event) bool {
	r.t.Helper()
	var inserted bool
	err := r.db.Update(r.t.Context(), func(ctx context.Context, tx *durable.Tx) (err error) {
		inserted, err = r.Insert(ctx, tx, request, events)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return inserted
}

// crowded is a store with n requests, one a second.
func crowded(t testing.TB, n int) rig {
	t.Helper()
	r := open(t)
	err := r.db.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
		for i := range n {
			request := aRequest(i)
			request.CreateTime = at(0).Add(time.Duration(i) * time.Second)
			request.Labels = map[string]string{"team": []string{"hr", "law"}[i%2], "year": "2026"}
			if _, err := r.Insert(ctx, tx, request, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r rig) save(request signature.Request, events ...signature.Event) (saved signature.Request, err error) {
	r.t.Helper()
	err = r.db.Update(r.t.Context(), func(ctx context.Context, tx *durable.Tx) (err error) {
		saved, err = r.Save(ctx, tx, request, events)
		return err
	})
	return saved, err
}

func (r rig) request(id string) signature.Request {
	r.t.Helper()
	request, err := r.Request(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return request
}

func at(second int) time.Time { return time.Date(2026, 3, 2, 9, 0, second, 123456789, time.UTC) }

// aRequest is the n-th request of a test, with everything set that a caller and a vendor can set.
func aRequest(n int) signature.Request {
	return signature.Request{
		ID: fmt.Sprintf("id-%03d", n), RequestID: fmt.Sprintf("caller-%03d", n), ContentHash: "c0ffee",
		Reference: "deal-7", Title: "Contract", Text: signature.MailText{Message: "Please sign."}, Provider: "eu", Level: signature.QES,
		Legislation: signature.EIDAS, Language: "de", RequiredVerdict: signature.Proven, ExpireTime: at(0).AddDate(0, 0, 14),
		Source: signature.Source{Template: "templates/nda", Language: "de", Values: map[string]string{"name": "Ada"}},
		Signers: []signature.Signer{{
			Role: "client", FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.org", Phone: "+41791234567",
			State: signature.SignerSigned, SignTime: at(1), SignedLevel: signature.QES,
		}},
		Fields: []signature.Field{{Role: "client", FormField: "client", Page: 2, X: 60.4, Y: 500.5, Width: 180, Height: 60}},
		State:  signature.Preparing, CallbackToken: fmt.Sprintf("callback-token-%03d", n), SendAttempted: true,
		CreateTime: at(n), UpdateTime: at(n),
	}
}

func event(request string, kind signature.EventType) signature.Event {
	return signature.Event{
		Request: request, Reference: "deal-7", Type: kind, State: signature.Preparing, SignerRole: "client",
		StateReason: "WHY", Verdict: signature.Proven, ProvenLevel: signature.QES, Time: at(5),
	}
}
